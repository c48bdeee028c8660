"""Writing to Elasticsearch in bulk: every action ends with exactly one fate, or the write says that it failed.

Delivery is at least once; deterministic ids and versions make its effect exactly once (research/store.md, 3.2).
"""

import logging
import random as chance
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain
from threading import Event
from typing import Final

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from mentions.dead_letters import DeadLetters
from mentions.elastic_batches import Action, Batch, cut
from mentions.elastic_client import shown
from mentions.elastic_delivery import Delivery, Tally
from mentions.elastic_fates import Fate
from mentions.elastic_pace import Limits, Pace, Time

__all__ = ["Action", "BulkReport", "BulkWriter", "Limits"]

PER_NODE: Final = 2  # bulks in flight for each data node
NAMED: Final = 10  # refused writes of a batch that the log names one by one
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReport:
    """How many actions met which fate; `dead` are (id, reason). Their sum is the number of actions.

    `ok` changed something; `unchanged` is an update that found everything as wanted; `stale` found this or a later
    version; `missing` found nothing to delete or update.
    """

    ok: int = 0
    unchanged: int = 0
    stale: int = 0
    missing: int = 0
    dead: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "BulkReport") -> "BulkReport":
        return BulkReport(
            ok=self.ok + other.ok,
            unchanged=self.unchanged + other.unchanged,
            stale=self.stale + other.stale,
            missing=self.missing + other.missing,
            dead=self.dead + other.dead,
        )


class BulkWriter:
    """Writes to one cluster; one `write` at a time.

    `create_partition` makes an index that a write found missing, and must not mind if it exists. Clock in seconds,
    sleep and randomness (0 to 1) are those of real life unless given.
    """

    def __init__(
        self,
        client: Elasticsearch,
        *,
        create_partition: Callable[[str], None],
        dead: DeadLetters | None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._client = client
        self._create_partition = create_partition
        self._dead = dead
        self._limits = limits
        self._clock, self._sleep, self._random = clock, sleep, random
        self._shown = shown(next(iter(client.transport.node_pool.all())).base_url)
        self._pace: Pace | None = Pace(limits.in_flight) if limits.in_flight else None

    def write(self, actions: Iterable[Action]) -> BulkReport:
        """Write all of them; memory holds no more than the batches in flight and the next one.

        Actions on one id keep their order. Transient when the cluster refuses for longer than the deadline, Stop
        where a person must act; what was written then stays written, and writing it again does no harm.
        """
        limits = self._limits
        batches = cut(actions, size=limits.batch_bytes, count=limits.batch_actions, largest=limits.document_bytes)
        first, second = next(batches, None), next(batches, None)
        if first is None:
            return BulkReport()
        if second is None:
            delivery = self._delivery(Pace(1) if self._pace is None else self._pace, Event())
            return self._settle(first, delivery.deliver(first.items))
        return self._write_many(chain((first, second), batches))

    def _write_many(self, batches: Iterator[Batch]) -> BulkReport:
        if self._pace is None:
            self._pace = Pace(PER_NODE * self._data_nodes())
        most, called_off = self._pace.most, Event()
        delivery = self._delivery(self._pace, called_off)
        report = BulkReport()
        running: dict[Future[Tally], Batch] = {}
        with ThreadPoolExecutor(max_workers=most, thread_name_prefix="bulk") as pool:
            try:
                for batch in batches:
                    while len(running) >= most or _same_id(batch, running.values()):
                        report += self._finished(running)
                    running[pool.submit(delivery.deliver, batch.items)] = batch
                while running:
                    report += self._finished(running)
            except BaseException:
                called_off.set()  # ends the waits; leaving the block then waits for the requests in flight
                raise
        return report

    def _finished(self, running: dict[Future[Tally], Batch]) -> BulkReport:
        """Wait for one batch or more; what a batch raised is raised here."""
        report = BulkReport()
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            tally = future.result()
            report += self._settle(running.pop(future), tally)
        return report

    def _settle(self, batch: Batch, tally: Tally) -> BulkReport:
        dead = [*batch.unfit, *tally.dead]
        for item, reason in dead[:NAMED]:
            log.error("write-refused index=%s id=%s reason=%s", item.index, item.id, reason)
        if len(dead) > NAMED:
            log.error("write-refused and %d more of the same batch", len(dead) - NAMED)
        if self._dead is not None:
            self._dead.add([(item.mention, item.index, reason) for item, reason in dead if item.mention])
        return BulkReport(
            ok=tally.fates[Fate.OK],
            unchanged=tally.fates[Fate.UNCHANGED],
            stale=tally.fates[Fate.STALE],
            missing=tally.fates[Fate.MISSING],
            dead=tuple((item.id, reason) for item, reason in dead),
        )

    def _delivery(self, pace: Pace, called_off: Event) -> Delivery:
        moments = Time(self._clock, self._sleep, self._random, called_off)
        return Delivery(self._client, self._shown, self._create_partition, self._limits, moments, pace)

    def _data_nodes(self) -> int:
        """How many nodes hold data; 1 where the cluster does not tell (it may need a privilege)."""
        try:
            answer = self._client.options(max_retries=0, request_timeout=10).nodes.info(
                node_id="data:true", metric="http", filter_path="nodes.*.name"
            )
        except (ApiError, TransportError) as error:
            log.info("data-nodes unknown, taking one: %s", error)
            return 1
        return max(1, len(answer.body.get("nodes", {})))


def _same_id(batch: Batch, others: Iterable[Batch]) -> bool:
    return any(not batch.keys.isdisjoint(other.keys) for other in others)
