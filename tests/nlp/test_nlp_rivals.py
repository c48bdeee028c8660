"""The table of rivals: what it counts, and that it is printed whatever is missing."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from nlp.quality import Labelled

FOLDER = Path(__file__).parents[2] / "benchmarks" / "quality"


@pytest.fixture
def rivals(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("rivals")
    for name in ("rivals", "gate"):
        sys.modules.pop(name, None)


def told(*labels: str) -> list[Labelled]:
    return [Labelled(id=number, text="x", sentiment=label) for number, label in enumerate(labels)]


def test_neutral_is_a_miss_but_no_column_where_a_set_has_none_and_undecided_counts_half(rivals: ModuleType) -> None:
    found = [(0, -0.5), (1, 0.0), (2, 0.3)]
    macro, sides = rivals.figures(told("negative", "positive", "positive"), found)
    assert macro == pytest.approx(100 * (1 + 2 / 3) / 2)
    assert sides == pytest.approx(100 * 2.5 / 3)
    macro, sides = rivals.figures(told("negative", "neutral", "negative"), found)
    assert macro == pytest.approx(100 * (2 / 3 * 0.5 + 0.5 * 1))
    assert sides == pytest.approx(50)


def test_fewer_texts_are_taken_from_the_whole_set(rivals: ModuleType) -> None:
    every = [*told(*["neutral"] * 9), Labelled(id="c", text="x", crisis=())]
    assert [line.id for line in rivals.fewer(every, 3)] == [0, 3, 6]
    assert [line.id for line in rivals.fewer(every, 100)] == list(range(9))
    assert rivals.fewer(every[9:], None) == rivals.fewer(every[9:], 2) == []


def test_what_cannot_be_run_is_left_out_with_a_line_and_the_others_are_printed(
    rivals: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installed = importlib.util.find_spec
    absent = {"textblob_fr", "vaderSentiment_fr"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in absent else installed(name))
    monkeypatch.setitem(rivals.RIVALS, "tf-idf", (rivals.RIVALS["tf-idf"][0], ()))
    monkeypatch.setattr(sys, "argv", ["rivals.py", "--most", "6", "--folder", str(tmp_path / "nowhere")])
    assert rivals.main() == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].split()[-1] == "lexicon"
    assert [line[:28].strip() for line in out.splitlines()[1:]] == [
        "dev_brand en", "dev_brand fr", "dev_crisis fr", "dev_crisis en", "mean",
    ]  # fmt: skip
    lines = [line for line in err.splitlines() if "left out" in line]
    assert [line.partition(":")[0] for line in lines] == ["vigie", "vader", "textblob", "tf-idf"]
    assert "vaderSentiment_fr" in lines[1]
    assert lines[3].endswith("give --data")


def test_an_unknown_rival_is_told_with_those_there_are(
    rivals: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["rivals.py", "--only", "vigie,bert"])
    with pytest.raises(SystemExit, match="2"):
        rivals.main()
    assert "no rival 'bert'; choose from vigie, lexicon, vader, textblob, tf-idf" in capsys.readouterr().err
