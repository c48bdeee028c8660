"""The count cube of the watch in SQLite: event hour by hour of arrival, per source."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import sqlite3
from collections import Counter, defaultdict
from typing import Any

from mentions.queries import CountRow, Counts
from mentions.sqlite_rows import micros, moment

_HOUR = 3_600_000_000
_PER_AUTHOR = 3
# Whole hours since 1970, also before it (`%` keeps the sign of its left side).
_HOUR_OF = "(({0} - ({0} % 3600000000 + 3600000000) % 3600000000) / 3600000000)"
_ROWS = f"""
SELECT {_HOUR_OF.format("published_at")} AS hour, source,
  max({_HOUR_OF.format("published_at")}, {_HOUR_OF.format("first_seen_at")}),
  author_key, sentiment_label = 'negative', severity
FROM mention WHERE brand = ? AND published_at >= ? AND published_at < ? AND copy = 0
ORDER BY published_at, id
"""


def counts(connection: sqlite3.Connection, query: Counts) -> list[CountRow]:
    """Cells by hour, source, arrival; `severity` is the sum over the cell rounded to 3 digits.

    Of an author, the first three of a cell by (published_at, id) count; a mention without one always counts.
    """
    first, last = (-(-micros(at) // _HOUR) for at in (query.start, query.end))  # whole hours, rounded up
    cells: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in connection.execute(_ROWS, (query.brand, first * _HOUR, last * _HOUR)):
        cells[row[:3]].append(row)
    hours = {hour: moment(hour * _HOUR) for hour in {hour for cell in cells for hour in (cell[0], cell[2])}}
    return [
        CountRow(
            source=source,
            hour=hours[hour],
            arrived=hours[arrived],
            mentions=len(rows),
            negative=sum([row[4] for row in rows]),
            severity=round(sum([row[5] for row in rows]), 3),
        )
        for (hour, source, arrived), found in sorted(cells.items())
        for rows in (_capped(found),)
    ]


def _capped(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """At most three rows of each known author, the first ones."""
    if len(rows) <= _PER_AUTHOR:
        return rows
    counted: Counter[str | None] = Counter()
    kept = []
    for row in rows:
        author = row[3]
        counted[author] += 1
        if author is None or counted[author] <= _PER_AUTHOR:
            kept.append(row)
    return kept
