"""Records as JSON: the lines of the spool (RawItem, Gone) and of exports (Mention).

Times are RFC 3339 in UTC with `Z`, microseconds only where there are any; absent values are null, tuples lists.
Reading is strict: a line is a record with the right types, or a RejectedItem that says which field is wrong.
Its reason is one of `bad-json`, `bad-line` (no object), `bad-field`, `too-long`.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, get_args

from mentions.errors import RejectedItem
from mentions.model import (
    CRISIS_LABELS,
    LABELS,
    UNITS,
    CrisisFlag,
    Evidence,
    Gone,
    Mention,
    Precision,
    Rating,
    RawItem,
    Role,
)

MAX_LINE: Final = 1 << 20  # bytes, line end included
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)")
CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

Read: TypeAlias = Callable[[object], object]
Record = TypeVar("Record", RawItem, Gone, Mention)


def to_line(item: RawItem | Gone) -> str:
    """One line of the spool, line end included; RejectedItem `too-long` beyond 1 MiB."""
    line = json.dumps(to_json(item), ensure_ascii=False, separators=(",", ":"))
    if CONTROLS.search(line):  # half a surrogate pair cannot be written as UTF-8, but as an escape
        line = json.dumps(to_json(item), separators=(",", ":"))
    if len(line.encode()) >= MAX_LINE:
        raise RejectedItem("too-long", f"{item.url[:200]}: the line has more than {MAX_LINE} bytes")
    return line + "\n"


def from_line(line: str) -> RawItem | Gone:
    """The record of one line; RejectedItem on anything else."""
    try:
        value = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RejectedItem("bad-json", str(error)[:200]) from error
    if not isinstance(value, dict):
        raise RejectedItem("bad-line", f"expected a JSON object, found {_shown(value)}")
    return from_json(value)


def to_json(item: RawItem | Gone) -> dict[str, object]:
    """A spool record as JSON values, every field present, absent ones null."""
    if isinstance(item, Gone):
        return {"gone": True, **_as_json(item)}
    return _as_json(item)


def from_json(values: Mapping[str, object]) -> RawItem | Gone:
    """The spool record of these JSON values; RejectedItem `bad-field` names the wrong field."""
    gone = values.get("gone")
    if gone is None:
        return _record(RawItem, RAW_ITEM, {k: v for k, v in values.items() if k != "gone"})
    if gone is not True:
        _wrong("gone", "true", gone)
    return _record(Gone, GONE, {k: v for k, v in values.items() if k != "gone"})


def mention_to_json(mention: Mention) -> dict[str, object]:
    """A mention as flat JSON values."""
    return _as_json(mention)


def mention_from_json(values: Mapping[str, object]) -> Mention:
    """The mention of these JSON values; RejectedItem `bad-field` names the wrong field."""
    return _record(Mention, MENTION, values)


def _as_json(record: RawItem | Gone | Mention) -> dict[str, object]:
    return {name: _plain(getattr(record, name)) for name in FIELDS[type(record)]}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Rating):
        return {"value": value.value, "best": value.best}
    return dict(value) if isinstance(value, Mapping) else value


def _record(kind: type[Record], readers: Mapping[str, Read], values: Mapping[str, object]) -> Record:
    found: dict[str, Any] = dict.fromkeys(NULLABLE[kind])
    for name, value in values.items():
        reader = readers.get(name)
        if reader is None:
            raise RejectedItem("bad-field", f"{str(name)[:60]!r} is not a field of {kind.__name__}")
        if value is not None:
            try:
                found[name] = reader(value)
            except (TypeError, ValueError, OverflowError) as error:
                raise RejectedItem("bad-field", f"{name}: expected {error}, found {_shown(value)}") from error
    missing = REQUIRED[kind] - found.keys()
    if missing:
        raise RejectedItem("bad-field", f"{', '.join(sorted(missing))} missing or null")
    return kind(**found)


def _wrong(name: str, expected: str, value: object) -> NoReturn:
    raise RejectedItem("bad-field", f"{name}: expected {expected}, found {_shown(value)}")


def _shown(value: object) -> str:
    return repr(value)[:80]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not value or CONTROLS.search(value):
        raise ValueError("a string of at least one character, without control characters")
    return value


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise ValueError("a time such as 2026-11-03T09:12:00Z")
    try:
        return datetime.fromisoformat(value.upper().replace(" ", "T")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"a time such as 2026-11-03T09:12:00Z ({error})") from error


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError("an integer of 64 bits")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number")
    return float(value)


def _one_of(*words: str) -> Read:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return value

    return read


def _many(reader: Read) -> Read:
    def read(value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError("a list")
        return tuple(reader(part) for part in value)

    return read


def _rating(value: object) -> Rating:
    if not isinstance(value, Mapping) or value.keys() != {"value", "best"}:
        raise ValueError("an object with value and best")
    return Rating(value=_number(value["value"]), best=_number(value["best"]))


def _counts(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise TypeError("an object of counts")
    return {_name(kind): _integer(count) for kind, count in value.items()}


FREE_TEXT = ("text", "title", "thread_title", "author", "author_name", "product", "passage", "search_text")
RULES: Mapping[str, Read] = {
    **dict.fromkeys(FREE_TEXT, _text),
    **dict.fromkeys(("published", "edited", "fetched_at", "seen_at"), _instant),
    **dict.fromkeys(("published_at", "first_seen_at", "edited_at", "indexed_at", "gone_at"), _instant),
    **dict.fromkeys(("position", "published_hour", "published_weekday", "revision", "version", "polarity"), _integer),
    **dict.fromkeys(("replies", "likes", "shares", "views"), _integer),
    **dict.fromkeys(("sentiment_score", "sentiment_negative", "sentiment_neutral", "sentiment_positive"), _number),
    **dict.fromkeys(("severity", "crisis_score"), _number),
    "unit": _one_of(*UNITS),
    "published_precision": _one_of(*get_args(Precision)),
    "role": _one_of(*get_args(Role)),
    "evidence": _one_of(*get_args(Evidence)),
    "sentiment_label": _one_of(*LABELS),
    "crisis_labels": _many(_one_of(*CRISIS_LABELS)),
    "crisis_flags": _many(_one_of(*get_args(CrisisFlag))),
    "aspects": _many(_name),
    "topics": _many(_name),
    "engagement": _counts,
}
FIELDS: Mapping[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (RawItem, Gone, Mention)
}
WITHOUT_DEFAULT: Mapping[type, tuple[Field[Any], ...]] = {
    kind: tuple(field for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING)
    for kind in (RawItem, Gone, Mention)
}
NULLABLE: Mapping[type, frozenset[str]] = {
    kind: frozenset(field.name for field in needed if NoneType in get_args(field.type))
    for kind, needed in WITHOUT_DEFAULT.items()
}
REQUIRED: Mapping[type, frozenset[str]] = {
    kind: frozenset(field.name for field in needed) - NULLABLE[kind] for kind, needed in WITHOUT_DEFAULT.items()
}
RAW_ITEM: Mapping[str, Read] = {**{n: RULES.get(n, _name) for n in FIELDS[RawItem]}, "rating": _rating}
GONE: Mapping[str, Read] = {name: RULES.get(name, _name) for name in FIELDS[Gone]}
MENTION: Mapping[str, Read] = {**{n: RULES.get(n, _name) for n in FIELDS[Mention]}, "rating": _number}
