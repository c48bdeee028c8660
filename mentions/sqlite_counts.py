"""The count cube of the watch in SQLite: event hour by hour of arrival, per source.

The mentions of a large brand are tens of thousands of rows in almost as many cells: numpy groups them, and only the
few cells of more than two mentions are looked at one by one (benchmarks/store.py).
"""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from mentions.queries import CountRow, Counts
from mentions.sqlite_rows import HOUR, TO_YEAR_1, micros, moment

_PER_AUTHOR = 3
# Hours since year 1 and the label travel as one integer, for columns cost more than arithmetic: 27 bits reach 9999.
_BITS = 27
_ROWS = f"""
SELECT ((published_at + {TO_YEAR_1}) / {HOUR} << {_BITS + 1}) | ((first_seen_at + {TO_YEAR_1}) / {HOUR} << 1)
  | (sentiment_label = 'negative'), source, severity, author_key
FROM mention WHERE brand = ? AND published_at >= ? AND published_at < ? AND copy = 0
ORDER BY published_at, id
"""
_AT_ONCE = 500  # small batches stay in the processor's cache, and out of the garbage collector's sight
_row = partial(tuple.__new__, CountRow)  # what CountRow._make does, thrice as fast


def counts(connection: sqlite3.Connection, query: Counts) -> list[CountRow]:
    """Cells by hour, source, arrival.

    Of an author, the first three of a cell by (published_at, id) count; a mention without one always counts.
    """
    first, last = (-(-micros(at) // HOUR) for at in (query.start, query.end))  # whole hours, rounded up
    cursor = connection.execute(_ROWS, (query.brand, first * HOUR, last * HOUR))
    columns: tuple[list[Any], ...] = ([], [], [], [])
    while rows := cursor.fetchmany(_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return _cells(*columns) if columns[0] else []


def _cells(packed: list[int], sources: list[str], severities: list[float], authors: list[str | None]) -> list[CountRow]:
    import numpy as np  # noqa: PLC0415 - only the watch asks for counts: other commands start without it

    names = sorted(set(sources))
    place = {name: number for number, name in enumerate(names)}
    source = np.array([place[name] for name in sources])
    bits = np.array(packed)
    event, negative = bits >> (_BITS + 1), bits & 1
    arrived = np.maximum(event, (bits >> 1) & ((1 << _BITS) - 1))
    order = np.lexsort((arrived, source, event))  # stable: rows of a cell stay in the order of the query
    event, source, arrived = event[order], source[order], arrived[order]
    changed = (event[1:] != event[:-1]) | (source[1:] != source[:-1]) | (arrived[1:] != arrived[:-1])
    starts = np.flatnonzero(np.append(True, changed))
    sizes = np.diff(starts, append=len(packed))
    numbers, negatives = sizes.tolist(), np.add.reduceat(negative[order], starts).tolist()
    sums = np.add.reduceat(np.array(severities)[order], starts).tolist()
    for cell in np.flatnonzero(sizes >= _PER_AUTHOR).tolist():  # numpy adds three numbers in another order than Python
        kept = _first_of_authors(order[starts[cell] : starts[cell] + sizes[cell]].tolist(), authors)
        numbers[cell], negatives[cell] = len(kept), sum(packed[row] & 1 for row in kept)
        sums[cell] = sum(severities[row] for row in kept)
    hours = (_moments(hour[starts].tolist()) for hour in (event, arrived))
    columns = ([names[at] for at in source[starts].tolist()], *hours, numbers, negatives, sums)
    return list(map(_row, zip(*columns, strict=True)))


def _first_of_authors(rows: Sequence[int], authors: Sequence[str | None]) -> list[int]:
    """At most three rows of each known author, the first ones."""
    if len(rows) <= _PER_AUTHOR:
        return list(rows)
    seen: Counter[str | None] = Counter()
    kept = []
    for row in rows:
        author = authors[row]
        seen[author] += 1
        if author is None or seen[author] <= _PER_AUTHOR:
            kept.append(row)
    return kept


def _moments(hours: Sequence[int]) -> list[datetime]:
    """Starts of hours since year 1; each is made once, for most come often."""
    made = {hour: moment(hour * HOUR - TO_YEAR_1) for hour in set(hours)}
    return [made[hour] for hour in hours]
