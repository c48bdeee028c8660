"""How English and French write numbers, dates and plurals (Lexique des règles typographiques, Unicode CLDR 46)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reports.model import LEAST, Tally
from reports.texts import TEXTS, Code

THIN, FIXED, MINUS = "\u202f", "\u00a0", "\u2212"  # narrow and normal no-break spaces, the true minus sign
DAYS: Mapping[Code, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
MONTHS: Mapping[Code, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
}


def typeset(text: str) -> str:
    """French spaces that do not break: thin before ; ! ? and %, normal before the colon and inside guillemets."""
    text = re.sub(r" (?=[;!?%])", THIN, text)
    return re.sub(r" (?=[:»])|(?<=«) ", FIXED, text)


@dataclass(frozen=True, slots=True)
class Language:
    """One language's way of writing, in the time zone of the report."""

    code: Code
    zone: ZoneInfo

    def say(self, key: str, values: Mapping[str, object] | None = None, count: int | None = None) -> str:
        """The fixed text `key`, filled; with `count`, its singular or plural (French: 0 and 1 are singular)."""
        text = TEXTS[self.code][key]
        if isinstance(text, tuple):
            single = count in {0, 1} if self.code == "fr" else count == 1
            text = text[0 if single else 1]
        return (typeset(text) if self.code == "fr" else text).format_map(values or {})

    def count(self, key: str, n: int) -> str:
        """`n` of what the text `key` names: `1 mention`, `1,204 mentions`."""
        return self.say(key, {"n": self.number(n)}, n)

    def number(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """`1,204.5` or `1 204,5`; with `sign`, a plus or a true minus, and none before zero."""
        text = f"{value:{'+' if sign else ''},.{digits}f}"
        if not float(text.replace(",", "")):
            text = text.lstrip("+-")
        if self.code == "fr":
            text = text.replace(",", THIN).replace(".", ",")
        return text.replace("-", MINUS)

    def percent(self, ratio: float, *, sign: bool = False) -> str:
        """A ratio as a whole percentage."""
        return self.number(ratio * 100, sign=sign) + (f"{THIN}%" if self.code == "fr" else "%")

    def part(self, part: int, whole: int) -> str:
        """`31% (38 of 124)`; only `3 of 7` where a percentage would be noise."""
        of = {"part": self.number(part), "whole": self.number(whole)}
        if whole < LEAST:
            return self.say("of", of) if whole else "–"
        return self.say("percent-of", {**of, "percent": self.percent(part / whole)})

    def share(self, part: int, whole: int) -> str:
        """`31%`, or `3 of 7` where a percentage would be noise."""
        return self.percent(part / whole) if whole >= LEAST else self.part(part, whole)

    def points(self, now: float | None, then: float | None) -> str:
        """The difference of two ratios in percentage points, or a dash where one of them is not known."""
        if now is None or then is None:
            return "–"
        difference = round(100 * now) - round(100 * then)
        return self.say("points", {"n": self.number(difference, sign=True)}, abs(difference))

    def net(self, tally: Tally) -> str:
        """Net sentiment in points, from -100 to +100; a dash where there are too few mentions."""
        if tally.net is None or tally.mentions < LEAST:
            return "–"
        points = round(100 * tally.net)
        return self.say("points", {"n": self.number(points, sign=True)}, abs(points))

    def day(self, day: date) -> str:
        """`Monday 23 November`, `lundi 1er mars`."""
        return f"{DAYS[self.code][day.weekday()]}{FIXED}{self._number(day)} {MONTHS[self.code][day.month - 1]}"

    def short_day(self, day: date) -> str:
        """`Mon 23`, `lun. 23`."""
        name = DAYS[self.code][day.weekday()][:3] + ("." if self.code == "fr" else "")
        return f"{name}{FIXED}{day.day}"

    def full_day(self, day: date) -> str:
        """`23 November 2026`, `1er mars 2026`."""
        return f"{self._number(day)}{FIXED}{MONTHS[self.code][day.month - 1]} {day.year}"

    def moment(self, at: datetime) -> str:
        """`23 November, 14:05`, `23 novembre à 14 h 05`, in local time."""
        local = at.astimezone(self.zone)
        day = f"{self._number(local)}{FIXED}{MONTHS[self.code][local.month - 1]}"
        if self.code == "fr":
            return f"{day} à {local.hour}{FIXED}h{FIXED}{local.minute:02d}"
        return f"{day}, {local:%H:%M}"

    def _number(self, day: date) -> str:
        return "1er" if self.code == "fr" and day.day == 1 else str(day.day)
