"""Intake: from what a spider read to a Post with an identity. Pure: no clock, no file, no network.

`draft` one item, `fold` the drafts of a batch to one per post, `settle` each against what is known.
Replaying or reordering the same items ends in the same posts (tests/mentions/test_mentions_intake.py).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from mentions.errors import RejectedItem
from mentions.identity import author_key, content_hash, post_id, post_key
from mentions.model import Gone, Post, Precision, Rating, RawItem
from mentions.near import near_key
from mentions.store import Known
from mentions.text import clean_line, clean_text
from mentions.urls import canonical_url, site_of, without_credentials

Fate: TypeAlias = Literal["new", "edited", "again", "unchanged", "stale"]

MAX_TEXT: Final = 200_000  # characters
MAX_TITLE: Final = 1_000
MAX_NAME: Final = 200
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_SLACK: Final = timedelta(minutes=10)
DAY_SLACK: Final = timedelta(days=1)  # a day that has begun in the east has not begun in UTC
FETCHED: Final = "fetched"
RANKS: Mapping[Precision, int] = {"day": 1, "minute": 2, "second": 3}

EMAIL = re.compile(r"[<(\[]?(?:mailto:)?[\w.+'-]+(?:@| at |\(at\)|\[at\])[\w-]+(?:\.[\w-]+)+[>)\]]?", re.IGNORECASE)
# Names that every visitor may carry: a pseudonym would make one loud author of them.
NOBODY = re.compile(
    r"anonym(?:e|ous)(?: user)?|utilisateur (?:anonyme|supprimé)|guest|invitée?|visit(?:eur|or)|unknown|inconnue?"
    r"|\[?deleted\]?(?: user)?|compte supprimé|n/a|\W+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOptions:
    """`secret` keys the pseudonyms; `timezone` (IANA) reads a date without a zone; names are dropped by default."""

    secret: bytes
    timezone: str = "UTC"
    keep_authors: bool = False


class _Dated(NamedTuple):
    at: datetime
    rule: str
    precision: Precision


def key_of(item: RawItem | Gone) -> str:
    """The key of the post that an item or its disappearance is about; RejectedItem `bad-url`.

    A native id counts under the thread, not under the item's own address: permalinks move from page to page of a
    thread (WordPress comment pages, forums after a moderation), the thread's first page does not.
    """
    native = _id(item.native_id)
    return post_key(canonical_url(item.thread_url if native and item.thread_url else item.url), native)


def draft(raw: RawItem, options: IntakeOptions) -> Post:
    """The post of one item, revision 1, its id from its own month.

    RejectedItem: `bad-url`, `empty-text` (no text, title or rating), `too-long` (200,000 characters).
    A missing or implausible date (before 1990, or after the fetch) becomes that of the fetch, rule `fetched`.
    """
    canonical = canonical_url(raw.url)
    site = site_of(canonical)
    title, text, rating = _content(raw)
    fetched, dated, edited = _times(raw, ZoneInfo(options.timezone))
    key = key_of(raw)
    pseudonym, name = _author(raw.author, site, options)
    return Post(
        id=post_id(key, dated.at),
        key=key,
        source=raw.source,
        unit=raw.unit,
        url=without_credentials(raw.url),
        canonical_url=canonical,
        site=site,
        title=title,
        text=text,
        published_at=dated.at,
        published_rule=dated.rule,
        published_precision=dated.precision,
        fetched_at=fetched,
        first_seen_at=fetched,
        content_hash=content_hash(title, text, rating),
        near_key=near_key(text or title or ""),
        native_id=_id(raw.native_id),
        parent=_id(raw.parent),
        thread_url=canonical_url(raw.thread_url) if raw.thread_url else None,
        thread_title=_line(raw.thread_title, MAX_TITLE),
        position=raw.position,
        author_key=pseudonym,
        author_name=name,
        edited_at=edited,
        rating=rating,
        engagement={kind: count for kind, count in raw.engagement.items() if count >= 0},
        product=_line(raw.product, MAX_TITLE),
    )


def fold(drafts: Sequence[Post]) -> tuple[list[Post], int]:
    """One draft per key, in order of first appearance, and how many were dropped as duplicates.

    The newest fetch speaks; the date is the best stated one, at equal precision the first; first_seen_at is the first.
    """
    by_key: dict[str, list[Post]] = {}
    for post in drafts:
        by_key.setdefault(post.key, []).append(post)
    folded = [copies[0] if len(copies) == 1 else _merged(copies) for copies in by_key.values()]
    return folded, len(drafts) - len(folded)


def settle(draft: Post, known: Known | None, pipeline: str) -> tuple[Post, Fate]:
    """The draft under its known identity, and what is to be done with it.

    `new`, `edited` (content or date improved, or a tombstone came back): judge and store. `again`: same content,
    judged by another pipeline: judge and store. `unchanged`, `stale` (older than what is stored): nothing but
    `first_seen_at` and `fetched_at`, of which the post holds the first and the last known.
    """
    if known is None:
        return draft, "new"
    dated = _best([_known_date(known), _date(draft)])
    post = replace(
        draft,
        id=known.post_id,
        revision=known.revision,
        first_seen_at=min(known.first_seen_at, draft.first_seen_at),
        published_at=dated.at,
        published_rule=dated.rule,
        published_precision=dated.precision,
    )
    same = draft.content_hash == known.content_hash
    if _outranks(draft, known) and (not same or known.gone or _improved(dated, known)):
        return replace(post, revision=known.revision + 1), "edited"
    post = replace(post, fetched_at=max(draft.fetched_at, known.fetched_at))
    if not _outranks(draft, known) and (not same or known.gone):
        return post, "stale"
    return post, "unchanged" if known.pipeline == pipeline else "again"


def _outranks(draft: Post, known: Known) -> bool:
    """Whether the draft was fetched later; at the same instant the digest decides, so that order does not matter."""
    return (draft.fetched_at, draft.content_hash) > (known.fetched_at, known.content_hash)


def _merged(copies: Sequence[Post]) -> Post:
    speaker = max(copies, key=lambda post: (post.fetched_at, post.content_hash, repr(post)))
    first_seen = min(post.first_seen_at for post in copies)
    dated = _best(_date(post) for post in sorted(copies, key=lambda post: (post.fetched_at, post.published_at)))
    return replace(
        speaker,
        id=post_id(speaker.key, dated.at),
        first_seen_at=first_seen,
        published_at=dated.at,
        published_rule=dated.rule,
        published_precision=dated.precision,
    )


def _date(post: Post) -> _Dated:
    return _Dated(post.published_at, post.published_rule, post.published_precision)


def _known_date(known: Known) -> _Dated:
    if known.published_at and known.published_rule and known.published_precision:
        return _Dated(known.published_at, known.published_rule, known.published_precision)
    return _Dated(known.first_seen_at, FETCHED, "second")


def _rank(dated: _Dated) -> int:
    return 0 if dated.rule == FETCHED else RANKS[dated.precision]


def _best(dates: Iterable[_Dated]) -> _Dated:
    """The most precise stated date, the first of equals; without any, the earliest fetch."""
    best: _Dated | None = None
    for dated in dates:
        if best is None or _rank(dated) > _rank(best) or (_rank(dated) == _rank(best) == 0 and dated.at < best.at):
            best = dated
    if best is None:
        raise ValueError("no dates")
    return best


def _improved(dated: _Dated, known: Known) -> bool:
    """Whether the store holds a date and this one is more precise."""
    return known.published_at is not None and _rank(dated) > _rank(_known_date(known))


def _content(raw: RawItem) -> tuple[str | None, str, Rating | None]:
    """Title, text and rating of an item; RejectedItem if it says nothing, or far too much."""
    title, text, rating = _line(raw.title, MAX_TITLE), clean_text(raw.text), _rating(raw.rating)
    if not (text or title or rating):
        raise RejectedItem("empty-text", raw.url[:200])
    if len(text) > MAX_TEXT:
        raise RejectedItem("too-long", f"{raw.url[:200]}: {len(text)} characters, at most {MAX_TEXT}")
    return title, text, rating


def _times(raw: RawItem, zone: ZoneInfo) -> tuple[datetime, _Dated, datetime | None]:
    """When it was fetched, published and, if that is plausible, edited."""
    fetched = _utc(raw.fetched_at, zone)
    dated = _published(raw, fetched, zone)
    edited = _utc(raw.edited, zone) if raw.edited else None
    return fetched, dated, edited if edited and dated.at < edited <= fetched + CLOCK_SLACK else None


def _published(raw: RawItem, fetched: datetime, zone: ZoneInfo) -> _Dated:
    if raw.published is None:
        return _Dated(fetched, FETCHED, "second")
    stated = _utc(raw.published, zone)
    precision = raw.published_precision or "second"
    slack = DAY_SLACK if precision == "day" else CLOCK_SLACK
    if not EARLIEST <= stated <= fetched + slack:
        return _Dated(fetched, FETCHED, "second")
    if precision == "day":
        stated = min(stated, fetched)
    return _Dated(stated, raw.published_rule or "unstated", precision)


def _utc(when: datetime, zone: ZoneInfo) -> datetime:
    return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)


def _rating(rating: Rating | None) -> Rating | None:
    """None for markup that contradicts itself (8 out of 5): the text is still worth reading."""
    return rating if rating and rating.best > 0 and 0 <= rating.value <= rating.best else None


def _line(text: str | None, longest: int) -> str | None:
    return (clean_line(text)[:longest].rstrip() or None) if text else None


def _id(text: str | None) -> str | None:
    return (text.strip() or None) if text else None


def _author(shown: str | None, site: str, options: IntakeOptions) -> tuple[str | None, str | None]:
    """Pseudonym and, where wanted, name; an address is never part of the name, and names one only in the digest."""
    full = _line(shown, MAX_NAME)
    if full is None or NOBODY.fullmatch(full):
        return None, None
    name = EMAIL.sub(" ", full).strip(" \"'()<>,;:").strip() if "@" in full or "at" in full.lower() else full
    pseudonym = author_key(options.secret, site, name or full)
    return pseudonym, (" ".join(name.split()) or None) if options.keep_authors else None
