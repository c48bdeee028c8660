"""Dates as sites write them: ISO 8601, RFC 5322, epochs, French and English prose, relative ones.

A date without a zone is read in the zone given. A local time that occurs twice (clocks go back) is its first
occurrence; one that does not exist (clocks go forward) is moved forward by the gap, as PEP 495 does for fold 0.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

from mentions.model import Precision
from spiders.extract_words import AGO, CLOCK_WORDS, DAYS_BACK, MONTHS, NOW, OFFSETS, UNIT_SECONDS, WEEKDAYS

Order: TypeAlias = Literal["DMY", "MDY", "YMD"]

LONGEST = 200  # characters: no date is longer, and regular expressions stay cheap
ISO = re.compile(
    r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?:[T\s]{1,2}(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?(?![\d])",
    re.IGNORECASE,
)
EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})(?:\s?[:h]\s?(\d{2})|\s?h(?![a-z])|(?=\s?[ap]\.?m))(?::(\d{2}))?\s?([ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?:\b(?:utc|gmt)\s?|(?<=\d\s)|(?<=\d))([+-])(\d{1,2}):?(\d{2})?(?!\d)", re.IGNORECASE)
NAMED = re.compile(r"\b(" + "|".join(OFFSETS) + r")\b")
NUMERIC = re.compile(r"(?<!\d)(\d{1,4})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"(?<![\d:])(\d{1,4})(?:er|st|nd|rd|th|e|º|°)?(?![\d:])", re.IGNORECASE)
STATED = re.compile(
    r"(?:times?|heures?|horaires?|zone|fuseau)\b[^<>\n]{0,60}?\b(?:UTC|GMT)\s?(?:([+-])\s?(\d{1,2})(?::?(\d{2}))?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """An instant in UTC, and how finely the site told it."""

    at: datetime
    precision: Precision


def parse_date(text: str | None, *, zone: tzinfo, now: datetime, order: Order | None = None) -> Stamp | None:
    """Read one date; None if there is none.

    `now` (the time of the fetch) is what relative dates, missing years and today's clock times are counted from.
    `order` tells what 03/04/2026 is; without it, day first unless that is no date.
    """
    if not text:
        return None
    text = " ".join(text[:LONGEST].split())
    for reader in (_iso, _epoch, _mail):
        stamp = reader(text, zone)
        if stamp:
            return _sane(stamp)
    return _sane(_prose(text, zone, now.astimezone(zone), order))


def stated_zone(text: str) -> tzinfo | None:
    """The zone that a page says its times are in ("All times are UTC+01:00", "Fuseau horaire sur UTC+1")."""
    found = STATED.search(text)
    if not found:
        return None
    return _fixed(found[1], found[2], found[3]) if found[1] else UTC


def _sane(stamp: Stamp | None) -> Stamp | None:
    return stamp if stamp and stamp.at.year >= 1990 else None  # noqa: PLR2004 - the web is no older


def _make(day: date, clock: time | None, zone: tzinfo, precision: Precision) -> Stamp | None:
    try:
        local = datetime.combine(day, clock or time(), tzinfo=(clock.tzinfo if clock else None) or zone)
        return Stamp(local.astimezone(UTC), precision if clock else "day")
    except (OverflowError, ValueError):
        return None


def _iso(text: str, zone: tzinfo) -> Stamp | None:
    found = ISO.search(text)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        clock = time(int(found[4]), int(found[5]), int(found[6] or 0)) if found[4] else None
        if clock and found[7]:
            clock = clock.replace(tzinfo=datetime.strptime(found[7].upper(), "%z").tzinfo)
    except ValueError:
        return _iso_hours(text, zone, found)
    rest = text[found.end() :] if clock and not found[7] else ""
    if rest.strip() and clock:
        clock = _with_meridiem(rest, clock)
    return _make(day, clock, zone, "second" if found[6] else "minute")


def _with_meridiem(rest: str, clock: time) -> time:
    """`2026-11-03 09:12 PM`, `2026-11-03 09:12 UTC`: what follows a naive ISO time still counts."""
    offset = _offset(rest)
    if re.match(r"\s?p\.?m", rest, re.IGNORECASE) and clock.hour < 12:  # noqa: PLR2004 - noon
        clock = clock.replace(hour=clock.hour + 12)
    return clock.replace(tzinfo=offset) if offset else clock


def _iso_hours(text: str, zone: tzinfo, found: re.Match[str]) -> Stamp | None:
    """`%z` knows no bare `+01`; anything else wrong is no date."""
    if not found[7] or len(found[7]) != 3:  # noqa: PLR2004 - a sign and two digits
        return None
    return _iso(text[: found.end()] + ":00" + text[found.end() :], zone)


def _epoch(text: str, _zone: tzinfo) -> Stamp | None:
    if not EPOCH.fullmatch(text):
        return None
    seconds = float(text) / (1000 if len(text.split(".", maxsplit=1)[0]) == 13 else 1)  # noqa: PLR2004 - milliseconds
    return Stamp(datetime.fromtimestamp(seconds, UTC).replace(microsecond=0), "second")


def _mail(text: str, zone: tzinfo) -> Stamp | None:
    if not re.match(r"(?:[A-Za-z]{3},? )?\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}", text):
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    precise: Precision = "second" if re.search(r"\d:\d{2}:\d{2}", text) else "minute"
    if at.tzinfo is None:
        named = _offset(text)
        at = at.replace(tzinfo=named or (UTC if "-0000" in text else zone))
    try:
        return Stamp(at.astimezone(UTC), precise)
    except OverflowError:
        return None


def _prose(text: str, zone: tzinfo, now: datetime, order: Order | None) -> Stamp | None:
    low = text.casefold()
    ago = _ago(low, now)
    if ago:
        return ago
    clock, precision = _clock(low)
    offset = _offset(text)
    if clock and offset:
        clock = clock.replace(tzinfo=offset)
    without_clock = CLOCK.sub(" ", low, count=1)
    day = (
        _numeric(without_clock, order)
        or _named(without_clock, now)
        or _near(without_clock, now, sure=clock is not None)
    )
    return _make(day, clock, zone, precision) if day else None


def _ago(low: str, now: datetime) -> Stamp | None:
    if NOW.search(low):
        return Stamp(now.astimezone(UTC).replace(second=0, microsecond=0), "minute")
    found = AGO.search(low)
    if not found:
        return None
    number = found["n"] or found["n2"] or "1"
    word = found["u"] or found["u2"]
    unit = UNIT_SECONDS.get(word[:3]) or UNIT_SECONDS[word[:2]]
    seconds = (int(number) if number.isdigit() else 1) * unit
    try:
        at = now.astimezone(UTC) - timedelta(seconds=seconds)
    except OverflowError:
        return None
    if unit < 86_400:  # noqa: PLR2004 - a day
        return Stamp(at.replace(second=0, microsecond=0), "minute")
    day = (now - timedelta(seconds=seconds)).date()
    return _make(day, None, now.tzinfo or UTC, "day")


def _clock(low: str) -> tuple[time | None, Precision]:
    for word, clock in CLOCK_WORDS.items():
        if re.search(rf"(?:,|à|at) ?{word}\b", low):
            return clock, "minute"
    found = CLOCK.search(low)
    if not found:
        return None, "day"
    hour, half = int(found[1]), (found[4] or "")[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2] or 0), int(found[3] or 0)), "second" if found[3] else "minute"
    except ValueError:
        return None, "day"


def _offset(text: str) -> tzinfo | None:
    found = OFFSET.search(text)
    if found and (len(found[2]) == 2 or found[0][:1].isalpha()) and not NUMERIC.search(found[0]):  # noqa: PLR2004
        return _fixed(found[1], found[2], found[3])
    named = NAMED.search(text)
    return timezone(timedelta(hours=OFFSETS[named[1]])) if named else None


def _fixed(sign: str, hours: str, minutes: str | None) -> tzinfo | None:
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-shift if sign == "-" else shift) if shift < timedelta(hours=15) else None


def _day(year: int, month: int, day: int) -> date | None:
    if year < 100:  # noqa: PLR2004 - two digits
        year += 2000 if year < 70 else 1900  # noqa: PLR2004 - POSIX pivot
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric(low: str, order: Order | None) -> date | None:
    found = NUMERIC.search(low)
    if not found:
        return None
    one, two, three = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) > 2:  # noqa: PLR2004 - a year comes first
        return _day(one, two, three)
    readings = {"DMY": (three, two, one), "MDY": (three, one, two), "YMD": (one, two, three)}
    if order:
        return _day(*readings[order])
    return _day(*readings["DMY"]) or _day(*readings["MDY"])


def _named(low: str, now: datetime) -> date | None:
    """`3 novembre 2026`, `Nov 3rd, 2026`, `3 nov.` (the last one before now)."""
    found = [word for word in WORD.finditer(low) if word[0] in MONTHS][:2]
    if not found:
        return None
    month_word = found[-1] if found[0][0] == "mar" else found[0]  # "mar. 3 nov.": a Tuesday, not March
    month = MONTHS[month_word[0]]
    before = [int(n) for n in NUMBER.findall(low[: month_word.start()])][-2:]
    after = [int(n) for n in NUMBER.findall(low[month_word.end() :])][:2]
    numbers = (before[-1:] + after[:1]) if before and 1 <= before[-1] <= 31 else after  # noqa: PLR2004 - a day
    if before and before[-1] > 31:  # noqa: PLR2004 - 2026 November 3
        numbers = [*after[:1], before[-1]]
    if not numbers:
        return None
    if numbers[0] > 31:  # noqa: PLR2004 - only a year: the day is unknown, so is the date
        return None
    if len(numbers) > 1 and (numbers[1] > 31 or len(before) + len(after) > 1):  # noqa: PLR2004
        return _day(numbers[1], month, numbers[0])
    guess = _day(now.year, month, numbers[0])
    if guess and guess > now.date() + timedelta(days=1):
        guess = _day(now.year - 1, month, numbers[0])
    return guess


def _near(low: str, now: datetime, *, sure: bool) -> date | None:
    """`today`, `hier`, or `lundi` (the last one) beside a clock time: alone, "mon" and "sun" are other words."""
    words = set(WORD.findall(low))
    for word, back in DAYS_BACK.items():
        if word in words if word.isalpha() else word in low:
            return now.date() - timedelta(days=back)
    for index, names in enumerate(WEEKDAYS):
        if sure and words & names:
            return now.date() - timedelta(days=(now.weekday() - index) % 7 or 7)
    return None
