"""`vigie dlq`: what it lists, what a replay stores, exit codes; with the embedded store."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mentions.dead_letters import DeadLetters
from mentions.model import Mention
from mentions.sqlite import SqliteStore

sys.path.append(str(Path(__file__).parents[1] / "mentions"))

from plain_mention import mention

pytestmark = pytest.mark.local
Run = Callable[..., tuple[int, str, str]]


def letters(
    tmp_path: Path, *mentions: Mention, reason: str = "400 document_parsing_exception: no number"
) -> DeadLetters:
    found = DeadLetters(tmp_path / "home" / "dead-letters")
    found.add([(m, "vigie-mentions-v1-2026.11.01", reason) for m in mentions])
    return found


def stored(tmp_path: Path, *ids: str) -> list[bool]:
    store = SqliteStore(tmp_path / "home" / "mentions.sqlite")
    try:
        return [store.get(name) is not None for name in ids]
    finally:
        store.close()


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("words", [("dlq", "list"), ("dlq", "replay")])
def test_none(vigie: Run, words: tuple[str, ...]) -> None:
    assert vigie(*words) == (0, "no dead letters: SQLite refuses no mention\n", "")


@pytest.mark.usefixtures("config")
def test_list(vigie: Run, tmp_path: Path) -> None:
    letters(tmp_path, mention(1), mention(2))
    letters(tmp_path, mention(1))
    code, out, err = vigie("dlq", "list")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines() if "202611-" in line] == [
        [mention(2).id, "1x"],
        [mention(1).id, "2x"],
    ]
    assert "no number" in out
    assert err == "vigie: 2 dead letters; when the cause is mended: vigie dlq replay\n"


@pytest.mark.usefixtures("config")
def test_list_for_programs(vigie: Run, tmp_path: Path) -> None:
    letters(tmp_path, mention(1, text="Déçu"))
    code, out, err = vigie("dlq", "list", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert (row["id"], row["schema"], row["attempts"], row["mention"]["text"]) == (mention(1).id, 1, 1, "Déçu")
    assert vigie("dlq", "list", "--json")[1] == out


@pytest.mark.usefixtures("config")
def test_replay_stores_them(vigie: Run, tmp_path: Path) -> None:
    letters(tmp_path, mention(1), mention(2), mention(3))
    assert vigie("dlq", "replay", mention(2).id) == (0, "dlq: 1 mention stored, 0 refused again\n", "")
    assert stored(tmp_path, mention(1).id, mention(2).id) == [False, True]
    assert vigie("dlq", "replay") == (0, "dlq: 2 mentions stored, 0 refused again\n", "")
    assert stored(tmp_path, mention(1).id, mention(3).id) == [True, True]
    assert vigie("dlq", "list")[1].startswith("no dead letters")


@pytest.mark.usefixtures("config")
def test_what_is_refused_again_stays_and_is_told(vigie: Run, tmp_path: Path) -> None:
    found = letters(tmp_path, *(mention(number) for number in range(9)))
    found.path.write_text(found.path.read_text().replace('"brand"', '"marque"', 7))
    code, out, err = vigie("dlq", "replay")
    assert (code, out) == (1, "dlq: 2 mentions stored, 7 refused again\n")
    assert err.count("cannot read the mention") == 5
    assert "and 2 more" in err
    assert found.count() == 7


@pytest.mark.usefixtures("config")
def test_an_unknown_id_is_wrong_usage(vigie: Run, tmp_path: Path) -> None:
    letters(tmp_path, mention(1))
    code, out, err = vigie("dlq", "replay", mention(1).id, "202611-nobody")
    assert (code, out) == (2, "")
    assert err == "vigie: no dead letter has the id 202611-nobody; 'vigie dlq list' lists them\n"
    assert stored(tmp_path, mention(1).id) == [False]


@pytest.mark.usefixtures("config")
def test_ingest_tells_what_became_a_dead_letter(vigie: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object, **__: object) -> Counter[str]:
        letters(tmp_path, mention(1), mention(2))
        return Counter(refused=2)

    monkeypatch.setattr("flows.jobs.ingest", refusing)
    code, out, err = vigie("ingest")
    assert (code, out) == (1, "ingest: refused 2\n")
    assert err == "vigie: 2 mentions went into the dead letters; 'vigie dlq list' says why\n"
    code, out, _ = vigie("dlq", "list")
    assert max(map(len, out.splitlines())) <= 80
    assert mention(1).id in out
