"""The count cube of the watch in SQLite: event hour by hour of arrival, per source."""

import sqlite3
from collections import Counter

from mentions.queries import CountRow, Counts
from mentions.sqlite_rows import micros, moment

_HOUR = 3_600_000_000
_PER_AUTHOR = 3
_ROWS = """
SELECT source, published_at, first_seen_at, author_key, sentiment_label = 'negative', severity
FROM mention WHERE brand = ? AND published_at >= ? AND published_at < ? AND copy = 0
ORDER BY published_at, id
"""


def counts(connection: sqlite3.Connection, query: Counts) -> list[CountRow]:
    """Cells by hour, source, arrival; `severity` is the sum over the cell rounded to 3 digits.

    Of an author, the first three of a cell by (published_at, id) count; a mention without one always counts.
    """
    first, last = (-(-micros(at) // _HOUR) * _HOUR for at in (query.start, query.end))  # whole hours, rounded up
    cells: dict[tuple[int, str, int], list[float]] = {}
    by_author: Counter[tuple[int, str, int, str]] = Counter()
    for source, published, seen, author, negative, severity in connection.execute(_ROWS, (query.brand, first, last)):
        hour = published // _HOUR
        cell = (hour, source, max(seen // _HOUR, hour))
        if author is not None:
            by_author[(*cell, author)] += 1
            if by_author[(*cell, author)] > _PER_AUTHOR:
                continue
        totals = cells.setdefault(cell, [0, 0, 0.0])
        totals[0] += 1
        totals[1] += negative
        totals[2] += severity
    return [
        CountRow(
            source=source,
            hour=moment(hour * _HOUR),
            arrived=moment(arrived * _HOUR),
            mentions=int(number),
            negative=int(negative),
            severity=round(severity, 3),
        )
        for (hour, source, arrived), (number, negative, severity) in sorted(cells.items())
    ]
