"""The command `vigie`. Heavy rooms are imported by the commands that use them: `--help` stays instant."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from flows import (
    cli_dlq,
    cli_kibana,
    cli_mentions,
    cli_quality,
    cli_read,
    cli_run,
    cli_sources,
    cli_store,
    cli_stories,
    cli_verdicts,
    cli_watch,
)
from flows.terminal import Terminal, fail
from mentions.errors import RejectedItem, Stop, Transient, WrongUsage

SOME_FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="vigie",
    help="Watch what blogs, forums, review sites and news say about a brand.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"vigie {version('vigie')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Configuration folder (else VIGIE_CONFIG, else config/).")] = None,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="Say more: -v info, -vv all.")] = 0,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options that stand before the command."""
    del version  # its callback has done all
    context.obj = Terminal(config=config, verbose=verbose, debug=debug)


cli_run.add_to(app)
cli_read.add_to(app)
cli_quality.add_to(app)
cli_stories.add_to(app)
cli_verdicts.add_to(app)
app.add_typer(cli_sources.app, name="sources")
app.add_typer(cli_mentions.app, name="mentions")
app.add_typer(cli_store.app, name="store")
app.add_typer(cli_dlq.app, name="dlq")
app.add_typer(cli_kibana.app, name="kibana")
cli_watch.add_to(app)


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    # SIGTERM unwinds like Ctrl-C, so that context managers seal the spool and end the children.
    raise KeyboardInterrupt(signal.Signals(number).name)


def main() -> None:
    """Run a command; an error becomes one clear line and an exit code (design, section 10)."""
    from config.problems import ConfigError

    signal.signal(signal.SIGTERM, _terminate)
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            fail("interrupted; what was read is kept, and the same command goes on from there", INTERRUPTED)
        raise
    except (ConfigError, WrongUsage, RejectedItem) as error:
        _leave(error, WRONG_USAGE)
    except (Stop, Transient, OSError) as error:
        _leave(error, SOME_FAILED)


def _leave(error: Exception, code: int) -> NoReturn:
    if "--debug" in sys.argv:
        raise error
    sys.exit(fail(str(error), code))
