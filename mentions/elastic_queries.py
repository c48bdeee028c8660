"""The named queries in Elasticsearch; what each counts is said in `mentions.queries`, how exactly in the functions."""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, Final, cast

from mentions.columns import moment
from mentions.cursor import SORTS
from mentions.elastic_counts import counts
from mentions.elastic_reads import LARGEST, Reader
from mentions.elastic_rows import BAND_DIGITS, bands, mention_of
from mentions.elastic_tallies import top, volume
from mentions.elastic_where import EXACT, GONE, Clause, among, every, first_of_story, query_of
from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.near import near_distance
from mentions.queries import (
    Counts,
    EmergingTerms,
    Health,
    HealthRow,
    Query,
    RatingHistogram,
    RatingRow,
    Row,
    SentimentByBucket,
    SentimentRow,
    Similar,
    Stories,
    StoryRow,
    TermRow,
    Top,
    Volume,
    Worst,
)
from mentions.terms import emerging, holders

_BAND_BITS: Final = 4 * BAND_DIGITS
_MOST_CHANGES: Final = 3  # of one band: 697 spellings of each; more distant keys are looked at one by one


def answer(reader: Reader, query: Query[Row]) -> Sequence[Row]:
    """Rows of a named query; TypeError if it is none of them."""
    function = _ANSWERS.get(type(query))
    if function is None:
        raise TypeError(f"{type(query).__name__} is no named query of mentions.queries")
    return cast("Sequence[Row]", function(reader, query))


def order_of(sort: str) -> list[Clause]:
    """A listing's order in the fields of the mapping; see `mentions.cursor`."""
    direction = "asc" if sort == "oldest" else "desc"
    return [{EXACT.get(name, name): direction} for name in SORTS[sort]]


def _sentiment(reader: Reader, query: SentimentByBucket) -> list[SentimentRow]:
    """Buckets of 15 or 60 minutes of `published_at`, aligned to UTC hours; by bucket, brand, label."""
    if query.minutes not in (15, 60):
        raise ValueError(f"buckets of {query.minutes} minutes: use 60 or 15")
    sources: Mapping[str, Clause] = {
        "bucket": {"date_histogram": {"field": "published_at", "fixed_interval": f"{query.minutes}m"}},
        "brand": {"terms": {"field": "brand"}},
        "label": {"terms": {"field": "sentiment_label"}},
    }
    asked = query_of(query.where)
    first = every(asked, first_of_story(query.where))
    stories = {tuple(bucket["key"].values()): bucket["doc_count"] for bucket in reader.buckets(first, sources)}
    starts: dict[int, datetime] = {}
    rows = []
    for bucket in reader.buckets(asked, sources):
        at, brand, label = key = tuple(bucket["key"].values())
        start = starts.setdefault(at, moment(at * 1000))
        number, begun = bucket["doc_count"], stories.get(key, 0)
        rows.append(SentimentRow(bucket=start, brand=brand, label=label, mentions=number, stories=begun))
    return rows


def _worst(reader: Reader, query: Worst) -> tuple[Mention, ...]:
    """The head of the listing sorted by `worst`."""
    if query.size < 1:
        return ()
    found = reader.ask(
        query=query_of(query.where), sort=order_of("worst"), size=min(query.size, LARGEST), track_total_hits=False
    )
    return tuple(mention_of(hit["_source"]) for hit in found["hits"]["hits"])


def _emerging(reader: Reader, query: EmergingTerms) -> list[TermRow]:
    """Scores of `mentions.terms` on samples: the `sample` mentions of smallest (post_key, id), a digest's order."""
    now, before = (_sample(reader, where, query.sample) for where in (query.where, query.against))
    return emerging(holders(now), len(now), holders(before), len(before), least=query.least, size=query.size)


def _sample(reader: Reader, where: MentionFilter, size: int) -> list[str]:
    texts: list[str] = []
    after: Mapping[str, Any] = {}
    while len(texts) < size:
        wanted = min(size - len(texts), LARGEST)
        hits = reader.ask(
            query=query_of(where), size=wanted, source=["search_text"], track_total_hits=False,
            sort=[{"post_key": "asc"}, {"id": "asc"}], **after,
        )["hits"]["hits"]  # fmt: skip
        texts += [hit["_source"]["search_text"] for hit in hits]
        if len(hits) < wanted:
            break
        after = {"search_after": hits[-1]["sort"]}
    return texts


def _ratings(reader: Reader, query: RatingHistogram) -> list[RatingRow]:
    """Stars 0-5, halves up; mentions without a rating are left out; by brand, stars."""
    stars = {
        "histogram": {"field": "rating", "interval": 1, "offset": 0.5, "min_doc_count": 1},
        "aggs": {"firsts": {"filter": first_of_story(query.where)}},
    }
    return [
        RatingRow(
            brand=brand["key"]["brand"],
            stars=round(bucket["key"] + 0.5),
            mentions=bucket["doc_count"],
            stories=bucket["firsts"]["doc_count"],
        )
        for brand in reader.buckets(query_of(query.where), {"brand": {"terms": {"field": "brand"}}}, {"stars": stars})
        for bucket in brand["stars"]["buckets"]
    ]


def _stories(reader: Reader, query: Stories) -> list[StoryRow]:
    """Mentions and distinct sites of each story; its first mention by (published_at, id); ties by story."""
    asked = query_of(query.where)
    story = {"story": {"terms": {"field": "story_id"}}}
    every_one = ((-b["doc_count"], b["key"]["story"]) for b in reader.buckets(asked, story))
    large = (found for found in every_one if -found[0] >= query.least)
    sizes = {name: -number for number, name in heapq.nsmallest(min(max(query.size, 0), LARGEST), large)}
    if not sizes:
        return []
    mine = every(asked, among("story_id", list(sizes)))
    sites = Counter(b["key"]["story"] for b in reader.buckets(mine, {**story, "site": {"terms": {"field": "site"}}}))
    firsts = reader.ask(
        query=mine, size=len(sizes), sort=order_of("oldest"), collapse={"field": "story_id"}, track_total_hits=False,
        source=["story_id", "published_at", "title", "url"],
    )["hits"]["hits"]  # fmt: skip
    first = {hit["_source"]["story_id"]: hit["_source"] for hit in firsts}
    return [
        StoryRow(
            story_id=name,
            mentions=number,
            sites=sites[name],
            first_at=datetime.fromisoformat(first[name]["published_at"]),
            title=first[name].get("title"),
            url=first[name]["url"],
        )
        for name, number in sizes.items()
        if name in first  # deleted meanwhile
    ]


def _similar(reader: Reader, query: Similar) -> tuple[Mention, ...]:
    """Living mentions but the one asked about, by distance, then id; none for an unknown id."""
    asked = reader.source(query.mention_id, "brand", "near_key")
    if asked is None:
        return ()
    key = asked["near_key"]
    near = [among("near_bands", spellings)] if (spellings := _bands_within(key, query.distance)) else []
    candidates = every(among("brand", [asked["brand"]]), *near, without=[GONE])
    close = [
        (distance, name)
        for other, name in reader.rows(candidates, ("near_key", "id"))
        if (distance := near_distance(other, key)) <= query.distance and name != query.mention_id
    ]
    return reader.mentions([name for _, name in heapq.nsmallest(max(query.size, 0), close)])


def _bands_within(key: str, distance: int) -> list[str]:
    """Bands one of which every key within `distance` bits has; empty if that would be too many.

    Of n bands, at least one has at most distance / n bits changed (Manku, Jain and Das Sarma 2007).
    """
    own = bands(key)
    most = distance // len(own)
    if not 0 <= most <= _MOST_CHANGES:
        return []
    masks = [
        sum(1 << bit for bit in bits) for size in range(most + 1) for bits in combinations(range(_BAND_BITS), size)
    ]
    return [
        f"{place}:{int(digits, 16) ^ mask:0{BAND_DIGITS}x}"
        for place, digits in (band.split(":") for band in own)
        for mask in masks
    ]


def _health(reader: Reader, query: Health) -> list[HealthRow]:
    """By source; `last_first_seen_at` is the newest arrival."""
    asked = query_of(query.where)
    ends = (("first", "published_us", "asc"), ("last", "published_us", "desc"), ("seen", "first_seen_us", "desc"))
    aggs: dict[str, Clause] = {
        name: {"min" if order == "asc" else "max": {"field": field}} for name, field, order in ends
    }
    aggs["firsts"] = {"filter": first_of_story(query.where)}
    found = list(reader.buckets(asked, {"source": {"terms": {"field": "source"}}}, aggs))
    extremes = reader.extremes(
        [
            (b[name]["value"], every(asked, among("source", [b["key"]["source"]])), field, order)
            for b in found
            for name, field, order in ends
        ]
    )
    times = [moment(number) for number in extremes]
    return [
        HealthRow(
            source=bucket["key"]["source"],
            mentions=bucket["doc_count"],
            stories=bucket["firsts"]["doc_count"],
            first_published_at=times[place],
            last_published_at=times[place + 1],
            last_first_seen_at=times[place + 2],
        )
        for place, bucket in zip(range(0, len(times), len(ends)), found, strict=True)
    ]


_ANSWERS: Mapping[type, Callable[[Reader, Any], Sequence[Any]]] = {
    SentimentByBucket: _sentiment,
    Volume: volume,
    Top: top,
    Worst: _worst,
    EmergingTerms: _emerging,
    RatingHistogram: _ratings,
    Stories: _stories,
    Similar: _similar,
    Health: _health,
    Counts: counts,
}
