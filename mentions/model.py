"""The records: RawItem (a spider's find), Post (one text, cleaned), Mention (a Post seen from a brand).

Times are aware UTC. Absent values are None. docs/fields.md holds the table of Mention.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, get_args

Unit: TypeAlias = Literal["article", "post", "comment", "review", "mail"]
Precision: TypeAlias = Literal["second", "minute", "day"]
Role: TypeAlias = Literal["own", "competitor"]
Evidence: TypeAlias = Literal["named", "thread", "source"]
Label: TypeAlias = Literal["negative", "neutral", "positive"]
CrisisLabel: TypeAlias = Literal[
    "boycott_call",
    "product_safety",
    "data_security",
    "fraud_deception",
    "legal_regulatory",
    "discrimination_harassment",
    "labour_conflict",
    "service_outage",
    "service_failure",
    "ethics_governance",
    "environment_animal",
]
CrisisFlag: TypeAlias = Literal["amplification", "brand_is_victim", "hearsay", "resolved"]

UNITS: tuple[Unit, ...] = get_args(Unit)
LABELS: tuple[Label, ...] = get_args(Label)
CRISIS_LABELS: tuple[CrisisLabel, ...] = get_args(CrisisLabel)
POLARITY: Mapping[Label, int] = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A score given by the author, `value` out of `best`, in the site's own scale."""

    value: float
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """What a spider read, before cleaning; one JSON line of the spool (design.md section 3).

    `url` opens the item itself, `thread_url` the page it hangs under (first page of a thread, article of
    a comment, product of a review). `native_id` is the site's own id, unique under `thread_url`; `parent`
    is the native id of the item replied to, `position` its place in the thread (0 opens it).
    `published_rule` names what gave the date (feed, json-ld, engine:phpbb3, css, htmldate, ...). `author` is
    the name as shown. `engagement` counts by kind (replies, likes, shares, views).
    """

    source: str
    unit: Unit
    url: str
    text: str
    fetched_at: datetime
    extractor: str
    thread_url: str | None = None
    thread_title: str | None = None
    parent: str | None = None
    native_id: str | None = None
    position: int | None = None
    title: str | None = None
    author: str | None = None
    published: datetime | None = None
    published_rule: str | None = None
    published_precision: Precision | None = None
    edited: datetime | None = None
    rating: Rating | None = None
    engagement: Mapping[str, int] = field(default_factory=dict)
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A post that its source no longer shows, seen missing at `seen_at`; a line of the spool too."""

    source: str
    url: str
    seen_at: datetime
    thread_url: str | None = None
    native_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One text by one author, cleaned and identified (`mentions.intake`).

    `key` is a digest of canonical URL and native id; `id` is `YYYYMM-` + `key`, the month of publication
    as first known, fixed for ever. `revision` starts at 1 and rises with `content_hash`. `near_key` is a
    64-bit SimHash in hexadecimal (Charikar 2002). `author_key` is an HMAC of site and author;
    `author_name` is kept only where configured. A tombstone has `gone_at`.
    """

    id: str
    key: str
    source: str
    unit: Unit
    url: str
    canonical_url: str
    site: str
    title: str | None
    text: str
    published_at: datetime
    published_rule: str
    published_precision: Precision
    fetched_at: datetime
    first_seen_at: datetime
    content_hash: str
    near_key: str
    revision: int = 1
    native_id: str | None = None
    parent: str | None = None
    thread_url: str | None = None
    thread_title: str | None = None
    position: int | None = None
    author_key: str | None = None
    author_name: str | None = None
    edited_at: datetime | None = None
    rating: Rating | None = None
    engagement: Mapping[str, int] = field(default_factory=dict)
    product: str | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One Post seen from one brand: the waist of the house. Flat, because Kibana cannot use nested objects.

    `id` = month of the post + digest(post id, brand). `sentiment_*` are probabilities 0-1 that sum to 1 and
    `sentiment_score` is that of the label. `severity` is 0-100 (docs/adr/0011). `published_hour` (0-23) and
    `published_weekday` (0 = Monday) are local to the brand's zone. `rating` is on 0-5 whatever the site's
    scale. `version` orders writes: revision x 10^6 + pipeline serial, never a clock. `search_text` is the
    pre-tokenised text both stores index.
    """

    id: str
    post_id: str
    post_key: str
    brand: str
    role: Role
    evidence: Evidence
    passage: str
    source: str
    unit: Unit
    url: str
    canonical_url: str
    site: str
    title: str | None
    text: str
    search_text: str
    published_at: datetime
    published_rule: str
    published_precision: Precision
    published_hour: int
    published_weekday: int
    fetched_at: datetime
    first_seen_at: datetime
    content_hash: str
    near_key: str
    story_id: str
    revision: int
    version: int
    pipeline: str
    model: str
    language: str
    sentiment_label: Label
    sentiment_score: float
    sentiment_negative: float
    sentiment_neutral: float
    sentiment_positive: float
    polarity: int
    severity: float
    crisis_score: float
    crisis_labels: tuple[CrisisLabel, ...] = ()
    crisis_flags: tuple[CrisisFlag, ...] = ()
    aspects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    native_id: str | None = None
    parent: str | None = None
    thread_url: str | None = None
    thread_title: str | None = None
    position: int | None = None
    author_key: str | None = None
    author_name: str | None = None
    edited_at: datetime | None = None
    indexed_at: datetime | None = None
    gone_at: datetime | None = None
    rating: float | None = None
    product: str | None = None
    replies: int | None = None
    likes: int | None = None
    shares: int | None = None
    views: int | None = None


def mention_version(revision: int, pipeline_serial: int) -> int:
    """Version that orders two writes of one mention: the later revision wins, then the later pipeline."""
    return revision * 1_000_000 + pipeline_serial
