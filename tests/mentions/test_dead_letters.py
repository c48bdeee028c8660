"""Dead letters on disk: kept, listed, replayed, dropped; killed writers, two processes, rubbish in the file."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plain_mention import NOW, mention

from mentions.codec import mention_from_json
from mentions.dead_letters import DeadLetters
from mentions.errors import Stop, Transient
from mentions.model import Mention

pytestmark = pytest.mark.local
ROOT, HERE = Path(__file__).parents[2], Path(__file__).parents[1]
ADDER = textwrap.dedent("""
    import sys
    sys.path[:0] = [{root!r}, {here!r}]
    from pathlib import Path
    from plain_mention import mention
    from mentions.dead_letters import DeadLetters
    letters = DeadLetters(Path({folder!r}))
    for number in range({first}, {last}):
        letters.add([(mention(number, text="mot " * 5000), "index", "reason")])
        print(number, flush=True)
""")


@pytest.fixture
def letters(tmp_path: Path) -> DeadLetters:
    return DeadLetters(tmp_path / "dead", now=lambda: NOW)


def add(letters: DeadLetters, *numbers: int, reason: str = "bad") -> None:
    letters.add([(mention(number), "index-1", reason) for number in numbers])


def accepts(*ids: str):
    """A store that refuses these ids, and remembers what it was offered."""
    offered: list[str] = []

    def upsert(mentions: Sequence[Mention]) -> list[tuple[str, str]]:
        offered.extend(m.id for m in mentions)
        return [(m.id, "still bad") for m in mentions if m.id in ids]

    return upsert, offered


def test_a_letter_holds_the_whole_mention(letters: DeadLetters) -> None:
    some = replace(mention(1), text="Déçu 😡", published_at=datetime(2026, 11, 3, tzinfo=UTC))
    letters.add([(some, "index-1", "because")])
    (letter,) = letters.list()
    assert mention_from_json(letter.mention) == some
    assert (letter.at, letter.id, letter.index, letter.reason) == (NOW, some.id, "index-1", "because")
    assert (letter.schema, letter.attempts, letters.count()) == (1, 1, 1)


def test_only_the_owner_can_read_them(letters: DeadLetters) -> None:
    add(letters, 1)
    letters.replay(accepts()[0])
    add(letters, 2)
    assert letters.path.stat().st_mode & 0o777 == 0o600
    assert letters.path.parent.stat().st_mode & 0o777 == 0o700


def test_no_letters_no_file(letters: DeadLetters) -> None:
    letters.add([])
    assert (list(letters.list()), letters.count(), letters.drop(lambda _: True)) == ([], 0, 0)
    assert not letters.path.parent.exists()
    assert letters.replay(accepts()[0]).left == 0


def test_refused_again_is_one_letter_with_more_attempts(letters: DeadLetters) -> None:
    add(letters, 1, 2)
    add(letters, 1, reason="worse")
    assert [(x.id, x.attempts, x.reason) for x in letters.list()] == [
        (mention(2).id, 1, "bad"),
        (mention(1).id, 2, "worse"),
    ]


def test_replay_lets_go_what_the_store_takes(letters: DeadLetters) -> None:
    add(letters, *range(5))
    upsert, offered = accepts(mention(3).id)
    replayed = letters.replay(upsert)
    assert offered == [mention(n).id for n in range(5)]
    assert (replayed.left, replayed.refused) == (4, ((mention(3).id, "still bad"),))
    assert [(x.id, x.attempts, x.reason) for x in letters.list()] == [(mention(3).id, 2, "still bad")]


def test_replay_of_some(letters: DeadLetters) -> None:
    add(letters, *range(5))
    upsert, offered = accepts()
    assert letters.replay(upsert, [mention(1).id, "unknown"]).left == 1
    assert offered == [mention(1).id]
    assert letters.count() == 4


def test_a_store_that_keeps_letters_itself_counts_once(letters: DeadLetters) -> None:
    add(letters, 1, 2)
    other = DeadLetters(letters.path.parent)

    def upsert(mentions: Sequence[Mention]) -> list[tuple[str, str]]:
        other.add([(m, "index-1", "worse") for m in mentions])
        return [(m.id, "worse") for m in mentions]

    assert len(letters.replay(upsert).refused) == 2
    assert [(x.attempts, x.reason) for x in letters.list()] == [(2, "worse")] * 2


def test_a_store_that_fails_midway_keeps_the_rest(letters: DeadLetters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentions.dead_letters.BATCH", 2)
    add(letters, *range(6))
    calls = 0

    def upsert(mentions: Sequence[Mention]) -> list[tuple[str, str]]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Transient("away")
        return []

    with pytest.raises(Transient):
        letters.replay(upsert)
    assert [x.id for x in letters.list()] == [mention(4).id, mention(5).id]


def test_a_mention_of_another_version_stays_and_says_so(letters: DeadLetters) -> None:
    add(letters, 1, 2)
    letters.path.write_text(letters.path.read_text().replace('"brand"', '"marque"', 1))
    replayed = letters.replay(accepts()[0])
    assert replayed.left == 1
    assert "cannot read the mention: bad-field" in replayed.refused[0][1]
    assert [x.attempts for x in letters.list()] == [2]


def test_rubbish_in_the_file_is_left_alone(letters: DeadLetters, caplog: pytest.LogCaptureFixture) -> None:
    add(letters, 1, 2)
    rubbish = b'\xff\xfe\n[]\n{"id": 1}\nnull\n' + b"[" * 100_000 + b"\n"
    letters.path.write_bytes(rubbish + letters.path.read_bytes())
    assert letters.count() == 2
    assert letters.replay(accepts()[0]).left == 2
    assert letters.path.read_bytes() == rubbish
    assert "line=5" in caplog.text


def test_erasure_reaches_the_letters(letters: DeadLetters) -> None:
    add(letters, *range(4))
    assert letters.drop(lambda values: values["id"] in {mention(1).id, mention(2).id}) == 2
    assert [x.id for x in letters.list()] == [mention(0).id, mention(3).id]
    assert mention(1).id.encode() not in letters.path.read_bytes()


def test_a_torn_line_is_cut_before_the_next(letters: DeadLetters) -> None:
    add(letters, 1, 2)
    letters.path.write_bytes(letters.path.read_bytes()[:-100])
    assert [x.id for x in letters.list()] == [mention(1).id]
    add(letters, 3)
    assert [x.id for x in letters.list()] == [mention(1).id, mention(3).id]


def test_two_replays_at_once_are_one_too_many(letters: DeadLetters) -> None:
    add(letters, 1)

    def upsert(mentions: Sequence[Mention]) -> list[tuple[str, str]]:
        with pytest.raises(Stop, match="another replay"):
            DeadLetters(letters.path.parent).replay(accepts()[0])
        return []

    assert letters.replay(upsert).left == 1


def test_a_folder_that_cannot_be_made_stops(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop, match="cannot keep dead letters in"):
        add(DeadLetters(tmp_path / "file" / "dead"), 1)


def adder(folder: Path, first: int, last: int) -> subprocess.Popen[str]:
    program = ADDER.format(root=str(ROOT), here=str(HERE), folder=str(folder), first=first, last=last)
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_what_was_kept_survives_kill_9_and_a_second_process(tmp_path: Path) -> None:
    kept: set[str] = set()
    with adder(tmp_path, 1000, 1040) as other:
        for round_number in range(3):
            first = 100 * round_number
            with adder(tmp_path, first, first + 100) as child:
                assert child.stdout is not None
                for line in child.stdout:
                    kept.add(mention(int(line)).id)
                    if int(line) == first + 5 + round_number:
                        os.kill(child.pid, signal.SIGKILL)
                        break
        assert other.wait() == 0
        assert other.stdout is not None
        kept |= {mention(int(line)).id for line in other.stdout}
    letters = DeadLetters(tmp_path)
    add(letters, 5000)
    found = [letter.id for letter in letters.list()]
    assert kept <= set(found)
    assert len(found) == len(set(found))
    for line in letters.path.read_bytes().split(b"\n")[:-1]:
        json.loads(line)
