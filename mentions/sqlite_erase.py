"""Deleting from the SQLite store: corrections, retention, and the right to be forgotten."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import json
import sqlite3
from collections.abc import Sequence

from mentions.errors import Transient
from mentions.sqlite_connection import Database
from mentions.sqlite_schema import rank_copies
from mentions.store import EraseRequest

_FREE_PAGES = 2000  # given back to the disk per step of a shrink (8 MB)


def change(connection: sqlite3.Connection, sql: str, keys: Sequence[str]) -> int:
    """Run a statement on the mentions that `keys` (its only parameter, a JSON array) name; returns how many."""
    stories = [story for (story,) in connection.execute(f"{sql} RETURNING story_id", (json.dumps(list(keys)),))]
    rank_copies(connection, stories)
    return len(stories)


def erase(database: Database, request: EraseRequest) -> int:
    """Delete what the request names, then rewrite index, file and log without it.

    Takes as long as copying the file, and that much free disk. ValueError unless exactly one part is set;
    Transient if a reader keeps old pages alive: run it again, it ends what is left to do.
    """
    given = [(name, getattr(request, name)) for name in ("author_key", "url", "source")]
    asked = [(name, value) for name, value in given if value]
    if len(asked) != 1:
        raise ValueError("erase by exactly one of author_key, url, source")
    ((name, value),) = asked
    columns = ("url", "canonical_url", "thread_url") if name == "url" else (name,)
    where = " OR ".join(f"{column} = ?" for column in columns)
    sql = f"DELETE FROM mention WHERE {where} RETURNING story_id"
    with database.write() as connection:
        stories = [story for (story,) in connection.execute(sql, [value] * len(columns))]
        rank_copies(connection, stories)
    with database.write() as connection:  # one segment again: deleted words live on in the older ones
        connection.execute("INSERT INTO mention_text (mention_text) VALUES ('optimize')")
    with database.alone() as connection:
        connection.execute("VACUUM")
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise Transient(
            f"{len(stories)} mentions are erased, but another program still reads old pages of {database.path}: "
            "run the erasure again once it has ended."
        )
    return len(stories)


def shrink(database: Database) -> None:
    """Give free pages back to the disk, in steps that let other programs write in between."""
    with database.alone() as connection:
        while True:
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
            if not free:
                return
            connection.execute(f"PRAGMA incremental_vacuum({_FREE_PAGES})").fetchall()
