"""The spool where a writer is killed, several processes meet, or the disk gives up."""

import errno
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from mention_records import NOW
from spool_filled import ITEMS, contents, fail, fill

from mentions.codec import to_line
from mentions.errors import Stop
from mentions.spool import Spool

pytestmark = pytest.mark.local


def test_a_kill_at_any_byte_loses_only_the_last_line(spool, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # the process dies here, not the power
    whole = fill(spool, ITEMS[:2]).read_bytes()
    ends = [0]
    for item in ITEMS[:2]:
        ends.append(ends[-1] + len(to_line(item).encode()))
    part = spool.root / "20261124T100000000000Z-blog-000.jsonl.part"
    for size in range(1, len(whole) + 1):
        part.write_bytes(whole[:size])
        (sealed,) = spool.recover()
        items = contents(spool, sealed)
        complete = sum(end <= size or end - 1 == size for end in ends[1:])  # only the line end may be missing
        assert items[:complete] == ITEMS[:complete]
        assert [item.reason for item in items[complete:]] in (["truncated"], ["bad-encoding"], [])
        assert len(items) == whole[:size].count(b"\n") + (size not in ends)
        sealed.unlink()


def test_recover_drops_an_empty_part_and_leaves_a_living_writer(spool):
    living = spool.open("blog", NOW)
    living.write(ITEMS[0])
    dead = spool.root / "20261124T090000000000Z-dead-000.jsonl.part"
    dead.touch()
    assert spool.recover() == []
    assert not dead.exists()
    living.write(ITEMS[1])
    assert contents(spool, living.seal()) == ITEMS[:2]


WRITER = """
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from mentions.codec import from_line
from mentions.spool import Spool
writer = Spool(Path(sys.argv[1])).open("blog", datetime(2026, 11, 24, 10, tzinfo=UTC))
for line in sys.stdin:
    writer.write(from_line(line))
    print("ok", flush=True)
"""


def start_writer(spool):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(spool.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def tell(child, item):
    child.stdin.write(to_line(item))
    child.stdin.flush()
    assert child.stdout.readline() == "ok\n"


def test_a_killed_process_loses_nothing_it_has_written(spool):
    with start_writer(spool) as child:
        tell(child, ITEMS[0])
        tell(child, ITEMS[1])
        assert spool.recover() == []  # it lives
        child.send_signal(signal.SIGKILL)
    (sealed,) = spool.recover()
    assert contents(spool, sealed) == ITEMS[:2]
    assert spool.recover() == []


def test_two_processes_write_at_once(spool):
    with start_writer(spool) as one, start_writer(spool) as other:
        for item in ITEMS:
            tell(one, item)
            tell(other, item)
        assert len(list(spool.root.glob("*.part"))) == 2
        one.kill()
        one.wait()
        assert [contents(spool, path) for path in spool.recover()] == [ITEMS]
        other.kill()
    assert [contents(spool, path) for path in spool.recover()] == [ITEMS]
    assert spool.depth() == 2


RECOVERER = """
import sys
from pathlib import Path
from mentions.spool import Spool
spool = Spool(Path(sys.argv[1]))
print(sum(len(spool.recover()) for _ in range(200)))
"""


def test_two_processes_recover_while_a_third_writes(spool):
    for number in range(20):
        fail(spool, f"dead{number}")
    children = [
        subprocess.Popen([sys.executable, "-c", RECOVERER, str(spool.root)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    written = 0
    while any(child.poll() is None for child in children):
        fill(spool, ITEMS[:2], label="living", now=NOW)
        written += 1
    recovered = sum(int(child.communicate()[0]) for child in children)
    assert recovered == 20
    assert spool.depth() == 20 + written
    assert sum(len(contents(spool, path)) for path in spool.sealed()) == 20 + 2 * written


def test_a_full_disk_stops_and_leaves_whole_lines(spool):
    writer = spool.open("blog", NOW)
    writer.write(ITEMS[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(to_line(ITEMS[0]).encode()) + 20, hard))  # it takes half a line
    try:
        with pytest.raises(Stop, match=r"cannot write .*free space"):
            writer.write(ITEMS[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    writer.write(ITEMS[2])
    assert contents(spool, writer.seal()) == [ITEMS[0], ITEMS[2]]


def test_a_disk_that_cannot_sync_seals_nothing(spool, monkeypatch):
    writer = spool.open("blog", NOW)
    writer.write(ITEMS[0])

    def broken(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(Stop, match="cannot seal"):
            writer.seal()
    assert spool.sealed() == []
    assert [contents(spool, path) for path in spool.recover()] == [[ITEMS[0]]]


def test_a_folder_that_cannot_be_made_stops(tmp_path):
    (tmp_path / "spool").write_text("a file stands in the way")
    with pytest.raises(Stop, match="cannot open"):
        Spool(tmp_path / "spool").open("blog", datetime(2026, 1, 1, tzinfo=UTC))
