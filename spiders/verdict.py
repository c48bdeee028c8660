"""How the crawl of one source ended, judged from what happened, never from an exit code. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["ok", "partial", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """One source's line of a crawl. `items` and `gone` were written to the spool; `bodies` are answers with a body.

    `oldest` is the earliest publication among them.
    `reason` is one clause for people, None when all went well and nothing is worth saying.
    """

    source: str
    status: Status
    items: int
    gone: int
    responses: int
    bodies: int
    reason: str | None
    stats: Mapping[str, int]
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the spider saw.

    `finish`: Scrapy's finish_reason; `good`: pages read or unchanged. `fatal`: why the source itself cannot be read;
    `losses`: (url, clause) of pages that should have been read; `halted`: why we left early; `cut`: the max_pages
    that stopped us; `errors`: failures of our own code; `notes`: clauses worth saying of a crawl that went well.
    """

    finish: str
    good: int
    fatal: str | None = None
    losses: Sequence[tuple[str, str]] = ()
    halted: str | None = None
    cut: int | None = None
    errors: int = 0
    notes: Sequence[str] = ()


ENDINGS: Mapping[str, str] = {
    "closespider_timeout": "stopped: it took too long; the rest comes next time",
    "memusage_exceeded": "stopped: it took too much memory",
    "shutdown": "stopped before the end; the rest comes next time",
    "start_error": "an error of ours at the start; see the log",
}


def judge(facts: Facts) -> tuple[Status, str | None]:
    """Status and the one clause that explains it."""
    if facts.fatal:
        return "failed", facts.fatal
    if clause := _trouble(facts):
        return ("partial" if facts.good else "failed"), clause
    if facts.cut:
        return "ok", f"stopped at max_pages ({facts.cut}); the rest comes next time"
    return "ok", facts.notes[0] if facts.notes else None


def _trouble(facts: Facts) -> str | None:
    """Why the crawl is not whole."""
    if facts.halted:
        return facts.halted
    if facts.finish != "finished":
        return ENDINGS.get(facts.finish, f"stopped: {facts.finish}")
    if facts.errors:
        return f"{facts.errors} pages met an error of ours; see the log"
    if facts.losses:
        url, clause = facts.losses[0]
        more = f" and {len(facts.losses) - 1} more pages" if len(facts.losses) > 1 else ""
        return f"{url}{more}: {clause}"
    return None


def complete(facts: Facts, status: Status) -> bool:
    """True if nothing was left unread: only then may validators hide unchanged pages next time."""
    return status == "ok" and not facts.cut
