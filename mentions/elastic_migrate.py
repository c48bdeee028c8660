"""From one schema, or one period, to another: new partitions beside the old, compared, then swapped in one call.

Nothing is kept on this machine: what was done is read from the cluster. Killed at any moment, the same call goes on.
Old partitions take no writes from the beginning (the spool holds what comes), and stay, unread, until they are dropped.
docs/adr/0019.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from mentions.elastic_bulk import Action, BulkWriter, Limits
from mentions.elastic_client import address, in_words
from mentions.elastic_names import MONTHS, Names
from mentions.elastic_schema import (
    Partition,
    check_ours,
    create_partition,
    drop_partition,
    ensure,
    partitions,
    put_template,
)
from mentions.errors import Stop

log = logging.getLogger(__name__)
BATCH: Final = 1000  # documents
KEEP_ALIVE: Final = "5m"
ATTEMPTS: Final = 3  # go on where it was, copy all again, copy into an empty index

Document: TypeAlias = Mapping[str, Any]
Range: TypeAlias = Mapping[str, str]  # of ids, as a range query has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A new partition: how many documents, and the checksum of ids, versions and contents in id order."""

    index: str
    documents: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What was done. `moved` is empty if all was of this schema already; `kept` are old indices that may be dropped."""

    moved: tuple[Moved, ...] = ()
    reopened: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def migrate(
    client: Elasticsearch,
    names: Names,
    *,
    document: Callable[[Document], Document] = lambda source: source,
    drop_old: bool = False,
    on_progress: Callable[[str, int], None] = lambda _index, _count: None,
) -> Migration:
    """Bring every mention into partitions of this schema and period. `document` makes a new `_source` of an old one.

    `drop_old` deletes what this and earlier migrations left behind. Stop if a partition is foreign or newer, or if
    old and new do not agree after three attempts; the alias then still shows the old.
    """
    found = partitions(client, names)
    check_ours(found, names)
    old = _old(found, names)
    dropped: tuple[str, ...] = ()
    if drop_old:
        dropped = _drop(client, names, [part for part in found if not (old and part.filling and part.of(names))])
    moved: tuple[Moved, ...] = ()
    reopened: tuple[str, ...] = ()
    if old:
        moved = _Move(client, names, document, on_progress).run(old)
    else:
        reopened = _reopen(client, found, names)
    ensure(client, names)
    found = partitions(client, names)
    if drop_old:
        dropped += _drop(client, names, found)
    kept = tuple(part.name for part in found if _left_behind(part, names)) if not drop_old else ()
    return Migration(moved=moved, reopened=reopened, kept=kept, dropped=dropped)


def _old(found: Iterable[Partition], names: Names) -> tuple[Partition, ...]:
    return tuple(part for part in found if part.live and not part.of(names))


def _left_behind(part: Partition, names: Names) -> bool:
    """Whether an index is of an earlier migration, finished or not; those of a newer Vigie are its own affair."""
    unseen = part.ours and not part.live and part.version <= names.schema
    return unseen and (part.blocked or part.filling or not part.of(names))


def _drop(client: Elasticsearch, names: Names, found: Iterable[Partition]) -> tuple[str, ...]:
    dropped = tuple(part.name for part in found if _left_behind(part, names))
    for name in dropped:
        drop_partition(client, names, name)
    return dropped


def _check_way_free(found: Iterable[Partition], targets: Collection[str]) -> None:
    for part in found:
        if part.name in targets and part.live:
            raise Stop(
                f"the new {part.name} is in use while old partitions of the same months are, too: an older Vigie wrote "
                "after the migration. Delete the old one, or take the new one out of the alias to copy again"
            )
        if part.name in targets and part.blocked:
            raise Stop(
                f"{part.name} is left from an earlier migration and stands in the way: "
                "'vigie store migrate --drop-old' deletes it first"
            )


def _reopen(client: Elasticsearch, found: Iterable[Partition], names: Names) -> tuple[str, ...]:
    """Partitions that a migration closed and that are what is wanted again: it was given up half-way."""
    reopened = tuple(part.name for part in found if part.live and part.leaves_for)
    with in_words(address(client)):
        for name in reopened:
            client.indices.put_settings(index=name, settings={"index.blocks.write": None})
            _note(client, name, leaves_for=None)
            log.info("partition-reopened index=%s names=%s", name, names.template)
    return reopened


def _note(client: Elasticsearch, index: str, *, leaves_for: str | None) -> None:
    """Write into `_meta` that a migration empties this index, or that none does."""
    (body,) = client.indices.get_mapping(index=index).body.values()
    meta = {key: value for key, value in body["mappings"]["_meta"].items() if key != "leaves_for"}
    client.indices.put_mapping(index=index, meta=meta | ({"leaves_for": leaves_for} if leaves_for else {}))


@dataclass(frozen=True, slots=True)
class _Move:
    """One migration on its way."""

    client: Elasticsearch
    names: Names
    document: Callable[[Document], Document]
    on_progress: Callable[[str, int], None]

    def run(self, old: tuple[Partition, ...]) -> tuple[Moved, ...]:
        with in_words(address(self.client)):
            put_template(self.client, self.names)
            while True:
                moved = self._beside(old)
                now = _old(partitions(self.client, self.names), self.names)
                if {part.name for part in now} <= {part.name for part in old}:
                    break
                old = now  # an older Vigie that is still running began another month
            removed = [{"remove": {"index": part.name, "alias": self.names.mentions}} for part in now]
            added = [{"add": {"index": part.index, "alias": self.names.mentions}} for part in moved]
            self.client.indices.update_aliases(actions=[*removed, *added])
        log.info("migrated from=%s to=%s", [part.name for part in now], [part.index for part in moved])
        return moved

    def _beside(self, old: tuple[Partition, ...]) -> tuple[Moved, ...]:
        """Close the old partitions, and fill and compare the new ones that take their place."""
        indices = [part.name for part in old]
        spans = dict(_targets(old, self.names))
        _check_way_free(partitions(self.client, self.names), spans)
        for name in indices:
            _note(self.client, name, leaves_for=self.names.template)
            self.client.indices.add_block(index=name, block="write")
        self.client.indices.refresh(index=indices)
        moved = tuple(self._moved(target, indices, ids) for target, ids in spans.items() if self._count(indices, ids))
        held, everything = sum(part.documents for part in moved), self._count(indices, {"gte": ""})
        if held != everything:
            raise Stop(
                f"{everything} mentions are old, {held} of them belong to a month of their index: ids that Vigie never "
                "made are among them. Nothing was swapped"
            )
        return moved

    def _moved(self, target: str, old: Sequence[str], ids: Range) -> Moved:
        """Fill one new partition until it agrees with the old ones on these ids."""
        for attempt in range(ATTEMPTS):
            if attempt == ATTEMPTS - 1:  # it holds something that the old ones do not
                drop_partition(self.client, self.names, target)
            create_partition(self.client, self.names, target, live=False)
            place = self._last(target) if attempt == 0 else ""
            self._copy(target, old, {"gt": place, "lt": ids["lt"]} if place else ids)
            self.client.indices.refresh(index=target)
            wanted, got = self._sum(old, ids, self.document), self._sum((target,), {"gte": ""}, lambda same: same)
            if wanted == got:
                return Moved(index=target, documents=got[0], checksum=got[1][:16])
            log.warning("migration-differs index=%s wanted=%s got=%s attempt=%d", target, wanted, got, attempt)
        raise Stop(
            f"{target} does not agree with the old partitions ({wanted[0]} documents there, {got[0]} here, checksums "
            f"{wanted[1][:16]} and {got[1][:16]}): nothing was swapped. Is something writing into {target}?"
        )

    def _copy(self, target: str, old: Sequence[str], ids: Range) -> None:
        # One bulk at a time, so that what a kill leaves is all up to an id and nothing beyond, as good as always.
        writer = BulkWriter(
            self.client,
            create_partition=lambda index: create_partition(self.client, self.names, index, live=False),
            dead=None,
            limits=Limits(in_flight=1),
        )
        hits, done = self._hits(old, ids), 0
        while some := list(islice(hits, BATCH)):
            report = writer.write(
                Action("index", target, hit["_id"], self.document(hit["_source"]), hit["_version"]) for hit in some
            )
            if report.dead:
                name, reason = report.dead[0]
                raise Stop(f"{target} refuses {len(report.dead)} mentions, the first {name}: {reason}")
            done += len(some)
            self.on_progress(target, done)

    def _last(self, target: str) -> str:
        """The highest id that the new partition holds, empty if it holds none."""
        self.client.indices.refresh(index=target)
        answer = self.client.search(index=target, size=1, sort=[{"id": "desc"}], source=False)
        hits = answer.body["hits"]["hits"]
        return str(hits[0]["_id"]) if hits else ""

    def _count(self, indices: Iterable[str], ids: Range) -> int:
        return int(self.client.count(index=list(indices), query={"range": {"id": ids}}).body["count"])

    def _sum(
        self, indices: Iterable[str], ids: Range, document: Callable[[Document], Document]
    ) -> tuple[int, str, str]:
        """How many documents, checksum of all, checksum of ids and versions."""
        whole, names, count = hashlib.sha256(), hashlib.sha256(), 0
        for count, hit in enumerate(self._hits(indices, ids), start=1):  # noqa: B007 - the count is part of the answer
            name = f"{hit['_id']} {hit['_version']}\n".encode()
            names.update(name)
            whole.update(name + json.dumps(document(hit["_source"]), sort_keys=True).encode() + b"\n")
        return count, whole.hexdigest(), names.hexdigest()

    def _hits(self, indices: Iterable[str], ids: Range) -> Iterator[Mapping[str, Any]]:
        """Every document of these ids, in id order, as it was when the reading began."""
        pit = self.client.open_point_in_time(index=list(indices), keep_alive=KEEP_ALIVE).body["id"]
        after: dict[str, Any] = {}
        try:
            while True:
                answer = self.client.search(
                    pit={"id": pit, "keep_alive": KEEP_ALIVE},
                    query={"range": {"id": ids}},
                    sort=[{"id": "asc"}],
                    size=BATCH,
                    version=True,
                    track_total_hits=False,
                    allow_partial_search_results=False,
                    **after,
                ).body
                pit, hits = answer["pit_id"], answer["hits"]["hits"]
                yield from hits
                if len(hits) < BATCH:
                    return
                after = {"search_after": hits[-1]["sort"]}
        finally:
            try:
                self.client.close_point_in_time(id=pit)
            except (ApiError, TransportError) as error:
                log.info("point-in-time-left-open, it ends by itself: %s", error)


def _targets(old: Iterable[Partition], names: Names) -> Iterator[tuple[str, Range]]:
    """The new partitions that the months of the old ones fall into, with the range of ids of each."""
    months = set()
    for part in old:
        year, month, _ = part.name[-len("2026.11.01") :].split(".")
        months |= {f"{year}{int(month) + later:02d}" for later in range(MONTHS[_period(part)])}
    spans: dict[str, list[str]] = {}
    for month in sorted(months):
        spans.setdefault(names.partition(f"{month}-"), []).append(month)
    for target, span in spans.items():
        yield target, {"gte": f"{span[0]}-", "lt": f"{span[-1]}."}  # a full stop comes right after a hyphen


def _period(part: Partition) -> Any:
    if part.period not in MONTHS:
        raise Stop(f"{part.name} has the period '{part.period}', expected one of {', '.join(MONTHS)}")
    return part.period
