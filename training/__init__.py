"""How the shipped model was made, from data to int8; nothing imports it (training/README.md)."""
