"""The store of teams: Elasticsearch 9, one partition per period of the id's month, one alias to read.

Its answers equal those of the embedded store; how that is kept is docs/adr/0018.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from mentions.columns import micros
from mentions.cursor import check_page, cursor_after, read_cursor
from mentions.elastic_bulk import Action
from mentions.elastic_client import Client, address, in_words
from mentions.elastic_erase import drop_before, erase, remove
from mentions.elastic_founders import founders
from mentions.elastic_known import known, thread_brands
from mentions.elastic_names import Names
from mentions.elastic_queries import answer, order_of
from mentions.elastic_reads import LARGEST, TOGETHER, Reader
from mentions.elastic_rows import mention_of, written
from mentions.elastic_schema import ensure, partitions
from mentions.elastic_where import among, query_of
from mentions.elastic_writes import Writes
from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.queries import Query, Row
from mentions.store import EraseRequest, Hits, Known, MentionStore, Page, WriteReport
from mentions.stories import Founder

_KEYS: Final = 1_000  # post keys looked at together


class ElasticStore(MentionStore):
    """MentionStore on one cluster; nothing is sent before the first call. Threads may share it, writers take turns.

    One object sees at once what it wrote; others see it after `refresh_interval` or their own `refresh()`.
    """

    def __init__(self, client: Client, names: Names, *, dead_letters: Path | None = None) -> None:
        """`dead_letters`: folder of the mentions that Elasticsearch refuses for good; else they are only reported."""
        self._reader = Reader(client, names)
        self._writes = Writes(self._reader, dead_letters)
        self._address = address(client)

    def ensure_schema(self) -> None:
        """Put the template, bring open partitions up to it; Stop for a newer schema or foreign indices."""
        ensure(self._reader.client, self._reader.names)

    def known(self, post_keys: Sequence[str]) -> Mapping[str, Known]:
        """By post key, what its mention of highest version says; see MentionStore.known."""
        with in_words(self._address):
            self._writes.show()
            return known(self._reader, post_keys)

    def thread_brands(self, thread_urls: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """By thread, the brands its opening post names (evidence `named`), sorted; threads without one are absent."""
        with in_words(self._address):
            self._writes.show()
            return thread_brands(self._reader, thread_urls)

    def founders(self, sketches: Sequence[Sequence[str]]) -> Sequence[Founder]:
        """Of each sketch, the first mentions of stories that share most of its terms; see MentionStore.founders."""
        with in_words(self._address):
            self._writes.show()
            return founders(self._reader, sketches)

    def upsert(self, mentions: Sequence[Mention], *, now: datetime) -> WriteReport:
        """Write the batch; each mention is stored, stale, or refused, when this returns.

        Transient if that was not to be had: what was written then stays, and the same batch again settles the rest.
        """
        with in_words(self._address), self._writes.lock:
            refused: list[tuple[str, str]] = []
            actions = list(self._writes.actions(mentions, now, refused))
            before = self._reader.sources([action.id for action in actions], "story_id")
            report = self._writes.write(actions)
            stories = {action.mention.story_id for action in actions if action.mention is not None}
            self._writes.settle(stories | {source["story_id"] for source in before.values()})
        return WriteReport(saved=report.ok, stale=report.stale, rejected=(*refused, *report.dead))

    def remove(self, mention_ids: Sequence[str]) -> int:
        """Delete these mentions; unknown ids are passed over. Returns how many were deleted."""
        with in_words(self._address), self._writes.lock:
            return remove(self._reader, self._writes, mention_ids)

    def mark_gone(self, post_keys: Sequence[str], *, at: datetime) -> int:
        """Set `gone_at` where there is none yet; an upsert of a higher version revives. Returns how many changed."""
        changed = 0
        wanted = list(dict.fromkeys(post_keys))
        with in_words(self._address), self._writes.lock:
            self._writes.show()
            for start in range(0, len(wanted), _KEYS):
                some = among("post_key", wanted[start : start + _KEYS])
                found = list(self._reader.rows(some, ("id", "story_id", "gone_at")))
                living = [name for name, _, gone_at in found if gone_at is None]
                changed += self._writes.write(self._merge(name, {"gone_at": written(at)}) for name in living).ok
                self._writes.settle({story for _, story, _ in found})
        return changed

    def _merge(self, mention_id: str, fields: Mapping[str, Any]) -> Action:
        return Action("update", self._reader.names.partition(mention_id), mention_id, fields)

    def get(self, mention_id: str) -> Mention | None:
        """One mention by its id, tombstone or not."""
        with in_words(self._address):
            source = self._reader.source(mention_id)
        return mention_of(source) if source else None

    def search(self, where: MentionFilter, page: Page) -> Hits:
        """A page in the order of `mentions.cursor`; ValueError for a wrong sort, size or cursor."""
        check_page(page.size, page.sort)
        body: dict[str, Any] = {"query": query_of(where), "sort": order_of(page.sort)}
        if page.cursor is not None:
            values = read_cursor(page.cursor, page.sort)
            body["search_after"] = [micros(value) if isinstance(value, datetime) else value for value in values]
        with in_words(self._address):
            self._writes.show()
            hits = self._reader.ask(**body, size=page.size + 1, track_total_hits=True)["hits"]
        mentions = tuple(mention_of(hit["_source"]) for hit in hits["hits"][: page.size])
        more = len(hits["hits"]) > page.size
        cursor = cursor_after(mentions[-1], page.sort) if more else None
        return Hits(mentions=mentions, total=hits["total"]["value"], cursor=cursor)

    def scan(self, where: MentionFilter) -> Iterator[Mention]:
        """Every mention that matches, in id order, in constant memory and short reads.

        No snapshot: what is written meanwhile may or may not come; nothing comes twice.
        """
        query = query_of(where)
        with in_words(self._address):
            self._writes.show()
            parts = [part.name for part in partitions(self._reader.client, self._reader.names) if part.live]
        for index in parts:  # an id begins with its month, so partitions come in the order of ids
            for ids in self._ids(index, query):
                for start in range(0, len(ids), TOGETHER):
                    with in_words(self._address):
                        mentions = self._reader.mentions(ids[start : start + TOGETHER])
                    yield from mentions

    def _ids(self, index: str, query: Mapping[str, Any]) -> Iterator[Sequence[str]]:
        after: Mapping[str, Any] = {}
        while True:
            with in_words(self._address):
                answer = self._reader.client.search(
                    index=index, query=query, sort=[{"id": "asc"}], size=LARGEST, source=False,
                    stored_fields="_none_", track_total_hits=False, ignore_unavailable=True, **after,
                )  # fmt: skip
            ids = [hit["sort"][0] for hit in answer["hits"]["hits"]]
            yield ids
            if len(ids) < LARGEST:
                return
            after = {"search_after": ids[-1:]}

    def run(self, query: Query[Row]) -> Sequence[Row]:
        """Answer one of the named queries; TypeError for another one."""
        with in_words(self._address):
            self._writes.show()
            return answer(self._reader, query)

    def erase(self, request: EraseRequest) -> int:
        """Delete for good: from documents, indices and segments, and from the dead letters."""
        with in_words(self._address), self._writes.lock:
            return erase(self._reader, self._writes, request)

    def drop_before(self, day: date) -> int:
        """Retention; returns how many mentions were deleted. Killed in between, the next call does the rest."""
        with in_words(self._address), self._writes.lock:
            return drop_before(self._reader, self._writes, day)

    def refresh(self) -> None:
        """Make all writes visible to searches, those of other programs too."""
        with in_words(self._address):
            self._writes.show(everything=True)

    def close(self) -> None:
        """Give back the connections; twice does no harm."""
        self._reader.client.close()
