"""What the gate scores of aspects and app reviews: unseen texts only, and of aspects what a set can tell."""

import gzip
import json
from pathlib import Path

import heads
import pytest


def write(folder: Path, name: str, *rows: tuple[str, str, object]) -> None:
    path = folder / f"{name}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    lines = (json.dumps({"text": text, "split": split, "label": label, "lang": "en"}) for text, split, label in rows)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in heads.ASPECT_SETS[1:]:
        write(tmp_path, f"aspect/{name}")
    write(
        tmp_path, f"aspect/{heads.ASPECT_SETS[0]}",
        ("slow waiter, cheap", "dev", [{"category": "SERVICE#GENERAL"}, {"category": "FOOD#PRICES"}]),
        ("nice view", "dev", [{"category": "LOCATION#GENERAL"}]), ("seen", "train", []), ("seen", "dev", []),
    )  # fmt: skip
    write(tmp_path, "toxicity/tweeteval_irony", ("oh great", "dev", "irony"), ("great", "dev", "non_irony"))
    rows = [(f"crash {n}", "dev", ["problem_report"]) for n in range(4)]
    for lang in ("fr", "en"):
        write(tmp_path, f"appreview/minibar_{lang}", ("crash 3", "train", []), *rows)
    return tmp_path


def test_sets_hold_unseen_texts_with_what_can_be_told(folder: Path) -> None:
    found = {held.name: held for held in heads.head_sets(folder, 10)}
    assert tuple(found) == heads.NAMES
    aspects = found["aspects restaurant_fr (dev)"]
    assert [line.text for line in aspects.told] == ["slow waiter, cheap", "nice view"]
    first = {name for name, true in zip(aspects.names, aspects.truth[0], strict=True) if true}
    assert first == {"staff", "price"}
    assert not aspects.truth[1].any()
    assert found["tweeteval_irony (dev)"].truth.tolist() == [[True], [False]]


def test_app_reviews_that_calibration_reads_are_not_scored(folder: Path) -> None:
    found = {held.name: held for held in heads.head_sets(folder, 10)}
    assert [line.text for line in found["minibar_fr (dev)"].told] == ["crash 1"]


def test_an_answer_without_extras_counts_as_no(folder: Path) -> None:
    irony = next(held for held in heads.head_sets(folder, 10) if held.names == ("irony",))
    silent, sure = ({"aspects": [], "extras": extras} for extras in ({}, {"irony": 0.9}))
    assert irony.figures([sure, silent])["irony, F1"].value == pytest.approx(100)
    assert irony.figures([silent, silent])["irony, F1"].value == 0
    assert irony.figures([silent, sure])["irony, area under ROC"].value == 0


def test_only_told_aspects_are_compared(folder: Path) -> None:
    aspects = next(heads.head_sets(folder, 10))
    answers = [{"aspects": ["staff", "price", "safety"]}, {"aspects": ["hygiene"]}]
    assert aspects.figures(answers)["aspects, F1"].value == pytest.approx(100)
    assert aspects.digest != next(heads.head_sets(folder, 1)).digest
