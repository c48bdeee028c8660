"""The count cube of the watch in SQLite: one covering index read, its rows packed for `mentions.cells`."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import sqlite3
from typing import Any

from mentions.cells import BITS, cells, whole_hours
from mentions.columns import HOUR, TO_YEAR_1
from mentions.queries import CountRow, Counts

_ROWS = f"""
SELECT ((published_at + {TO_YEAR_1}) / {HOUR} << {BITS + 1}) | ((first_seen_at + {TO_YEAR_1}) / {HOUR} << 1)
  | (sentiment_label = 'negative'), source, severity, author_key
FROM mention WHERE brand = ? AND published_at >= ? AND published_at < ? AND copy <= ?
ORDER BY published_at, id
"""
_AT_ONCE = 500  # small batches stay in the processor's cache, and out of the garbage collector's sight


def counts(connection: sqlite3.Connection, query: Counts) -> list[CountRow]:
    """Cells by hour, source, arrival; see `mentions.cells`."""
    most = 2 if query.copies else 0
    cursor = connection.execute(_ROWS, (query.brand, *whole_hours(query.start, query.end), most))
    columns: tuple[list[Any], ...] = ([], [], [], [])
    while rows := cursor.fetchmany(_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return cells(*columns)
