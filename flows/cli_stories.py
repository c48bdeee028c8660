"""`vigie stories`: the texts that are copied around, and how many texts and stories each brand has."""

from dataclasses import asdict, replace
from shlex import quote
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
        totals = house.store.run(Volume(where=where))
        for total in totals:
            # One post about two brands is two mentions and no copy: stories are counted brand by brand.
            mine = replace(where, brands=(total.brand,))
            found = house.store.run(Stories(where=mine, size=limit, least=least))
            if as_json:
                for row in found:
                    json_line({"brand": total.brand, **asdict(row), "first_at": row.first_at.isoformat()})
                continue
            number = f"{total.stories} {'story' if total.stories == 1 else 'stories'}"
            typer.echo(f"{total.brand}: {several(total.mentions, 'mention')}, {number} since {since}")
            for row in found:
                places = f"{several(row.mentions, 'mention')} on {several(row.sites, 'site')}"
                typer.echo(f"  {local(row.first_at, zone)}  {places}: {row.title or row.url}")
                typer.echo(f"    vigie mentions --brand {quote(total.brand)} --story {row.story_id}")
            if not found:
                typer.echo(f"  none of {several(least, 'mention')} or more")
        if not totals and not as_json:
            typer.echo(f"no mention since {since}; --since 2026-01-01, say, looks further back")


def add_to(app: typer.Typer) -> None:
    """Give this command to the application."""
    app.command()(stories)
