"""Commands that do the work: init, check, status, run, serve, crawl, ingest, watch, report, upkeep, demo."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import counts, fail, local, now, of, progress, several, table
from mentions.errors import Stop, Transient

if TYPE_CHECKING:
    from config.models import Source
    from flows.wiring import House
    from spiders.crawl import SourceOutcome

SOME_FAILED, WRONG = 1, 2
Names = Annotated[list[str] | None, typer.Argument(help="Names of sources; none: every enabled one.")]
Again = Annotated[bool, typer.Option("--again", help="Forget what was seen and read everything again.")]


def init(folder: Annotated[Path, typer.Argument(help="Folder to write.")] = Path("config")) -> None:
    """Write a commented configuration to start from; asks nothing, overwrites nothing."""
    from config.template import write_template

    written = write_template(folder)
    for path in written:
        typer.echo(f"wrote {path}")
    if not written:
        typer.echo(f"{folder} already holds a configuration; nothing was changed")
    typer.echo(
        f"Next: edit {folder}/brands.yaml, add a source under {folder}/sources/, then: vigie --config {folder} check"
    )


def check(context: typer.Context) -> None:
    """Read the configuration and run the brands' examples; says every problem at once."""
    with of(context).house() as house:
        config = house.config
        from nlp.examples import check_examples

        problems = check_examples(config.brands)
        for problem in problems:
            fail(problem, WRONG)
        typer.echo(
            f"{house.settings.config}: "
            + ", ".join(
                several(len(found), what)
                for what, found in (
                    ("brand", config.brands),
                    ("source", config.sources),
                    ("rule", config.rules),
                    ("channel", config.channels),
                )
            )
        )
        if problems:
            raise typer.Exit(WRONG)
        typer.echo("ok")


def status(context: typer.Context) -> None:
    """Show what each source last gave, the store, the spool, the outbox and open incidents."""
    from mentions.queries import Health

    with of(context).house() as house:
        given: dict[str, int] | None = None
        trouble = ""
        try:
            given = {row.source: row.mentions for row in house.store.run(Health())}
        except (Stop, Transient) as error:  # all else is known here, and worth most when the store is away
            trouble = str(error)
        table(("source", "kind", "last crawl", "at", "mentions", "reason"), _crawls(house, given), wide=5)
        typer.echo(f"store: {_store(house)}")
        if letters := house.dead_letters.count():
            typer.echo(f"dead letters: {several(letters, 'mention')} that it refused; see 'vigie dlq list'")
        typer.echo(f"spool: {several(house.spool.depth(), 'file')} waiting for ingest")
        typer.echo(f"outbox: {counts(house.state.outbox.counts(), 'no message yet')}")
        typer.echo(f"open incidents: {len(house.state.incidents.list(open_only=True))}")
        if trouble:
            raise typer.Exit(fail(trouble, SOME_FAILED))


def _crawls(house: "House", given: Mapping[str, int] | None) -> list[tuple[object, ...]]:
    """A row for each source; `given` are its mentions, None if the store does not say."""
    from flows.jobs import last_crawl

    rows: list[tuple[object, ...]] = []
    for source in house.config.sources:
        last = last_crawl(house, source.name)
        rows.append(
            (
                source.name,
                source.kind,
                last.status if last else "never",
                local(last.started_at, house.config.vigie.timezone) if last else "",
                "?" if given is None else given.get(source.name, 0),
                (last.reason or "") if last else "",
            )
        )
    return rows


def _store(house: "House") -> str:
    if house.settings.store == "sqlite":
        return f"SQLite, {house.home / 'mentions.sqlite'}"
    from mentions.elastic_client import shown

    return f"Elasticsearch at {shown(house.settings.elastic_url or '')}, {house.names.mentions}"


def crawl(context: typer.Context, names: Names = None, *, again: Again = False) -> None:
    """Crawl sources into the spool."""
    with of(context).house() as house:
        from flows.jobs import pick

        if _crawl(house, pick(house, names or ()), again=again):
            raise typer.Exit(SOME_FAILED)


def _crawl(house: "House", sources: "list[Source]", *, again: bool = False) -> bool:
    from flows.jobs import FAILED, collect

    if not sources:
        typer.echo("no source is enabled: add one under the configuration's sources/ folder")
        return False
    with progress("crawl", None) as advance:
        outcomes = collect(house, sources, now, again=again, on_progress=advance)
    _show_outcomes(outcomes)
    for outcome in outcomes:
        if outcome.reason:
            fail(f"{outcome.source}: {outcome.reason}", SOME_FAILED)
    return any(outcome.status in FAILED for outcome in outcomes)


def _show_outcomes(outcomes: "list[SourceOutcome]") -> None:
    table(
        ("source", "status", "items", "gone", "responses"),
        [(o.source, o.status, o.items, o.gone, o.responses) for o in outcomes],
    )


def ingest(context: typer.Context) -> None:
    """Understand and store what the spool holds."""
    with of(context).house() as house:
        if _ingest(house):
            raise typer.Exit(SOME_FAILED)


def _ingest(house: "House") -> bool:
    from flows.jobs import ingest as job

    before = house.dead_letters.count()
    with progress("ingest", house.spool.depth()) as advance:
        words = job(house, now, on_progress=(lambda name, _: advance(name, 1)) if advance else None)
    typer.echo(f"ingest: {counts(words)}")
    dead = house.dead_letters.count() - before
    if dead > 0:
        fail(f"{several(dead, 'mention')} went into the dead letters; 'vigie dlq list' says why", SOME_FAILED)
    return dead > 0


def watch(context: typer.Context) -> None:
    """Look for negative spikes now, and send what is due."""
    with of(context).house() as house:
        if _watch(house):
            raise typer.Exit(SOME_FAILED)


def _watch(house: "House") -> bool:
    from flows.jobs import watch as job

    changes, fates = job(house, now)
    for line in changes:
        typer.echo(line)
    typer.echo(f"watch: {several(len(changes), 'change')}; messages: {counts(fates, 'none due')}")
    for delivery in house.state.outbox.list(status="pending"):
        if delivery.error:
            fail(f"message waits for {delivery.channel}: {delivery.error}", SOME_FAILED)
    return bool(fates.get("retry") or fates.get("dead"))


def report(
    context: typer.Context,
    week: Annotated[str | None, typer.Option(help="ISO week such as 2026-W42; none: the last complete one.")] = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Send it even if it was sent before.")] = False,
) -> None:
    """Write the weekly report of every own brand and send it."""
    with of(context).house() as house:
        from flows.reporting import report as job
        from flows.reporting import week_start

        written, fates = job(house, now, week_start(week), again=again)
        for path in written:
            typer.echo(f"wrote {path}")
        if not written:
            typer.echo("nothing written: no own brand, or the report was sent already (--again writes it anew)")
        typer.echo(f"messages: {counts(fates)}")
        if fates.get("retry") or fates.get("dead"):
            raise typer.Exit(SOME_FAILED)


def run(context: typer.Context) -> None:
    """Do everything once: crawl what is enabled, ingest, watch, and the weekly report if it is due."""
    with of(context).house() as house:
        from flows.jobs import pick
        from flows.reporting import report as job

        failed = _crawl(house, pick(house, ()))
        failed |= _ingest(house)
        failed |= _watch(house)
        written, _ = job(house, now, None)
        for path in written:
            typer.echo(f"wrote {path}")
        if failed:
            raise typer.Exit(SOME_FAILED)


def upkeep(context: typer.Context) -> None:
    """Apply retention: drop what is older than the configuration keeps."""
    with of(context).house() as house:
        from flows.jobs import upkeep as job

        typer.echo(f"dropped: {counts(job(house, now))}")


def serve(context: typer.Context) -> None:
    """Keep watch: run every job on its schedule, until Ctrl-C."""
    from flows.serve import serve as keep_serving

    terminal = of(context)
    with terminal.house() as house:
        typer.echo("Starting Prefect ...")
        keep_serving(house, terminal.verbose)


def demo(
    *,
    keep: Annotated[bool, typer.Option("--serve", help="Keep the demo's sites up afterwards, until Ctrl-C.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed gives another eight weeks.")] = 7,
    erase: Annotated[bool, typer.Option("--erase", help="Only erase what the demo wrote, and leave.")] = False,
) -> None:
    """Watch four small sites through a planted crisis: eight weeks in about a minute."""
    from config.settings import load_settings
    from flows.demo import run_demo
    from flows.demo_place import leave

    if erase:
        leave(load_settings())
        typer.echo("what the demo wrote is erased")
        return
    run_demo(load_settings(), seed=seed, keep=keep)


def add_to(app: typer.Typer) -> None:
    """Give these commands to the application, in the order of a first day."""
    for command in (demo, init, check, run, serve, crawl, ingest, watch, report, upkeep, status):
        app.command()(command)
