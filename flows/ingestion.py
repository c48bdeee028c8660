"""From a sealed spool file to stored mentions: every line gets exactly one final word.

The words: `saved`, `no-brand`, `unchanged`, `stale`, `duplicate`, `gone`, `gone-unknown`, `refused`,
`rejected:<reason>`. Their sum is the number of lines. Everything here can be killed and run again: writes are
keyed by deterministic ids and versions, and the file is acknowledged last.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mentions.errors import RejectedItem
from mentions.identity import mention_id
from mentions.intake import IntakeOptions, draft, fold, key_of, settle
from mentions.model import Gone, Mention, Post, RawItem
from mentions.spool import Spool
from mentions.store import Known, MentionStore
from mentions.stories import arrival, assign
from state.posts import Brandless, BrandlessPosts

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline

log = logging.getLogger(__name__)

# Bounds memory, and is long enough for the classifier to sort its batches by length.
BATCH = 256

Line = tuple[int, str, RawItem | Gone | RejectedItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingestion:
    """What ingestion works with. `options` and `source_brands` are by source name."""

    spool: Spool
    store: MentionStore
    brandless: BrandlessPosts
    pipeline: "Pipeline"
    default: IntakeOptions
    options: Mapping[str, IntakeOptions]
    source_brands: Mapping[str, str]


def ingest_file(path: Path, rooms: Ingestion, now: datetime) -> Counter[str]:
    """Store what a sealed file holds, then acknowledge it; returns final words and their counts.

    Raises Transient or Stop of the store: then nothing was acknowledged and the file is read again next time.
    """
    words: Counter[str] = Counter()
    lines = rooms.spool.read(path)
    while batch := list(islice(lines, BATCH)):
        words += _ingest_batch(path, batch, rooms, now)
    rooms.store.refresh()
    rooms.spool.ack(path)
    log.info("ingest file=%s %s", path.name, " ".join(f"{word}={count}" for word, count in sorted(words.items())))
    return words


def _ingest_batch(path: Path, batch: Sequence[Line], rooms: Ingestion, now: datetime) -> Counter[str]:
    words: Counter[str] = Counter()
    drafts: list[Post] = []
    gone: list[tuple[str, Gone]] = []
    for number, line, item in batch:
        try:
            if isinstance(item, RejectedItem):
                raise item
            if isinstance(item, Gone):
                gone.append((key_of(item), item))
            else:
                drafts.append(draft(item, rooms.options.get(item.source, rooms.default)))
        except RejectedItem as error:
            words[f"rejected:{error.reason}"] += 1
            rooms.spool.reject(path, number, line, error)
    posts, duplicates = fold(drafts)
    if duplicates:
        words["duplicate"] += duplicates
    words += _save(posts, path.name, rooms, now)
    words += _bury(gone, rooms)
    return words


def _save(posts: Sequence[Post], file: str, rooms: Ingestion, now: datetime) -> Counter[str]:
    known = _known([post.key for post in posts], rooms)
    words: Counter[str] = Counter()
    fresh: list[Post] = []
    for post in posts:
        before = known.get(post.key)
        settled, fate = settle(post, before, rooms.pipeline.version)
        if fate == "stale" or (fate == "unchanged" and not _read_before(post, before)):
            words[fate] += 1
        else:
            fresh.append(settled)
    if not fresh:
        return words
    mentions = _understand(fresh, rooms)
    words += _write(fresh, mentions, known, file, rooms, now)
    _rejudge(fresh, mentions, rooms, now)
    return words


def _read_before(post: Post, known: Known | None) -> bool:
    """Whether the store has this very reading: a run that failed left it, perhaps without all of its brands.

    Elasticsearch has no transactions, so such a post is judged again: what is there is stale, what is not is saved,
    and what was to follow (brands to remove, replies to judge again) is done.
    """
    return known is not None and bool(known.brands) and known.fetched_at == post.fetched_at


def _known(keys: Sequence[str], rooms: Ingestion) -> Mapping[str, Known]:
    return {**rooms.brandless.known(keys), **rooms.store.known(keys)}


def _understand(posts: Sequence[Post], rooms: Ingestion) -> list[tuple[Mention, ...]]:
    threads = {post.thread_url for post in posts if post.thread_url}
    openers = rooms.store.thread_brands(sorted(threads))
    return rooms.pipeline.understand(posts, openers=openers, source_brands=rooms.source_brands)


def _write(
    posts: Sequence[Post],
    mentions: Sequence[tuple[Mention, ...]],
    known: Mapping[str, Known],
    file: str | None,
    rooms: Ingestion,
    now: datetime,
) -> Counter[str]:
    """Mentions to the store, posts without a brand to `state`; what no longer holds is removed."""
    mentions = _in_stories(mentions, known, rooms)
    report = rooms.store.upsert([mention for some in mentions for mention in some], now=now)
    refused = dict(report.rejected)
    obsolete: list[str] = []
    silent: list[Brandless] = []
    words: Counter[str] = Counter()
    for post, some in zip(posts, mentions, strict=True):
        before = known[post.key].brands if post.key in known else ()
        obsolete += [mention_id(post.id, brand) for brand in before if brand not in {m.brand for m in some}]
        if not some:
            silent.append(_brandless(post, file, rooms.pipeline.version))
        words[_word(some, refused)] += 1
    if obsolete:
        rooms.store.remove(obsolete)
    rooms.brandless.remember(silent)
    rooms.brandless.forget([post.key for post, some in zip(posts, mentions, strict=True) if some])
    return words


def _in_stories(
    mentions: Sequence[tuple[Mention, ...]], known: Mapping[str, Known], rooms: Ingestion
) -> list[tuple[Mention, ...]]:
    """The mentions under the stories of their posts: the one that a known post has, else one found among its copies."""
    before = {key: post.story_id for key, post in known.items()}
    arrivals = [arrival(some[0], before.get(some[0].post_key)) for some in mentions if some]
    sketches = [one.terms for one in arrivals if one.terms]
    stories = assign(arrivals, rooms.store.founders(sketches) if sketches else ())
    return [tuple([replace(mention, story_id=stories[mention.post_id]) for mention in some]) for some in mentions]


def _word(mentions: Sequence[Mention], refused: Mapping[str, str]) -> str:
    if not mentions:
        return "no-brand"
    if all(mention.id in refused for mention in mentions):
        return "refused"  # the store has told why
    return "saved"


def _brandless(post: Post, file: str | None, pipeline: str) -> Brandless:
    return Brandless(
        post_key=post.key,
        post_id=post.id,
        content_hash=post.content_hash,
        revision=post.revision,
        pipeline=pipeline,
        fetched_at=post.fetched_at,
        first_seen_at=post.first_seen_at,
        thread_url=post.thread_url,
        spool_file=file,
    )


def _rejudge(posts: Sequence[Post], mentions: Sequence[tuple[Mention, ...]], rooms: Ingestion, now: datetime) -> None:
    """Judge again the replies that came before the post which opens their thread and names its brand."""
    opened = {
        post.thread_url or post.canonical_url
        for post, some in zip(posts, mentions, strict=True)
        if any(mention.evidence == "named" for mention in some)
    }
    brands = rooms.store.thread_brands(sorted(opened))
    waiting = rooms.brandless.by_threads([thread for thread in sorted(opened) if len(brands.get(thread, ())) == 1])
    by_file: dict[str, set[str]] = {}
    for row in waiting:
        if row.spool_file:
            by_file.setdefault(row.spool_file, set()).add(row.post_key)
    for file, keys in sorted(by_file.items()):
        replies = list(_replies(file, keys, rooms))
        known = _known([reply.key for reply in replies], rooms)
        settled = [settle(reply, known.get(reply.key), rooms.pipeline.version)[0] for reply in replies]
        if settled:
            words = _write(settled, _understand(settled, rooms), known, file, rooms, now)
            log.info("replies judged again file=%s saved=%d of=%d", file, words["saved"], len(settled))


def _replies(file: str, keys: set[str], rooms: Ingestion) -> Iterator[Post]:
    """The posts of an earlier spool file with these keys, newest version of each, if the file is still there."""
    path = rooms.spool.find(file)
    if path is None:
        log.info("replies not judged again, their spool file is gone file=%s", file)
        return iter(())
    return iter(fold([post for post in _drafts(rooms.spool.read(path), rooms) if post.key in keys])[0])


def _drafts(lines: Iterable[Line], rooms: Ingestion) -> Iterator[Post]:
    for _, _, item in lines:
        if isinstance(item, RawItem):
            try:
                yield draft(item, rooms.options.get(item.source, rooms.default))
            except RejectedItem:
                continue  # counted and kept aside when the file was ingested


def _bury(gone: Sequence[tuple[str, Gone]], rooms: Ingestion) -> Counter[str]:
    """Make tombstones, except of posts that were seen alive later."""
    words: Counter[str] = Counter()
    known = _known([key for key, _ in gone], rooms)
    for key, item in gone:
        if key not in known:
            words["gone-unknown"] += 1
        elif known[key].fetched_at >= item.seen_at:
            words["stale"] += 1
        else:
            rooms.store.mark_gone([key], at=item.seen_at)
            words["gone"] += 1
    return words
