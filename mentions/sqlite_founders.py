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
SELECT story_id, unit, title, search_text FROM mention
WHERE story_id IN (SELECT value FROM json_each(?)) AND post_id = story_id AND story_terms IS NOT NULL
ORDER BY story_id, id
"""


def founders(connection: sqlite3.Connection, sketches: Sequence[Sequence[str]]) -> list[Founder]:
    """By story id; see MentionStore.founders."""
    holders = _holders(connection, {term for sketch in sketches for term in sketch})
    wanted = {name for sketch in sketches for name in closest(_shared(sketch, holders))}
    found: dict[str, Founder] = {}
    for story, unit, title, text in connection.execute(_TEXTS, (json.dumps(sorted(wanted)),)) if wanted else ():
        found.setdefault(story, Founder(story_id=story, unit=unit, title=title, search_text=text))
    return list(found.values())


def _shared(sketch: Sequence[str], holders: Mapping[str, set[str]]) -> Counter[str]:
    """By story, how many terms of the sketch its first mention holds."""
    return Counter(story for term in sketch for story in holders.get(term, ()))


def _holders(connection: sqlite3.Connection, terms: set[str]) -> Mapping[str, set[str]]:
    """By term, the stories whose first mention holds it; terms that too many mentions hold are absent."""
    rids: dict[str, list[int]] = {}
    for term in terms:
        rows = connection.execute(_HOLDERS, (near_number(term), COMMON + 1)).fetchall()
        if 0 < len(rows) <= COMMON:
            rids[term] = [rid for (rid,) in rows]
    every = sorted({rid for some in rids.values() for rid in some})
    story = dict(connection.execute(_STORIES, (json.dumps(every),))) if every else {}
    return {term: {story[rid] for rid in some} for term, some in rids.items()}
