"""Totals per brand and per value in Elasticsearch: Volume and Top, exact by exhaustive composite aggregations."""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from mentions.columns import moment
from mentions.elastic_reads import Reader
from mentions.elastic_where import MOST_TERMS, Clause, among, every, first_of_story, query_of
from mentions.queries import Top, TopRow, Volume, VolumeRow

_FIELD_OF: Final[Mapping[str, str]] = {
    **{name: name for name in ("source", "site", "unit", "language", "brand", "author_key", "thread_url")},
    "crisis_label": "crisis_labels",
}
_FEW_VALUES: Final = ("unit", "language", "brand", "crisis_label", "source")
NEGATIVE: Final = among("sentiment_label", ["negative"])
POSITIVE: Final = among("sentiment_label", ["positive"])
_TOTALS: Final[Mapping[str, Clause]] = {
    "negative": {"filter": NEGATIVE},
    "positive": {"filter": POSITIVE},
    "last": {"max": {"field": "published_us"}},
}


def volume(reader: Reader, query: Volume) -> list[VolumeRow]:
    """Distinct stories and distinct known authors, counted, not estimated; mean severity rounded to 3 digits."""
    asked = query_of(query.where)
    totals = {
        "negative": _TOTALS["negative"],
        "positive": _TOTALS["positive"],
        "severity": {"sum": {"field": "severity"}},
        "firsts": {"filter": first_of_story(query.where)},
    }
    found = list(reader.buckets(asked, {"brand": _terms("brand")}, totals))
    authors = Counter(
        bucket["key"]["brand"]
        for bucket in reader.buckets(asked, {"brand": _terms("brand"), "author": _terms("author_key")})
    )
    others = _without_first(reader, query) if any(b["firsts"]["doc_count"] < b["doc_count"] for b in found) else {}
    return [_volume_row(bucket, authors, others) for bucket in found]


def _volume_row(bucket: Mapping[str, Any], authors: Mapping[str, int], others: Mapping[str, int]) -> VolumeRow:
    brand, number = bucket["key"]["brand"], bucket["doc_count"]
    negative, positive = bucket["negative"]["doc_count"], bucket["positive"]["doc_count"]
    return VolumeRow(
        brand=brand,
        mentions=number,
        stories=bucket["firsts"]["doc_count"] + others.get(brand, 0),
        authors=authors.get(brand, 0),
        negative=negative,
        neutral=number - negative - positive,
        positive=positive,
        mean_severity=round(bucket["severity"]["value"] / number, 3),
    )


def _without_first(reader: Reader, query: Volume) -> Mapping[str, int]:
    """By brand, how many stories have mentions in the filter, but not their first one."""
    first = first_of_story(query.where)
    copies = query_of(query.where, every(without=[first]))
    sources = {"brand": _terms("brand"), "story": _terms("story_id")}
    stories: dict[str, list[str]] = {}
    for bucket in reader.buckets(copies, sources):
        stories.setdefault(bucket["key"]["brand"], []).append(bucket["key"]["story"])
    left = {}
    for brand, names in stories.items():
        inside = 0
        for start in range(0, len(names), MOST_TERMS):
            some = among("story_id", names[start : start + MOST_TERMS])
            inside += reader.count(query_of(query.where.of((brand,)), first, some))
        left[brand] = len(names) - inside
    return left


def top(reader: Reader, query: Top) -> list[TopRow]:
    """Mentions without a value are left out; one with several crisis labels counts under each."""
    field = _FIELD_OF.get(query.by)
    if field is None:
        raise ValueError(f"by {query.by!r}: use one of {', '.join(_FIELD_OF)}")
    if query.size < 1:
        return []
    asked = query_of(query.where)
    if query.by not in _FEW_VALUES:  # count every value first, then total the few that are shown
        asked = every(asked, among(field, _largest(reader, query, asked, field)))
    rows = _rows(reader, asked, field, first_of_story(query.where))
    measure = attrgetter("negative" if query.order == "negative" else "mentions")
    return sorted(rows, key=lambda row: (-measure(row), row.value))[: query.size]


def _rows(reader: Reader, asked: Clause, field: str, first: Clause) -> list[TopRow]:
    found = list(reader.buckets(asked, {"value": _terms(field)}, {**_TOTALS, "firsts": {"filter": first}}))
    lasts = reader.extremes(
        [
            (b["last"]["value"], every(asked, among(field, [b["key"]["value"]])), "published_us", "desc")
            for b in found
        ]
    )  # fmt: skip
    return [
        TopRow(
            value=bucket["key"]["value"],
            mentions=bucket["doc_count"],
            stories=bucket["firsts"]["doc_count"],
            negative=bucket["negative"]["doc_count"],
            positive=bucket["positive"]["doc_count"],
            last_at=moment(last),
        )
        for bucket, last in zip(found, lasts, strict=True)
    ]


def _largest(reader: Reader, query: Top, asked: Clause, field: str) -> Sequence[str]:
    """The values shown: the largest counts, ties by value."""
    source = {"value": _terms(field)}
    counts = {bucket["key"]["value"]: bucket["doc_count"] for bucket in reader.buckets(asked, source)}
    if query.order == "negative":
        negative = {b["key"]["value"]: b["doc_count"] for b in reader.buckets(every(asked, NEGATIVE), source)}
        counts = {value: negative.get(value, 0) for value in counts}
    return heapq.nsmallest(query.size, counts, key=lambda value: (-counts[value], value))


def _terms(field: str) -> Clause:
    return {"terms": {"field": field}}
