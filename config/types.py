"""The small types of the YAML: durations, zones, clock times, secrets, regular expressions."""

import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import core_schema

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = timedelta(days=36500)
CLOCK = r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+)?(\d{1,2}):(\d{2})"
SECRET = r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+"  # noqa: S105 - the shape of a reference, not a secret


def parse_duration(value: Any) -> timedelta:
    """`30s`, `5m`, `1h30m`, `2d`, `1w`, or a number of seconds; 0 is a duration, nothing is negative."""
    wrong = ValueError(f"expected a duration such as 30s, 5m, 1h30m or 2d (at most 100 years), got {value!r}")
    if isinstance(value, bool):
        raise wrong
    try:
        span = value if isinstance(value, timedelta) else _span(value)
    except OverflowError as error:
        raise wrong from error
    if span is None or not timedelta() <= span <= LONGEST:
        raise wrong
    return span


def _span(value: Any) -> timedelta | None:
    if isinstance(value, int | float):
        return timedelta(seconds=value) if value == value else None  # noqa: PLR0124 - NaN differs from itself
    text = str(value).strip().lower().replace(" ", "")
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)([smhdw])", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        return None
    return sum((timedelta(**{UNITS[u]: float(n)}) for n, u in parts), timedelta())


def show_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads back."""
    whole, text = value.days * 86400 + value.seconds, ""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, whole = divmod(whole, size)
        text += f"{count}{unit}" if count else ""
    if value.microseconds:
        text += f"{whole}.{value.microseconds:06d}".rstrip("0") + "s"
    elif whole or not text:
        text += f"{whole}s"
    return text


Duration: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(show_duration, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "description": "30s, 5m, 1h30m, 2d, or seconds"}),
]


def check_zone(value: Any) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = get_close_matches(str(value), sorted(available_timezones()), 1)
        hint = f", got {str(value)!r}; did you mean {near[0]!r}?" if near else f", got {str(value)!r}"
        raise ValueError(f"expected an IANA time zone such as Europe/Paris{hint}") from error
    return str(value)


class Zone(str):
    """The name of an IANA time zone; `Zone(...).info` is the zone itself."""

    __slots__ = ()

    @property
    def info(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Validated as a string, kept as a Zone."""
        return _written_as_text(lambda value: cls(check_zone(value)), str)


class Clock(NamedTuple):
    """A local time of day, on one weekday (0 = Monday) or daily (None)."""

    weekday: int | None
    hour: int
    minute: int

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Written `mon 08:00` or `03:30`."""
        return _written_as_text(parse_clock, str)

    def __str__(self) -> str:
        day = "" if self.weekday is None else WEEKDAYS[self.weekday] + " "
        return f"{day}{self.hour:02d}:{self.minute:02d}"

    @property
    def cron(self) -> str:
        """The same as a cron expression (minute hour day month weekday, 0 = Sunday)."""
        day = "*" if self.weekday is None else str((self.weekday + 1) % 7)
        return f"{self.minute} {self.hour} * * {day}"


def parse_clock(value: Any) -> Clock:
    """`mon 08:00`, or `03:30` for every day."""
    if isinstance(value, Clock):
        return value
    found = re.fullmatch(CLOCK, str(value).strip().lower(), re.ASCII)
    if not found or int(found[2]) > 23 or int(found[3]) > 59:  # noqa: PLR2004 - a clock
        raise ValueError(f"expected a time such as 'mon 08:00' or '03:30', got {value!r}")
    return Clock(WEEKDAYS.index(found[1]) if found[1] else None, int(found[2]), int(found[3]))


class Secret(NamedTuple):
    """Where a secret stands, `env:NAME` or `file:PATH`; never its text (`Settings.reveal` reads it)."""

    where: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Refuses a secret written as text."""
        return _written_as_text(parse_secret, lambda secret: secret.where)


def parse_secret(value: Any) -> Secret:
    """`env:NAME` or `file:PATH`."""
    if isinstance(value, Secret):
        return value
    if not re.fullmatch(SECRET, str(value)):
        raise ValueError("expected env:NAME or file:PATH; a secret is never written in the YAML itself")
    return Secret(str(value))


def _written_as_text(parse: Any, show: Any) -> core_schema.CoreSchema:
    """A value that the YAML (and its JSON Schema) writes as one string."""
    return core_schema.no_info_before_validator_function(
        parse,
        core_schema.any_schema(metadata={"pydantic_js_functions": [lambda _schema, _handler: {"type": "string"}]}),
        serialization=core_schema.plain_serializer_function_ser_schema(show),
    )


def as_tuple(value: Any) -> Any:
    """One name may be written without the brackets of a list."""
    return (value,) if isinstance(value, str) else value


def check_regex(value: str) -> str:
    """A regular expression of Python's `re`."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from error
    return value


def check_word(value: str) -> str:
    """Text on one line, without direction marks and other characters that nobody sees."""
    hidden = next((c for c in value if not c.isprintable() and c not in "\u200c\u200d"), None)
    if hidden is not None:
        raise ValueError(f"expected text on one line, got {value!r} (it holds U+{ord(hidden):04X})")
    return value


def check_address(value: str) -> str:
    """A mail address, with or without a name before it."""
    if not re.fullmatch(r"[^\s<>@,;]+@[^\s<>@,;]+|[^<>@\r\n]+<[^\s<>@,;]+@[^\s<>@,;]+>", value):
        raise ValueError(f"expected a mail address such as me@example.org or Me <me@example.org>, got {value!r}")
    return value


def check_language(value: str) -> str:
    """A two-letter code of ISO 639-1."""
    if not re.fullmatch(r"[a-z]{2}", value):
        raise ValueError(f"expected a language code of two letters such as fr or en, got {value!r}")
    return value


Word: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(check_word)]
Names: TypeAlias = Annotated[tuple[Word, ...], BeforeValidator(as_tuple)]
LanguageCode: TypeAlias = Annotated[str, AfterValidator(check_language)]
Languages: TypeAlias = Annotated[tuple[LanguageCode, ...], BeforeValidator(as_tuple), Field(min_length=1)]
Address: TypeAlias = Annotated[str, AfterValidator(check_address)]
Addresses: TypeAlias = Annotated[tuple[Address, ...], BeforeValidator(as_tuple), Field(min_length=1)]
Regex: TypeAlias = Annotated[str, AfterValidator(check_regex)]
