"""`vigie stories`: the texts that are copied around, and how many texts and stories each brand has."""

from typing import Annotated

import typer

from flows.cli_mentions import moment
from flows.terminal import json_line, local, of, several
from mentions.filter import MentionFilter


def stories(
    context: typer.Context,
    brand: Annotated[list[str] | None, typer.Option(help="Brand; may be repeated.")] = None,
    since: Annotated[str, typer.Option(help="7d, 12h, 2026-11-03 or an ISO time; included.")] = "7d",
    until: Annotated[str | None, typer.Option(help="The same; excluded.")] = None,
    least: Annotated[int, typer.Option(min=1, help="Only stories of at least so many mentions.")] = 2,
    limit: Annotated[int, typer.Option(min=1, help="How many stories.")] = 20,
    gone: Annotated[bool, typer.Option("--gone", help="Also what its site no longer shows.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a story.")] = False,
) -> None:
    """List stories: texts of which near copies were found, the most copied first."""
    from mentions.queries import Stories, Volume

    with of(context).house() as house:
        zone = house.config.vigie.timezone
        where = MentionFilter(brands=tuple(brand or ()), start=moment(since, zone), end=moment(until, zone), gone=gone)
        found = house.store.run(Stories(where=where, size=limit, least=least))
        if as_json:
            for row in found:
                json_line(
                    {
                        "story_id": row.story_id,
                        "mentions": row.mentions,
                        "sites": row.sites,
                        "first_at": row.first_at.isoformat(),
                        "title": row.title,
                        "url": row.url,
                    }
                )
            return
        for row in found:
            typer.echo(
                f"{local(row.first_at, zone)}  {several(row.mentions, 'mention')} on {several(row.sites, 'site')}"
            )
            typer.echo(f"  {row.title or row.url}")
            typer.echo(f"  vigie mentions --story {row.story_id}")
        if not found:
            typer.echo(f"no story of {several(least, 'mention')} or more")
        for total in house.store.run(Volume(where=where)):
            told = (
                f"{several(total.mentions, 'mention')}, {total.stories} {'story' if total.stories == 1 else 'stories'}"
            )
            typer.echo(f"{total.brand}: {told}")


def add_to(app: typer.Typer) -> None:
    """Give this command to the application."""
    app.command()(stories)
