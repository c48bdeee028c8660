"""Decide and tell: detection, incidents, messages, channels."""
