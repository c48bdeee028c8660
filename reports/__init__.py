"""The week in one page."""
