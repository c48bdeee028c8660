"""The gate of a release: what it lets through, and what it does not."""

import gzip
import importlib.util
import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def gate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gate", ROOT / "benchmarks" / "quality" / "gate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(value: float, n: int) -> dict[str, float]:
    return {"value": value, "n": float(n), "low": value - 1, "high": value + 1}


def found(f1: float, alarms: float, mark: str = "d1") -> dict[str, Any]:
    return {"set": (mark, {"crisis macro-F1": parts(f1, 9), "false alarms": parts(alarms, 5)})}


def test_what_was_pinned_passes_and_what_fell_or_rose_does_not(gate: ModuleType) -> None:
    floors = gate.pinned(found(70.0, 5.0), {}, lower=False)
    assert floors["set"]["bounds"] == {"crisis macro-F1": 69.0, "false alarms": 6.0}
    assert gate.compare(found(69.5, 5.5), floors) == []
    assert gate.compare(found(68.9, 5.0), floors) == ["set: crisis macro-F1 68.9 is under 69.0"]
    assert gate.compare(found(70.0, 6.1), floors) == ["set: false alarms 6.1 is over 6.0"]


def test_another_corpus_and_a_set_without_floor_fail(gate: ModuleType) -> None:
    floors = gate.pinned(found(70.0, 5.0), {}, lower=False)
    assert "the corpus is d2" in gate.compare(found(99.0, 0.0, "d2"), floors)[0]
    assert gate.compare(found(70.0, 5.0) | {"new": found(1, 1)["set"]}, floors) == ["new: no floor is pinned"]


def test_a_pinned_set_or_figure_that_is_not_measured_fails_and_so_does_what_is_no_number(gate: ModuleType) -> None:
    floors = gate.pinned(found(70.0, 5.0), {}, lower=False)
    assert gate.compare({}, floors) == ["set: a floor is pinned, and the set was not measured"]
    assert gate.compare(found(math.nan, math.nan), floors) == [
        "set: crisis macro-F1 nan is under 69.0",
        "set: false alarms nan is over 6.0",
    ]
    some = {"set": ("d1", {"false alarms": parts(5.0, 5), "severity, Spearman": parts(60.0, 9)})}
    assert gate.compare(some, floors) == [
        "set: severity, Spearman: no floor is pinned",
        "set: crisis macro-F1 nan is under 69.0",
    ]


def test_floors_of_what_is_no_longer_measured_go_only_when_told(gate: ModuleType) -> None:
    floors = gate.pinned(found(70.0, 5.0) | {"other": found(50.0, 1.0)["set"]}, {}, lower=False)
    less = {"set": ("d2", {"crisis macro-F1": parts(math.nan, 9)})}
    kept = gate.pinned(less, floors, lower=False)
    assert {name: floor["bounds"] for name, floor in kept.items()} == {
        name: floor["bounds"] for name, floor in floors.items()
    }
    assert gate.pinned(less, floors, lower=True) == {"set": {"digest": "d2", "bounds": {}, "measured": {}}}


def test_a_text_that_another_set_gives_to_training_is_not_scored(
    gate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(name: str, *rows: tuple[str, str, str]) -> None:
        path = tmp_path / "sentiment" / f"{name}.jsonl.gz"
        path.parent.mkdir(exist_ok=True)
        keys = ("text", "split", "target")
        lines = (json.dumps({**dict(zip(keys, row, strict=True)), "lang": "en", "label": "neutral"}) for row in rows)
        path.write_bytes(gzip.compress("\n".join(lines).encode()))

    write("held", ("Nobody at @nova answers me!", "dev", ""), ("Only here, never met before", "dev", ""),
          ("Thank you", "dev", ""))  # fmt: skip
    write("apart", ("All four words kept", "train", "A"), ("This carrier is trained on", "train", "B"))
    write("tweets", ("nobody at answers ME http://t.co/1", "train", ""), ("thank you", "train", ""),
          ("Only here, never met before", "test", ""))  # fmt: skip
    monkeypatch.setattr(
        gate, "PUBLIC",
        {"held": ("sentiment/held", lambda row: row["split"] == "dev"),
         "apart": ("sentiment/apart", lambda row: row["target"] == "A")},
    )  # fmt: skip
    told = {name: [line.text for line in lines] for name, lines in gate.public(tmp_path)}
    assert told == {"held": ["Only here, never met before", "Thank you"], "apart": ["All four words kept"]}


def test_floors_rise_by_themselves_and_fall_only_when_told(gate: ModuleType) -> None:
    floors = gate.pinned(found(70.0, 5.0), {}, lower=False)
    worse = gate.pinned(found(60.0, 9.0), floors, lower=False)
    assert worse["set"]["bounds"] == floors["set"]["bounds"]
    better = gate.pinned(found(80.0, 2.0), floors, lower=False)
    assert better["set"]["bounds"] == {"crisis macro-F1": 79.0, "false alarms": 3.0}
    lowered = gate.pinned(found(60.0, 9.0), floors, lower=True)
    assert lowered["set"]["bounds"] == {"crisis macro-F1": 59.0, "false alarms": 10.0}


def test_names_change_places(gate: ModuleType) -> None:
    assert gate.swapped({"text": "Ada beats Bo, Bo sulks", "a": "Ada", "b": "Bo"}) == "Bo beats Ada, Ada sulks"


def test_the_committed_sets_are_sound() -> None:
    folder = ROOT / "benchmarks" / "quality" / "data"
    pairs = [json.loads(line) for line in (folder / "target_pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all(pair["a"] in pair["text"] and pair["b"] in pair["text"] for pair in pairs)
    assert min(sum(pair["lang"] == lang for pair in pairs) for lang in ("fr", "en")) >= 100
    crisis = [json.loads(line) for line in (folder / "dev_crisis.jsonl").read_text(encoding="utf-8").splitlines()]
    assert min(sum(row["lang"] == lang for row in crisis) for lang in ("fr", "en")) >= 150
    trained = {
        line.split("\t")[6] for path in (ROOT / "training" / "written").glob("*.tsv")
        for line in path.read_text(encoding="utf-8").splitlines()
    }  # fmt: skip
    scored = [
        json.loads(line)["text"] for path in folder.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()
    ]
    assert not trained & set(scored)
    assert len(scored) == len(set(scored))
