"""The closed list of questions a store answers; shares, zones and smoothing are computed above it.

Each query is a frozen dataclass naming its row type: `store.run(Volume(...))` gives `Sequence[VolumeRow]`.
Time buckets are UTC hours (15 minutes where a zone needs it); the caller folds them to local days.

Near copies share a story (docs/adr/0025), and both counts are there for every question. `mentions` counts texts,
`stories` those of them that are the first of their story and brand in the whole store, so that the cells of an answer
add up; only Volume counts every story once that has a text in the filter, its first one or not. What lists or samples
mentions does so for stories with `copies=False` in its filter.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from mentions.filter import MentionFilter
from mentions.model import Label, Mention

Row = TypeVar("Row", covariant=True)  # noqa: PLC0105 - reads better as Query[Row]
Dimension: TypeAlias = Literal[
    "source", "site", "unit", "language", "brand", "crisis_label", "author_key", "thread_url"
]


class Query(Generic[Row]):
    """A named question; `Row` is the type of one answer row."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentRow:
    """Mentions of one brand and label in the bucket that starts at `bucket` (UTC)."""

    bucket: datetime
    brand: str
    label: Label
    mentions: int
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentByBucket(Query[SentimentRow]):
    """How do labels move over time? `minutes` is 60 or 15; empty buckets are absent."""

    where: MentionFilter
    minutes: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRow:
    """One brand's totals."""

    brand: str
    mentions: int
    stories: int
    authors: int
    negative: int
    neutral: int
    positive: int
    mean_severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Query[VolumeRow]):
    """How much is said of each brand, by how many, and how? Ordered by brand."""

    where: MentionFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class TopRow:
    """One value of a dimension and its totals; `last_at` is the newest publication."""

    value: str
    mentions: int
    stories: int
    negative: int
    positive: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Top(Query[TopRow]):
    """Which sources (sites, authors, ...) speak most? By mentions (or negatives), ties by value."""

    where: MentionFilter
    by: Dimension
    size: int = 10
    order: Literal["mentions", "negative"] = "mentions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst(Query[Mention]):
    """The mentions that hurt most: by severity, then negative probability, newest first, ties by id."""

    where: MentionFilter
    size: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A token over-used now: counts of mentions holding it in both samples, and its JLH score.

    Samples of stories are had by `copies=False` in both filters.
    """

    term: str
    mentions: int
    background: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergingTerms(Query[TermRow]):
    """Which words are new? Foreground `where`, background `against`; both sampled, stop words removed."""

    where: MentionFilter
    against: MentionFilter
    size: int = 10
    least: int = 3
    sample: int = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow:
    """Mentions whose rating (0-5) rounds half up to `stars`."""

    brand: str
    stars: int
    mentions: int
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingHistogram(Query[RatingRow]):
    """How do people rate?"""

    where: MentionFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """One story: its first mention, size and breadth."""

    story_id: str
    mentions: int
    sites: int
    first_at: datetime
    title: str | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories(Query[StoryRow]):
    """Which texts are copied around? Stories of at least `least` mentions, largest first."""

    where: MentionFilter
    size: int = 10
    least: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(Query[Mention]):
    """Mentions of the same brand whose `near_key` is within `distance` bits, nearest first."""

    mention_id: str
    distance: int = 3
    size: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """What a source last gave."""

    source: str
    mentions: int
    stories: int
    first_published_at: datetime
    last_published_at: datetime
    last_first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Query[HealthRow]):
    """Is every source still speaking? Ordered by source."""

    where: MentionFilter = field(default_factory=MentionFilter)


class CountRow(NamedTuple):  # the one row that comes by the ten thousand: a dataclass takes five times as long
    """A cell of the count cube the watch is computed from (research: event time by arrival time).

    Hours are UTC starts. `arrived` is the hour of `first_seen_at`, never before `hour`. Near copies count
    once (first of its story) unless `copies` were asked for; an author counts at most three times per cell, the first
    three by (published_at, id). Tombstones stay in. `severity` is the sum over the cell.
    """

    source: str
    hour: datetime
    arrived: datetime
    mentions: int
    negative: int
    severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Query[CountRow]):
    """Every non-empty cell of one brand whose event hour is in [start, end)."""

    brand: str
    start: datetime
    end: datetime
    copies: bool = False
