"""A Mention as one row of SQLite and back; the columns follow the fields of Mention.

Times are integers, microseconds since 1970 UTC: exact, ordered, and folded to hours by arithmetic. Tuples are
JSON arrays. Some columns are derived, for the queries only: see DERIVED.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from mentions.columns import FIELDS, KINDS, TO_YEAR_1, Kind, micros, moment
from mentions.model import CRISIS_LABELS, Mention
from mentions.stories import terms_of

_EMPTY = "[]"


def bucket_of(column: str, width: int) -> str:
    """SQL for how many whole `width` (microseconds, a part of an hour) since 1970, rounded down before it too."""
    return f"(({column} + {TO_YEAR_1}) / {width} - {TO_YEAR_1 // width})"


# copy: 0 first published of its story and brand, 1 first of those not gone, 2 neither (sqlite_schema.RANK_COPIES).
# crisis_mask: one bit per label, in the order of CRISIS_LABELS. near: near_key as a signed integer.
# story_terms: of the first mention of a story, mentions.stories.terms_of as a JSON array of signed integers.
DERIVED: Mapping[str, str] = {
    "crisis_mask": "INTEGER NOT NULL",
    "near": "INTEGER",
    "copy": "INTEGER NOT NULL DEFAULT 0",
    "story_terms": "TEXT",
}
WRITTEN: tuple[str, ...] = (*FIELDS, "crisis_mask", "near", "story_terms")
CRISIS_BIT: Mapping[str, int] = {label: 1 << place for place, label in enumerate(CRISIS_LABELS)}

# What writing one bad mention raises, here or in SQLite; the batch goes on without it.
REFUSALS = (
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)

_SQL: Mapping[Kind, str] = {"text": "TEXT", "integer": "INTEGER", "real": "REAL", "time": "INTEGER", "list": "TEXT"}
_values: Callable[[Mention], tuple[Any, ...]] = attrgetter(*FIELDS)
_TIMES = [place for place, name in enumerate(FIELDS) if KINDS[name][0] == "time"]
_LISTS = [place for place, name in enumerate(FIELDS) if KINDS[name][0] == "list"]
_INDEXED_AT = FIELDS.index("indexed_at")


def declaration(name: str) -> str:
    """SQL type of a column, with NOT NULL where the field must be there."""
    kind, optional = KINDS[name]
    return _SQL[kind] if optional else f"{_SQL[kind]} NOT NULL"


def row_of(mention: Mention, indexed_at: int) -> list[Any]:
    """Values of WRITTEN, with `indexed_at` (microseconds) in place of the mention's own.

    TypeError, ValueError or KeyError if a field holds what its type forbids.
    """
    values = list(_values(mention))
    for place in _TIMES:
        if values[place] is not None:
            values[place] = micros(values[place])
    for place in _LISTS:
        values[place] = json.dumps(values[place], ensure_ascii=False) if values[place] else _EMPTY
    values[_INDEXED_AT] = indexed_at
    values.append(sum(CRISIS_BIT[label] for label in set(mention.crisis_labels)))
    values.append(near_number(mention.near_key))
    terms = terms_of(mention)
    values.append(json.dumps([near_number(term) for term in terms]) if terms else None)
    return values


def near_number(near_key: str) -> int:
    """A 64-bit key as SQLite's signed integer."""
    number = int(near_key, 16)
    return number - (1 << 64) if number >> 63 else number


def mention_of(row: Sequence[Any]) -> Mention:
    """A mention from the values of FIELDS."""
    values = list(row)
    for place in _TIMES:
        if values[place] is not None:
            values[place] = moment(values[place])
    for place in _LISTS:
        values[place] = () if values[place] == _EMPTY else tuple(json.loads(values[place]))
    return Mention(**dict(zip(FIELDS, values, strict=True)))
