"""`vigie store` on a real Elasticsearch: a copy killed twice, and back; what check says; migrate from the terminal."""

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by the mark

from mentions.comparing import EVERYTHING
from mentions.elastic_client import connect
from mentions.sqlite import SqliteStore
from tests.contract.contract_sample import NOW, mentions

pytestmark = pytest.mark.real("elastic")
ROOT = Path(__file__).parents[2]
COMMAND = (
    "import sys, mentions.copying; mentions.copying.BATCH = 100; sys.argv[0] = 'vigie'; "
    "from flows.cli import main; main()"
)


class Installation:
    """A home, a prefix of its own on the node, and the command in child processes."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url, self.prefix = home, url, f"vt-{secrets.token_hex(4)}"

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "VIGIE_HOME": str(self.home),
            "VIGIE_STORE": "elastic",
            "VIGIE_ELASTIC_URL": self.url,
            "VIGIE_ELASTIC_PREFIX": self.prefix,
            **settings,
        }
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "-c", COMMAND, "store", *words], cwd=ROOT, env=env, **pipes)

    def run(self, *words: str, **settings: str) -> tuple[int, str, str]:
        child = self.start(*words, **settings)
        out, err = child.communicate(timeout=240)
        return child.returncode, out, err

    @property
    def mark(self) -> Path:
        return self.home / "copies" / f"sqlite-to-elastic-{self.prefix}.json"


@pytest.fixture
def installation(tmp_path, elastic_url):
    made = Installation(tmp_path / "home", elastic_url)
    made.home.mkdir()
    yield made
    with connect(elastic_url) as client:
        found = [*client.indices.get(index=f"{made.prefix}-*", expand_wildcards="all", filter_path="*.aliases").body]
        if found:
            client.indices.delete(index=found)
        client.options(ignore_status=404).indices.delete_index_template(name=f"{made.prefix}-*")


def whole(path: Path):
    store = SqliteStore(path)
    found = [replace(mention, indexed_at=None) for mention in store.scan(EVERYTHING)]
    store.close()
    return found


def kill_when_marked(installation: Installation, batches: int) -> str:
    """Start a copy, kill it once its mark has moved so often; the place of the mark."""
    before, moved = None, -1
    child = installation.start("copy", "--from", "sqlite", "--to", "elastic")
    while moved < batches and child.poll() is None:
        now = installation.mark.read_text() if installation.mark.exists() else None
        moved, before = moved + (now != before), now
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    return installation.mark.read_text()


def test_a_copy_killed_twice_is_complete_and_comes_back_the_same(installation, tmp_path):
    store = SqliteStore(installation.home / "mentions.sqlite")
    sample = mentions(900)
    assert store.upsert(sample, now=NOW).saved == len(sample)
    assert store.mark_gone([one.post_key for one in sample[::17]], at=NOW)
    store.close()

    first = kill_when_marked(installation, 2)
    second = kill_when_marked(installation, 3)
    assert first < second
    code, out, err = installation.run("copy", "--from", "sqlite", "--to", "elastic")
    assert (code, err) == (0, "")
    assert f"sqlite has {len(sample)} mentions" in out
    assert "identical, checksum" in out
    assert int(out.split()[1].rstrip(";")) < len(sample)
    assert not installation.mark.exists()
    assert "wrote 0;" in installation.run("copy", "--from", "sqlite", "--to", "elastic")[1]

    before = whole(installation.home / "mentions.sqlite")
    (installation.home / "mentions.sqlite").rename(tmp_path / "first.sqlite")
    code, back, _ = installation.run("copy", "--from", "elastic", "--to", "sqlite")
    assert code == 0
    assert back.partition("checksum ")[2] == out.partition("checksum ")[2]
    assert whole(installation.home / "mentions.sqlite") == before


def test_check_and_migrate_in_the_terminal(installation):
    code, out, err = installation.run("check")
    assert (code, err) == (0, "")
    assert "no partition yet" in out
    store = SqliteStore(installation.home / "mentions.sqlite")
    store.upsert(mentions(30), now=NOW)
    store.close()
    assert installation.run("copy", "--from", "sqlite", "--to", "elastic")[0] == 0
    code, out, _ = installation.run("check")
    assert code == 0
    assert "template up to date" in out
    assert f"{installation.prefix}-mentions-v1-2026.11.01" in out

    code, out, err = installation.run("check", VIGIE_ELASTIC_PERIOD="year")
    assert code == 1
    assert "set it back to month, or run 'vigie store migrate'" in err
    code, _, err = installation.run("copy", "--from", "elastic", "--to", "sqlite", VIGIE_ELASTIC_PERIOD="year")
    assert code == 1
    assert len(err.splitlines()) == 1
    code, out, _ = installation.run("migrate", VIGIE_ELASTIC_PERIOD="year")
    assert code == 0
    assert "--drop-old" in out
    code, out, _ = installation.run("migrate", "--drop-old", VIGIE_ELASTIC_PERIOD="year")
    assert f"deleted {installation.prefix}-mentions-v1-2026.11.01" in out
    code, out, err = installation.run("migrate", "--ilm", VIGIE_ELASTIC_PERIOD="year")
    assert "has no index lifecycles" in err
    assert code == 1
