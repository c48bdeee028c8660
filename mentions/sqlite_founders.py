"""First mentions of stories in SQLite, by the terms of their sketches."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from mentions.sqlite_rows import near_number
from mentions.stories import COMMON, Founder, closest

_HOLDERS: Final = "SELECT rid FROM story_term WHERE term = ? LIMIT ?"
_STORIES: Final = "SELECT rid, story_id FROM mention WHERE rid IN (SELECT value FROM json_each(?))"
_TEXTS: Final = """
SELECT story_id, unit, title, search_text FROM mention WHERE rid IN (SELECT value FROM json_each(?))
ORDER BY story_id, id
"""


def founders(connection: sqlite3.Connection, sketches: Sequence[Sequence[str]]) -> list[Founder]:
    """By story id; see MentionStore.founders."""
    holders = _holders(connection, {term for sketch in sketches for term in sketch})
    wanted: set[int] = set()  # by row number: to look for the founder among all that have its story costs more
    for sketch in sketches:
        held = [holders[term] for term in sketch if term in holders]
        best = set(closest(Counter(story for stories in held for story in set(stories.values()))))
        wanted.update(rid for stories in held for rid, story in stories.items() if story in best)
    found: dict[str, Founder] = {}
    for story, unit, title, text in connection.execute(_TEXTS, (json.dumps(sorted(wanted)),)) if wanted else ():
        found.setdefault(story, Founder(story_id=story, unit=unit, title=title, search_text=text))
    return list(found.values())


def _holders(connection: sqlite3.Connection, terms: set[str]) -> Mapping[str, Mapping[int, str]]:
    """By term, the rows that hold it, each with its story; terms that too many rows hold are absent."""
    rids: dict[str, list[int]] = {}
    for term in terms:
        rows = connection.execute(_HOLDERS, (near_number(term), COMMON + 1)).fetchall()
        if 0 < len(rows) <= COMMON:
            rids[term] = [rid for (rid,) in rows]
    every = sorted({rid for some in rids.values() for rid in some})
    story = dict(connection.execute(_STORIES, (json.dumps(every),))) if every else {}
    return {term: {rid: story[rid] for rid in some} for term, some in rids.items()}
