"""The reads of the SQLite store that are no listing: rows by number, known posts, openers of threads."""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from mentions.columns import FIELDS, moment
from mentions.model import Mention
from mentions.sqlite_rows import mention_of
from mentions.store import Known

ALL = ", ".join(FIELDS)
_KNOWN = """
SELECT post_key, post_id, content_hash, revision, pipeline, fetched_at, first_seen_at, brand, gone_at,
  published_at, published_rule, published_precision, story_id
FROM mention WHERE post_key IN (SELECT value FROM json_each(?))
ORDER BY post_key, version DESC, fetched_at DESC, brand
"""
_OPENER = """
SELECT post_key FROM mention
WHERE gone_at IS NULL AND (
  (canonical_url = ?1 AND unit = 'article')
  OR (thread_url = ?1 AND unit IN ('post', 'mail') AND position = 0)
  OR (canonical_url = ?1 AND unit IN ('post', 'mail') AND position IS NULL AND parent IS NULL))
ORDER BY unit = 'article' DESC, position IS NULL, published_at, id LIMIT 1
"""


def fetch(connection: sqlite3.Connection, rids: Sequence[int]) -> tuple[Mention, ...]:
    """Mentions of these row numbers, in their order; those deleted meanwhile are left out."""
    sql = f"SELECT rid, {ALL} FROM mention WHERE rid IN (SELECT value FROM json_each(?))"
    rows = {row[0]: row[1:] for row in connection.execute(sql, (json.dumps(list(rids)),))}
    return tuple(mention_of(rows[rid]) for rid in rids if rid in rows)


def known(connection: sqlite3.Connection, post_keys: Sequence[str]) -> Mapping[str, Known]:
    """By post key, what its row of highest version says; see SqliteStore.known."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for key, *row in connection.execute(_KNOWN, (json.dumps(list(post_keys)),)):
        rows.setdefault(key, []).append(tuple(row))
    return {key: _known(found) for key, found in rows.items()}


def _known(rows: Sequence[tuple[Any, ...]]) -> Known:
    post_id, content_hash, revision, pipeline, fetched_at, *_, published_at, rule, precision, story_id = rows[0]
    return Known(
        post_id=post_id,
        content_hash=content_hash,
        revision=revision,
        pipeline=pipeline,
        fetched_at=moment(fetched_at),
        first_seen_at=moment(min(row[5] for row in rows)),
        brands=tuple(sorted(row[6] for row in rows)),
        gone=all(row[7] is not None for row in rows),
        published_at=moment(published_at),
        published_rule=rule,
        published_precision=precision,
        story_id=story_id,
    )


def opening_brands(connection: sqlite3.Connection, thread_url: str) -> tuple[str, ...]:
    """Brands under which the opening post of a thread is stored with evidence `named`, sorted.

    The opening post is the article at that canonical URL; else, among posts and mails, the one at position 0 of
    the thread, else the oldest at that canonical URL with neither position nor parent.
    Comments and reviews open nothing, tombstones do not count.
    """
    opener = connection.execute(_OPENER, (thread_url,)).fetchone()
    if opener is None:
        return ()
    sql = "SELECT brand FROM mention WHERE post_key = ? AND evidence = 'named' AND gone_at IS NULL ORDER BY brand"
    return tuple(brand for (brand,) in connection.execute(sql, opener))
