"""The spool: nothing sealed is lost, nothing is read twice as new, a killed writer costs at most its last line."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from mention_records import NOW, raw

from mentions.codec import MAX_LINE, to_line
from mentions.errors import RejectedItem, Stop, Transient
from mentions.model import Gone
from mentions.spool import Spool

pytestmark = pytest.mark.local

ITEMS = [raw(f"Texte numéro {number} 😡", native_id=str(number)) for number in range(5)]


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool")


def fill(spool, items=ITEMS, label="blog", now=NOW):
    with spool.open(label, now) as writer:
        for item in items:
            writer.write(item)
        return writer.seal()


def fail(spool, label):
    """A writer that meets an error after its first line."""
    with suppress(ZeroDivisionError), spool.open(label, NOW) as writer:
        writer.write(ITEMS[0])
        _ = 1 / 0


def contents(spool, path):
    return [item for _, _, item in spool.read(path)]


def test_what_is_written_is_read(spool):
    gone = Gone(source="blog", url="https://e.com/a", seen_at=NOW)
    path = fill(spool, [*ITEMS, gone])
    rows = list(spool.read(path))
    assert [item for _, _, item in rows] == [*ITEMS, gone]
    assert [number for number, _, _ in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[0][1] == to_line(ITEMS[0])


def test_nothing_is_visible_before_the_seal(spool):
    writer = spool.open("blog", NOW)
    writer.write(ITEMS[0])
    assert spool.sealed() == []
    assert spool.depth() == 0
    assert spool.size() == len(to_line(ITEMS[0]).encode())
    path = writer.seal()
    assert spool.sealed() == [path]
    assert spool.depth() == 1
    assert writer.seal() is None
    with pytest.raises(ValueError, match="closed"):
        writer.write(ITEMS[1])


def test_an_empty_file_leaves_no_trace(spool):
    with spool.open("blog", NOW):
        pass
    assert [path for path in spool.root.rglob("*") if path.is_file()] == []


def test_discarded_lines_are_forgotten(spool):
    with spool.open("blog", NOW) as writer:
        writer.write(ITEMS[0])
        writer.discard()
    assert [path for path in spool.root.rglob("*") if path.is_file()] == []


def test_a_failed_writer_is_recovered(spool):
    fail(spool, "blog")
    assert spool.sealed() == []
    assert [contents(spool, path) for path in spool.recover()] == [[ITEMS[0]]]


def test_files_sort_by_time_and_never_share_a_name(spool):
    later = fill(spool, label="a", now=NOW + timedelta(seconds=1))
    first = fill(spool, label="z", now=NOW)
    assert spool.sealed() == [first, later]
    again = fill(spool, label="z", now=NOW)
    spool.ack(first)
    spool.ack(again)
    third = fill(spool, label="z", now=NOW)
    assert len({first.name, again.name, third.name}) == 3


def test_a_label_cannot_leave_the_folder(spool):
    path = fill(spool, label="../../étc/passwd")
    assert path.parent == spool.root


def test_files_are_private(spool):
    path = fill(spool)
    assert path.stat().st_mode & 0o077 == 0
    assert spool.root.stat().st_mode & 0o077 == 0


def test_acknowledged_files_move_once(spool):
    path = fill(spool)
    done = spool.ack(path)
    assert spool.sealed() == []
    assert spool.done(path.name) == done == spool.find(path.name)
    assert spool.ack(path) == done
    assert contents(spool, done) == ITEMS
    assert spool.done("nothing.jsonl") is None
    assert spool.done("../../" + path.name) == done


def test_a_file_is_found_while_it_waits(spool):
    path = fill(spool)
    assert spool.done(path.name) is None
    assert spool.find(path.name) == path


def test_a_file_taken_by_another_run_is_transient(spool):
    path = fill(spool)
    spool.ack(path)
    with pytest.raises(Transient, match="another run"):
        list(spool.read(path))


def test_prune_deletes_old_acknowledged_files_with_their_rejects(spool):
    old = fill(spool, now=NOW - timedelta(days=40))
    spool.reject(old, 1, "x", RejectedItem("bad-json"))
    waiting = fill(spool, now=NOW - timedelta(days=50))
    spool.ack(old)
    young = spool.ack(fill(spool, now=NOW))
    assert spool.prune(NOW - timedelta(days=30)) == 1
    assert sorted(path for path in spool.root.rglob("*") if path.is_file()) == sorted([waiting, young])
    assert spool.prune(NOW - timedelta(days=30)) == 0


def test_an_absent_folder_is_an_empty_spool(spool):
    assert (spool.sealed(), spool.recover(), spool.depth(), spool.size(), spool.prune(NOW)) == ([], [], 0, 0, 0)


# Rubbish


def test_every_line_has_one_fate(spool):
    path = fill(spool)
    good = to_line(ITEMS[0]).encode()
    rubbish = [b"\n", b"nonsense\n", b"\xff\xfe\n", b"{}\n", b"[]\n", b"x" * (MAX_LINE + 5) + b"\n", b'{"torn": "li']
    with path.open("wb") as file:
        for line in rubbish[:-1]:
            file.write(good + line)
        file.write(rubbish[-1])
    fates = [item.reason if isinstance(item, RejectedItem) else "good" for item in contents(spool, path)]
    assert fates[::2][:-1] == ["good"] * 6
    assert fates[1::2] + fates[-1:] == [
        "bad-json",
        "bad-json",
        "bad-encoding",
        "bad-field",
        "bad-line",
        "too-long",
        "truncated",
    ]
    assert len(fates) == path.read_bytes().count(b"\n") + 1


def test_rejects_are_kept_once_however_often_the_file_is_read(spool):
    path = fill(spool)
    path.write_bytes(path.read_bytes() + b"nonsense\n" + to_line(ITEMS[0]).encode() + b"{}\n")
    for _ in range(3):
        reader = Spool(spool.root)  # a new process after a kill
        for number, line, item in reader.read(path):
            if isinstance(item, RejectedItem):
                reader.reject(path, number, line, item)
    beside = reader.ack(path).with_suffix(".rejects")
    rows = [json.loads(row) for row in beside.read_text().splitlines()]
    assert [(row["line"], row["reason"], row["text"]) for row in rows] == [
        (6, "bad-json", "nonsense"),
        (8, "bad-field", "{}"),
    ]
    assert rows[1]["detail"]


def test_rejects_torn_by_a_kill_are_mended(spool):
    path = fill(spool)
    spool.reject(path, 1, "one", RejectedItem("bad-json"))
    beside = path.with_suffix(".rejects")
    whole = beside.read_bytes()
    for cut in range(len(whole)):
        beside.write_bytes(whole + whole[:cut])
        reader = Spool(spool.root)
        for number in (1, 2):
            reader.reject(path, number, "one", RejectedItem("bad-json"))
        assert [json.loads(row)["line"] for row in beside.read_text().splitlines()] == [1, 2]


# Death


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


# Disk


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
