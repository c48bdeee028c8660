"""Time as a board means it: what `now-7d` is, which period came before, and how long a bar is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from dashboards.parts import TimeRange

RELATIVE = re.compile(r"now(?:-(\d+)([smhdw]))?")
UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
MOST: Final = 100  # bars, as Kibana's default setting has it
CALENDAR: Final = frozenset({"1d", "1w", "1M", "1y"})  # counted by the calendar of a zone, not in hours
# Kibana's choice for the interval `auto`: the shortest that makes at most so many bars.
LENGTHS: Final[Sequence[tuple[str, timedelta]]] = (
    ("1s", timedelta(seconds=1)),
    ("5s", timedelta(seconds=5)),
    ("10s", timedelta(seconds=10)),
    ("30s", timedelta(seconds=30)),
    ("1m", timedelta(minutes=1)),
    ("5m", timedelta(minutes=5)),
    ("10m", timedelta(minutes=10)),
    ("30m", timedelta(minutes=30)),
    ("1h", timedelta(hours=1)),
    ("3h", timedelta(hours=3)),
    ("12h", timedelta(hours=12)),
    ("1d", timedelta(days=1)),
    ("1w", timedelta(weeks=1)),
    ("1M", timedelta(days=30)),
    ("1y", timedelta(days=365)),
)


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, both included as Kibana does."""

    start: datetime
    end: datetime

    def before(self, shift: str) -> "Window":
        """The window `shift` earlier; `previous` is the one of equal length just before."""
        by = self.end - self.start if shift == "previous" else _length(shift)
        return Window(self.start - by, self.end - by)

    def interval(self, least: str = "auto") -> str:
        """How long a bar is, in the words of Elasticsearch: `least`, or longer where there would be too many."""
        span = self.end - self.start
        auto, length = next(((name, each) for name, each in LENGTHS if span / each <= MOST), LENGTHS[-1])
        return least if least != "auto" and _length(least) > length else auto


def window(of: TimeRange, now: datetime) -> Window:
    """A time range of a board at `now`; ValueError for what is neither `now`, `now-7d` nor a moment with its zone."""
    return Window(_moment(of.from_, now), _moment(of.to, now))


def _moment(text: str, now: datetime) -> datetime:
    found = RELATIVE.fullmatch(text)
    if found is not None:
        return now - (int(found[1]) * UNITS[found[2]] if found[1] else timedelta())
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment.astimezone(UTC)


def _length(shift: str) -> timedelta:
    unit = UNITS.get(shift[-1])
    if unit is None:
        raise ValueError(f"a shift of {shift} has no fixed length: write it in weeks, days or hours")
    return int(shift[:-1]) * unit
