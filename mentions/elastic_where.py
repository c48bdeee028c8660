"""A MentionFilter as a bool query of Elasticsearch: exact terms and ranges only, nothing is scored."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from mentions.columns import micros
from mentions.filter import And, Expression, MentionFilter, Not, Phrase, Word

Clause: TypeAlias = dict[str, Any]

ALL: Final[Clause] = {"match_all": {}}
NONE: Final[Clause] = {"match_none": {}}
GONE: Final[Clause] = {"exists": {"field": "gone_at"}}
MOST_TERMS: Final = 50_000  # of one `terms` clause; the server takes 65,536
_FIELD_OF: Final[Mapping[str, str]] = {
    "brands": "brand",
    "roles": "role",
    "sources": "source",
    "sites": "site",
    "units": "unit",
    "languages": "language",
    "labels": "sentiment_label",
    "crisis_labels": "crisis_labels",
    "evidence": "evidence",
    "authors": "author_key",
    "stories": "story_id",
    "threads": "thread_url",
    "pipelines": "pipeline",
}
# Dates of Elasticsearch end at milliseconds: exact ranges are asked of the microseconds.
EXACT: Final[Mapping[str, str]] = {
    "published_at": "published_us",
    "first_seen_at": "first_seen_us",
    "fetched_at": "fetched_us",
    "indexed_at": "indexed_us",
}


def query_of(where: MentionFilter, *also: Clause) -> Clause:
    """Compile a filter; `also` must hold too. ValueError for a `time_field` that is none."""
    clauses = [among(field, getattr(where, part)) for part, field in _FIELD_OF.items() if getattr(where, part)]
    clauses += _ranges(where)
    if not where.copies:
        clauses.append(first_of_story(where))
    if where.text is not None:
        clauses.append(text_clause(where.text))
    return every(*clauses, *also, without=() if where.gone else (GONE,))


def every(*clauses: Clause, without: Sequence[Clause] = ()) -> Clause:
    """What matches all of `clauses` and none of `without`."""
    return {"bool": {"filter": list(clauses), "must_not": list(without)}}


def some(*clauses: Clause) -> Clause:
    """What matches at least one of the clauses."""
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}} if clauses else NONE


def among(field: str, values: Sequence[Any]) -> Clause:
    """The field is one of these values."""
    parts: list[Clause] = [
        {"terms": {field: list(values[at : at + MOST_TERMS])}} for at in range(0, len(values), MOST_TERMS)
    ]
    return parts[0] if len(parts) == 1 else some(*parts)


def between(field: str, **limits: float | None) -> Clause:
    """A range; limits are gte, gt, lt, lte, and None asks nothing."""
    return {"range": {field: {name: limit for name, limit in limits.items() if limit is not None}}}


def first_of_story(where: MentionFilter) -> Clause:
    """True for one mention of each story and brand: the first published, among the living unless `gone`."""
    return among("copy", [0] if where.gone else [0, 1])


def _ranges(where: MentionFilter) -> list[Clause]:
    if where.time_field not in EXACT:
        raise ValueError(f"time_field {where.time_field!r}: use one of {', '.join(EXACT)}")
    start, end = (None if at is None else micros(at) for at in (where.start, where.end))
    asked = (
        (EXACT[where.time_field], {"gte": start, "lt": end}),
        ("severity", {"gte": where.severity_from}),
        ("rating", {"gte": where.rating_from, "lte": where.rating_to}),
    )
    return [between(field, **limits) for field, limits in asked if any(limit is not None for limit in limits.values())]


def text_clause(expression: Expression) -> Clause:
    """A text expression on `search_text`; user text never reaches a query parser of the server."""
    if isinstance(expression, Word):
        return {"prefix" if expression.prefix else "term": {"search_text": {"value": expression.token}}}
    if isinstance(expression, Phrase):
        return {"match_phrase": {"search_text": {"query": " ".join(expression.tokens)}}}
    if isinstance(expression, Not):
        return every(without=[text_clause(expression.part)])
    parts = [text_clause(part) for part in expression.parts]
    return every(*parts) if isinstance(expression, And) else some(*parts)
