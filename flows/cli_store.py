"""`vigie store check | migrate | copy`: what the store of mentions is like, its schema, from one store to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.terminal import fail, now, of, progress, several, table
from mentions.errors import Transient, WrongUsage

if TYPE_CHECKING:
    from flows.wiring import House
    from mentions.copying import CopyReport
    from mentions.elastic_check import Condition
    from mentions.elastic_migrate import Migration
    from mentions.store import MentionStore

SOME_FAILED = 1
SHOWN = 10  # differences named one by one
UNITS = ("B", "KB", "MB", "GB", "TB")

app = typer.Typer(help="Check, migrate and copy the store of mentions.")


@app.command()
def check(context: typer.Context) -> None:
    """Say what the store is: server, schema, partitions, sizes, or what is wrong."""
    with of(context).house() as house:
        if house.settings.store == "elastic":
            from mentions.elastic_check import examine

            raise typer.Exit(_show(examine(house.elastic, house.names), house))
        from mentions.filter import MentionFilter
        from mentions.store import Page

        total = house.store.search(MentionFilter(gone=True), Page(size=1)).total
        path = house.home / "mentions.sqlite"
        typer.echo(f"SQLite, {path}: {several(total, 'mention')}, {_size(path.stat().st_size)}, schema up to date")


def _show(condition: "Condition", house: "House") -> int:
    names = house.names
    typer.echo(f"Elasticsearch {condition.version} at {condition.url}, {condition.health}")
    typer.echo(
        f"alias {names.mentions}, one index a {names.period}, schema {names.schema}: template {condition.template}"
    )
    rows = [
        (
            room.partition.name,
            "?" if room.documents is None else f"{room.documents:,}",
            "?" if room.size is None else _size(room.size),
            "foreign" if not room.partition.ours else f"v{room.partition.version}, {room.partition.period}",
            ", ".join(
                word
                for word, true in (("not shown", not room.partition.live), ("takes no writes", room.partition.blocked))
                if true
            ),
        )
        for room in condition.rooms
    ]
    if rows:
        table(("index", "mentions", "size", "schema", "remarks"), rows)
    else:
        typer.echo("no partition yet: the first write makes one")
    if condition.health == "red":
        return fail("the cluster is red: some mentions cannot be reached; see _cluster/allocation/explain", SOME_FAILED)
    return fail(condition.problem, SOME_FAILED) if condition.problem else 0


def _size(count: float) -> str:
    for unit in UNITS:
        if count < 1000 or unit == UNITS[-1]:  # noqa: PLR2004 - a unit is a thousand of the one before
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"


@app.command()
def migrate(
    context: typer.Context,
    ilm: Annotated[
        bool, typer.Option("--ilm", help="Let Elasticsearch merge and move old partitions; it never deletes.")
    ] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Delete the indices that migrations left behind.")
    ] = False,
) -> None:
    """Bring the store to this Vigie's schema and to VIGIE_ELASTIC_PERIOD; killed, it goes on where it was."""
    with of(context).house() as house:
        if house.settings.store == "sqlite":
            if ilm or drop_old:
                raise WrongUsage("--ilm and --drop-old are for Elasticsearch (VIGIE_STORE=elastic)")
            house.store.ensure_schema()
            typer.echo("SQLite: the schema is up to date")
            return
        from mentions.elastic_migrate import migrate as bring

        with _in_the_end(), progress("migrate", None) as advance:
            done = bring(
                house.elastic, house.names, drop_old=drop_old, on_progress=advance or (lambda _index, _count: None)
            )
        _tell(done, house)
        if ilm:
            from mentions.elastic_lifecycle import put_lifecycle

            if not put_lifecycle(house.elastic, house.names):
                raise typer.Exit(fail("this Elasticsearch has no index lifecycles; all else is done", SOME_FAILED))
            typer.echo(f"lifecycle policy {house.names.mentions}: old partitions are merged and moved, never deleted")


def _tell(done: "Migration", house: "House") -> None:
    for part in done.moved:
        typer.echo(f"{part.index}: {several(part.documents, 'mention')}, checksum {part.checksum} in old and new")
    for name in done.reopened:
        typer.echo(f"{name} takes writes again: the migration that closed it was given up")
    for name in done.dropped:
        typer.echo(f"deleted {name}")
    if done.moved:
        typer.echo(f"{house.names.mentions} shows the new indices")
    else:
        typer.echo("the schema is up to date")
    if done.kept:
        kept = ", ".join(done.kept)
        typer.echo(f"kept, no longer shown: {kept}; when all is well, 'vigie store migrate --drop-old' deletes them")


@app.command()
def copy(
    context: typer.Context,
    source: Annotated[Literal["sqlite", "elastic"], typer.Option("--from", help="Where the mentions are.")],
    target: Annotated[Literal["sqlite", "elastic"], typer.Option("--to", help="Where they go.")],
) -> None:
    """Copy all mentions from one store to another and compare both; killed, it goes on where it was."""
    if source == target:
        raise WrongUsage(f"--from and --to are both {source}: nothing to copy")
    with of(context).house() as house, _opened(house, source) as old, _opened(house, target) as new:
        from mentions.copying import copy as carry

        marks = house.home / "copies" / f"{source}-to-{target}-{house.names.prefix}.json"
        with _in_the_end(), progress("mentions", None) as advance:
            report = carry(old, new, marks=marks, now=now, on_progress=advance or (lambda _stage, _count: None))
        raise typer.Exit(_summary(report, source, target))


@contextmanager
def _opened(house: "House", name: str) -> Iterator["MentionStore"]:
    from flows.wiring import STORES

    house.home.mkdir(parents=True, exist_ok=True)
    store = STORES[name](house.settings)
    try:
        store.ensure_schema()
        yield store
    finally:
        store.close()


@contextmanager
def _in_the_end() -> Iterator[None]:
    try:
        yield
    except Transient as error:
        raise Transient(f"{error}. What was copied is kept; the same command goes on from there") from error


def _summary(report: "CopyReport", source: str, target: str) -> int:
    found = report.comparison
    for name, reason in report.rejected[:SHOWN]:
        fail(f"refused {name}: {reason}", 0)
    for name, what in found.differences[:SHOWN]:
        fail(f"{what} {name}", 0)
    if found.identical:
        verdict = f"identical, checksum {found.source_sum}"
    else:
        how = ", ".join(f"{count} {what}" for what, count in sorted(found.counts.items()))
        verdict = f"not identical ({how}), checksums {found.source_sum} and {found.target_sum}"
    typer.echo(
        f"wrote {report.written}; {source} has {several(found.source, 'mention')} of "
        f"{several(len(found.months), 'month')}, {target} {found.target}: {verdict}"
    )
    return 0 if report.complete else SOME_FAILED
