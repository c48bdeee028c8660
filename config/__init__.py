"""The models that guard the YAML, and settings from the environment."""
