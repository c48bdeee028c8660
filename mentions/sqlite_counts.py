"""The count cube of the watch in SQLite: event hour by hour of arrival, per source."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import sqlite3
from collections import Counter, defaultdict
from typing import Any

from mentions.queries import CountRow, Counts
from mentions.sqlite_rows import HOUR, bucket_of, micros, moment

_PER_AUTHOR = 3
_ROWS = f"""
SELECT {bucket_of("published_at", HOUR)}, source,
  max({bucket_of("published_at", HOUR)}, {bucket_of("first_seen_at", HOUR)}),
  1, sentiment_label = 'negative', severity, author_key
FROM mention WHERE brand = ? AND published_at >= ? AND published_at < ? AND copy = 0
ORDER BY published_at, id
"""


def counts(connection: sqlite3.Connection, query: Counts) -> list[CountRow]:
    """Cells by hour, source, arrival.

    Of an author, the first three of a cell by (published_at, id) count; a mention without one always counts.
    """
    first, last = (-(-micros(at) // HOUR) for at in (query.start, query.end))  # whole hours, rounded up
    cells: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    fuller: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in connection.execute(_ROWS, (query.brand, first * HOUR, last * HOUR)):
        if cells.setdefault(row[:3], row) is not row:
            fuller[row[:3]].append(row)
    for cell, others in fuller.items():  # most cells hold one mention
        cells[cell] = _total([cells[cell], *others])
    hours = {hour: moment(hour * HOUR) for hour in {hour for cell in cells for hour in (cell[0], cell[2])}}
    return [
        CountRow(source, hours[hour], hours[arrived], number, negative, severity)
        for hour, source, arrived, number, negative, severity, _ in sorted(cells.values())
    ]


def _total(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The rows of one cell as one, at most three of each known author, the first ones."""
    authors: Counter[str | None] = Counter()
    kept = []
    for row in rows:
        author = row[6]
        authors[author] += 1
        if author is None or authors[author] <= _PER_AUTHOR:
            kept.append(row)
    return (*rows[0][:3], len(kept), sum(row[4] for row in kept), sum(row[5] for row in kept), None)
