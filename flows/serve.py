"""`vigie serve`: a supervised Prefect server and the schedules of vigie.yaml, until Ctrl-C."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer

from flows.terminal import start_logging
from flows.wiring import House
from mentions.errors import Stop

log = logging.getLogger(__name__)
START_SECONDS = 90  # a first start migrates Prefect's own database


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, api_url: str) -> dict[str, str]:
    """What Prefect must read before it is imported: our home, our server, no telemetry, no banner.

    A foreign PREFECT_API_URL is overridden: it belongs to another project (design, section 9).
    """
    return {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": api_url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_RUNNER_SERVER_ENABLE": "false",
    }


@contextmanager
def server(home: Path, *, schedules: bool) -> Iterator[str]:
    """A Prefect server on loopback as our child; yields its API address once it answers.

    With `schedules` its scheduler runs. Ends with the context, and with this process (Linux: by signal).
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    (home / "prefect").mkdir(parents=True, exist_ok=True)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "flows.server", str(os.getpid()), str(port)]
    command += [] if schedules else ["--no-services"]
    with (home / "logs" / "prefect.log").open("ab") as out:
        child = subprocess.Popen(
            command, env={**os.environ, **environment(home, url)}, stdout=out, stderr=out, start_new_session=True
        )
        try:
            yield _once_healthy(url, child, home)
        finally:
            _end(child)


def _once_healthy(url: str, child: "subprocess.Popen[bytes]", home: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise Stop(
                f"the Prefect server ended at once (exit {child.returncode}); see {home / 'logs' / 'prefect.log'}"
            )
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return url
        except httpx.TransportError:
            time.sleep(0.2)
    raise Stop(f"the Prefect server did not answer within {START_SECONDS} s; see {home / 'logs' / 'prefect.log'}")


def _end(child: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            os.killpg(child.pid, number)
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                log.warning("prefect server did not end on signal %s", number)


def serve(house: House, verbose: int = 0) -> None:
    """Run every job on its schedule until interrupted."""
    house.config.brands  # noqa: B018 - a wrong configuration is told before anything starts
    configured = house.settings.prefect_api_url
    if configured:
        os.environ.update(environment(house.home, configured))
        _deploy(house, configured, verbose)
        return
    with server(house.home, schedules=True) as url:
        os.environ.update(environment(house.home, url))
        _deploy(house, url, verbose)


def _deploy(house: House, api_url: str, verbose: int) -> None:
    os.environ["VIGIE_HOME"] = str(house.home.resolve())
    os.environ["VIGIE_CONFIG"] = str(house.settings.config.resolve())
    from flows.schedules import keep, timetable

    start_logging(house.home, verbose)  # importing Prefect set up its own logging over ours
    typer.echo("Vigie keeps watch until Ctrl-C:")
    for line in timetable(house.config):
        typer.echo(f"  {line}")
    typer.echo(f"log: {house.home / 'logs' / 'vigie.log'}; Prefect: {api_url.removesuffix('/api')}")
    with _errors_to(house.home / "logs" / "prefect.log"):
        keep(house.config)
    typer.echo("Ended; what was read is kept.")


@contextmanager
def _errors_to(path: Path) -> Iterator[None]:
    """Write stderr, ours and that of flow runs, to a file: Ctrl-C would show a traceback for each run just starting."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with path.open("ab") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
