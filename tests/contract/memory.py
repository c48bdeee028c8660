"""The reference store: lists and loops, written from the docstrings and nothing else."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from memory_answers import ANSWERS, EPOCH
from memory_rows import MemoryRows, order

from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.queries import Query
from mentions.store import EraseRequest, Known, MentionStore, WriteReport
from mentions.stories import COMMON, Founder, terms_of


class MemoryStore(MemoryRows, MentionStore):
    def ensure_schema(self) -> None:
        pass

    def known(self, post_keys: Sequence[str]) -> Mapping[str, Known]:
        found = {}
        for key in post_keys:
            rows = [row for row in self.rows.values() if row.post_key == key]
            if rows:
                best = min(rows, key=lambda row: (-row.version, EPOCH - row.fetched_at, row.brand))
                found[key] = Known(
                    post_id=best.post_id,
                    content_hash=best.content_hash,
                    revision=best.revision,
                    pipeline=best.pipeline,
                    fetched_at=best.fetched_at,
                    first_seen_at=min(row.first_seen_at for row in rows),
                    brands=tuple(sorted(row.brand for row in rows)),
                    gone=all(row.gone_at for row in rows),
                    published_at=best.published_at,
                    published_rule=best.published_rule,
                    published_precision=best.published_precision,
                    story_id=best.story_id,
                )
        return found

    def thread_brands(self, thread_urls: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        found = {}
        for url in thread_urls:
            living = sorted((row for row in self.rows.values() if row.gone_at is None), key=order)
            opening = [row for row in living if row.canonical_url == url and row.unit == "article"]
            texts = [row for row in living if row.unit in ("post", "mail")]
            opening += [row for row in texts if row.thread_url == url and row.position == 0]
            opening += [row for row in texts if row.canonical_url == url and row.position is None and not row.parent]
            if opening:
                same = [row for row in living if row.post_key == opening[0].post_key and row.evidence == "named"]
                if same:
                    found[url] = tuple(sorted(row.brand for row in same))
        return found

    def founders(self, sketches: Sequence[Sequence[str]]) -> Sequence[Founder]:
        first = sorted((row for row in self.rows.values() if terms_of(row)), key=lambda row: row.id)
        terms = {row.id: set(terms_of(row)) for row in first}
        common = Counter(term for held in terms.values() for term in held)
        found: dict[str, Founder] = {}
        for sketch in sketches:
            wanted = {term for term in sketch if common[term] <= COMMON}
            held: dict[str, set[str]] = defaultdict(set)
            for row in first:
                held[row.story_id] |= wanted & terms[row.id]
            best = sorted((-len(shared), story) for story, shared in held.items() if shared)[:4]
            for _, story in best:
                row = next(row for row in first if row.story_id == story)
                found[story] = Founder(story_id=story, unit=row.unit, title=row.title, search_text=row.search_text)
        return [found[story] for story in sorted(found)]

    def upsert(self, mentions: Sequence[Mention], *, now: datetime) -> WriteReport:
        saved = 0
        for mention in mentions:
            old = self.rows.get(mention.id)
            if old is None or mention.version > old.version:
                self.rows[mention.id] = replace(mention, indexed_at=now)
                saved += 1
        return WriteReport(saved=saved, stale=len(mentions) - saved)

    def remove(self, mention_ids: Sequence[str]) -> int:
        return sum(self.rows.pop(name, None) is not None for name in mention_ids)

    def mark_gone(self, post_keys: Sequence[str], *, at: datetime) -> int:
        living = [row for row in self.rows.values() if row.post_key in post_keys and row.gone_at is None]
        for row in living:
            self.rows[row.id] = replace(row, gone_at=at)
        return len(living)

    def get(self, mention_id: str) -> Mention | None:
        return self.rows.get(mention_id)

    def scan(self, where: MentionFilter) -> Iterator[Mention]:
        yield from sorted(self.matching(where), key=lambda row: row.id)

    def run(self, query: Query[Any]) -> Sequence[Any]:
        if type(query).__name__ not in ANSWERS:
            raise TypeError(type(query).__name__)
        rows: Sequence[Any] = ANSWERS[type(query).__name__](self, query)
        return rows

    def erase(self, request: EraseRequest) -> int:
        given = [value for value in (request.author_key, request.url, request.source) if value]
        if len(given) != 1:
            raise ValueError("exactly one")
        gone = [
            row.id
            for row in self.rows.values()
            if (request.author_key and row.author_key == request.author_key)
            or (request.url and request.url in (row.url, row.canonical_url, row.thread_url))
            or (request.source and row.source == request.source)
        ]
        return self.remove(gone)

    def drop_before(self, day: date) -> int:
        limit = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self.remove([row.id for row in self.rows.values() if row.published_at < limit])

    def refresh(self) -> None:
        pass

    def close(self) -> None:
        pass
