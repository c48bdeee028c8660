"""`vigie kibana`: boards as code. Build, check, deploy, compare and save them; links into them; pictures of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.terminal import fail, now, of, several, table, wrapped
from mentions.errors import WrongUsage

if TYPE_CHECKING:
    from dashboards.deploy import Deployed
    from flows.kibana import Language, Order, Seen

SOME_FAILED = 1
SHOWN = 8  # differences of one board that a plan names

app = typer.Typer(help="Kibana boards: build, check, deploy, compare, back up, link to, draw.")

Space = Annotated[str | None, typer.Option("--space", help="Kibana space (else VIGIE_KIBANA_SPACE, else default).")]
Speaks = Annotated[
    Literal["fr", "en"] | None, typer.Option(help="Language of the boards (else the first of vigie.yaml).")
]
Via = Annotated[
    Literal["auto", "api", "import"],
    typer.Option(help="Dashboards API or saved objects; auto: the API from Kibana 9.5 on."),
]
From = Annotated[
    Path | None, typer.Option("--from", metavar="DIR", help="Boards of this folder, edited, instead of ours.")
]
WORDS = {"make": "would be made", "replace": "would be replaced", "keep": "unchanged", "by-hand": "changed by hand"}


def order(
    context: typer.Context,
    space: str | None,
    language: "Language | None",
    via: Literal["auto", "api", "import"] = "auto",
    folder: Path | None = None,
    force: bool = False,
) -> "Order":
    """What was asked for, with what the settings say of the rest."""
    from flows.kibana import Order

    with of(context).house() as house:
        return Order(
            settings=house.settings,
            space=space or house.settings.kibana_space,
            language=language or house.config.vigie.report_language,
            via=via,
            folder=folder,
            force=force,
        )


@app.command()
def build(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files.")] = Path("boards"),
    space: Space = None,
) -> None:
    """Write the boards as files: one JSON a board to edit and deploy, one .ndjson a language to import by hand."""
    from dashboards.building import build as write

    settings = of(context).settings()
    for path in write(out, space=space or settings.kibana_space, prefix=settings.elastic_prefix):
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

    asked = order(context, space, language, via, folder, force)
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
    for each in done.outcomes:
        if each.detail:
            fail(f"{each.board_id} {each.word}: {each.detail}", SOME_FAILED)
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


@app.command()
def check(
    context: typer.Context,
    elastic: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this Elasticsearch (else VIGIE_ELASTIC_URL, if set).")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no Elasticsearch.")] = False,
    space: Space = None,
    language: Speaks = None,
) -> None:
    """Prove the boards: shape, fields, links; with Elasticsearch, that each panel of each board shows something.

    Time ends at the newest document, so that a demo or a copy of last year can be checked.
    """
    from flows.kibana import ask_elastic, mistakes

    asked = order(context, space, language)
    found = mistakes(asked)
    for mistake in found:
        fail(mistake, SOME_FAILED)
    typer.echo(f"shape, fields and links: {several(len(found), 'mistake') if found else 'right'}")
    url = None if offline else elastic or asked.settings.elastic_url
    if found or url is None:
        raise typer.Exit(int(bool(found)))
    with of(context).house() as house:
        answers = ask_elastic(asked, url, zone=house.config.vigie.timezone)
    empty = [answer for answer in answers if answer.problem]
    rows = [
        (answer.board, answer.panel, answer.part, answer.buckets, answer.documents, answer.took) for answer in answers
    ]
    table(("board", "panel", "part", "rows", "documents", "ms"), rows, wide=1)
    for answer in empty:
        fail(f"{answer.board}: {answer.panel} ({answer.part}): {answer.problem}", SOME_FAILED)
    typer.echo(
        f"{several(len(answers), 'question')} on {several(len({a.panel for a in answers}), 'panel')}, {len(empty)} empty"
    )
    raise typer.Exit(SOME_FAILED if empty else 0)


@app.command()
def preview(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the pictures.")] = Path("previews"),
    elastic: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this Elasticsearch (else VIGIE_ELASTIC_URL).")
    ] = None,
    space: Space = None,
    language: Speaks = None,
) -> None:
    """Draw the boards from what Elasticsearch answers to their panels: one PNG each, for docs and review."""
    from flows.kibana import draw

    asked = order(context, space, language)
    url = elastic or asked.settings.elastic_url
    if url is None:
        raise WrongUsage("give --elastic URL or set VIGIE_ELASTIC_URL: a preview is drawn from real answers")
    for path in draw(asked, url, out):
        typer.echo(path)


@app.command()
def project(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Compare all of them; remove what is too much.")] = False,
) -> None:
    """Show incidents and runs to the boards now; every job does it by itself where Elasticsearch is the store."""
    from flows.projection import project as run

    with of(context).house() as house:
        if house.settings.elastic_url is None:
            raise WrongUsage("VIGIE_ELASTIC_URL is not set: incidents and runs are shown through Elasticsearch")
        done = run(house, now(), whole=rebuild)
        if not (done.incidents or done.runs or done.removed):
            typer.echo("nothing to write: the boards show what Vigie remembers")
            return
        written = f"{several(done.incidents, 'incident')}, {several(done.runs, 'run')} written"
        typer.echo(f"{written}; {done.removed} removed")
