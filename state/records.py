"""What Vigie remembers of its own work: runs, incidents, deliveries, verdicts. Times are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from mentions.model import CrisisLabel, Label

RunKind: TypeAlias = Literal["crawl", "backfill", "ingest", "watch", "report", "upkeep"]
RunStatus: TypeAlias = Literal["running", "ok", "partial", "failed"]
Tier: TypeAlias = Literal["notice", "alert", "critical"]
IncidentState: TypeAlias = Literal["open", "recovering", "closed"]
Step: TypeAlias = Literal["opened", "escalated", "updated", "closed", "report", "test"]
DeliveryStatus: TypeAlias = Literal["pending", "leased", "sent", "dead", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one job; `source` for crawls and back-fills. A crawl `ok` covers its source up to `started_at`.

    A back-fill states the publication range it made complete: [`covers_from`, `covers_to`).
    """

    id: str
    kind: RunKind
    started_at: datetime
    source: str | None = None
    finished_at: datetime | None = None
    status: RunStatus = "running"
    counters: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None
    covers_from: datetime | None = None
    covers_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A negative surge of one brand and detector family, from its first crossing to its end.

    `score` is log10 of the days between such surprises by chance; `peak_score` its highest. `window_hours`,
    `observed` and `expected` describe the window that speaks. `evidence` is what the messages show
    (alerts.message), JSON. `step` counts changes from 1 and numbers the deliveries.
    """

    id: str
    brand: str
    family: str
    rule: str
    tier: Tier
    state: IncidentState
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    score: float = 0.0
    peak_score: float = 0.0
    window_hours: int = 0
    observed: int = 0
    expected: float = 0.0
    step: int = 1
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one recipient by one channel: a row of the outbox.

    `key` is the idempotency key: digest of (subject id, step number, channel, recipient). `payload` is the
    rendered message (alerts.message.Message as JSON). `reference` is what the other side answered (message
    id, Slack ts), by which later steps thread.
    """

    key: str
    subject: str
    step: Step
    number: int
    channel: str
    recipient: str
    payload: Mapping[str, Any]
    created_at: datetime
    status: DeliveryStatus = "pending"
    attempts: int = 0
    due_at: datetime | None = None
    sent_at: datetime | None = None
    reference: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the person `by` says is true of a mention, and what the model had said when they looked.

    `sentiment` or `crisis` is None where they said nothing; `crisis` is () for "no label holds". `judged_at` is when
    they last spoke, `sentiment_at` and `crisis_at` when they said each part: at `judged_at` unless told otherwise.
    `content_hash` is that of the text they read (an edit makes another one). No text is kept here: it is read from the
    store.
    """

    mention_id: str
    by: str
    judged_at: datetime
    brand: str
    content_hash: str
    model: str
    found_sentiment: Label
    found_crisis: tuple[CrisisLabel, ...] = ()
    sentiment: Label | None = None
    crisis: tuple[CrisisLabel, ...] | None = None
    sentiment_at: datetime | None = None
    crisis_at: datetime | None = None

    def __post_init__(self) -> None:
        """Date each part."""
        for part in ("sentiment", "crisis"):
            told = getattr(self, f"{part}_at") or self.judged_at
            object.__setattr__(self, f"{part}_at", None if getattr(self, part) is None else told)
