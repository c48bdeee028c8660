"""What people read in a picture instead of keys, numbers and moments of an answer. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from charts.look import Look
from dashboards.parts import Count, DateHistogram, Terms
from dashboards.words import CODED, say

ABSENT: Final = "–"
DIGITS: Final = 2  # of a number that has no format of its own


@dataclass(frozen=True, slots=True)
class Cells:
    """Values as texts in the language and the zone of a look."""

    look: Look

    def moment(self, value: str) -> datetime:
        """A time of Elasticsearch."""
        return datetime.fromisoformat(value)

    def bucket(self, of: Any, key: Any) -> Any:
        """The name of a bucket; the moment where it is one of time."""
        if isinstance(of, DateHistogram):
            return self.moment(key)
        return self.field(of.fields[0], key) if isinstance(of, Terms) else str(key)

    def metric(self, of: Any, value: Any) -> str:
        """A number with its own format, a moment on the clock of the zone."""
        if value is None:
            return ABSENT
        if isinstance(value, str):
            return self._clock(value)
        if isinstance(of, Count) or of.operation == "unique_count":
            return self.look.number(value)
        if of.format is None:
            return self.look.number(round(value, DIGITS))
        many = 100 * value if of.format.type == "percent" else value
        suffix = "%" if of.format.type == "percent" else of.format.suffix or ""
        return self.look.number(many, of.format.decimals, suffix)

    def field(self, name: str, value: Any) -> str:
        """A value of a field: codes in words, several in a row, moments on the clock of the zone."""
        if value is None or value == "":
            return ABSENT
        if isinstance(value, list):
            return ", ".join(self.field(name, each) for each in value) or ABSENT
        if name in CODED and str(value) in CODED[name]:
            return say(self.look.language, f"{name}.{value}")
        if name.endswith("_at"):
            return self._clock(str(value))
        if isinstance(value, int | float):
            return self.look.number(value)
        return " ".join(str(value).split())

    def _clock(self, value: str) -> str:
        return self.moment(value).astimezone(ZoneInfo(self.look.zone)).strftime("%Y-%m-%d %H:%M")
