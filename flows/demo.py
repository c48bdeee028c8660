"""`vigie demo`: eight weeks of a small web and a planted crisis, through the same jobs as real life."""

import json
import os
import shutil
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
from flows.serve import environment, server
from flows.terminal import counts, local, progress, start_logging
from flows.wiring import House
from mentions.errors import Stop
from mentions.filter import MentionFilter
from mentions.queries import Volume

ROUND = timedelta(hours=3)
MARK = ".vigie-demo"


@dataclass(slots=True)
class Tally:
    """What the demo counts on its way."""

    words: Counter[str] = field(default_factory=Counter)
    changes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)


def run_demo(settings: Settings, *, seed: int, keep: bool) -> None:
    """Erase the demo's former data, live through the scenario, show what came of it and how to look further."""
    root = settings.home / "demo"
    erase(root)
    scenario = Scenario(seed)
    tally = Tally()
    start_logging(root, 0)
    with ExitStack() as stack:
        web = stack.enter_context(DemoWeb(seed, scenario.end, None))
        mailbox = stack.enter_context(Mailbox(root / "mail"))
        slack = stack.enter_context(SlackSink(root / "slack"))
        write_demo_config(root / "config", {**web.urls, "slack": slack.url})
        own = Settings(home=root / "data", config=root / "config", smtp_url=mailbox.url)
        prefect = _prefect(stack, own.home)
        house = stack.enter_context(House(own))
        typer.echo(f"Four small sites are up: {', '.join(f'{name} {url}' for name, url in web.urls.items())}")
        _import_past(house, web, scenario, tally)
        _live(house, web, scenario, tally, prefect)
        written, _ = reporting.report(house, lambda: scenario.end, _monday(house, scenario.end))
        summary = _summary(house, scenario, tally, root, written)
        (root / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        _show(house, summary, root)
        if keep:
            typer.echo("The sites stay up until Ctrl-C.")
            threading.Event().wait()


def _monday(house: House, moment: datetime) -> date:
    """The running week, which holds the crisis; in real life a report is of a week that is over."""
    today = moment.astimezone(house.config.vigie.timezone.info).date()
    return today - timedelta(days=today.weekday())


def erase(root: Path) -> None:
    """Remove what an earlier demo left; Stop if the folder holds anything that is not a demo's."""
    if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
        raise Stop(f"{root} holds files that no demo wrote; move them away or choose another VIGIE_HOME")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / MARK).write_text("made by 'vigie demo', erased by the next one\n", encoding="utf-8")


def _prefect(stack: ExitStack, home: Path) -> "Future[str]":
    """Start the Prefect server for the last round beside the others: its start takes ten seconds."""
    pool = ThreadPoolExecutor(max_workers=1)
    stack.callback(pool.shutdown, wait=True)
    return pool.submit(lambda: stack.enter_context(server(home, schedules=False)))


def _import_past(house: House, web: DemoWeb, scenario: Scenario, tally: Tally) -> None:
    """The weeks before the last two days: a back-fill, which teaches the baseline and alerts nobody."""
    web.now = scenario.live_from
    weeks = (scenario.live_from - scenario.start).days / 7
    typer.echo(f"Importing the past {weeks:.0f} weeks as a back-fill ...")
    with progress("crawl", None) as advance:
        jobs.collect(house, jobs.pick(house, ()), lambda: scenario.live_from, on_progress=advance)
    words = jobs.ingest(house, lambda: scenario.live_from)
    tally.words += words
    changes, _ = jobs.watch(house, lambda: scenario.live_from)
    tally.changes += changes
    typer.echo(f"  {counts(words)}")


def _live(house: House, web: DemoWeb, scenario: Scenario, tally: Tally, prefect: "Future[str]") -> None:
    """The last two days, a round of crawl, ingest and watch every three hours."""
    typer.echo("Living through the last two days, one round every three hours:")
    moments = list(_rounds(scenario))
    for moment in moments[:-1]:
        web.now = moment
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
    os.environ.update(_own_environment(house))
    from flows.collect import collect
    from flows.ingest import ingest
    from flows.watch import watch

    at = moment.isoformat()
    collect(at)
    words = Counter(ingest(at))
    _tell_round(house, moment, words, watch(at), tally, " (by the Prefect flows)")


def _own_environment(house: House) -> dict[str, str]:
    return {
        "VIGIE_HOME": str(house.home),
        "VIGIE_CONFIG": str(house.settings.config),
        "VIGIE_SMTP_URL": str(house.settings.smtp_url),
    }


def _tell_round(
    house: House, moment: datetime, words: Counter[str], changes: Sequence[str], tally: Tally, note: str = ""
) -> None:
    tally.words += words
    tally.changes += changes
    new = words.get("saved", 0)
    typer.echo(f"  {local(moment, house.config.vigie.timezone)}  {new:3d} new mentions{note}")
    for line in changes:
        typer.echo(f"      {line}")
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
    typer.echo(f"\nEvery line read: {counts(summary['counters'])}")  # type: ignore[arg-type]
    for incident in house.state.incidents.list():
        typer.echo(f"\n{describe(incident, zone)}")
    typer.echo("\nWhere things lie:")
    for name in ("mail", "slack"):
        typer.echo(f"  {name:<8} {shown(root / name)} ({len(list((root / name).iterdir()))} files)")
    for path in (house.home / "reports").glob("*.html"):
        typer.echo(f"  report   {shown(path)}")
    typer.echo(f"  summary  {shown(root / 'summary.json')}   (took {summary['seconds']} s)")
    own = next(brand.name for brand in house.config.brands if brand.role == "own")
    incident_ids = [incident.id for incident in house.state.incidents.list()]
    begin = f"VIGIE_HOME={shown(house.home)} {shown(Path(sys.argv[0]))} --config {shown(house.settings.config)}"
    typer.echo("\nType next:")
    typer.echo(f"  {begin} mentions --brand {own} --label negative --sort worst")
    for incident_id in incident_ids[:1]:
        typer.echo(f"  {begin} incidents show {incident_id}")
    typer.echo(f"  {begin} status")


def shown(path: Path) -> str:
    """A path as short as it works from here."""
    resolved, here = path.resolve(), Path.cwd()
    return str(resolved.relative_to(here)) if resolved.is_relative_to(here) else str(resolved)
