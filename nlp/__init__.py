"""Understand: Post in, Mentions out."""
