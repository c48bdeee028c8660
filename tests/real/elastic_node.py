"""A real Elasticsearch 9 for tests, on loopback, on a free port, ended for sure.

The server refuses to run as root, so root starts it as `nobody`, in folders that every user may enter.
`VIGIE_TEST_ELASTIC_URL` names a running node to use instead (tests make and delete indices of their own there).
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from programs import cache, free_port, prepared

START_SECONDS = 180
LEAST_JAVA = 21
RUN_AS = "nobody"


def java_home() -> Path | None:
    """A JDK of at least Java 21: ES_JAVA_HOME, JAVA_HOME, else the newest that Debian's folder holds."""
    given = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    for home in [*given, *sorted(Path("/usr/lib/jvm").glob("*/"), reverse=True)]:
        compiler = home / "bin" / "javac"
        if compiler.exists():
            said = subprocess.run([compiler, "-version"], capture_output=True, text=True, check=False)
            found = re.search(r"javac (\d+)", said.stdout + said.stderr)
            if found and int(found[1]) >= LEAST_JAVA:
                return home
    return None


def unavailable() -> str | None:
    """Why tests on a real Elasticsearch cannot run here; None if they can."""
    if os.environ.get("VIGIE_TEST_ELASTIC_URL"):
        return None
    if java_home() is None:
        return f"needs a JDK {LEAST_JAVA} or newer (set ES_JAVA_HOME)"
    if shutil.which("mvn") is None:
        return "needs mvn"
    if "elastic" in os.environ.get("VIGIE_REQUIRE", "").split(","):
        _distribution()
    elif not (_work() / "elastic" / "prepared").exists():
        return "not prepared here: python -m tests.real.programs elastic"
    return None


def _work() -> Path:
    """The cache; root's must be one that `nobody` may enter."""
    if os.geteuid() or os.environ.get("VIGIE_TEST_CACHE"):
        return cache()
    return Path(tempfile.gettempdir()) / "vigie-real"


def _distribution() -> Path:
    (found,) = (prepare() / "dist").glob("elasticsearch-*")
    return found


def prepare() -> Path:
    """The folder of the server, fetched and built now if its recipe is new here."""
    home = java_home()
    if home is None:
        raise RuntimeError(f"Elasticsearch needs a JDK {LEAST_JAVA} or newer: install one, or set ES_JAVA_HOME")
    return prepared("elastic", within=_work(), env={"JAVA_HOME": str(home)})


class Node:
    """A server that can be killed and started again on the same data."""

    def __init__(self, folder: Path, settings: Mapping[str, object], heap: str) -> None:
        self.folder = folder
        self.heap = heap
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._configure(settings)

    def _configure(self, settings: Mapping[str, object]) -> None:
        shutil.copytree(_distribution() / "config", self.folder / "config")
        lines = {
            "cluster.name": "vigie-test",
            "node.name": "vigie-test-1",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": free_port(),
            "path.data": self.folder / "data",
            "path.logs": self.folder / "logs",
            "node.store.allow_mmap": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "action.auto_create_index": '"false"',
            "xpack.security.enabled": "false",
            **settings,
        }
        text = "".join(f"{name}: {value}\n" for name, value in lines.items())
        (self.folder / "config" / "elasticsearch.yml").write_text(text, encoding="utf-8")
        for name in ("data", "logs", "tmp"):
            (self.folder / name).mkdir()
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                shutil.chown(path, RUN_AS)

    def start(self) -> None:
        """Start, and wait until it answers."""
        who = pwd.getpwnam(RUN_AS) if os.geteuid() == 0 else None
        with (self.folder / "console.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(_distribution() / "bin" / "elasticsearch")],
                cwd=self.folder / "tmp",
                env={
                    "PATH": os.environ["PATH"],
                    "ES_JAVA_HOME": str(java_home()),
                    "ES_PATH_CONF": str(self.folder / "config"),
                    "ES_TMPDIR": str(self.folder / "tmp"),
                    "HOME": str(self.folder / "tmp"),
                    "ES_JAVA_OPTS": f"-Xms{self.heap} -Xmx{self.heap}",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=who.pw_uid if who else None,
                group=who.pw_gid if who else None,
                extra_groups=[] if who else None,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=2s", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError("Elasticsearch does not answer:\n" + (self.folder / "console.log").read_text()[-3000:])

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # it ended by itself meanwhile
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    stop = kill


@contextmanager
def started_node(settings: Mapping[str, object] | None = None, *, heap: str = "512m") -> Iterator[Node]:
    """A node of one's own, its data deleted at the end; `settings` are lines of elasticsearch.yml."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-elastic-"))
    folder.chmod(0o755)
    node = None
    try:
        node = Node(folder, settings or {}, heap)
        node.start()
        yield node
    finally:
        if node is not None:
            node.kill()
        shutil.rmtree(folder, ignore_errors=True)
