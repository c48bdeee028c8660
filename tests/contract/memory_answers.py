"""What the reference store answers to each question: lists and loops over its rows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import floor
from typing import Any

from memory_rows import MemoryRows, order

from mentions.filter import MentionFilter
from mentions.model import Label, Mention
from mentions.queries import (
    CountRow,
    Counts,
    EmergingTerms,
    Health,
    HealthRow,
    RatingHistogram,
    RatingRow,
    SentimentByBucket,
    SentimentRow,
    Similar,
    Stories,
    StoryRow,
    TermRow,
    Top,
    TopRow,
    Volume,
    VolumeRow,
    Worst,
)
from mentions.store import Page
from mentions.terms import is_term

HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor_time(at: datetime, width: timedelta) -> datetime:
    return EPOCH + (at - EPOCH) // width * width


def count(rows: Sequence[Mention], label: str) -> int:
    return sum(row.sentiment_label == label for row in rows)


def begun(store: MemoryRows, where: MentionFilter, rows: Sequence[Mention]) -> int:
    firsts = store.firsts(gone=where.gone)
    return sum(firsts[row.story_id, row.brand] == row.id for row in rows)


def sentiment(store: MemoryRows, query: SentimentByBucket) -> list[SentimentRow]:
    width = timedelta(minutes=query.minutes)

    def key(row: Mention) -> tuple[datetime, str, Label]:
        return floor_time(row.published_at, width), row.brand, row.sentiment_label

    groups = [(key, list(rows)) for key, rows in groupby(sorted(store.matching(query.where), key=key), key=key)]
    return [
        SentimentRow(bucket=at, brand=brand, label=label, mentions=len(rows), stories=begun(store, query.where, rows))
        for (at, brand, label), rows in groups
    ]


def volume(store: MemoryRows, query: Volume) -> list[VolumeRow]:
    found = []
    rows = store.matching(query.where)
    for brand in sorted({row.brand for row in rows}):
        mine = [row for row in rows if row.brand == brand]
        found.append(
            VolumeRow(
                brand=brand,
                mentions=len(mine),
                stories=len({row.story_id for row in mine}),
                authors=len({row.author_key for row in mine if row.author_key is not None}),
                negative=count(mine, "negative"),
                neutral=count(mine, "neutral"),
                positive=count(mine, "positive"),
                mean_severity=round(sum(row.severity for row in mine) / len(mine), 3),
            )
        )
    return found


def top(store: MemoryRows, query: Top) -> list[TopRow]:
    groups: dict[str, list[Mention]] = defaultdict(list)
    for row in store.matching(query.where):
        values = row.crisis_labels if query.by == "crisis_label" else (getattr(row, query.by),)
        for value in set(values) - {None}:
            groups[value].append(row)
    found = [
        TopRow(
            value=value,
            mentions=len(rows),
            stories=begun(store, query.where, rows),
            negative=count(rows, "negative"),
            positive=count(rows, "positive"),
            last_at=max(row.published_at for row in rows),
        )
        for value, rows in groups.items()
    ]
    return sorted(found, key=lambda row: (-getattr(row, query.order), row.value))[: query.size]


def worst(store: MemoryRows, query: Worst) -> Sequence[Mention]:
    return store.search(query.where, Page(size=query.size, sort="worst")).mentions


def emerging(store: MemoryRows, query: EmergingTerms) -> list[TermRow]:
    def sample(where: MentionFilter) -> list[set[str]]:
        rows = sorted(store.matching(where), key=lambda row: (row.post_key, row.id))[: query.sample]
        return [set(row.search_text.split(" ")) for row in rows]

    now, before = sample(query.where), sample(query.against)
    found = []
    for term in set().union(*now):
        mentions, background = (sum(term in words for words in side) for side in (now, before))
        share, usual = mentions / max(len(now), 1), (background + 1) / (len(before) + 1)
        score = round((share - usual) * share / usual, 6)
        if is_term(term) and mentions >= query.least and score > 0:
            found.append(TermRow(term=term, mentions=mentions, background=background, score=score))
    return sorted(found, key=lambda row: (-row.score, row.term))[: query.size]


def ratings(store: MemoryRows, query: RatingHistogram) -> list[RatingRow]:
    cells: dict[tuple[str, int], list[Mention]] = defaultdict(list)
    for row in store.matching(query.where):
        if row.rating is not None:
            cells[row.brand, floor(row.rating + 0.5)].append(row)
    return [
        RatingRow(brand=brand, stars=stars, mentions=len(rows), stories=begun(store, query.where, rows))
        for (brand, stars), rows in sorted(cells.items())
    ]


def stories(store: MemoryRows, query: Stories) -> list[StoryRow]:
    groups: dict[str, list[Mention]] = defaultdict(list)
    for row in sorted(store.matching(query.where), key=order):
        groups[row.story_id].append(row)
    found = [
        StoryRow(
            story_id=story,
            mentions=len(rows),
            sites=len({row.site for row in rows}),
            first_at=rows[0].published_at,
            title=rows[0].title,
            url=rows[0].url,
        )
        for story, rows in groups.items()
        if len(rows) >= query.least
    ]
    return sorted(found, key=lambda row: (-row.mentions, row.story_id))[: query.size]


def similar(store: MemoryRows, query: Similar) -> list[Mention]:
    asked = store.rows.get(query.mention_id)
    if asked is None:
        return []
    near = [
        ((int(row.near_key, 16) ^ int(asked.near_key, 16)).bit_count(), row.id, row)
        for row in store.rows.values()
        if row.brand == asked.brand and row.id != asked.id and row.gone_at is None
    ]
    return [row for distance, _, row in sorted(near, key=lambda n: n[:2]) if distance <= query.distance][: query.size]


def health(store: MemoryRows, query: Health) -> list[HealthRow]:
    rows = store.matching(query.where)
    found = []
    for source in sorted({row.source for row in rows}):
        mine = [row for row in rows if row.source == source]
        found.append(
            HealthRow(
                source=source,
                mentions=len(mine),
                stories=begun(store, query.where, mine),
                first_published_at=min(row.published_at for row in mine),
                last_published_at=max(row.published_at for row in mine),
                last_first_seen_at=max(row.first_seen_at for row in mine),
            )
        )
    return found


def counts(store: MemoryRows, query: Counts) -> list[CountRow]:
    firsts = set(store.rows) if query.copies else set(store.firsts(gone=True).values())
    cells: dict[tuple[datetime, str, datetime], list[Mention]] = defaultdict(list)
    for row in sorted(store.rows.values(), key=order):
        hour = floor_time(row.published_at, HOUR)
        cell = hour, row.source, max(hour, floor_time(row.first_seen_at, HOUR))
        by_author = sum(other.author_key == row.author_key for other in cells[cell]) if row.author_key else 0
        if row.brand == query.brand and query.start <= hour < query.end and row.id in firsts and by_author < 3:
            cells[cell].append(row)
    return [
        CountRow(
            source=source,
            hour=hour,
            arrived=arrived,
            mentions=len(rows),
            negative=count(rows, "negative"),
            severity=sum(row.severity for row in rows),
        )
        for (hour, source, arrived), rows in sorted(cells.items())
        if rows
    ]


ANSWERS: dict[str, Any] = {
    "SentimentByBucket": sentiment,
    "Volume": volume,
    "Top": top,
    "Worst": worst,
    "EmergingTerms": emerging,
    "RatingHistogram": ratings,
    "Stories": stories,
    "Similar": similar,
    "Health": health,
    "Counts": counts,
}
