"""`vigie kibana check | preview | project`: what the boards show, asked of Elasticsearch."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.kibana_options import Space, Speaks, order
from flows.terminal import fail, now, of, several, table
from mentions.errors import WrongUsage

if TYPE_CHECKING:
    from dashboards.check import Answer

SOME_FAILED = 1


def check(
    context: typer.Context,
    elastic: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this Elasticsearch (else VIGIE_ELASTIC_URL, if set).")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no Elasticsearch.")] = False,
    each: Annotated[bool, typer.Option("--each", help="Show every question, not only a line a board.")] = False,
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
    raise typer.Exit(_told(answers, each=each))


def _told(answers: Sequence["Answer"], *, each: bool) -> int:
    """An empty panel is told: nothing may have happened. One that Elasticsearch refuses is a failure."""
    from dashboards.check import NOTHING

    if each:
        lines = [(one.board, one.panel, one.part, one.buckets, one.documents, one.took) for one in answers]
        table(("board", "panel", "part", "rows", "documents", "ms"), lines, wide=1)
    rows = []
    for board in dict.fromkeys(one.board for one in answers):
        own = [one for one in answers if one.board == board]
        empty = sum(1 for one in own if one.problem == NOTHING)
        rows.append((board, len({one.panel for one in own}), len(own), empty, sum(one.took for one in own)))
    table(("board", "panels", "questions", "empty", "ms"), rows, wide=0)
    for one in answers:
        if one.problem:
            fail(f"{one.board}: {one.panel}: {one.problem}", 0)
    broken = [one for one in answers if one.problem not in {None, NOTHING}]
    if broken:
        return fail(f"{several(len(broken), 'question')} that Elasticsearch cannot answer", SOME_FAILED)
    return 0


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
    with of(context).house() as house:
        for path in draw(asked, url, out, zone=house.config.vigie.timezone):
            typer.echo(path)


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


def add_to(app: typer.Typer) -> None:
    """Give these commands to `vigie kibana`."""
    app.command()(check)
    app.command()(preview)
    app.command()(project)
