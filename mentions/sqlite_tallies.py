"""Totals per brand and per value in SQLite: Volume and Top.

GROUP BY and count(DISTINCT) sort every row in a b-tree; over the 54,000 mentions of a large brand that took twice
as long as handing the column over as one JSON array and counting it in a dict (benchmarks/store.py).
"""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import heapq
import json
import sqlite3
from collections import Counter
from operator import attrgetter

from mentions.columns import moment
from mentions.filter import MentionFilter
from mentions.queries import Top, TopRow, Volume, VolumeRow
from mentions.sqlite_rows import CRISIS_BIT
from mentions.sqlite_where import Condition, condition, first_of_story

_DIMENSIONS = ("source", "site", "unit", "language", "brand", "crisis_label", "author_key", "thread_url")
_FEW_VALUES = ("unit", "language", "brand")
_RARE_VALUES = ("author_key", "thread_url")
_TOTALS = "count(*), sum({}), sum(sentiment_label = 'negative'), sum(sentiment_label = 'positive'), max(published_at)"


def volume(connection: sqlite3.Connection, query: Volume) -> list[VolumeRow]:
    """Distinct stories and distinct known authors; mean severity is the sum by the count, rounded to 3 digits."""
    where = condition(query.where)
    first = first_of_story(query.where)
    sql = (
        "SELECT brand, count(*), sum(sentiment_label = 'negative'), sum(sentiment_label = 'positive'), sum(severity), "
        f"sum({first}), json_group_array(story_id) FILTER (WHERE NOT {first}), json_group_array(author_key) "
        f"FROM mention WHERE {where.sql} GROUP BY brand ORDER BY brand"
    )
    return [
        VolumeRow(
            brand=brand,
            mentions=number,
            stories=firsts + _without_first(connection, query.where, brand, set(json.loads(others))),
            authors=len(set(json.loads(authors)) - {None}),
            negative=negative,
            neutral=number - negative - positive,
            positive=positive,
            mean_severity=round(severity / number, 3),
        )
        for brand, number, negative, positive, severity, firsts, others, authors in connection.execute(
            sql, where.parameters
        ).fetchall()
    ]


def _without_first(connection: sqlite3.Connection, asked: MentionFilter, brand: str, stories: set[str]) -> int:
    """How many of these stories have their first mention outside the filter."""
    if not stories:
        return 0
    where = condition(asked.of((brand,)))
    where.add(first_of_story(asked))
    where.add("story_id IN (SELECT value FROM json_each(?))", json.dumps(list(stories)))
    sql = f"SELECT count(*) FROM mention INDEXED BY mention_story WHERE {where.sql}"
    (inside,) = connection.execute(sql, where.parameters).fetchone()
    return len(stories) - int(inside)


def top(connection: sqlite3.Connection, query: Top) -> list[TopRow]:
    """Mentions without a value are left out; one with several crisis labels counts under each."""
    if query.by not in _DIMENSIONS:
        raise ValueError(f"by {query.by!r}: use one of {', '.join(_DIMENSIONS)}")
    where = condition(query.where)
    measure = attrgetter("negative" if query.order == "negative" else "mentions")
    labels = query.by == "crisis_label"
    totals = _TOTALS.format(first_of_story(query.where))
    found = _crisis_labels(connection, where, totals) if labels else _values(connection, where, query, totals)
    return sorted(found, key=lambda row: (-measure(row), row.value))[: max(query.size, 0)]


def _values(connection: sqlite3.Connection, where: Condition, query: Top, totals: str) -> list[TopRow]:
    """Count every value first, then total the few that are shown; all of them where there are few."""
    grouped = f"SELECT {query.by}, {totals} FROM mention WHERE {{}} GROUP BY 1"
    if query.by in _FEW_VALUES:
        return [_row(*values) for values in connection.execute(grouped.format(where.sql), where.parameters)]
    counts = _counts(connection, where, query.by)
    if query.order == "negative":
        negative = _counts(connection, where, query.by, "sentiment_label = 'negative'")
        counts = Counter({value: negative[value] for value in counts})
    shown = _largest(counts, query.size)
    if not shown:
        return []
    # The plus keeps the planner on the covering index where a value has many rows.
    where.among(query.by if query.by in _RARE_VALUES else f"+{query.by}", shown)
    return [_row(*values) for values in connection.execute(grouped.format(where.sql), where.parameters)]


def _counts(connection: sqlite3.Connection, where: Condition, column: str, also: str = "1") -> Counter[str]:
    sql = f"SELECT json_group_array({column}) FROM mention WHERE {where.sql} AND {also} AND {column} IS NOT NULL"
    (values,) = connection.execute(sql, where.parameters).fetchone()
    return Counter(json.loads(values))


def _largest(counts: Counter[str], size: int) -> list[str]:
    """The `size` values of largest count, ties by value."""
    if size < 1 or not counts:
        return []
    least = heapq.nlargest(size, counts.values())[-1]  # most values are rarer: sort only the others
    candidates = [(-count, value) for value, count in counts.items() if count >= least]
    return [value for _, value in sorted(candidates)[:size]]


def _crisis_labels(connection: sqlite3.Connection, where: Condition, totals: str) -> list[TopRow]:
    """Totals of each set of labels, shared out to each label in it."""
    sql = f"SELECT crisis_mask, {totals} FROM mention WHERE {where.sql} AND crisis_mask <> 0 GROUP BY crisis_mask"
    sets = connection.execute(sql, where.parameters).fetchall()
    rows = []
    for label, bit in CRISIS_BIT.items():
        mine = [numbers for mask, *numbers in sets if mask & bit]
        if mine:
            counts, firsts, negatives, positives, lasts = zip(*mine, strict=True)
            rows.append(_row(label, sum(counts), sum(firsts), sum(negatives), sum(positives), max(lasts)))
    return rows


def _row(value: str, mentions: int, stories: int, negative: int, positive: int, last: int) -> TopRow:
    return TopRow(
        value=value, mentions=mentions, stories=stories, negative=negative, positive=positive, last_at=moment(last)
    )
