"""Deleting from the Elasticsearch store: corrections, retention, and the right to be forgotten.

Ranks of copies are corrected before anything is deleted: whoever was killed in between repeats the call.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from mentions.columns import micros
from mentions.elastic_bulk import Action
from mentions.elastic_expunge import forget, merge_deleted
from mentions.elastic_reads import Reader, together
from mentions.elastic_schema import drop_partition, partitions
from mentions.elastic_where import ALL, Clause, among, between, every, some
from mentions.elastic_writes import Writes
from mentions.errors import Transient
from mentions.store import EraseRequest

log = logging.getLogger(__name__)
ROUNDS: Final = 5  # of an erasure beside a writer that keeps adding
_FIELDS_OF: Final[Mapping[str, Sequence[str]]] = {
    "author_key": ("author_key",),
    "url": ("url", "canonical_url", "thread_url"),
    "source": ("source",),
}


def remove(reader: Reader, writes: Writes, ids: Sequence[str]) -> int:
    """Delete these mentions; returns how many there were."""
    known = reader.sources([name for name in dict.fromkeys(ids) if _possible(reader, name)], "story_id")
    writes.settle({source["story_id"] for source in known.values()}, lambda member: member.id in known)
    return _delete(reader, writes, list(known))


def erase(reader: Reader, writes: Writes, request: EraseRequest) -> int:
    """Delete what the request names until a search finds none, then rewrite the segments without it: half a minute.

    ValueError unless exactly one part is set; Transient if another program keeps adding to it, or if bytes of it are
    left: run it again.
    """
    given = [(name, getattr(request, name)) for name in _FIELDS_OF]
    asked = [(name, value) for name, value in given if value]
    if len(asked) != 1:
        raise ValueError("erase by exactly one of author_key, url, source")
    ((name, value),) = asked
    fields = _FIELDS_OF[name]
    if writes.dead is not None:
        writes.dead.drop(lambda mention: any(mention.get(field) == value for field in fields))
    query = some(*(among(field, [value]) for field in fields))
    erased = 0
    for _ in range(ROUNDS):
        writes.show(everything=True)
        rows = reader.rows(query, ("id", "story_id"))
        found: dict[str, str] = {row[0]: row[1] for row in rows}
        if not found:
            if partitions(reader.client, reader.names):
                forget(reader.client, reader.names.mentions)
            return erased
        writes.settle(set(found.values()), lambda member: member.id in found)  # noqa: B023 - used at once
        erased += _delete(reader, writes, list(found))
    raise Transient(
        f"{erased} mentions are erased, but another program adds more of them: stop what collects, then run it again"
    )


def drop_before(reader: Reader, writes: Writes, day: date) -> int:
    """Delete what was published before the day; partitions that hold nothing else are dropped whole."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    limit = micros(start)
    if writes.dead is not None:
        writes.dead.drop(lambda mention: _earlier(mention.get("published_at"), start))
    writes.show(everything=True)
    old, kept = between("published_us", lt=limit), between("published_us", gte=limit)
    if not reader.count(old):
        return 0
    # Only a copy gains rank when others leave.
    copies = {row[0] for row in reader.rows(every(kept, between("copy", gt=0)), ("story_id",))}
    writes.settle(copies, lambda member: member.published_us < limit)
    writes.show()
    dropped = 0
    for part in partitions(reader.client, reader.names):
        if part.live and part.ours and part.leaves_for is None:
            dropped += _drop_whole(reader, part.name, kept)
    rest = [row[0] for row in reader.rows(old, ("id",))]
    dropped += _delete(reader, writes, rest)
    if rest:
        merge_deleted(reader.client, together(reader.names, {reader.names.partition(name) for name in rest}))
    return dropped


def _drop_whole(reader: Reader, index: str, kept: Clause) -> int:
    """Drop a partition of old mentions only; it takes no writes between the last look and its end."""
    indices = reader.client.indices
    number = _count(reader, index)
    if not number or _count(reader, index, kept):
        return 0
    dropped = False
    try:
        indices.add_block(index=index, block="write")
        indices.refresh(index=index)
        if _count(reader, index, kept):
            return 0
        number = _count(reader, index)
        drop_partition(reader.client, reader.names, index)
        dropped = True
        return number
    finally:
        if not dropped:
            indices.put_settings(index=index, settings={"index.blocks.write": None})


def _count(reader: Reader, index: str, query: Clause = ALL) -> int:
    return int(reader.client.count(index=index, query=query).body["count"])


def _delete(reader: Reader, writes: Writes, ids: Sequence[str]) -> int:
    return writes.write(Action("delete", reader.names.partition(name), name) for name in ids).ok


def _possible(reader: Reader, name: str) -> bool:
    try:
        reader.names.partition(name)
    except ValueError:
        return False
    return True


def _earlier(published: Any, start: datetime) -> bool:
    try:
        return datetime.fromisoformat(published) < start
    except (TypeError, ValueError):  # no mention of ours, kept for a person to see
        return False
