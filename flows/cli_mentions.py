"""`vigie mentions`: list, export and show what was understood."""

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO, get_args
from zoneinfo import ZoneInfo

import typer

from flows.terminal import fail, local, now, of
from mentions.filter import MentionFilter, TimeField
from mentions.model import CrisisLabel, Evidence, Label, Mention, Role, Unit

if TYPE_CHECKING:
    from mentions.filter import Expression
    from mentions.store import MentionStore, Page

app = typer.Typer(help="List, export and show mentions.", invoke_without_command=True)
SHOWN, PAGE = 20, 200


def moment(text: str | None, zone: str) -> datetime | None:
    """`7d` ago, a day `2026-11-03` (its start in the zone), or an ISO time (in the zone if it states none)."""
    if text is None:
        return None
    from config.types import parse_duration

    try:
        return now() - timedelta(seconds=parse_duration(text).total_seconds())
    except ValueError:
        pass  # then it is a date or a time
    try:
        if len(text) == len("2026-11-03"):
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).astimezone(UTC)
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}': expected 7d, 12h, 2026-11-03 or 2026-11-03T09:00") from None
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def among(option: str, values: list[str] | None, allowed: object) -> tuple[Any, ...]:
    """The values, each one of a Literal type; a wrong one is told with the right ones."""
    known = get_args(allowed)
    for value in values or ():
        if value not in known:
            raise typer.BadParameter(f"'{value}': expected one of {', '.join(known)}", param_hint=f"--{option}")
    return tuple(values or ())


def expression(text: str | None) -> "Expression | None":
    """The words searched for, read by the grammar; a mistake is told with its place."""
    from mentions.grammar import parse_text

    try:
        return parse_text(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--text") from None


@app.callback()
def mentions(
    context: typer.Context,
    brand: Annotated[list[str] | None, typer.Option(help="Brand. This and other names may be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="own or competitor.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Source name.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="Site (host).")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="article, post, comment, review or mail.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="fr, en, ...")] = None,
    label: Annotated[list[str] | None, typer.Option(help="negative, neutral or positive.")] = None,
    crisis: Annotated[list[str] | None, typer.Option(help="Crisis label, such as product_safety.")] = None,
    evidence: Annotated[
        list[str] | None, typer.Option(help="How the brand was recognised: named, thread or source.")
    ] = None,
    author: Annotated[list[str] | None, typer.Option(help="Author key.")] = None,
    story: Annotated[list[str] | None, typer.Option(help="Story id.")] = None,
    thread: Annotated[list[str] | None, typer.Option(help="Address of a thread.")] = None,
    pipeline: Annotated[list[str] | None, typer.Option(help="Version of the pipeline that judged.")] = None,
    since: Annotated[str | None, typer.Option(help="7d, 12h, 2026-11-03 or an ISO time; included.")] = None,
    until: Annotated[str | None, typer.Option(help="The same; excluded.")] = None,
    time_field: Annotated[TimeField, typer.Option(help="The time that --since and --until mean.")] = "published_at",
    severity: Annotated[float | None, typer.Option(min=0, max=100, help="At least this severe.")] = None,
    rating_from: Annotated[float | None, typer.Option(min=0, max=5, help="At least so many stars.")] = None,
    rating_to: Annotated[float | None, typer.Option(min=0, max=5, help="At most so many stars.")] = None,
    text: Annotated[str | None, typer.Option(help='Words: AND OR NOT, "a phrase", prefix*, ( ).')] = None,
    gone: Annotated[bool, typer.Option("--gone", help="Also what its site no longer shows.")] = False,
    no_copies: Annotated[bool, typer.Option("--no-copies", help="Only the first of near-identical texts.")] = False,
    sort: Annotated[Literal["newest", "oldest", "worst"], typer.Option(help="Order.")] = "newest",
    limit: Annotated[int | None, typer.Option(min=1, help="How many; a table shows 20, an export all.")] = None,
    form: Annotated[Literal["table", "jsonl", "csv"], typer.Option("--format", help="How to print.")] = "table",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """List or export mentions; filters may be combined."""
    if context.invoked_subcommand:
        return
    with of(context).house() as house:
        zone = house.config.vigie.timezone
        where = MentionFilter(
            brands=tuple(brand or ()),
            roles=among("role", role, Role),
            sources=tuple(source or ()),
            sites=tuple(site or ()),
            units=among("unit", unit, Unit),
            languages=tuple(language or ()),
            labels=among("label", label, Label),
            crisis_labels=among("crisis", crisis, CrisisLabel),
            evidence=among("evidence", evidence, Evidence),
            authors=tuple(author or ()),
            stories=tuple(story or ()),
            threads=tuple(thread or ()),
            pipelines=tuple(pipeline or ()),
            start=moment(since, zone),
            end=moment(until, zone),
            time_field=time_field,
            severity_from=severity,
            rating_from=rating_from,
            rating_to=rating_to,
            text=expression(text),
            gone=gone,
            copies=not no_copies,
        )
        _print(house.store, where, sort, limit, form, output, zone)


def _print(
    store: "MentionStore",
    where: MentionFilter,
    sort: str,
    limit: int | None,
    form: str,
    output: Path | None,
    zone: str,
) -> None:
    if form == "table":
        found = list(islice(_pages(store, where, sort), limit or SHOWN))
        _table(found, zone)
        fail(f"{len(found)} of {_total(store, where)}; 'vigie mentions show ID' shows one", 0)
        return
    with _writer(output) as out:
        write = _csv if form == "csv" else _jsonl
        written = write(islice(_pages(store, where, sort), limit), out)
    if output:
        fail(f"wrote {written} mentions to {output}", 0)


def _total(store: "MentionStore", where: MentionFilter) -> str:
    """All that match, in both counts: `12 mentions (9 stories)`."""
    from mentions.queries import Volume

    rows = store.run(Volume(where=where))
    return f"{sum(row.mentions for row in rows)} mentions ({sum(row.stories for row in rows)} stories)"


def _page(size: int, sort: str, cursor: str | None) -> "Page":
    from mentions.store import Page

    return Page(size=size, cursor=cursor, sort=sort)


def _pages(store: "MentionStore", where: MentionFilter, sort: str) -> Iterator[Mention]:
    cursor: str | None = None
    while True:
        hits = store.search(where, _page(PAGE, sort, cursor))
        yield from hits.mentions
        cursor = hits.cursor
        if cursor is None:
            return


def _table(found: Iterable[Mention], zone: str) -> None:
    """Two lines a mention, as wide as the terminal; the id is whole, to be copied."""
    typer.echo(f"{'published':<16}  {'tone':<8}  sev  {'id':<33}  brand")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 200
    for m in found:
        head = f"{local(m.published_at, zone)}  {m.sentiment_label:<8}  {m.severity:3.0f}  {m.id}  {m.brand}"
        body = " ".join(f"{m.title}: {m.text}".split() if m.title else m.text.split())
        typer.echo(head)
        typer.echo(f"  {m.source}: {body}"[: width - 1])


@contextmanager
def _writer(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    with output.open("w", encoding="utf-8", newline="") as out:
        yield out


def _jsonl(found: Iterable[Mention], out: TextIO) -> int:
    from mentions.codec import mention_to_json

    count = 0
    for count, mention in enumerate(found, start=1):  # noqa: B007 - the count is the answer
        out.write(json.dumps(mention_to_json(mention), ensure_ascii=False) + "\n")
    return count


def _csv(found: Iterable[Mention], out: TextIO) -> int:
    from mentions.codec import mention_to_json

    writer: csv.DictWriter[str] | None = None
    count = 0
    for count, mention in enumerate(found, start=1):  # noqa: B007 - the count is the answer
        row = {key: _cell(value) for key, value in mention_to_json(mention).items()}
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(row))
            writer.writeheader()
        writer.writerow(row)
    return count


def _cell(value: object) -> object:
    """One cell: lists are joined by `|`; what a spreadsheet would run as a formula is quoted (OWASP, CSV injection)."""
    if isinstance(value, list | tuple):
        value = "|".join(str(part) for part in value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


@app.command()
def show(context: typer.Context, mention_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one mention, whole."""
    from mentions.codec import mention_to_json

    with of(context).house() as house:
        mention = house.store.get(mention_id)
        if mention is None:
            raise typer.Exit(fail(f"no mention has the id {mention_id}; 'vigie mentions' lists them", 1))
        record: Mapping[str, object] = mention_to_json(mention)
        width = max(len(key) for key in record)
        for key, value in record.items():
            if value not in (None, [], ()) and key != "search_text":
                typer.echo(f"{key:<{width}}  {value if not isinstance(value, list) else ', '.join(map(str, value))}")
