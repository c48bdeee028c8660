"""A MentionFilter as an SQL condition on the table `mention`, with its parameters."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mentions.columns import micros
from mentions.filter import And, Expression, MentionFilter, Not, Or, Phrase, Word
from mentions.model import CrisisLabel
from mentions.sqlite_rows import CRISIS_BIT

_COLUMN_OF: Mapping[str, str] = {
    "brands": "brand",
    "roles": "role",
    "sources": "source",
    "sites": "site",
    "units": "unit",
    "languages": "language",
    "labels": "sentiment_label",
    "evidence": "evidence",
    "authors": "author_key",
    "stories": "story_id",
    "threads": "thread_url",
    "pipelines": "pipeline",
}
_INLINE = 50  # longer lists travel as one JSON parameter: SQLite limits the number of parameters
_TIME_FIELDS = ("published_at", "first_seen_at", "fetched_at", "indexed_at")


class Condition:
    """Terms joined by AND, gathered with their parameters in order."""

    def __init__(self) -> None:
        """Nothing asked yet: true for every row."""
        self.terms: list[str] = []
        self.parameters: list[Any] = []

    def add(self, term: str, *parameters: Any) -> None:
        """One more term that must hold."""
        self.terms.append(term)
        self.parameters.extend(parameters)

    def among(self, column: str, values: Sequence[str]) -> None:
        """The column must be one of these; no values ask nothing."""
        if len(values) == 1:  # an equality lets the index give the order of the next column
            self.add(f"{column} = ?", values[0])
        elif 1 < len(values) <= _INLINE:
            self.add(f"{column} IN ({', '.join('?' * len(values))})", *values)
        elif values:
            self.add(f"{column} IN (SELECT value FROM json_each(?))", json.dumps(values))

    @property
    def sql(self) -> str:
        """The whole condition."""
        return " AND ".join(self.terms) or "1"


def condition(where: MentionFilter) -> Condition:
    """Compile a filter. ValueError for a `time_field` that is none."""
    found = Condition()
    for part, column in _COLUMN_OF.items():
        found.among(column, getattr(where, part))
    if where.crisis_labels:
        found.add("crisis_mask & ? <> 0", _mask(where.crisis_labels))
    _add_ranges(found, where)
    if not where.gone:
        found.add("gone_at IS NULL")
    if not where.copies:
        found.add(first_of_story(where))
    if where.text is not None:
        sql, parameters = text_condition(where.text)
        found.add(sql, *parameters)
    return found


def first_of_story(where: MentionFilter) -> str:
    """SQL true for one mention of each story and brand: the first published, among the living unless `gone`."""
    return "copy = 0" if where.gone else "copy < 2"


def _mask(labels: Sequence[CrisisLabel]) -> int:
    return sum(CRISIS_BIT.get(label, 0) for label in set(labels))


def _add_ranges(found: Condition, where: MentionFilter) -> None:
    if where.time_field not in _TIME_FIELDS:
        raise ValueError(f"time_field {where.time_field!r}: use one of {', '.join(_TIME_FIELDS)}")
    if where.start is not None:
        found.add(f"{where.time_field} >= ?", micros(where.start))
    if where.end is not None:
        found.add(f"{where.time_field} < ?", micros(where.end))
    if where.severity_from is not None:
        found.add("severity >= ?", where.severity_from)
    if where.rating_from is not None:
        found.add("rating >= ?", where.rating_from)
    if where.rating_to is not None:
        found.add("rating <= ?", where.rating_to)


def text_condition(expression: Expression) -> tuple[str, list[str]]:
    """A text expression as SQL; what holds no Not goes to the full-text index as one MATCH.

    FTS5's own NOT needs a left side, so negation is SQL's. The sub-select keeps the planner from driving the
    query from the wide table (as a join it was 40 times slower, research/store.md 4.3).
    """
    match = _match(expression)
    if match is not None:
        return "rid IN (SELECT rowid FROM mention_text WHERE mention_text MATCH ?)", [match]
    if isinstance(expression, Not):
        sql, parameters = text_condition(expression.part)
        return f"NOT {sql}", parameters
    joiners: Mapping[type, str] = {And: " AND ", Or: " OR "}
    parts = expression.parts if isinstance(expression, And | Or) else ()
    compiled = [text_condition(part) for part in parts]
    sql = joiners[type(expression)].join(sql for sql, _ in compiled)
    return f"({sql})", [parameter for _, parameters in compiled for parameter in parameters]


def _match(expression: Expression) -> str | None:
    """The expression in FTS5's syntax, every token quoted; None if there is a Not in it."""
    if isinstance(expression, Word):
        return _quoted(expression.token) + (" *" if expression.prefix else "")
    if isinstance(expression, Phrase):
        return _quoted(" ".join(expression.tokens))
    if isinstance(expression, Not):
        return None
    parts = [_match(part) for part in expression.parts]
    if any(part is None for part in parts):
        return None
    join: Callable[[Sequence[str]], str] = (" AND " if isinstance(expression, And) else " OR ").join
    return f"({join([part for part in parts if part is not None])})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
