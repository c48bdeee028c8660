"""`vigie kibana`: boards as code. Build, check, deploy, compare and save them; links into them; pictures of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows import cli_panels
from flows.kibana_options import Space, Speaks, order
from flows.terminal import fail, now, of, several, table, wrapped
from mentions.errors import WrongUsage

if TYPE_CHECKING:
    from dashboards.deploy import Deployed
    from flows.kibana import Order, Seen

SOME_FAILED = 1
SHOWN = 8  # differences of one board that a plan names

app = typer.Typer(help="Kibana boards: build, check, deploy, compare, back up, link to, draw.")

Via = Annotated[
    Literal["auto", "api", "import"],
    typer.Option(help="Dashboards API or saved objects; auto: the API from Kibana 9.5 on."),
]
From = Annotated[
    Path | None, typer.Option("--from", metavar="DIR", help="Boards of this folder, edited, instead of ours.")
]
WORDS = {"make": "would be made", "replace": "would be replaced", "keep": "unchanged", "by-hand": "changed by hand"}


@app.command()
def build(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the files (else the committed dashboards/build)."),
    ] = None,
    space: Space = None,
) -> None:
    """Write the boards as files: one JSON a board to edit and deploy, one .ndjson a language to import by hand."""
    from dashboards.building import HERE
    from dashboards.building import build as write

    asked = order(context, space, "en")  # both languages are written
    prefix = asked.settings.elastic_prefix
    if out is None and (asked.space, prefix) != ("default", "vigie"):
        raise WrongUsage("boards of a space or prefix of your own belong beside ours: give --out DIR")
    for path in write(out or HERE, space=asked.space, prefix=prefix):
        typer.echo(path)


@app.command()
def deploy(
    context: typer.Context,
    space: Space = None,
    via: Via = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite boards that people changed.")] = False,
    language: Speaks = None,
    folder: From = None,
    rule: Annotated[
        bool, typer.Option(help="Make the dead man's switch too: a rule, disabled, for when mentions stop.")
    ] = True,
) -> None:
    """Bring the boards into a space of Kibana. What is overwritten is saved first; twice is as good as once."""
    from flows.kibana import deploy as run
    from flows.kibana import look_at

    asked = order(context, space, language, via, folder, force=force)
    if dry_run:
        raise typer.Exit(_would(look_at(asked), asked))
    done, about_rule = run(asked, now=now(), rule=rule, tell=lambda seen: typer.echo(_headline(seen, asked)))
    raise typer.Exit(_show(done, about_rule))


def _headline(seen: "Seen", asked: "Order") -> str:
    way = "the Dashboards API" if seen.way == "api" else "an import of saved objects"
    return wrapped(f"Kibana {seen.version} at {seen.where}, space {asked.space}, through {way}")


def _would(seen: "Seen", asked: "Order") -> int:
    typer.echo(_headline(seen, asked))
    table(
        ("board", "what", "title"),
        [(each.board_id, WORDS[each.action], each.title) for each in seen.plan.boards],
        wide=2,
    )
    if seen.plan.base:
        typer.echo(wrapped(f"would be written first: {', '.join(name for _, name in seen.plan.base)}"))
    _differ(seen)
    stopped = bool(seen.plan.by_hand) and not asked.force
    typer.echo("dry run: nothing was written")
    return (
        fail("it would stop: boards were changed by hand, see above; --force overwrites", SOME_FAILED) if stopped else 0
    )


def _differ(seen: "Seen", longest: int = SHOWN) -> bool:
    """What is different, board by board; False if nothing is."""
    told = False
    for each in seen.plan.boards:
        for line in each.lines[:longest]:
            typer.echo(wrapped(f"{each.board_id}: {line}"))
        if (more := len(each.lines) - longest) > 0:
            typer.echo(f"{each.board_id}: and {more} more; see `vigie kibana diff`")
        told = told or bool(each.lines)
    return told


def _show(done: "Deployed", about_rule: str) -> int:
    if done.unchanged:
        typer.echo(f"no change: {several(len(done.outcomes), 'board')} as deployed before")
    else:
        table(("board", "what", "title"), [(each.board_id, each.word, each.title) for each in done.outcomes], wide=2)
    if done.base:
        typer.echo(wrapped(f"written first: {', '.join(done.base)}"))
    if done.backup:
        typer.echo(f"backup: {done.backup}")
    for line in filter(None, (about_rule, done.note)):
        typer.echo(wrapped(line))
    if done.complete:
        return 0
    alike: dict[tuple[str, str], list[str]] = {}  # one missing privilege is one line, not one a board
    for each in done.outcomes:
        if each.detail:
            alike.setdefault((each.word, each.detail.replace(f" {each.board_id}", "")), []).append(each.board_id)
    for (word, reason), names in alike.items():
        fail(f"{', '.join(names)} {word}: {reason}", SOME_FAILED)
    return fail("not every board is there; the same command goes on from here", SOME_FAILED)


@app.command()
def diff(
    context: typer.Context, space: Space = None, via: Via = "auto", language: Speaks = None, folder: From = None
) -> None:
    """Say what differs between our boards and those of the space, panel by panel; exit code 1 if anything does."""
    from flows.kibana import look_at

    seen = look_at(order(context, space, language, via, folder))
    missing = [each.board_id for each in seen.plan.boards if each.action == "make"]
    for name in missing:
        typer.echo(f"{name}: not in the space")
    newer = [each.board_id for each in seen.plan.boards if each.action == "replace"]
    different = _differ(seen, longest=1000) or bool(missing or newer)
    for words, names in (("changed by hand", seen.plan.by_hand), ("ours is newer", newer)):
        if names:
            typer.echo(wrapped(f"{words}: {', '.join(names)}"))
    if not different:
        typer.echo(f"no difference in {several(len(seen.plan.boards), 'board')}")
    raise typer.Exit(int(different))


@app.command()
def backup(context: typer.Context, space: Space = None) -> None:
    """Save the boards of the space to VIGIE_HOME/backups/kibana, with all they stand on."""
    from flows.kibana import back_up

    kept = back_up(order(context, space, "en"), now())
    if kept is None:
        typer.echo("nothing to save: the space has no board of Vigie")
        return
    path, count = kept
    typer.echo(path)
    fail(f"{several(count, 'object')}; to go back: Kibana > Stack Management > Saved Objects > Import", 0)


@app.command()
def link(
    context: typer.Context,
    board: Annotated[str, typer.Argument(help="overview, sentiment, sources, competitors, incident or health.")],
    brand: Annotated[str | None, typer.Option(help="Show this brand only.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="7d, 2026-11-03 or 2026-11-03T09:00.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="As --from; needs it.")] = None,
    incident: Annotated[str | None, typer.Option(metavar="ID", help="Brand and window of this incident.")] = None,
    space: Space = None,
) -> None:
    """Print the address of a board, on a brand and a window of time."""
    from dashboards.boards import BOARDS
    from flows.cli_mentions import moment
    from flows.deeplinks import span
    from flows.kibana import address

    if board not in BOARDS:
        raise typer.BadParameter(f"'{board}': expected one of {', '.join(BOARDS)}")
    if incident and (brand or since or until):
        raise typer.BadParameter("--incident knows its brand and its window: leave --brand, --from and --to out")
    with of(context).house() as house:
        zone = house.config.vigie.timezone
        start, end = moment(since, zone), moment(until, zone)
        if brand and brand not in {each.name for each in house.config.brands}:
            known = ", ".join(each.name for each in house.config.brands)
            raise WrongUsage(f"no brand '{brand}' in brands.yaml; there are: {known or 'none'}")
        found = house.state.incidents.get(incident) if incident else None
        if incident and found is None:
            raise WrongUsage(f"no incident {incident}; see `vigie incidents`")
        if found:
            brand, (start, end) = found.brand, span(found)
        typer.echo(address(house.settings, board, space=space, brand=brand, start=start, end=end or (start and now())))


cli_panels.add_to(app)
