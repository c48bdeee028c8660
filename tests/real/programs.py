"""Real programs for tests: prepared once into a cache outside the repository, started on free ports, ended for sure.

`python -m tests.real.programs [NAME ...]` prepares them (all). WordPress needs the Debian packages php-cli php-sqlite3
php-mbstring php-xml unzip npm, Elasticsearch a JDK 21 and Maven; the two Django programs install into virtual
environments of their own.

The cache is $VIGIE_TEST_CACHE, else $XDG_CACHE_HOME/vigie/real, else ~/.cache/vigie/real.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PREPARE_SECONDS = 600
START_SECONDS = 60


COMMANDS = {"wordpress": ("php", "npm", "unzip"), "machina": (), "oscar": (), "elastic": ("mvn",)}


def unavailable(name: str) -> str | None:
    """Why a program cannot be tested here, None if it is prepared; where VIGIE_REQUIRE names it, it is prepared now."""
    absent = [command for command in COMMANDS[name] if shutil.which(command) is None]
    if absent:
        return f"needs {', '.join(absent)}"
    if name in os.environ.get("VIGIE_REQUIRE", "").split(","):
        prepared(name)
    elif not (cache() / name / "prepared").exists():
        return f"not prepared here: python -m tests.real.programs {name}"
    return None


def cache() -> Path:
    """The folder of prepared programs."""
    given = os.environ.get("VIGIE_TEST_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vigie" / "real"


def prepared(name: str, *, within: Path | None = None, env: Mapping[str, str] | None = None) -> Path:
    """The folder of a prepared program in the cache (or `within`), prepared now if its recipe is new here."""
    work = (within or cache()) / name
    work.mkdir(parents=True, exist_ok=True)
    recipe = hashlib.sha256()
    for path in [*sorted((HERE / name).rglob("*")), HERE / "corpus.py"]:
        if path.is_file():
            recipe.update(path.read_bytes())
    stamp = work / "prepared"
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != recipe.hexdigest():
            subprocess.run(
                ["sh", str(HERE / name / "prepare.sh"), sys.executable],
                env={**os.environ, **(env or {}), "WORK": str(work)}, check=True, timeout=PREPARE_SECONDS,
            )  # fmt: skip
            stamp.write_text(recipe.hexdigest())
    return work


def truth(work: Path, *kinds: str) -> list[dict]:
    """The rows of the corpus that a program was seeded with."""
    rows = [json.loads(line) for line in (work / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["kind"] in kinds]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(command: Sequence[str], *, port: int, cwd: Path, env: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run a server until the block is left; gives its address once it accepts connections."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **env}, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server does not answer on port {port}")


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    from elastic_node import prepare

    for wanted in sys.argv[1:] or COMMANDS:
        sys.stdout.write(f"{wanted}: {prepare() if wanted == 'elastic' else prepared(wanted)}\n")
