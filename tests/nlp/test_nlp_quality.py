"""What people said against what was read."""

import json

import pytest

from mentions.errors import RejectedItem
from nlp.quality import judge, parse

EVEN = {"negative": 0.2, "neutral": 0.6, "positive": 0.2}


def answer(label: str, sure: float = 0.8, crisis: tuple[str, ...] = (), severity: float = 0.0) -> dict[str, object]:
    rest = (1 - sure) / 2
    odds = {name: sure if name == label else rest for name in ("negative", "neutral", "positive")}
    return {"sentiment": {"label": label, "probabilities": odds}, "crisis": {"labels": crisis}, "severity": severity}


def told(*lines: dict[str, object]) -> list[object]:
    return list(parse(json.dumps({"id": number, "text": "x", **line}) for number, line in enumerate(lines)))


def test_all_right_is_a_hundred_and_all_wrong_is_shown_surest_first() -> None:
    lines = told({"sentiment": "negative"}, {"sentiment": "positive"}, {"sentiment": "neutral"})
    good = judge(lines, [answer("negative"), answer("positive"), answer("neutral")])
    assert good.figures["sentiment macro-F1"].value == 100
    assert good.confusion == ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    assert good.misses == []
    bad = judge(lines, [answer("positive", 0.7), answer("negative", 0.9), answer("neutral")], worst=1)
    assert [(miss.id, miss.expected, miss.found, miss.sure) for miss in bad.misses] == [
        (1, "positive", "negative", 0.9)
    ]
    assert bad.figures["praise called negative"].value == 100


def test_only_what_people_judged_is_judged() -> None:
    lines = told({"crisis": ["data_security"]}, {"crisis": []}, {"severity": 3}, {"severity": 0})
    found = judge(lines, [answer("neutral", crisis=("data_security",)), answer("neutral", crisis=("service_outage",)),
                          answer("neutral", severity=80), answer("neutral", severity=10)])  # fmt: skip
    assert "sentiment macro-F1" not in found.figures
    assert found.figures["false alarms"].value == 100
    assert found.figures["any crisis, F1"].value == pytest.approx(200 / 3)
    assert found.by_label["data_security"] == (100.0, 1)
    assert found.figures["severity, area under ROC"].value == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 1, "text": "x"}', "line 1: no sentiment, crisis or severity"),
        ('{"id": 1, "text": "x", "sentiment": "good"}', "line 1: sentiment"),
        ('{"id": 1, "text": "x", "crisis": ["fire"]}', "line 1: crisis.0"),
        ('{"id": 1, "text": "x", "severity": 4}', "line 1: severity"),
        ("rubbish", "line 1: line: Invalid JSON"),
    ],
)
def test_a_line_that_cannot_be_judged_is_named(line: str, said: str) -> None:
    with pytest.raises(RejectedItem, match=said):
        list(parse([line]))
