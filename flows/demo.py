"""`vigie demo`: eight weeks of a small web and a planted crisis, through the same jobs as real life."""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import typer

from config.settings import Settings
from demo.configuration import write_demo_config
from demo.inbox import Mailbox, SlackSink
from demo.scenario import Scenario
from demo.web import DemoWeb
from flows import jobs, reporting
from flows.demo_place import clear_elastic, erase, settings_for, shortcut
from flows.serve import environment, server
from flows.terminal import counts, local, progress, start_logging, wrapped
from flows.wiring import House
from mentions.filter import MentionFilter
from mentions.queries import Volume

ROUND = timedelta(hours=3)
MEANINGS = {
    "saved": "mentions saved",
    "no-brand": "posts that name no brand",
    "unchanged": "known already",
    "gone": "deletions noted",
}


@dataclass(slots=True)
class Tally:
    """What the demo counts on its way."""

    words: Counter[str] = field(default_factory=Counter)
    changes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)


def run_demo(settings: Settings, *, seed: int, keep: bool) -> None:
    """Erase the demo's former data, live through the scenario, show what came of it and how to look further."""
    root = settings.home / "demo"
    clear_elastic(settings)
    erase(root)
    scenario = Scenario(seed)
    tally = Tally()
    start_logging(root, 0)
    with ExitStack() as stack:
        web = stack.enter_context(DemoWeb(seed, scenario.end, None))
        mailbox = stack.enter_context(Mailbox(root / "mail"))
        slack = stack.enter_context(SlackSink(root / "slack"))
        write_demo_config(root / "config", {**web.urls, "slack": slack.url})
        own = settings_for(settings, root, mailbox.url)
        prefect = _prefect(stack, own.home)
        house = stack.enter_context(House(own))
        _announce(web, house, scenario, root)
        _import_past(house, web, scenario, tally)
        _live(house, web, scenario, tally, prefect)
        written, _ = reporting.report(house, lambda: scenario.end, _monday(house, scenario.end))
        summary = _summary(house, scenario, tally, root, written)
        (root / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        _show(house, summary, root)
        if keep:
            typer.echo("\nThe four sites stay up, so that links open, until Ctrl-C.")
            threading.Event().wait()


def _monday(house: House, moment: datetime) -> date:
    """The running week, which holds the crisis; in real life a report is of a week that is over."""
    today = moment.astimezone(house.config.vigie.timezone.info).date()
    return today - timedelta(days=today.weekday())


def _prefect(stack: ExitStack, home: Path) -> "Future[str]":
    """Start the Prefect server for the last round beside the others: its start takes ten seconds."""
    pool = ThreadPoolExecutor(max_workers=1)
    stack.callback(pool.shutdown, wait=True)
    return pool.submit(lambda: stack.enter_context(server(home, schedules=False)))


def _announce(web: DemoWeb, house: House, scenario: Scenario, root: Path) -> None:
    onset = local(scenario.planted_onset, house.config.vigie.timezone)
    typer.echo(f"Vigie watches a brand, {_own(house)}, on four small sites that it serves itself.")
    typer.echo(f"A crisis is planted there, which begins on {onset}, {house.config.vigie.timezone} time.\n")
    for name, url in web.urls.items():
        typer.echo(f"   {name:<6} {url}")
    typer.echo(f"   data   {shown(root)}")
    if house.settings.store == "elastic":
        typer.echo(f"   store  Elasticsearch, {house.names.mentions}")


def _import_past(house: House, web: DemoWeb, scenario: Scenario, tally: Tally) -> None:
    """The weeks before the last two days: a back-fill, which teaches the baseline and alerts nobody."""
    web.now = scenario.live_from
    weeks = (scenario.live_from - scenario.start).days / 7
    typer.echo(f"\n1. The past {weeks:.0f} weeks, imported as a back-fill: they teach Vigie what is normal,")
    typer.echo("   and alert nobody.")
    with progress("   crawling", None) as advance:
        jobs.collect(house, jobs.pick(house, ()), lambda: scenario.live_from, on_progress=advance)
    with progress("   understanding", None) as advance:
        words = jobs.ingest(house, lambda: scenario.live_from, on_progress=advance)
    tally.words += words
    changes, _ = jobs.watch(house, lambda: scenario.live_from)
    tally.changes += changes
    typer.echo(wrapped(f"   {told(words)}"))


def told(words: Mapping[str, int]) -> str:
    """The counters for a newcomer: `601 posts read: 373 mentions saved, 228 name no brand`."""
    parts = [f"{words[word]} {meaning}" for word, meaning in MEANINGS.items() if words.get(word)]
    others = {word: count for word, count in words.items() if word not in MEANINGS}
    return f"{sum(words.values())} lines read: {', '.join(parts + ([counts(others)] if others else []))}."


def _live(house: House, web: DemoWeb, scenario: Scenario, tally: Tally, prefect: "Future[str]") -> None:
    """The last two days, a round of crawl, ingest and watch every three hours."""
    typer.echo("\n2. The last two days, lived through: every three hours crawl, ingest, watch.")
    moments = list(_rounds(scenario))
    for moment in moments[:-1]:
        web.now = moment
        if moment - ROUND <= scenario.planted_onset < moment:
            typer.echo("   ----------------  the planted crisis begins")
        jobs.collect(house, jobs.due(house, moment), lambda at=moment: at)  # type: ignore[misc]
        words = jobs.ingest(house, lambda at=moment: at)  # type: ignore[misc]
        changes, _ = jobs.watch(house, lambda at=moment: at)  # type: ignore[misc]
        _tell_round(house, moment, words, changes, tally)
    web.now = moments[-1]
    _last_round(house, moments[-1], tally, prefect.result())


def _rounds(scenario: Scenario) -> Iterator[datetime]:
    moment = scenario.live_from
    while moment < scenario.end:
        moment = min(moment + ROUND, scenario.end)
        yield moment


def _last_round(house: House, moment: datetime, tally: Tally, api_url: str) -> None:
    """The same round through the Prefect flows themselves."""
    os.environ.update(environment(house.home, api_url))
    for name, value in house.settings.environment().items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    from flows.collect import collect
    from flows.ingest import ingest
    from flows.watch import watch

    at = moment.isoformat()
    collect(at)
    words = Counter(ingest(at))
    _tell_round(house, moment, words, watch(at), tally, " (by the Prefect flows)")


def _tell_round(
    house: House, moment: datetime, words: Counter[str], changes: Sequence[str], tally: Tally, note: str = ""
) -> None:
    tally.words += words
    tally.changes += changes
    new = words.get("saved", 0)
    typer.echo(f"   {local(moment, house.config.vigie.timezone)}  {new:3d} new mention{'s'[: new != 1]}{note}")
    for line in changes:
        typer.echo(f"      {line}")
        typer.echo("      by mail and Slack: " + ("sent" if _all_sent(house) else "waiting, see 'status' below"))
    sys.stdout.flush()


def _summary(
    house: House, scenario: Scenario, tally: Tally, root: Path, reports: Sequence[Path]
) -> Mapping[str, object]:
    """What `summary.json` holds; all but the last three depend on the seed alone."""
    incidents = sorted(house.state.incidents.list(), key=lambda incident: (incident.opened_at, incident.brand))
    sent = sorted((d.channel, d.step) for d in house.state.outbox.list(status="sent"))
    volumes = house.store.run(Volume(where=MentionFilter(gone=True)))
    return {
        "planted_onset": scenario.planted_onset.isoformat(),
        "counters": dict(sorted(tally.words.items())),
        "mentions": {
            row.brand: {"negative": row.negative, "neutral": row.neutral, "positive": row.positive} for row in volumes
        },
        "incidents": [
            {
                "brand": incident.brand,
                "opened_at": incident.opened_at.isoformat(),
                "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
                "tier": incident.tier,
            }
            for incident in incidents
        ],
        "messages": [{"channel": channel, "step": step} for channel, step in sent],
        "seconds": round(time.monotonic() - tally.started, 1),
        "store": house.settings.store,
        "paths": {
            "mail": str(root / "mail"),
            "slack": str(root / "slack"),
            "reports": [str(path) for path in reports],
            "config": str(house.settings.config),
            "home": str(house.home),
        },
    }


def _show(house: House, summary: Mapping[str, object], root: Path) -> None:
    from flows.cli_watch import describe

    zone = house.config.vigie.timezone
    incidents = house.state.incidents.list()
    typer.echo("\n3. What came of it")
    typer.echo(wrapped(f"   {told(summary['counters'])}"))  # type: ignore[arg-type]
    for incident in incidents:
        typer.echo(f"\n{describe(incident, zone, house.settings)}")
    typer.echo("\n4. Where things lie")
    reports = sorted((house.home / "reports").glob("*.html"))
    for name, path, what in (
        ("mail", root / "mail", f"{_files(root / 'mail')} mails (.eml): the incident as it grew, the weekly report"),
        ("slack", root / "slack", f"{_files(root / 'slack')} Slack messages (.json)"),
        *(("report", path, "open it in a browser") for path in reports),
        ("summary", root / "summary.json", f"the figures; this took {summary['seconds']} s"),
    ):
        typer.echo(f"   {name:<8} {shown(path)}\n   {'':<8}   {what}")
    command = shown(shortcut(house.settings, root))
    typer.echo("\n5. Type next")
    typer.echo(f"   {command} mentions --brand {_own(house)} --label negative --sort worst")
    for incident in incidents[:1]:
        typer.echo(f"   {command} incidents show {incident.id}")
    typer.echo(f"   {command} status")
    if house.settings.store == "elastic":
        known = house.settings.kibana_url is not None
        typer.echo("\n   For the boards" + ("" if known else ", once VIGIE_KIBANA_URL is the address of your Kibana"))
        typer.echo(f"   {command} kibana check\n   {command} kibana deploy")


def _own(house: House) -> str:
    return next(brand.name for brand in house.config.brands if brand.role == "own")


def _files(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def _all_sent(house: House) -> bool:
    return not house.state.outbox.list(status="pending")


def shown(path: Path) -> str:
    """A path as short as it works from here."""
    resolved, here = path.resolve(), Path.cwd()
    return str(resolved.relative_to(here)) if resolved.is_relative_to(here) else str(resolved)
