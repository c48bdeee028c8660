"""The small types of the YAML: durations, zones, clock times, secrets."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_duration(value: Any) -> Any:
    """`30s`, `5m`, `1h30m`, `2d`, `1w`, or a number of seconds; 0 is a duration."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    text = str(value).strip().lower().replace(" ", "")
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw])", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise ValueError("expected a duration such as 30s, 5m, 1h30m or 2d")
    return sum((timedelta(**{UNITS[u]: float(n)}) for n, u in parts), timedelta())


def show_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads back."""
    seconds = value.total_seconds()
    if seconds == 0:
        return "0s"
    text, rest = "", seconds
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, rest = divmod(rest, size)
        text += f"{int(count)}{unit}" if count else ""
    return text + (f"{rest:g}s" if rest else "")


Duration: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(show_duration, return_type=str),
    WithJsonSchema({"type": ["string", "number"]}),
]


def check_zone(value: Any) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected an IANA time zone such as Europe/Paris") from error
    return str(value)


class Zone(str):
    """The name of an IANA time zone; `Zone(...).info` is the zone itself."""

    __slots__ = ()

    @property
    def info(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Validated as a string, kept as a Zone."""
        from pydantic_core import core_schema  # noqa: PLC0415 - only pydantic calls this

        return core_schema.no_info_plain_validator_function(
            lambda value: cls(check_zone(value)), serialization=core_schema.to_string_ser_schema()
        )


class Clock(NamedTuple):
    """A local time of day, on one weekday (0 = Monday) or daily (None)."""

    weekday: int | None
    hour: int
    minute: int

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Written `mon 08:00` or `03:30`."""
        from pydantic_core import core_schema  # noqa: PLC0415 - only pydantic calls this

        return core_schema.no_info_plain_validator_function(
            parse_clock, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

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
    found = re.fullmatch(r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+)?(\d{1,2}):(\d{2})", str(value).strip().lower())
    if not found or int(found[2]) > 23 or int(found[3]) > 59:  # noqa: PLR2004 - a clock
        raise ValueError("expected a time such as 'mon 08:00' or '03:30'")
    return Clock(WEEKDAYS.index(found[1]) if found[1] else None, int(found[2]), int(found[3]))


class Secret(NamedTuple):
    """Where a secret stands, `env:NAME` or `file:PATH`; never its text."""

    where: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Refuses a secret written as text."""
        from pydantic_core import core_schema  # noqa: PLC0415 - only pydantic calls this

        return core_schema.no_info_plain_validator_function(
            parse_secret, serialization=core_schema.plain_serializer_function_ser_schema(lambda s: s.where)
        )

    def reveal(self) -> str:
        """The secret itself; LookupError says which variable or file is missing."""
        how, _, name = self.where.partition(":")
        if how == "env":
            if not os.environ.get(name):
                raise LookupError(f"the environment variable {name} is not set")
            return os.environ[name]
        try:
            return Path(name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise LookupError(f"the secret file {name} cannot be read: {error.strerror}") from error


def parse_secret(value: Any) -> Secret:
    """`env:NAME` or `file:PATH`."""
    if isinstance(value, Secret):
        return value
    if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", str(value)):
        raise ValueError("expected env:NAME or file:PATH; a secret is never written in the YAML itself")
    return Secret(str(value))


def as_tuple(value: Any) -> Any:
    """One name may be written without the brackets of a list."""
    return (value,) if isinstance(value, str) else value
