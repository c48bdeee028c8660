"""The weekly report: numbers, and the page they make."""
