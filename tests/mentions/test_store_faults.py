"""Several processes on one file: killed writers, two writers at once, a reader beside a writer."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from embedded_store import check
from plain_mention import NOW, mention

from mentions.filter import MentionFilter
from mentions.sqlite import SqliteStore
from mentions.store import Page

pytestmark = pytest.mark.local
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parents[1]
# Writes batches of 20 under the numbers it is given, and says after each, on its output, that it is stored.
WRITER = textwrap.dedent("""
    import sys
    sys.path[:0] = [{root!r}, {here!r}]
    from pathlib import Path
    from plain_mention import NOW, mention
    from mentions.sqlite import SqliteStore
    store = SqliteStore(Path({path!r}))
    for batch in range({first}, {last}):
        rows = [mention(20 * batch + n, text=f"lot{{batch}} texte " * 40) for n in range(20)]
        report = store.upsert(rows, now=NOW)
        print(batch, report.saved, flush=True)
""")


def writer(path: Path, first: int, last: int) -> subprocess.Popen[str]:
    program = WRITER.format(root=str(ROOT), here=str(HERE), path=str(path), first=first, last=last)
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def stored(path: Path) -> set[int]:
    store = SqliteStore(path)
    found = {int(row.id[-5:]) for row in store.scan(MentionFilter())}
    store.close()
    return found


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "mentions.db"
    acknowledged: set[int] = set()
    for number in range(6):
        first = 200 * number
        with writer(path, first, first + 200) as child:
            assert child.stdout is not None
            for line in child.stdout:
                batch = int(line.split()[0])
                acknowledged |= {20 * batch + n for n in range(20)}
                if batch == first + 3 + number:  # while the next batch is being written
                    os.kill(child.pid, signal.SIGKILL)
                    break
            rest = child.stdout.read().split("\n")[:-1]
        acknowledged |= {20 * int(line.split()[0]) + n for line in rest for n in range(20)}
        found = stored(path)
        assert acknowledged <= found
        assert len(found) % 20 == 0  # no batch is half there
        check(path)


def test_two_writers_and_a_reader_all_finish(tmp_path: Path) -> None:
    path = tmp_path / "mentions.db"
    reader = SqliteStore(path)
    with writer(path, 0, 25) as one, writer(path, 100, 125) as two:
        totals = []
        while one.poll() is None or two.poll() is None:
            totals.append(reader.search(MentionFilter(), Page(size=5)).total)
            assert totals[-1] % 20 == 0
        assert (one.wait(), two.wait()) == (0, 0)
        for child in (one, two):
            assert child.stdout is not None
            assert [line.split()[1] for line in child.stdout] == ["20"] * 25
    assert totals == sorted(totals)
    assert reader.search(MentionFilter(), Page()).total == 1000
    reader.close()
    check(path)


def test_two_processes_may_create_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mentions.db"
    children = [writer(path, 10 * n, 10 * n + 1) for n in range(4)]
    assert [child.wait() for child in children] == [0] * 4
    for child in children:
        assert child.stdout is not None
        child.stdout.close()
    assert len(stored(path)) == 80


def test_a_writer_that_holds_the_lock_for_a_moment_only_delays(tmp_path: Path) -> None:
    path = tmp_path / "mentions.db"
    SqliteStore(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with writer(path, 0, 1) as child:
        assert child.poll() is None
        holder.execute("COMMIT")
        assert child.wait() == 0
    holder.close()
    assert len(stored(path)) == 20


def test_the_same_mentions_written_twice_at_once_are_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "mentions.db"
    store = SqliteStore(path)
    store.upsert([mention(0)], now=NOW)
    with writer(path, 0, 20) as one, writer(path, 0, 20) as two:
        assert (one.wait(), two.wait()) == (0, 0)
        assert one.stdout is not None
        assert two.stdout is not None
        saved = sum(int(line.split()[1]) for child in (one, two) for line in child.stdout)
    assert saved == 399
    assert store.search(MentionFilter(), Page()).total == 400
    store.close()
    check(path)
