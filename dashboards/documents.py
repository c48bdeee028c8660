"""Incidents and runs as documents for the boards: mappings and what stands in each field. Pure.

A read model: `state` is the truth, and everything here can be made again from it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from state.records import Incident, Run

SCHEMA: Final = 1  # raised by any change of the types below: the indices are then made anew

INCIDENT_TYPES: Final[Mapping[str, str]] = {
    "incident_id": "keyword",
    "brand": "keyword",
    "role": "keyword",  # own, competitor; absent for a brand that is no longer configured
    "family": "keyword",
    "rule": "keyword",
    "tier": "keyword",  # notice, alert, critical
    "state": "keyword",  # open, recovering, closed
    "opened_at": "date",
    "updated_at": "date",
    "closed_at": "date",
    "hours": "float",  # from opening to end, or to the last look
    "score": "float",  # log10 of the days between such surprises by chance
    "peak_score": "float",
    "window_hours": "integer",
    "observed": "integer",  # negative mentions in the window
    "expected": "float",
    "step": "integer",
    "url": "keyword",  # opens the incident board on it; absent without a Kibana address
}

RUN_TYPES: Final[Mapping[str, str]] = {
    "run_id": "keyword",
    "kind": "keyword",  # crawl, backfill, ingest, watch, report, upkeep
    "source": "keyword",  # of crawls and back-fills
    "status": "keyword",  # running, ok, partial, failed
    "started_at": "date",
    "finished_at": "date",
    "seconds": "float",
    "items": "integer",  # read by a crawl; lines taken in by ingest
    "saved": "integer",  # posts stored by ingest
    "rejected": "integer",  # lines that ingest could not use
    "gone": "integer",  # deletions noticed
    "sent": "integer",  # messages that left (watch, report)
    "unsent": "integer",  # messages that wait or were given up
    "lag_seconds": "float",  # of crawls: age of the last good reading of the source when this one started
    "reason": "keyword",
}

LONGEST: Final = 8191  # characters of a keyword; an address may hold some hundreds
REASON: Final = 1000  # characters of a reason that a table shows

Links: TypeAlias = Callable[[Incident], str | None]
Document: TypeAlias = dict[str, Any]


def mapping(schema: str, types: Mapping[str, str]) -> dict[str, Any]:
    """The mapping of one index: strict, so that a field nobody planned is an error, and signed as ours."""
    return {
        "dynamic": "strict",
        "_meta": {"schema": schema, "version": SCHEMA},
        "properties": {
            field: {"type": kind, "ignore_above": LONGEST} if kind == "keyword" else {"type": kind}
            for field, kind in types.items()
        },
    }


def incident_document(incident: Incident, *, role: str | None, url: str | None) -> Document:
    """One incident; `role` of its brand comes from the configuration. Evidence stays in `state`."""
    until = incident.closed_at or incident.updated_at
    return _present(
        incident_id=incident.id,
        brand=incident.brand,
        role=role,
        family=incident.family,
        rule=incident.rule,
        tier=incident.tier,
        state=incident.state,
        opened_at=_instant(incident.opened_at),
        updated_at=_instant(incident.updated_at),
        closed_at=_instant(incident.closed_at),
        hours=round((until - incident.opened_at) / timedelta(hours=1), 3),
        score=incident.score,
        peak_score=incident.peak_score,
        window_hours=incident.window_hours,
        observed=incident.observed,
        expected=incident.expected,
        step=incident.step,
        url=url,
    )


def run_document(run: Run, *, before: datetime | None) -> Document:
    """One run, its counters as the few numbers of the health board.

    `before` is when the last good reading of the same source started, None if there was none or for other kinds.
    """
    return _present(
        run_id=run.id,
        kind=run.kind,
        source=run.source,
        status=run.status,
        started_at=_instant(run.started_at),
        finished_at=_instant(run.finished_at),
        seconds=None if run.finished_at is None else round((run.finished_at - run.started_at).total_seconds(), 3),
        lag_seconds=None if before is None else round((run.started_at - before).total_seconds(), 3),
        reason=run.reason[:REASON] if run.reason else None,
        **_numbers(run),
    )


def _numbers(run: Run) -> dict[str, int]:
    """A job that counts nothing of a kind has no such field: an average over zeros would lie."""
    if run.finished_at is None:
        return {}
    words = run.counters
    if run.kind in {"crawl", "backfill"}:
        return {"items": words.get("items", 0), "gone": words.get("gone", 0)}
    if run.kind == "ingest":
        unusable = sum(count for word, count in words.items() if word.startswith("rejected:") or word == "refused")
        saved, gone = words.get("saved", 0), words.get("gone", 0)
        return {"items": sum(words.values()), "saved": saved, "rejected": unusable, "gone": gone}
    if run.kind in {"watch", "report"}:
        return {"sent": words.get("sent", 0), "unsent": words.get("retry", 0) + words.get("dead", 0)}
    return {}


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _present(**fields: Any) -> Document:
    return {name: value for name, value in fields.items() if value is not None}
