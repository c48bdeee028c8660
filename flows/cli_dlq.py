"""`vigie dlq list | replay`: mentions that the store refused for good, and their second chance."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import fail, json_line, local, now, of, several, wrapped
from mentions.errors import WrongUsage

if TYPE_CHECKING:
    from flows.wiring import House
    from mentions.dead_letters import Letter

SOME_FAILED = 1
SHOWN = 5  # refusals named one by one after a replay

app = typer.Typer(help="Dead letters: mentions that Elasticsearch refused, kept until the cause is mended.")


@app.command("list")
def list_letters(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Whole letters, one JSON line each, mentions included.")
    ] = False,
) -> None:
    """List the dead letters, the oldest first."""
    with of(context).house() as house:
        if as_json:
            for letter in house.dead_letters.list():
                json_line({name: getattr(letter, name) for name in letter.__slots__} | {"at": letter.at.isoformat()})
            return
        zone = house.config.vigie.timezone
        count = 0
        for count, letter in enumerate(house.dead_letters.list(), 1):  # noqa: B007 - the last number is used
            typer.echo(_told(letter, zone))
        if not count:
            typer.echo(none(house))
            return
        fail(f"{several(count, 'dead letter')}; when the cause is mended: vigie dlq replay", 0)


def _told(letter: "Letter", zone: str) -> str:
    """Id, how often and when it was refused last; below, the reason whole: a table of 80 columns has no room for it."""
    said = letter.mention
    reason = wrapped(f"   {said.get('source')}, {said.get('brand')}: {letter.reason}")
    return f"{letter.id}  {letter.attempts}x  {local(letter.at, zone)}\n{reason}"


def none(house: "House") -> str:
    """That there are none, and why there are none with SQLite."""
    why = ": SQLite refuses no mention" if house.settings.store == "sqlite" else ""
    return f"no dead letters{why}"


@app.command()
def replay(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Which; none: all of them.")] = None,
) -> None:
    """Offer dead letters to the store again; what it takes leaves the list."""
    with of(context).house() as house:
        letters = house.dead_letters
        known = {letter.id for letter in letters.list()}
        for wanted in ids or ():
            if wanted not in known:
                raise WrongUsage(f"no dead letter has the id {wanted}; 'vigie dlq list' lists them")
        if not known:
            typer.echo(none(house))
            return
        store = house.store
        done = letters.replay(lambda mentions: store.upsert(mentions, now=now()).rejected, ids or ())
        store.refresh()
        typer.echo(f"dlq: {several(done.left, 'mention')} stored, {len(done.refused)} refused again")
        for name, reason in done.refused[:SHOWN]:
            fail(f"{name}: {reason}", SOME_FAILED)
        if len(done.refused) > SHOWN:
            fail(f"and {len(done.refused) - SHOWN} more; 'vigie dlq list' shows them", SOME_FAILED)
        if done.refused:
            raise typer.Exit(SOME_FAILED)
