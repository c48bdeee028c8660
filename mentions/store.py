"""What every store of mentions can do, whatever its engine; `sqlite.py` and later `elastic.py` do it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mentions.filter import MentionFilter
from mentions.model import Mention, Precision
from mentions.queries import Query, Row
from mentions.stories import Founder


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a store (or `state`, for posts without a brand) remembers of a post.

    `brands` are those it is stored under, empty for a post that names none. The `published_*` fields let intake
    keep a good date and notice a better one; without them (posts without a brand) the draft's date holds. `story_id`
    is the story it keeps for life (docs/adr/0025); a post without a brand has none.
    """

    post_id: str
    content_hash: str
    revision: int
    pipeline: str
    fetched_at: datetime
    first_seen_at: datetime
    brands: tuple[str, ...] = ()
    gone: bool = False
    published_at: datetime | None = None
    published_rule: str | None = None
    published_precision: Precision | None = None
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReport:
    """Fates of one upsert; `saved + stale + len(rejected)` is the size of the batch.

    `stale`: the store already holds this or a later version. `rejected`: (mention id, reason).
    """

    saved: int
    stale: int
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a listing: `size` mentions after the opaque `cursor` of the page before."""

    size: int = 50
    cursor: str | None = None
    sort: str = "newest"  # newest | oldest | worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Mentions of a page, the number matching in all, and the cursor of the next page if there is one."""

    mentions: tuple[Mention, ...]
    total: int
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseRequest:
    """Erase by author key, by URL (the item and what hangs under it) or by source; exactly one is set."""

    author_key: str | None = None
    url: str | None = None
    source: str | None = None


class MentionStore(Protocol):
    """The memory of mentions; every method may raise Transient (retry) or Stop (a person must act)."""

    def ensure_schema(self) -> None:
        """Create or migrate the schema; Stop if it is newer than this program."""

    def known(self, post_keys: Sequence[str]) -> Mapping[str, Known]:
        """What is stored of these posts, by post key; absent keys are unknown."""

    def thread_brands(self, thread_urls: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """By canonical thread URL, the brands its stored opening post names (evidence `named`), sorted.

        The opening post is the article at that URL; else, among posts and mails, the one at position 0 of the
        thread, else the oldest at that URL with neither position nor parent. Comments and reviews open nothing,
        tombstones do not count; threads without such a brand are absent.
        """

    def founders(self, sketches: Sequence[Sequence[str]]) -> Sequence[Founder]:
        """Of each sketch, the at most four first mentions of stories that share most of its terms, ties by story.

        Each once, by story id; tombstones too. The first mention of a story is that of the post it is called after;
        its terms are `mentions.stories.terms_of`. A term that more than `stories.COMMON` mentions hold finds nothing.
        Of a post seen from several brands, the mention of the smallest id speaks.
        """

    def upsert(self, mentions: Sequence[Mention], *, now: datetime) -> WriteReport:
        """Write mentions, each only if its `version` is above the stored one; sets `indexed_at` to now."""

    def remove(self, mention_ids: Sequence[str]) -> int:
        """Delete mentions that no longer hold (a brand that an edit took out); returns how many."""

    def mark_gone(self, post_keys: Sequence[str], *, at: datetime) -> int:
        """Turn the mentions of these posts into tombstones; idempotent; returns how many changed."""

    def get(self, mention_id: str) -> Mention | None:
        """One mention by its id."""

    def search(self, where: MentionFilter, page: Page) -> Hits:
        """A page of the mentions that match, in the page's order, ties broken by id."""

    def scan(self, where: MentionFilter) -> Iterator[Mention]:
        """Every mention that matches, in id order, in constant memory."""

    def run(self, query: Query[Row]) -> Sequence[Row]:
        """Answer one of the named queries."""

    def erase(self, request: EraseRequest) -> int:
        """Delete for good, full-text index and free pages included; returns how many."""

    def drop_before(self, day: date) -> int:
        """Retention: delete what was published before `day` (UTC); returns how many."""

    def refresh(self) -> None:
        """Make all writes visible to searches."""

    def close(self) -> None:
        """Give back the connection."""
