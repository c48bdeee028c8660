"""`vigie verdict` and `vigie verdicts`: what is true of a mention, said by people."""

import json
import os
import pwd
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from flows.terminal import fail, local, now, of, several, table
from mentions.model import CRISIS_LABELS, CrisisLabel, Label

app = typer.Typer(help="List and export the verdicts of your analysts.", no_args_is_help=True)
NONE = "none"
LONGEST_NAME = 200


def person(name: str | None) -> str:
    """The name given, else that of the account."""
    if name is None:
        try:
            name = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:  # a container may run under a number that has no name
            name = f"uid {os.getuid()}"
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise typer.BadParameter(f"expected a name of 1 to {LONGEST_NAME} characters", param_hint="--by")
    return name


def crisis_labels(text: str | None) -> tuple[CrisisLabel, ...] | None:
    """`product_safety,data_security`, or `none` for no label; None for None."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == [NONE]:
        return ()
    for name in names:
        if name not in CRISIS_LABELS:
            raise typer.BadParameter(
                f"'{name}': expected {NONE}, or labels joined by commas: {', '.join(CRISIS_LABELS)}",
                param_hint="--crisis",
            )
    if not names:
        raise typer.BadParameter(f"expected {NONE}, or labels joined by commas", param_hint="--crisis")
    return cast("tuple[CrisisLabel, ...]", tuple(names))


def sentiment_label(text: str | None) -> Label | None:
    """One of the three labels; None for None."""
    if text is not None and text not in get_args(Label):
        raise typer.BadParameter(f"'{text}': expected one of {', '.join(get_args(Label))}", param_hint="--sentiment")
    return cast("Label | None", text)


def verdict(
    context: typer.Context,
    mention_id: Annotated[str, typer.Argument(metavar="MENTION_ID", help="As `vigie mentions` shows it.")],
    sentiment: Annotated[str | None, typer.Option(help="negative, neutral or positive, toward the brand.")] = None,
    crisis: Annotated[str | None, typer.Option(help="Crisis labels joined by commas; none: no label holds.")] = None,
    by: Annotated[str | None, typer.Option(help="Who says so; else the name of your account.")] = None,
) -> None:
    """Say what is true of a mention. Your last verdict on it counts; saying it twice changes nothing."""
    from flows.verdicts import verdict_on

    name, mood, labels = person(by), sentiment_label(sentiment), crisis_labels(crisis)
    with of(context).house() as house:
        mention = house.store.get(mention_id)
        if mention is None:
            raise typer.Exit(fail(f"no mention has the id {mention_id}; 'vigie mentions' lists them", 1))
        given = verdict_on(mention, by=name, at=now(), sentiment=mood, crisis=labels)
        news = house.state.verdicts.give(given)
        said = ", ".join(mention.crisis_labels) or NONE
        typer.echo(f"{'noted' if news else 'known already'}: {mention.id} ({mention.brand}), by {name}")
        typer.echo(f"the model had said: {mention.sentiment_label}, crisis {said} ({mention.model})")


@app.command("list")
def list_verdicts(
    context: typer.Context,
    brand: Annotated[str | None, typer.Option(help="Brand.")] = None,
    since: Annotated[str | None, typer.Option(help="Given 7d ago or later, or since 2026-11-03.")] = None,
) -> None:
    """List verdicts, the oldest first."""
    from flows.cli_mentions import moment

    with of(context).house() as house:
        zone = house.config.vigie.timezone
        found = house.state.verdicts.list(brand=brand, since=moment(since, zone))
        rows = [
            (
                local(one.judged_at, zone),
                one.by,
                one.mention_id,
                _pair(one.sentiment, one.found_sentiment),
                _pair(
                    None if one.crisis is None else ", ".join(one.crisis) or NONE, ", ".join(one.found_crisis) or NONE
                ),
            )
            for one in found
        ]
        if rows:
            table(("given", "by", "mention", "sentiment", "crisis"), rows, wide=4)
        typer.echo(f"{several(len(found), 'verdict')}")


def _pair(said: str | None, found: str) -> str:
    """What people said, and what the model had said where that differs."""
    return "" if said is None else said if said == found else f"{said} (read {found})"


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, allow_dash=True, help="- is the terminal.")],
    brand: Annotated[str | None, typer.Option(help="Brand.")] = None,
    since: Annotated[str | None, typer.Option(help="Given 7d ago or later, or since 2026-11-03.")] = None,
) -> None:
    """Write verdicts as JSON lines, to train with or for `vigie quality`; texts come from the store.

    Left out and counted: mentions erased since, and texts edited since.
    """
    from flows.cli_mentions import moment
    from flows.verdicts import Export

    with of(context).house() as house:
        since_when = moment(since, house.config.vigie.timezone)
        found = Export(house.state.verdicts.list(brand=brand, since=since_when), house.store)
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in found.lines())
        written = 0
        if str(file) == "-":
            for line in lines:
                typer.echo(line, nl=False)
                written += 1
        else:
            with file.open("w", encoding="utf-8") as out:
                for line in lines:
                    out.write(line)
                    written += 1
        fail(f"wrote {several(written, 'verdict')} to {file}", 0)
        for why, number in sorted(found.left_out.items()):
            fail(f"left out {several(number, 'verdict')}: the mention was {why} since", 0)


def add_to(root: typer.Typer) -> None:
    """Give these commands to the application."""
    root.command()(verdict)
    root.add_typer(app, name="verdicts")
