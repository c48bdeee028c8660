"""The moment these tests count from, and what they count in."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
