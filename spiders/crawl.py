"""Crawls sources in child processes; seals what they found, and only then remembers that it was found."""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from config.models import Source, Vigie
from mentions.codec import from_json
from mentions.errors import Transient
from mentions.model import RawItem
from mentions.spool import Spool
from spiders.children import Children, Ended
from spiders.harvest import Harvest
from spiders.keys import item_key
from spiders.safety import host_and_port
from spiders.spec import Limits, Spec, Task, spec_for
from spiders.verdict import SourceOutcome
from state.database import State
from state.memory import SourceMemory

__all__ = ["Limits", "SourceOutcome", "crawl", "preview"]

logger = logging.getLogger(__name__)

SOURCES_PER_CHILD = 20


def crawl(
    sources: Sequence[Source],
    *,
    vigie: Vigie,
    state: State,
    spool: Spool,
    clock: Callable[[], datetime],
    on_progress: Callable[[str, int], None] | None = None,
    limits: Limits | None = None,
) -> list[SourceOutcome]:
    """Crawl each source once; one outcome each, in the order given.

    `on_progress(source, items)` is called as items come. A clock that stands still (the demo) is virtual: items
    carry its time as `fetched_at`; else the real one. Raises what the spool or the state raise: then nothing is
    remembered of what was not sealed.
    """
    limits, now = limits or Limits(), clock()
    harvests: dict[str, Harvest] = {}
    done: dict[str, SourceOutcome] = {}
    tasks: list[Task] = []
    for source in sources:
        memory = state.crawls.load(source.name)
        if memory.not_before and memory.not_before > now:
            done[source.name] = _skipped(source, f"left alone until {memory.not_before:%Y-%m-%d %H:%M} UTC")
        else:
            harvests[source.name] = Harvest(source.name, memory, spool, state, now, on_progress)
            tasks.append(Task(source=source, memory=memory))

    def on_line(line: Mapping[str, Any]) -> None:
        harvests[line["source"]].take(line)

    workers, moment = vigie.crawler.workers, now if clock() == now else None
    children = Children(workers, on_line)
    children.add([spec_for(batch, vigie, limits, moment) for batch in batches(tasks, workers)])
    try:
        for ended in children.ended():
            children.add(_after(ended, harvests))
    finally:
        children.stop()
        for name, harvest in harvests.items():
            done[name] = harvest.close("stopped before the end; the rest comes next time")
    return [done[source.name] for source in sources]


def preview(
    source: Source, *, vigie: Vigie, limit: int | None, limits: Limits | None = None, now: datetime | None = None
) -> Iterator[RawItem]:
    """Everything that a first crawl would read, each unit once, as it comes; remembers nothing.

    Raises Transient when the source cannot be read; what was read before was yielded.
    """
    ready: list[RawItem] = []
    ends: list[Mapping[str, Any]] = []

    def on_line(line: Mapping[str, Any]) -> None:
        if "end" in line:
            ends.append(line["end"])
        if "item" in line and isinstance(item := from_json(line["item"]), RawItem):
            ready.append(item)

    children = Children(1, on_line)
    task = Task(source=source, memory=SourceMemory(source=source.name))
    children.add([spec_for((task,), vigie, limits or Limits(), now)])
    fresh = _once(_drained(children, ready))
    yield from islice(fresh, limit)
    fresh.close()
    if ends and ends[0]["status"] == "failed":
        raise Transient(f"{source.name}: {ends[0]['reason']}")


def _drained(children: Children, ready: list[RawItem]) -> Generator[RawItem, None, None]:
    """What has come so far, each time something was read; no child survives the end of it."""
    try:
        for ended in children.beats():
            yield from ready
            ready.clear()
            if ended is not None and ended.code != 0:
                raise Transient(_crash(ended))
    finally:
        children.stop()


def _once(items: Generator[RawItem, None, None]) -> Generator[RawItem, None, None]:
    keys: set[str | None] = set()
    with closing(items):
        for item in items:
            if (key := item_key(item)) not in keys:
                keys.add(key)
                yield item


def batches(tasks: Sequence[Task], workers: int) -> list[tuple[Task, ...]]:
    """Tasks for each child: those of one host (with port) together, light ones in company."""
    hosts: dict[tuple[str, int], list[Task]] = {}
    for task in tasks:
        hosts.setdefault(host_and_port(task.source.url), []).append(task)
    size = min(SOURCES_PER_CHILD, max(1, -(-len(hosts) // workers)))
    groups = list(hosts.values())
    return [
        tuple(task for group in groups[start : start + size] for task in group) for start in range(0, len(groups), size)
    ]


def _after(ended: Ended, harvests: Mapping[str, Harvest]) -> list[Spec]:
    """What a child left undone: each source once more by itself if it had company, else its failure."""
    left = [task for task in ended.spec.tasks if harvests[task.source.name].outcome is None]
    if len(ended.spec.tasks) > 1 and not ended.late:
        for task in left:
            harvests[task.source.name].restart()
        return [_alone(ended.spec, task) for task in left]
    for task in left:
        logger.warning("crawl of %s: %s\n%s", task.source.name, _crash(ended), "\n".join(ended.tail))
        harvests[task.source.name].close(_crash(ended))
    return []


def _alone(spec: Spec, task: Task) -> Spec:
    return replace(spec, tasks=(task,))


def _crash(ended: Ended) -> str:
    if ended.late:
        return "took too long and was ended; what it had read is kept"
    return f"its crawl process died (code {ended.code}); what it had read is kept"


def _skipped(source: Source, reason: str) -> SourceOutcome:
    return SourceOutcome(
        source=source.name, status="skipped", items=0, gone=0, responses=0, bodies=0, reason=reason, stats={}
    )
