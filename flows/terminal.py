"""What the commands share of the terminal: opening the house, clock, progress, tables."""

import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from config.settings import Settings, load_settings

if TYPE_CHECKING:
    from flows.wiring import House


TALKATIVE = ("httpx", "httpcore", "alembic", "apprise", "elastic_transport", "kibana")  # a line a request


def now() -> datetime:
    """The present, aware UTC: the one clock of real life."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The options that stand before the command."""

    config: Path | None = None
    verbose: int = 0
    debug: bool = False

    def settings(self) -> Settings:
        """The environment, with `--config` above VIGIE_CONFIG."""
        return load_settings(config=self.config)

    @contextmanager
    def house(self) -> Iterator["House"]:
        """The house of this installation, its log file open."""
        from flows.wiring import House

        settings = self.settings()
        start_logging(settings.home, self.verbose)
        with House(settings) as house:
            yield house


def clock_at(moment: str | None) -> Callable[[], datetime]:
    """Real time, or a clock that stands still at an ISO time."""
    if moment is None:
        return now
    fixed = datetime.fromisoformat(moment).astimezone(UTC)
    return lambda: fixed


@contextmanager
def open_house() -> Iterator["House"]:
    """The house that the environment describes (VIGIE_HOME, VIGIE_CONFIG): for flows, which have no options."""
    with Terminal().house() as house:
        yield house


def of(context: typer.Context) -> Terminal:
    """The options of this invocation."""
    return context.find_object(Terminal) or Terminal()


def start_logging(home: Path, verbose: int) -> None:
    """Errors to the terminal (more with -v), everything from INFO to a rotating file under `home`/logs.

    Called again after Prefect was imported, it puts back what Prefect's own set-up took away.
    """
    root = logging.getLogger()
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose > 1 else logging.WARNING)
    for handler in root.handlers:
        if type(handler).__module__.startswith("prefect"):
            handler.setLevel(logging.CRITICAL)  # what it would show goes to our own handlers
    if any(isinstance(handler, RotatingFileHandler) for handler in root.handlers):
        return
    root.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel({0: logging.ERROR, 1: logging.INFO}.get(verbose, logging.DEBUG))
    screen.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    root.addHandler(screen)
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / "vigie.log", maxBytes=5_000_000, backupCount=5, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    root.addHandler(file)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[str, int], None] | None]:
    """A bar on stderr while something long runs; None when nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        counts: dict[str, int] = {}

        def advance(name: str, count: int) -> None:
            counts[name] = count
            bar.update(task, completed=sum(counts.values()), description=f"{what} {name}")

        yield advance


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], *, wide: int = 0) -> None:
    """Print aligned columns that fit the terminal; column `wide` gives way first. Plain text, for pipes too."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(*(), box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    for position, header in enumerate(headers):
        grid.add_column(header, no_wrap=position != wide, overflow="ellipsis" if position != wide else "fold")
    for row in rows:
        grid.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    # A pipe has no width: give it room, so that nothing is cut for the next program.
    console = Console() if sys.stdout.isatty() else Console(width=200, no_color=True, highlight=False)
    console.print(grid)


def json_line(record: Mapping[str, object]) -> None:
    """Print one JSON line, as UTF-8 text."""
    typer.echo(json.dumps(record, ensure_ascii=False))


def fail(message: str, code: int) -> int:
    """Print one clear line (or block) on stderr and give the exit code back."""
    typer.echo(f"vigie: {message}", err=True)
    return code


def wrapped(text: str) -> str:
    """The text within 79 columns or the terminal's fewer; addresses and indents stay whole."""
    width = min(shutil.get_terminal_size().columns - 1, 79)

    def fold(line: str) -> list[str]:
        indent = line[: len(line) - len(line.lstrip(" "))]
        if "://" in line and len(line.split()) == 1:
            return [line]
        return wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        ) or [""]

    return "\n".join(part for line in text.splitlines() for part in fold(line))


def several(count: int, what: str) -> str:
    """`1 source`, `2 sources`."""
    return f"{count} {what}{'s' if count != 1 else ''}"


def counts(words: Mapping[str, int], none: str = "nothing to do") -> str:
    """`saved 12, unchanged 3`, most frequent first; `none` when empty."""
    ordered = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{word} {count}" for word, count in ordered) or none


def local(moment: datetime | None, zone: str) -> str:
    """A time in the reader's zone, to the minute."""
    from zoneinfo import ZoneInfo

    return "" if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
