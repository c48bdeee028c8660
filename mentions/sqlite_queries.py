"""The named queries in SQL; what each counts is said in `mentions.queries`, how exactly in the functions here."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from mentions.columns import moment
from mentions.cursor import SORTS
from mentions.filter import MentionFilter
from mentions.model import LABELS, Label, Mention
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
from mentions.sqlite_counts import counts
from mentions.sqlite_reads import fetch
from mentions.sqlite_rows import bucket_of, near_number
from mentions.sqlite_tallies import top, volume
from mentions.sqlite_where import condition, first_of_story
from mentions.terms import emerging, holders

_MINUTE = 60_000_000
_ALL_BITS = (1 << 64) - 1
_MOST_BANDS = 9  # more would be so narrow that every key passes
_LABELS: tuple[Label, ...] = tuple(sorted(LABELS))  # the order of rows


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
    # Bucket, label and rank as one number, counted here: GROUP BY would sort every row.
    label = " + ".join(f"(sentiment_label >= '{label}')" for label in _LABELS[1:])
    code = f"({bucket_of('published_at', width)} * {len(_LABELS)} + {label}) * 2 + ({first_of_story(query.where)})"
    sql = f"SELECT brand, json_group_array({code}) FROM mention WHERE {where.sql} GROUP BY brand"
    cells = []
    for brand, codes in connection.execute(sql, where.parameters):
        times = Counter(json.loads(codes))
        for number in {number >> 1 for number in times}:
            first = times[number * 2 + 1]
            cells.append((*divmod(number, len(_LABELS)), brand, times[number * 2] + first, first))
    cells.sort(key=itemgetter(0, 2, 1))
    starts = {bucket: moment(bucket * width) for bucket, *_ in cells}
    return [
        SentimentRow(bucket=starts[bucket], brand=brand, label=_LABELS[place], mentions=number, stories=first)
        for bucket, place, brand, number, first in cells
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
        f"SELECT brand, CAST(rating + 0.5 AS INTEGER) AS stars, count(*), sum({first_of_story(query.where)}) "
        f"FROM mention WHERE {where.sql} AND rating IS NOT NULL GROUP BY brand, stars ORDER BY brand, stars"
    )
    return [
        RatingRow(brand=brand, stars=stars, mentions=number, stories=first)
        for brand, stars, number, first in connection.execute(sql, where.parameters)
    ]


def _stories(connection: sqlite3.Connection, query: Stories) -> list[StoryRow]:
    """Mentions and distinct sites of each story; its first mention by (published_at, id); ties by story."""
    where, every = condition(query.where), condition(query.where)
    if len(query.where.brands) == 1 and query.least > 1:  # few stories have a second mention: look at those only
        second = "SELECT story_id FROM mention WHERE brand = ? AND copy > 0"
        where.add(f"story_id IN ({second})", *query.where.brands)
    sql = (
        "SELECT story_id, count(*) AS mentions, count(DISTINCT site) FROM mention "
        f"WHERE {where.sql} GROUP BY story_id HAVING mentions >= ? ORDER BY mentions DESC, story_id LIMIT ?"
    )
    found = connection.execute(sql, [*where.parameters, query.least, max(query.size, 0)]).fetchall()
    first = (
        f"SELECT published_at, title, url FROM mention INDEXED BY mention_story WHERE {every.sql} AND story_id = ? "
        "ORDER BY published_at, id LIMIT 1"
    )
    rows = []
    for story, number, sites in found:
        at, title, url = connection.execute(first, [*every.parameters, story]).fetchone()
        rows.append(StoryRow(story_id=story, mentions=number, sites=sites, first_at=moment(at), title=title, url=url))
    return rows


def _similar(connection: sqlite3.Connection, query: Similar) -> tuple[Mention, ...]:
    """Living mentions but the one asked about, by distance, then id; none for an unknown id."""
    asked = connection.execute("SELECT rid, brand, near_key FROM mention WHERE id = ?", (query.mention_id,)).fetchone()
    if asked is None:
        return ()
    itself, brand, near_key = asked
    key = near_number(near_key)
    near = _one_band_equal(query.distance, key)
    sql = f"SELECT near, rid, id FROM mention WHERE brand = ? AND gone_at IS NULL AND {near}"
    close = [
        (distance, name, rid)
        for other, rid, name in connection.execute(sql, (brand,))
        if (distance := ((other ^ key) & _ALL_BITS).bit_count()) <= query.distance and rid != itself
    ]
    return fetch(connection, [rid for _, _, rid in sorted(close)[: max(query.size, 0)]])


def _one_band_equal(distance: int, key: int) -> str:
    """True for every key within `distance` bits, and for few others.

    Of distance + 1 bands of the key, at least one must be untouched (Manku, Jain and Das Sarma 2007).
    """
    if not 0 <= distance < _MOST_BANDS:
        return "1"
    width = min(64 // (distance + 1), 32)  # the key is signed: bands of 64 bits would overflow
    mask = (1 << width) - 1
    bands = ((place, (key >> place) & mask) for place in range(0, 64 - width + 1, width))
    return "(" + " OR ".join(f"(near >> {place}) & {mask} = {value}" for place, value in bands) + ")"


def _health(connection: sqlite3.Connection, query: Health) -> list[HealthRow]:
    """By source; `last_first_seen_at` is the newest arrival."""
    where = condition(query.where)
    sql = (
        f"SELECT source, count(*), sum({first_of_story(query.where)}), min(published_at), max(published_at), "
        "max(first_seen_at) FROM mention "
        f"WHERE {where.sql} GROUP BY source ORDER BY source"
    )
    return [
        HealthRow(
            source=source,
            mentions=number,
            stories=stories,
            first_published_at=moment(first),
            last_published_at=moment(last),
            last_first_seen_at=moment(seen),
        )
        for source, number, stories, first, last, seen in connection.execute(sql, where.parameters)
    ]


_ANSWERS: Mapping[type, Callable[[sqlite3.Connection, Any], Sequence[Any]]] = {
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
