"""One round of the watch: judge every brand by every rule, and write what changes with the messages about it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from alerts.coverage import SourceCoverage, coverage
from alerts.detect import Assessment, assess
from alerts.evidence import gather, total
from alerts.message import incident_message
from alerts.outgoing import deliveries_to
from alerts.policy import Decision, decide
from alerts.words import Language
from config.models import Brand, Config, Rule
from mentions.queries import Counts
from mentions.store import MentionStore
from state.database import State
from state.records import Delivery, Incident

log = logging.getLogger(__name__)

HISTORY = timedelta(days=60)
RUNS = timedelta(days=400)  # a back-fill may be older than what it teaches; crawls that old are few or gone
Links: TypeAlias = Callable[[Incident, Language], tuple[tuple[str, str], ...]]  # (words, URL) pairs for a message


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOutcome:
    """One line per change, and each (brand, rule) with what was found of it."""

    changes: tuple[str, ...]
    assessments: tuple[tuple[str, str, Assessment], ...]


def no_links(_incident: Incident, _language: Language) -> tuple[tuple[str, str], ...]:
    """Nothing to open."""
    return ()


def tick(config: Config, store: MentionStore, state: State, now: datetime, *, links: Links = no_links) -> WatchOutcome:
    """Judge now (aware UTC). Done twice, killed anywhere and done again, it writes each change once."""
    changes: list[str] = []
    found: list[tuple[str, str, Assessment]] = []
    sources = known(config, state, now)
    for rule in config.rules:
        for brand in brands_of(rule, config):
            result, change = _watch(config, store, state, sources, rule, brand, now, links)
            found.append((brand.name, rule.name, result))
            changes += [change] if change else []
    return WatchOutcome(changes=tuple(changes), assessments=tuple(found))


def known(config: Config, state: State, now: datetime) -> tuple[SourceCoverage, ...]:
    """How far each configured source is known."""
    runs = [
        *state.runs.list("crawl", since=now - HISTORY - timedelta(days=10)),
        *state.runs.list("backfill", since=now - RUNS),
    ]
    return coverage(runs, [source.name for source in config.sources], now)


def brands_of(rule: Rule, config: Config) -> list[Brand]:
    """The brands a rule watches: those it names, else every own one."""
    return [b for b in config.brands if (b.name in rule.brands if rule.brands else b.role == "own")]


def family_of(rule: Rule) -> str:
    """Each rule has incidents of its own: two audiences, two thresholds, two stories."""
    return f"negative:{rule.name}"


def _watch(
    config: Config,
    store: MentionStore,
    state: State,
    sources: Sequence[SourceCoverage],
    rule: Rule,
    brand: Brand,
    now: datetime,
    links: Links,
) -> tuple[Assessment, str | None]:
    zone = brand.timezone or config.vigie.timezone
    start = (now - HISTORY).replace(minute=0, second=0, microsecond=0)
    cells = store.run(Counts(brand=brand.name, start=start, end=now + timedelta(hours=1)))
    found = assess(cells, sources, now, ZoneInfo(zone), rule)
    family = family_of(rule)
    decision = decide(
        state.incidents.current(brand.name, family),
        state.incidents.latest(brand.name, family),
        found,
        brand=brand.name,
        family=family,
        rule=rule,
        now=now,
    )
    log.info(
        "watch brand=%s rule=%s reason=%s score=%.2f covered=%.2f",
        brand.name, rule.name, decision.reason, found.score, found.covered,
    )  # fmt: skip
    if decision.incident is None:
        return found, None
    incident = _with_evidence(decision, decision.incident, store, found, sources, now)
    news = state.incidents.apply(incident, _messages(config, rule, incident, decision, zone, now, links))
    change = (
        f"{brand.name}: {decision.reason} ({incident.tier}, {incident.observed} negative in "
        f"{incident.window_hours} h, {incident.expected:.1f} expected)"
    )
    return found, change if news and decision.step else None


def _with_evidence(
    decision: Decision,
    incident: Incident,
    store: MentionStore,
    found: Assessment,
    sources: Sequence[SourceCoverage],
    now: datetime,
) -> Incident:
    """Fresh evidence where people are told; an end keeps that of the surge and adds its total."""
    if decision.step is None:
        return incident
    if decision.step == "closed":
        begun = incident.opened_at - timedelta(hours=max(incident.window_hours, 1))
        summed = total(store, incident.brand, begun, now)
        return replace(incident, evidence={**incident.evidence, "total": summed})
    fresh = gather(store, incident.brand, found, sources, now)
    return replace(incident, evidence={**incident.evidence, **fresh})


def _messages(
    config: Config,
    rule: Rule,
    incident: Incident,
    decision: Decision,
    zone: str,
    now: datetime,
    links: Links,
) -> list[Delivery]:
    if decision.step is None:
        return []
    rows: list[Delivery] = []
    for name in rule.tell:
        channel = config.channels[name]
        language = channel.language or config.vigie.report_language
        message = incident_message(incident, language, zone=zone, step=decision.step, links=links(incident, language))
        rows += deliveries_to(
            name, channel, message, subject=incident.id, step=decision.step, number=incident.step, now=now
        )
    return rows
