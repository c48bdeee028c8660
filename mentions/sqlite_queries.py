"""The named queries in SQL; what each counts is said in `mentions.queries`, how exactly in the functions here."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from mentions.cursor import SORTS
from mentions.filter import MentionFilter
from mentions.model import CRISIS_LABELS, Mention
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
    TopRow,
    Volume,
    VolumeRow,
    Worst,
)
from mentions.sqlite_counts import counts
from mentions.sqlite_reads import fetch
from mentions.sqlite_rows import CRISIS_BIT, moment, near_number
from mentions.sqlite_where import condition
from mentions.terms import emerging, holders

_MINUTE = 60_000_000
_DIMENSIONS = ("source", "site", "unit", "language", "brand", "crisis_label", "author_key", "thread_url")


def answer(connection: sqlite3.Connection, query: Query[Row]) -> Sequence[Row]:
    """Rows of a named query; TypeError if it is none of them."""
    function = _ANSWERS.get(type(query))
    if function is None:
        raise TypeError(f"{type(query).__name__} is no named query of mentions.queries")
    return cast("Sequence[Row]", function(connection, query))


def _sentiment(connection: sqlite3.Connection, query: SentimentByBucket) -> list[SentimentRow]:
    """Buckets of 15 or 60 minutes of `published_at`, aligned to UTC hours; by bucket, brand, label."""
    if query.minutes not in (15, 60):
        raise ValueError(f"buckets of {query.minutes} minutes: use 60 or 15")
    width = query.minutes * _MINUTE
    where = condition(query.where)
    # `%` keeps the sign of its left side: the second one makes times before 1970 round down too.
    bucket = f"published_at - (published_at % {width} + {width}) % {width}"
    sql = (
        f"SELECT {bucket} AS bucket, brand, sentiment_label, count(*) FROM mention WHERE {where.sql} "
        "GROUP BY bucket, brand, sentiment_label ORDER BY bucket, brand, sentiment_label"
    )
    return [
        SentimentRow(bucket=moment(bucket), brand=brand, label=label, mentions=number)
        for bucket, brand, label, number in connection.execute(sql, where.parameters)
    ]


def _volume(connection: sqlite3.Connection, query: Volume) -> list[VolumeRow]:
    """Distinct stories and distinct known authors; mean severity is the sum by the count, rounded to 3 digits."""
    where = condition(query.where)
    sql = (
        "SELECT brand, count(*), count(DISTINCT story_id), count(DISTINCT author_key), "
        "sum(sentiment_label = 'negative'), sum(sentiment_label = 'neutral'), sum(sentiment_label = 'positive'), "
        f"sum(severity) FROM mention WHERE {where.sql} GROUP BY brand ORDER BY brand"
    )
    names = ("brand", "mentions", "stories", "authors", "negative", "neutral", "positive")
    return [
        VolumeRow(**dict(zip(names, row, strict=True)), mean_severity=round(severity / row[1], 3))
        for *row, severity in connection.execute(sql, where.parameters)
    ]


def _top(connection: sqlite3.Connection, query: Top) -> list[TopRow]:
    """Mentions without a value are left out; one with several crisis labels counts under each."""
    if query.by not in _DIMENSIONS:
        raise ValueError(f"by {query.by!r}: use one of {', '.join(_DIMENSIONS)}")
    where = condition(query.where)
    table, value = "mention", query.by
    if query.by == "crisis_label":
        rows = ", ".join(f"('{label}', {CRISIS_BIT[label]})" for label in CRISIS_LABELS)
        table = f"mention JOIN (SELECT column1 AS label, column2 AS bit FROM (VALUES {rows})) ON crisis_mask & bit <> 0"
        value = "label"
        where.add("crisis_mask <> 0")
    order = "negative" if query.order == "negative" else "mentions"
    sql = (
        f"SELECT {value} AS value, count(*) AS mentions, sum(sentiment_label = 'negative') AS negative, "
        f"sum(sentiment_label = 'positive'), max(published_at) FROM {table} "
        f"WHERE {where.sql} AND {value} IS NOT NULL GROUP BY 1 ORDER BY {order} DESC, 1 LIMIT ?"
    )
    return [
        TopRow(value=name, mentions=number, negative=negative, positive=positive, last_at=moment(last))
        for name, number, negative, positive, last in connection.execute(sql, [*where.parameters, max(query.size, 0)])
    ]


def _worst(connection: sqlite3.Connection, query: Worst) -> tuple[Mention, ...]:
    """The head of the listing sorted by `worst`."""
    where = condition(query.where)
    order = ", ".join(f"{name} DESC" for name in SORTS["worst"])
    sql = f"SELECT rid FROM mention WHERE {where.sql} ORDER BY {order} LIMIT ?"
    return fetch(connection, [rid for (rid,) in connection.execute(sql, [*where.parameters, max(query.size, 0)])])


def _emerging(connection: sqlite3.Connection, query: EmergingTerms) -> list[TermRow]:
    """Scores of `mentions.terms` on samples: the `sample` mentions of smallest (post_key, id), a digest's order."""
    now, before = (_sample(connection, where, query.sample) for where in (query.where, query.against))
    return emerging(holders(now), len(now), holders(before), len(before), least=query.least, size=query.size)


def _sample(connection: sqlite3.Connection, where: MentionFilter, size: int) -> list[str]:
    found = condition(where)
    sql = (
        "SELECT search_text FROM mention WHERE rid IN "
        f"(SELECT rid FROM mention WHERE {found.sql} ORDER BY post_key, id LIMIT ?)"
    )
    return [text for (text,) in connection.execute(sql, [*found.parameters, max(size, 0)])]


def _ratings(connection: sqlite3.Connection, query: RatingHistogram) -> list[RatingRow]:
    """Stars 0-5, halves up; mentions without a rating are left out; by brand, stars."""
    where = condition(query.where)
    sql = (
        "SELECT brand, CAST(rating + 0.5 AS INTEGER) AS stars, count(*) FROM mention "
        f"WHERE {where.sql} AND rating IS NOT NULL GROUP BY brand, stars ORDER BY brand, stars"
    )
    return [
        RatingRow(brand=brand, stars=stars, mentions=number)
        for brand, stars, number in connection.execute(sql, where.parameters)
    ]


def _stories(connection: sqlite3.Connection, query: Stories) -> list[StoryRow]:
    """Mentions and distinct sites of each story; its first mention by (published_at, id); ties by story."""
    where = condition(query.where)
    sql = (
        "SELECT story_id, count(*) AS mentions, count(DISTINCT site) FROM mention "
        f"WHERE {where.sql} GROUP BY story_id HAVING mentions >= ? ORDER BY mentions DESC, story_id LIMIT ?"
    )
    first = (
        f"SELECT published_at, title, url FROM mention WHERE {where.sql} AND story_id = ? "
        "ORDER BY published_at, id LIMIT 1"
    )
    found = connection.execute(sql, [*where.parameters, query.least, max(query.size, 0)]).fetchall()
    rows = []
    for story, number, sites in found:
        at, title, url = connection.execute(first, [*where.parameters, story]).fetchone()
        rows.append(StoryRow(story_id=story, mentions=number, sites=sites, first_at=moment(at), title=title, url=url))
    return rows


def _similar(connection: sqlite3.Connection, query: Similar) -> tuple[Mention, ...]:
    """Living mentions but the one asked about, by distance, then id; none for an unknown id."""
    asked = connection.execute("SELECT rid, brand, near_key FROM mention WHERE id = ?", (query.mention_id,)).fetchone()
    if asked is None:
        return ()
    itself, brand, near_key = asked
    key = near_number(near_key)
    facts = connection.execute("SELECT near, rid, id FROM mention WHERE brand = ? AND gone_at IS NULL", (brand,))
    bits = (1 << 64) - 1
    close = [
        (distance, name, rid)
        for near, rid, name in facts
        if (distance := ((near ^ key) & bits).bit_count()) <= query.distance and rid != itself
    ]
    return fetch(connection, [rid for _, _, rid in sorted(close)[: max(query.size, 0)]])


def _health(connection: sqlite3.Connection, query: Health) -> list[HealthRow]:
    """By source; `last_first_seen_at` is the newest arrival."""
    where = condition(query.where)
    sql = (
        "SELECT source, count(*), min(published_at), max(published_at), max(first_seen_at) FROM mention "
        f"WHERE {where.sql} GROUP BY source ORDER BY source"
    )
    return [
        HealthRow(
            source=source,
            mentions=number,
            first_published_at=moment(first),
            last_published_at=moment(last),
            last_first_seen_at=moment(seen),
        )
        for source, number, first, last, seen in connection.execute(sql, where.parameters)
    ]


_ANSWERS: Mapping[type, Callable[[sqlite3.Connection, Any], Sequence[Any]]] = {
    SentimentByBucket: _sentiment,
    Volume: _volume,
    Top: _top,
    Worst: _worst,
    EmergingTerms: _emerging,
    RatingHistogram: _ratings,
    Stories: _stories,
    Similar: _similar,
    Health: _health,
    Counts: counts,
}
