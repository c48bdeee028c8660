"""What every store needs of the record Mention: the kind of each field, and times as whole microseconds."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from mentions.model import Mention

Kind: TypeAlias = Literal["text", "integer", "real", "time", "list"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3_600_000_000  # microseconds
TO_YEAR_1 = 62_135_596_800_000_000  # from 1 January of year 1 to 1970: so that no time is negative
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC; TypeError for a naive time."""
    return (at - EPOCH) // _MICROSECOND


def moment(number: int) -> datetime:
    """The inverse of `micros`."""
    return EPOCH + timedelta(microseconds=number)


def _kind(hint: Any) -> tuple[Kind, bool]:
    """Kind of a field from its annotation, and whether it may be None."""
    parts = [part for part in get_args(hint) if part is not NoneType]
    if NoneType in get_args(hint):
        return _kind(parts[0])[0], True
    plain: dict[Any, Kind] = {str: "text", int: "integer", float: "real", datetime: "time"}
    if get_origin(hint) is tuple:
        return "list", False
    return plain.get(hint, "text"), False  # what is left are Literals of words


KINDS: Mapping[str, tuple[Kind, bool]] = {name: _kind(hint) for name, hint in get_type_hints(Mention).items()}
FIELDS: tuple[str, ...] = tuple(KINDS)
