"""Tables, indices and triggers of the SQLite store, and the way from one version to the next."""

import json
import sqlite3
import string
from collections.abc import Collection

from mentions.columns import FIELDS
from mentions.errors import Stop
from mentions.sqlite_connection import Database
from mentions.sqlite_rows import DERIVED, declaration

VERSION = 2
APPLICATION = 0x56494749  # "VIGI": tells our file from another program's
# By which the first mention of a story is found for later copies (mentions.stories); no other mention is in it.
# Triggers keep it, so that what is erased leaves nothing here either.
STORY_TERMS = (
    (
        "CREATE TABLE story_term (term INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (term, rid)) "
        "STRICT, WITHOUT ROWID"
    ),
    (
        "CREATE TRIGGER story_term_insert AFTER INSERT ON mention WHEN new.story_terms IS NOT NULL BEGIN "
        "INSERT INTO story_term SELECT value, new.rid FROM json_each(new.story_terms); END"
    ),
    (
        "CREATE TRIGGER story_term_delete AFTER DELETE ON mention WHEN old.story_terms IS NOT NULL BEGIN "
        "DELETE FROM story_term WHERE rid = old.rid AND term IN (SELECT value FROM json_each(old.story_terms)); END"
    ),
    (
        "CREATE TRIGGER story_term_update AFTER UPDATE OF story_terms ON mention "
        "WHEN old.story_terms IS NOT new.story_terms BEGIN "
        "DELETE FROM story_term WHERE rid = old.rid AND term IN (SELECT value FROM json_each(old.story_terms)); "
        "INSERT INTO story_term SELECT value, new.rid FROM json_each(new.story_terms); END"
    ),
)
# UPGRADES[n] brings version n + 1 to n + 2. Version n is what CREATE makes; a new file skips them all.
UPGRADES: tuple[tuple[str, ...], ...] = (("ALTER TABLE mention ADD COLUMN story_terms TEXT", *STORY_TERMS),)

# Everything that filters and aggregates read, so that they never touch the wide rows of the table.
COVERING = (
    "brand", "published_at", "id", "gone_at", "copy", "sentiment_label", "severity", "sentiment_negative", "source",
    "first_seen_at", "author_key", "story_id", "site", "unit", "language", "crisis_mask", "rating", "role", "evidence",
    "near", "post_key", "fetched_at", "indexed_at", "pipeline", "thread_url",
)  # fmt: skip
# Only the space separates: text arrives as tokens of mentions.text, and each must stay one whatever its characters.
# (The ascii tokenizer takes every character above 127 for a letter, so emoji of any year pass.)
_MARKS = string.punctuation.replace("'", "''''").replace('"', '""')
_COLUMNS = ",\n  ".join(
    [f"{name} {declaration(name)}" for name in FIELDS] + [f"{name} {kind}" for name, kind in DERIVED.items()]
)
CREATE = (
    f"CREATE TABLE mention (\n  rid INTEGER PRIMARY KEY,\n  {_COLUMNS},\n  UNIQUE (id)\n) STRICT",
    f"CREATE INDEX mention_facts ON mention ({', '.join(COVERING)})",
    "CREATE INDEX mention_source ON mention (source, published_at, first_seen_at, gone_at)",
    "CREATE INDEX mention_time ON mention (published_at, id)",
    "CREATE INDEX mention_post ON mention (post_key)",
    "CREATE INDEX mention_story ON mention (story_id)",
    "CREATE INDEX mention_thread ON mention (thread_url) WHERE thread_url IS NOT NULL",
    "CREATE INDEX mention_url ON mention (canonical_url)",
    "CREATE INDEX mention_author ON mention (author_key) WHERE author_key IS NOT NULL",
    (
        "CREATE VIRTUAL TABLE mention_text USING fts5("
        "search_text, content = 'mention', content_rowid = 'rid', columnsize = 0, "
        f"tokenize = \"ascii tokenchars '{_MARKS}'\")"
    ),
    (
        "CREATE TRIGGER mention_text_insert AFTER INSERT ON mention BEGIN "
        "INSERT INTO mention_text (rowid, search_text) VALUES (new.rid, new.search_text); END"
    ),
    (
        "CREATE TRIGGER mention_text_delete AFTER DELETE ON mention BEGIN "
        "INSERT INTO mention_text (mention_text, rowid, search_text) VALUES ('delete', old.rid, old.search_text); END"
    ),
    (
        "CREATE TRIGGER mention_text_update AFTER UPDATE OF search_text ON mention "
        "WHEN old.search_text <> new.search_text BEGIN "
        "INSERT INTO mention_text (mention_text, rowid, search_text) VALUES ('delete', old.rid, old.search_text); "
        "INSERT INTO mention_text (rowid, search_text) VALUES (new.rid, new.search_text); END"
    ),
    *STORY_TERMS,
)
_RANK_COPIES = """
UPDATE mention SET copy = ranked.copy FROM (
  SELECT rid, CASE
    WHEN row_number() OVER (PARTITION BY story_id, brand ORDER BY published_at, id) = 1 THEN 0
    WHEN gone_at IS NULL AND
      row_number() OVER (PARTITION BY story_id, brand, gone_at IS NULL ORDER BY published_at, id) = 1 THEN 1
    ELSE 2 END AS copy
  FROM mention WHERE story_id IN (SELECT value FROM json_each(?))
) AS ranked WHERE mention.rid = ranked.rid AND mention.copy <> ranked.copy
"""


def ensure_schema(database: Database) -> None:
    """Create the tables in an empty file, or bring an older version up to this one, in one transaction.

    Raises Stop if the file is another program's or was written by a newer Vigie.
    """
    with database.read() as connection:
        version = _version(connection, database)
    if version == VERSION:
        return
    with database.write() as connection:
        version = _version(connection, database)  # another process may have been quicker
        if version == 0:
            statements: tuple[str, ...] = CREATE
        else:
            statements = tuple(statement for step in UPGRADES[version - 1 :] for statement in step)
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def rank_copies(connection: sqlite3.Connection, stories: Collection[str]) -> None:
    """Set `copy` anew in these stories; due in every transaction that changes who belongs to them."""
    if stories:
        connection.execute(_RANK_COPIES, (json.dumps(list(stories)),))


def _version(connection: sqlite3.Connection, database: Database) -> int:
    """Schema version of the file, 0 if it is empty."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if objects and application != APPLICATION:
        raise Stop(f"{database.path} belongs to another program: give Vigie a file of its own (VIGIE_HOME).")
    if version > VERSION:
        raise Stop(
            f"{database.path} was written by a newer Vigie (schema {version}, this one knows {VERSION}): "
            "upgrade Vigie, or point VIGIE_HOME elsewhere."
        )
    return int(version)
