"""From an assessment to what becomes of the incident, and whether people hear of it. Pure.

One incident of a brand and family at a time; hysteresis to close it; what comes back soon continues the old one.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from alerts.detect import Assessment
from config.models import Rule
from state.records import Incident, Step, Tier

Reason: TypeAlias = Literal[
    "opened", "reopened", "escalated", "updated", "worse", "recovering", "relapsed", "closed",
    "quiet", "below-rule", "cooling-down", "blind", "goes-on",
]  # fmt: skip

TIERS: tuple[Tier, ...] = ("notice", "alert", "critical")
MILESTONES = (timedelta(hours=6), timedelta(hours=24))  # an incident that goes on is told of again once at each
REOPEN = timedelta(hours=24)
SLOWEST = timedelta(days=7)  # the longest window
DOUBLED, SCORE_RISE = 2, 1.0  # an incident escalates within its tier at twice the count and ten times the rarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why, the incident to write (None: leave it), and the step to tell people of (None: silently)."""

    reason: Reason
    incident: Incident | None = None
    step: Step | None = None


def incident_id(brand: str, family: str, crossed_at: datetime) -> str:
    """The same surge has the same id, whenever and by whomever it is found (26 hexadecimal digits)."""
    return hashlib.sha256(f"{brand}\0{family}\0{crossed_at:%Y-%m-%dT%H}".encode()).hexdigest()[:26]


def decide(
    current: Incident | None,
    last: Incident | None,
    found: Assessment,
    *,
    brand: str,
    family: str,
    rule: Rule,
    now: datetime,
) -> Decision:
    """What to do. `current` is not closed, `last` the one opened last (perhaps the same)."""
    loud = found.tier is not None and TIERS.index(found.tier) >= TIERS.index(rule.from_tier)
    if current is not None:
        return _go_on(current, found, rule, now)
    if not loud:
        return Decision(reason="below-rule" if found.tier else "quiet")
    return _begin(last, found, brand=brand, family=family, rule=rule, now=now)


def _begin(last: Incident | None, found: Assessment, *, brand: str, family: str, rule: Rule, now: datetime) -> Decision:
    tier = found.tier or "notice"
    key = incident_id(brand, family, found.crossed_at or found.at)
    if last is not None and last.closed_at is not None and found.slow and now - last.closed_at < SLOWEST:
        return Decision(reason="cooling-down")  # the windows of days still hold the surge that is over
    if last is not None and (last.id == key or (last.closed_at is not None and now - last.closed_at < REOPEN)):
        again = replace(_seen(last, found, now), state="open", closed_at=None, tier=_higher(last.tier, tier))
        return Decision(reason="reopened", incident=_told(again, found, now), step="updated")
    if last is not None and now - last.opened_at < rule.cooldown and _higher(last.tier, tier) == last.tier:
        return Decision(reason="cooling-down")
    fresh = Incident(
        id=key,
        brand=brand,
        family=family,
        rule=rule.name,
        tier=tier,
        state="open",
        opened_at=now,
        updated_at=now,
        step=0,
    )
    return Decision(reason="opened", incident=_told(_seen(fresh, found, now), found, now), step="opened")


def _go_on(current: Incident, found: Assessment, rule: Rule, now: datetime) -> Decision:
    if _escalates(current, found):
        worse = replace(_seen(current, found, now), state="open", tier=_higher(current.tier, found.tier or "notice"))
        return Decision(reason="escalated", incident=_told(worse, found, now), step="escalated")
    if found.blind:
        return Decision(reason="blind")
    since_opening = (now - current.opened_at) / timedelta(hours=1)
    calm = min(found.calm_hours, int(since_opening))
    if found.tier and (_memory(current)["slow"] or not found.slow):
        calm = 0  # a slow burn is over when its own windows say so
    if calm:
        return _calm_down(current, timedelta(hours=calm), found, rule, now)
    if current.state == "recovering":
        return Decision(reason="relapsed", incident=_turned(current, "open", now))
    return _still_loud(current, found, now)


def _calm_down(current: Incident, calm: timedelta, found: Assessment, rule: Rule, now: datetime) -> Decision:
    if calm >= rule.recovery:
        return Decision(reason="closed", incident=_closed(current, found, now), step="closed")
    if current.state == "open":
        return Decision(reason="recovering", incident=_turned(current, "recovering", now))
    return Decision(reason="goes-on")


def _still_loud(current: Incident, found: Assessment, now: datetime) -> Decision:
    passed = sum(now - current.opened_at >= milestone for milestone in MILESTONES)
    if passed > _memory(current)["milestones"]:
        return Decision(reason="updated", incident=_told(_seen(current, found, now), found, now), step="updated")
    if found.score > current.peak_score:
        return Decision(reason="worse", incident=_seen(current, found, now))
    return Decision(reason="goes-on")


def _escalates(current: Incident, found: Assessment) -> bool:
    """A higher tier; or, still loud, twice the count last told of and much rarer."""
    if found.tier is None:
        return False
    if TIERS.index(found.tier) > TIERS.index(current.tier):
        return True
    told = _memory(current)
    doubled: bool = found.observed >= DOUBLED * max(told["observed"], 1)
    return doubled and found.score >= told["score"] + SCORE_RISE


def _closed(current: Incident, found: Assessment, now: datetime) -> Incident:
    """The end; it keeps the figures of the worst moment, not those of the last message."""
    worst = current.evidence.get("peak", {})
    closed = replace(current, state="closed", closed_at=now, updated_at=now, step=current.step + 1, score=found.score)
    return replace(closed, **worst)


def _seen(incident: Incident, found: Assessment, now: datetime) -> Incident:
    """The next step of the incident, with the figures of this assessment."""
    peak = {"window_hours": found.window_hours, "observed": found.observed, "expected": found.expected}
    worst = {"peak": peak} if found.score > incident.peak_score or "peak" not in incident.evidence else {}
    return replace(
        incident,
        evidence={**incident.evidence, **worst},
        updated_at=now,
        score=found.score,
        peak_score=max(incident.peak_score, found.score),
        window_hours=found.window_hours,
        observed=found.observed,
        expected=found.expected,
        step=incident.step + 1,
    )


def _told(incident: Incident, found: Assessment, now: datetime) -> Incident:
    """Remember what people are told, to know later what is news to them."""
    passed = sum(now - incident.opened_at >= milestone for milestone in MILESTONES)
    told = {"observed": found.observed, "score": round(found.score, 3), "milestones": passed, "slow": found.slow}
    return replace(incident, evidence={**incident.evidence, "told": told})


def _turned(incident: Incident, state: Literal["open", "recovering"], now: datetime) -> Incident:
    return replace(incident, state=state, updated_at=now, step=incident.step + 1)


def _memory(incident: Incident) -> dict[str, Any]:
    fallback = {"observed": incident.observed, "score": incident.score, "milestones": 0, "slow": False}
    return {**fallback, **incident.evidence.get("told", {})}


def _higher(one: Tier, other: Tier) -> Tier:
    return max(one, other, key=TIERS.index)
