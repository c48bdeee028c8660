"""The spool: nothing sealed is lost, nothing is read twice as new, every line has one fate."""

import json
from datetime import timedelta

import pytest
from mention_records import NOW
from spool_filled import ITEMS, contents, fail, fill

from mentions.codec import MAX_LINE, to_line
from mentions.errors import RejectedItem, Transient
from mentions.model import Gone
from mentions.spool import Spool

pytestmark = pytest.mark.local


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
