"""`vigie sources list | explain | preview`."""

import sys
from typing import Annotated

import typer

from flows.terminal import fail, json_line, local, of, table

app = typer.Typer(help="The sources: which there are, how each is read, what a first crawl would find.")
Name = Annotated[str, typer.Argument(help="The source's name.")]


@app.command("list")
def list_sources(context: typer.Context) -> None:
    """List the configured sources."""
    from config.types import show_duration
    from flows.jobs import last_crawl

    with of(context).house() as house:
        rows = []
        for source in house.config.sources:
            last = last_crawl(house, source.name)
            at = local(last.started_at, house.config.vigie.timezone) if last else "never"
            rows.append(
                (
                    source.name,
                    source.kind,
                    show_duration(source.every),
                    "yes" if source.enabled else "no",
                    at,
                    source.url,
                )
            )
        table(("name", "kind", "every", "enabled", "last crawl", "url"), rows, wide=5)


@app.command()
def explain(context: typer.Context, name: Name) -> None:
    """Show every setting of a source, and where its value comes from."""
    from config.explain import explain as lines_of
    from flows.jobs import pick

    with of(context).house() as house:
        table(("setting", "value", "from"), list(lines_of(pick(house, [name])[0], house.config.vigie)), wide=1)


@app.command()
def preview(
    context: typer.Context,
    name: Name,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many items.")] = None,
) -> None:
    """Print what a first crawl would read, as JSON lines (RawItem); nothing is remembered."""
    from flows.jobs import pick
    from mentions.codec import to_json
    from spiders.crawl import preview as items_of

    with of(context).house() as house:
        source = pick(house, [name])[0]
        found = 0
        for item in items_of(source, vigie=house.config.vigie, limit=limit):
            json_line(to_json(item))
            sys.stdout.flush()
            found += 1
        fail(f"{name}: {found} items", 0)
