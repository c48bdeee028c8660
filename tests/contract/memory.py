"""The reference store: lists and loops, written from the docstrings and nothing else."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from math import floor
from typing import Any

from mentions.cursor import SORTS, check_page, cursor_after, read_cursor
from mentions.filter import And, Expression, MentionFilter, Not, Or, Phrase, Word
from mentions.model import Label, Mention
from mentions.queries import (
    CountRow,
    Counts,
    EmergingTerms,
    Health,
    HealthRow,
    Query,
    RatingHistogram,
    RatingRow,
    SentimentByBucket,
    SentimentRow,
    Similar,
    Stories,
    StoryRow,
    TermRow,
    Top,
    TopRow,
    Volume,
    VolumeRow,
    Worst,
)
from mentions.store import EraseRequest, Hits, Known, MentionStore, Page, WriteReport
from mentions.stories import COMMON, Founder, terms_of
from mentions.terms import is_term

HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def order(mention: Mention) -> tuple[datetime, str]:
    return mention.published_at, mention.id


def holds(text: Expression, words: Sequence[str]) -> bool:
    if isinstance(text, Word):
        return any(word.startswith(text.token) if text.prefix else word == text.token for word in words)
    if isinstance(text, Phrase):
        size = len(text.tokens)
        return any(tuple(words[at : at + size]) == text.tokens for at in range(len(words) - size + 1))
    if isinstance(text, Not):
        return not holds(text.part, words)
    if isinstance(text, And):
        return all(holds(part, words) for part in text.parts)
    assert isinstance(text, Or)
    return any(holds(part, words) for part in text.parts)


def floor_time(at: datetime, width: timedelta) -> datetime:
    return EPOCH + (at - EPOCH) // width * width


class MemoryStore(MentionStore):
    def __init__(self) -> None:
        self.rows: dict[str, Mention] = {}

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

    def matching(self, where: MentionFilter) -> list[Mention]:
        firsts = self.firsts(gone=where.gone)
        return [
            row
            for row in self.rows.values()
            if self.matches(where, row) and (where.copies or firsts[row.story_id, row.brand] == row.id)
        ]

    def firsts(self, *, gone: bool) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for row in sorted(self.rows.values(), key=order):
            if gone or row.gone_at is None:
                found.setdefault((row.story_id, row.brand), row.id)
        return found

    def matches(self, where: MentionFilter, row: Mention) -> bool:
        lists: list[tuple[Sequence[Any], Any]] = [
            (where.brands, row.brand),
            (where.roles, row.role),
            (where.sources, row.source),
            (where.sites, row.site),
            (where.units, row.unit),
            (where.languages, row.language),
            (where.labels, row.sentiment_label),
            (where.evidence, row.evidence),
            (where.authors, row.author_key),
            (where.stories, row.story_id),
            (where.threads, row.thread_url),
            (where.pipelines, row.pipeline),
        ]
        at = getattr(row, where.time_field)
        return (
            all(not wanted or value in wanted for wanted, value in lists)
            and (not where.crisis_labels or bool(set(where.crisis_labels) & set(row.crisis_labels)))
            and (where.start is None or at >= where.start)
            and (where.end is None or at < where.end)
            and (where.severity_from is None or row.severity >= where.severity_from)
            and (where.rating_from is None or (row.rating is not None and row.rating >= where.rating_from))
            and (where.rating_to is None or (row.rating is not None and row.rating <= where.rating_to))
            and (where.gone or row.gone_at is None)
            and (where.text is None or holds(where.text, row.search_text.split(" ")))
        )

    def search(self, where: MentionFilter, page: Page) -> Hits:
        check_page(page.size, page.sort)

        def key(row: Mention) -> tuple[Any, ...]:
            return tuple(getattr(row, name) for name in SORTS[page.sort])

        found = sorted(self.matching(where), key=key, reverse=page.sort != "oldest")
        rest = found
        if page.cursor is not None:
            last = read_cursor(page.cursor, page.sort)
            rest = [row for row in found if (key(row) > last if page.sort == "oldest" else key(row) < last)]
        shown = tuple(rest[: page.size])
        more = len(rest) > page.size
        return Hits(mentions=shown, total=len(found), cursor=cursor_after(shown[-1], page.sort) if more else None)

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


def count(rows: Sequence[Mention], label: str) -> int:
    return sum(row.sentiment_label == label for row in rows)


def begun(store: MemoryStore, where: MentionFilter, rows: Sequence[Mention]) -> int:
    firsts = store.firsts(gone=where.gone)
    return sum(firsts[row.story_id, row.brand] == row.id for row in rows)


def sentiment(store: MemoryStore, query: SentimentByBucket) -> list[SentimentRow]:
    width = timedelta(minutes=query.minutes)

    def key(row: Mention) -> tuple[datetime, str, Label]:
        return floor_time(row.published_at, width), row.brand, row.sentiment_label

    groups = [(key, list(rows)) for key, rows in groupby(sorted(store.matching(query.where), key=key), key=key)]
    return [
        SentimentRow(bucket=at, brand=brand, label=label, mentions=len(rows), stories=begun(store, query.where, rows))
        for (at, brand, label), rows in groups
    ]


def volume(store: MemoryStore, query: Volume) -> list[VolumeRow]:
    found = []
    rows = store.matching(query.where)
    for brand in sorted({row.brand for row in rows}):
        mine = [row for row in rows if row.brand == brand]
        found.append(
            VolumeRow(
                brand=brand,
                mentions=len(mine),
                stories=len({row.story_id for row in mine}),
                authors=len({row.author_key for row in mine if row.author_key is not None}),
                negative=count(mine, "negative"),
                neutral=count(mine, "neutral"),
                positive=count(mine, "positive"),
                mean_severity=round(sum(row.severity for row in mine) / len(mine), 3),
            )
        )
    return found


def top(store: MemoryStore, query: Top) -> list[TopRow]:
    groups: dict[str, list[Mention]] = defaultdict(list)
    for row in store.matching(query.where):
        values = row.crisis_labels if query.by == "crisis_label" else (getattr(row, query.by),)
        for value in set(values) - {None}:
            groups[value].append(row)
    found = [
        TopRow(
            value=value,
            mentions=len(rows),
            stories=begun(store, query.where, rows),
            negative=count(rows, "negative"),
            positive=count(rows, "positive"),
            last_at=max(row.published_at for row in rows),
        )
        for value, rows in groups.items()
    ]
    return sorted(found, key=lambda row: (-getattr(row, query.order), row.value))[: query.size]


def worst(store: MemoryStore, query: Worst) -> Sequence[Mention]:
    return store.search(query.where, Page(size=query.size, sort="worst")).mentions


def emerging(store: MemoryStore, query: EmergingTerms) -> list[TermRow]:
    def sample(where: MentionFilter) -> list[set[str]]:
        rows = sorted(store.matching(where), key=lambda row: (row.post_key, row.id))[: query.sample]
        return [set(row.search_text.split(" ")) for row in rows]

    now, before = sample(query.where), sample(query.against)
    found = []
    for term in set().union(*now):
        mentions, background = (sum(term in words for words in side) for side in (now, before))
        share, usual = mentions / max(len(now), 1), (background + 1) / (len(before) + 1)
        score = round((share - usual) * share / usual, 6)
        if is_term(term) and mentions >= query.least and score > 0:
            found.append(TermRow(term=term, mentions=mentions, background=background, score=score))
    return sorted(found, key=lambda row: (-row.score, row.term))[: query.size]


def ratings(store: MemoryStore, query: RatingHistogram) -> list[RatingRow]:
    cells: dict[tuple[str, int], list[Mention]] = defaultdict(list)
    for row in store.matching(query.where):
        if row.rating is not None:
            cells[row.brand, floor(row.rating + 0.5)].append(row)
    return [
        RatingRow(brand=brand, stars=stars, mentions=len(rows), stories=begun(store, query.where, rows))
        for (brand, stars), rows in sorted(cells.items())
    ]


def stories(store: MemoryStore, query: Stories) -> list[StoryRow]:
    groups: dict[str, list[Mention]] = defaultdict(list)
    for row in sorted(store.matching(query.where), key=order):
        groups[row.story_id].append(row)
    found = [
        StoryRow(
            story_id=story,
            mentions=len(rows),
            sites=len({row.site for row in rows}),
            first_at=rows[0].published_at,
            title=rows[0].title,
            url=rows[0].url,
        )
        for story, rows in groups.items()
        if len(rows) >= query.least
    ]
    return sorted(found, key=lambda row: (-row.mentions, row.story_id))[: query.size]


def similar(store: MemoryStore, query: Similar) -> list[Mention]:
    asked = store.get(query.mention_id)
    if asked is None:
        return []
    near = [
        ((int(row.near_key, 16) ^ int(asked.near_key, 16)).bit_count(), row.id, row)
        for row in store.rows.values()
        if row.brand == asked.brand and row.id != asked.id and row.gone_at is None
    ]
    return [row for distance, _, row in sorted(near, key=lambda n: n[:2]) if distance <= query.distance][: query.size]


def health(store: MemoryStore, query: Health) -> list[HealthRow]:
    rows = store.matching(query.where)
    found = []
    for source in sorted({row.source for row in rows}):
        mine = [row for row in rows if row.source == source]
        found.append(
            HealthRow(
                source=source,
                mentions=len(mine),
                stories=begun(store, query.where, mine),
                first_published_at=min(row.published_at for row in mine),
                last_published_at=max(row.published_at for row in mine),
                last_first_seen_at=max(row.first_seen_at for row in mine),
            )
        )
    return found


def counts(store: MemoryStore, query: Counts) -> list[CountRow]:
    firsts = set(store.rows) if query.copies else set(store.firsts(gone=True).values())
    cells: dict[tuple[datetime, str, datetime], list[Mention]] = defaultdict(list)
    for row in sorted(store.rows.values(), key=order):
        hour = floor_time(row.published_at, HOUR)
        cell = hour, row.source, max(hour, floor_time(row.first_seen_at, HOUR))
        by_author = sum(other.author_key == row.author_key for other in cells[cell]) if row.author_key else 0
        if row.brand == query.brand and query.start <= hour < query.end and row.id in firsts and by_author < 3:
            cells[cell].append(row)
    return [
        CountRow(
            source=source,
            hour=hour,
            arrived=arrived,
            mentions=len(rows),
            negative=count(rows, "negative"),
            severity=sum(row.severity for row in rows),
        )
        for (hour, source, arrived), rows in sorted(cells.items())
        if rows
    ]


ANSWERS: dict[str, Any] = {
    "SentimentByBucket": sentiment,
    "Volume": volume,
    "Top": top,
    "Worst": worst,
    "EmergingTerms": emerging,
    "RatingHistogram": ratings,
    "Stories": stories,
    "Similar": similar,
    "Health": health,
    "Counts": counts,
}
