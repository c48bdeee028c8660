"""The weekly report as values: what was counted, of what, over which span. Times are aware UTC."""

from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from zoneinfo import ZoneInfo

from mentions.model import CrisisLabel, Label, Mention, Role
from mentions.queries import StoryRow, TermRow
from state.records import Tier

Z = 1.959964  # standard deviations on either side of a normal mean that hold 95 %
LEAST = 10  # below this many mentions a percentage is noise (one mention moves it by ten points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """[start, end), and the local days it covers; `whole` is False for a week that is still running."""

    start: datetime
    end: datetime
    days: tuple[date, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Mentions of one brand in one span, deleted ones included; `stories` counts near copies once."""

    mentions: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    stories: int = 0
    authors: int = 0

    def of(self, label: Label) -> int:
        """Mentions with this label."""
        return {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}[label]

    @property
    def net(self) -> float | None:
        """Net sentiment: (positive - negative) / all mentions, neutral ones included; None without mentions."""
        return (self.positive - self.negative) / self.mentions if self.mentions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day."""

    day: date
    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def mentions(self) -> int:
        """All of them."""
        return self.negative + self.neutral + self.positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One brand's part in what was said of all brands that are compared."""

    brand: str
    role: Role
    mentions: int
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source that speaks of the brand, loudest first."""

    source: str
    mentions: int
    negative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLine:
    """Mentions with one crisis label, this week and the week before (a mention may have several)."""

    label: CrisisLabel
    mentions: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """An incident as it stood at the end of the span; `closed_at` is None if it was still open then.

    `peak_score` is log10 of the days between such surges by chance (state.records.Incident).
    """

    id: str
    tier: Tier
    opened_at: datetime
    closed_at: datetime | None
    opened_this_week: bool
    peak_score: float
    observed: int
    expected: float
    window_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """How well one source was read in the span: crawls by outcome, and up to when it is known.

    `complete`: known up to the end of the span, give or take its own rhythm. `reason` is that of the last
    crawl that failed after the last good one.
    """

    source: str
    complete: bool
    ok: int
    partial: int
    failed: int
    last_success: datetime | None
    mentions: int
    last_published: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Verdicts of people, and of how many the model had said the same when they looked (`right` of `judged`)."""

    judged: int = 0
    right: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share that is right (Wilson 1927); 0 to 1 without verdicts."""
        if not self.judged:
            return 0.0, 1.0
        share, n = self.right / self.judged, self.judged
        middle, spread = share + Z * Z / (2 * n), Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + Z * Z / n)), min(1.0, (middle + spread) / (1 + Z * Z / n))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyReport:
    """One brand's ISO week, compared with the same part of the week before."""

    brand: str
    zone: ZoneInfo
    year: int
    week: int
    span: Span
    before: Span
    now: Tally
    then: Tally
    days: tuple[Day, ...]
    voices: tuple[Voice, ...]
    incidents: tuple[IncidentLine, ...]
    worst: tuple[Mention, ...]
    labels: tuple[LabelLine, ...]
    sources: tuple[SourceLine, ...]
    stories: tuple[StoryRow, ...]
    terms: tuple[TermRow, ...]
    coverage: tuple[SourceCoverage, ...]
    sentiment_accuracy: Accuracy = Accuracy()
    crisis_accuracy: Accuracy = Accuracy()

    @property
    def complete(self) -> int:
        """Sources read to the end of the span."""
        return sum(line.complete for line in self.coverage)
