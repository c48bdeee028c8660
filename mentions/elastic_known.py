"""What Elasticsearch remembers of posts and threads: the reads that intake does before it writes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mentions.columns import moment
from mentions.elastic_reads import Reader
from mentions.elastic_where import GONE, Clause, among, every, some
from mentions.model import Precision
from mentions.store import Known

KEYS: Final = 1_000  # asked for together
_TEXTS: Final = among("unit", ["post", "mail"])


class _Row(NamedTuple):
    post_key: str
    post_id: str
    content_hash: str
    revision: int
    pipeline: str
    version: int
    fetched_us: int
    first_seen_us: int
    brand: str
    gone_at: str | None
    published_us: int
    published_rule: str
    published_precision: Precision
    story_id: str


class _Opening(NamedTuple):
    post_key: str
    canonical_url: str
    thread_url: str | None
    unit: str
    position: int | None
    parent: str | None
    published_us: int
    id: str


def known(reader: Reader, post_keys: Sequence[str]) -> Mapping[str, Known]:
    """By post key, what its mention of highest version says; `brands` sorted, `gone` if none is left standing."""
    rows: dict[str, list[_Row]] = {}
    for found in _among(reader, "post_key", post_keys, _Row._fields):
        row = _Row(*found)
        rows.setdefault(row.post_key, []).append(row)
    return {key: _known(found) for key, found in rows.items()}


def _known(rows: Sequence[_Row]) -> Known:
    best = min(rows, key=lambda row: (-row.version, -row.fetched_us, row.brand))
    return Known(
        post_id=best.post_id,
        content_hash=best.content_hash,
        revision=best.revision,
        pipeline=best.pipeline,
        fetched_at=moment(best.fetched_us),
        first_seen_at=moment(min(row.first_seen_us for row in rows)),
        brands=tuple(sorted(row.brand for row in rows)),
        gone=all(row.gone_at is not None for row in rows),
        published_at=moment(best.published_us),
        published_rule=best.published_rule,
        published_precision=best.published_precision,
        story_id=best.story_id,
    )


def thread_brands(reader: Reader, thread_urls: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """By thread, the brands its opening post names; see MentionStore.thread_brands."""
    openers = _openers(reader, thread_urls)
    brands: dict[str, list[str]] = {}
    named = (among("evidence", ["named"]),)
    for key, brand in _among(
        reader, "post_key", list(openers.values()), ("post_key", "brand"), *named, without=(GONE,)
    ):
        brands.setdefault(key, []).append(brand)
    return {url: tuple(sorted(brands[key])) for url, key in openers.items() if key in brands}


def _openers(reader: Reader, thread_urls: Sequence[str]) -> Mapping[str, str]:
    """By thread, the post key of its opening post; the best one by the rank of `_openings`."""
    best: dict[str, tuple[int, int, str, str]] = {}
    wanted = frozenset(thread_urls)
    opens = some(
        among("unit", ["article"]),
        every(_TEXTS, among("position", [0])),
        every(_TEXTS, without=[_present("position"), _present("parent")]),
    )
    for field in ("canonical_url", "thread_url"):
        for row in _among(reader, field, thread_urls, _Opening._fields, opens, without=(GONE,)):
            opening = _Opening(*row)
            for rank, url in _openings(opening):
                key = (rank, opening.published_us, opening.id, opening.post_key)
                if url in wanted and (url not in best or key < best[url]):
                    best[url] = key
    return {url: key for url, (*_, key) in best.items()}


def _openings(row: _Opening) -> Iterator[tuple[int, str]]:
    """The threads that a mention may open, each with its rank: article, position 0, neither position nor parent."""
    if row.unit == "article":
        yield 0, row.canonical_url
        return
    if row.position == 0 and row.thread_url is not None:
        yield 1, row.thread_url
    if row.position is None and row.parent is None:
        yield 2, row.canonical_url


def _among(
    reader: Reader,
    field: str,
    values: Sequence[str],
    fields: Sequence[str],
    *also: Clause,
    without: Sequence[Clause] = (),
) -> Iterator[tuple[Any, ...]]:
    """Columns of the mentions whose field is one of the values, whatever their number."""
    asked = sorted(set(values))
    for start in range(0, len(asked), KEYS):
        query = every(among(field, asked[start : start + KEYS]), *also, without=without)
        yield from reader.rows(query, fields)


def _present(field: str) -> Clause:
    return {"exists": {"field": field}}
