"""Two brands of one text: each answer told of the other, the same from both sides, and nobody else's."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nlp_material import brand
from pydantic import ValidationError

from nlp.analyse import analyse_lines
from nlp.brands import BrandFinder
from nlp.classify import Probabilities, Reading
from nlp.pairs import Joined, Pairs
from nlp.passage import passages, read

OPPOSED = {"sharpness": 0.7, "lifts": ((-0.5, -0.2, 1.0), (-0.2, 0.0, -0.2), (1.0, -0.2, -0.4))}
FLAT = {"sharpness": 1.0, "lifts": ((0.0, 0.0, 0.0),) * 3}
PAIRS = Pairs(personal=Joined(**OPPOSED), report=Joined(**FLAT))


def answers(least):
    return st.tuples(*[st.floats(least, 1.0)] * 3).map(lambda some: Probabilities(*(p / sum(some) for p in some)))


odds = answers(1e-9)


@given(odds, odds)
def test_without_lifts_nothing_changes_and_answers_stay_probabilities(own, other):
    assert Joined(**FLAT).beside(own, other) == pytest.approx(own, abs=1e-5)
    joined = Joined(**OPPOSED).beside(own, other)
    assert sum(joined) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in joined)


@given(answers(1e-3), answers(1e-3))
def test_a_brand_gets_what_the_joint_leaves_it(own, other):
    joint = [[(a * b) ** 0.7 * math.exp(lift) for b, lift in zip(other, row, strict=True)]
             for a, row in zip(own, OPPOSED["lifts"], strict=True)]  # fmt: skip
    whole = sum(map(sum, joint))
    assert Joined(**OPPOSED).beside(own, other) == pytest.approx([sum(row) / whole for row in joint], abs=1e-4)
    assert Joined(**OPPOSED).beside(other, own) == pytest.approx(
        [sum(col) / whole for col in zip(*joint, strict=True)], abs=1e-4
    )


@given(odds)
def test_the_better_the_other_the_worse_the_brand(own):
    praised, blamed = Probabilities(0.01, 0.04, 0.95), Probabilities(0.95, 0.04, 0.01)
    made = Joined(**OPPOSED)
    assert made.beside(own, praised).negative >= made.beside(own, blamed).negative - 1e-9


def test_an_unsure_answer_yields_to_a_sure_one_beside_it_and_a_sure_one_does_not():
    made = Joined(**OPPOSED)
    unsure, sure = Probabilities(0.45, 0.15, 0.4), Probabilities(0.97, 0.02, 0.01)
    assert made.beside(unsure, sure).label == "positive"
    assert made.beside(sure, unsure).label == "negative"
    assert made.beside(sure, sure).label == "negative"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("J'ai quitté l'un pour l'autre.", "fr"),
        ("Alors on reste", "fr"),
        ("My bank is the other", "en"),
        ("T’as vu ?", "fr"),
    ],
)
def test_who_speaks_for_themselves_compares(text, language):
    assert PAIRS.beside(text, language, Probabilities(0.4, 0.2, 0.4), Probabilities(0.8, 0.1, 0.1)).label == "positive"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The firms merge on Monday.", "en"),
        ("Les deux enseignes ferment.", "fr"),
        ("US-led", "en"),
        ("", "fr"),
        ("Ich", "de"),
    ],
)
def test_a_report_does_not(text, language):
    own = Probabilities(0.45, 0.2, 0.35)
    assert PAIRS.beside(text, language, own, Probabilities(0.8, 0.1, 0.1)) == pytest.approx(own)


def test_lifts_must_be_the_same_from_both_sides():
    with pytest.raises(ValidationError, match="above and below the diagonal"):
        Joined(sharpness=1, lifts=((0, 1, 0), (0, 0, 0), (0, 0, 0)))


class Blind:
    """Negative where the target stands first, else undecided."""

    name = version = "blind"
    parts_brands = True

    def __init__(self, beside):
        self.beside = beside

    def read(self, texts, languages, targets):
        del languages
        first = [bool(target) and text.startswith(target.name) for text, target in zip(texts, targets, strict=True)]
        return [Reading(Probabilities(0.9, 0.05, 0.05) if bad else Probabilities(0.4, 0.3, 0.3)) for bad in first]


FINDER = BrandFinder([brand("Nova", ("Nova",)), brand("Zed", ("Zed",)), brand("Okto", ("Okto",))])


def labels(text, beside=PAIRS.beside):
    found = passages(None, text, FINDER.find(text))
    answers = read(Blind(beside), list(found.values()), ["en"] * len(found))
    return {name: answer.sentiment.label for name, answer in zip(found, answers, strict=True)}


def test_only_a_text_that_names_exactly_two_is_judged_so():
    assert labels("Nova is what I had, Zed is mine now.") == {"Nova": "negative", "Zed": "positive"}
    assert labels("Nova is what I had, Zed is mine now.", None) == {"Nova": "negative", "Zed": "negative"}
    assert labels("Nova and Zed and Okto are mine.") == {"Nova": "negative", "Okto": "negative", "Zed": "negative"}
    assert labels("Zed is mine.") == {"Zed": "negative"}
    long = "Nova is what I had, Zed is mine now. " + "It rains on my town. " * 80
    assert labels(long) == {"Nova": "negative", "Zed": "negative"}


@pytest.mark.local
def test_no_line_depends_on_those_beside_it(languages):
    text = "Zed and Nova and Okto and I"
    lines = [
        json.dumps({"id": n, "text": text, "lang": lang, "brand": brand, "others": others})
        for n, (lang, brand, others) in enumerate([
            ("en", "Zed", ["Nova"]), ("en", "Okto", ["Zed"]), ("fr", "Nova", ["Zed"]), ("en", "Nova", ["Okto"]),
            ("en", "Zed", ["Okto"]), ("en", "Nova", ["Zed", "Okto"]), ("en", "Zed", []),
        ])
    ]  # fmt: skip

    class Telling(Blind):
        def read(self, texts, languages, targets):
            marks = [
                0.1 + 0.1 * len(str((lang, target))) % 0.7 for lang, target in zip(languages, targets, strict=True)
            ]
            return [Reading(Probabilities(mark, 0.9 - mark, 0.1)) for mark in marks]

    def ask(some):
        return list(analyse_lines(some, classifier=Telling(PAIRS.beside), languages=languages))

    assert ask(lines) == [answer for line in lines for answer in ask([line])]
    assert ask(lines[::-1]) == ask(lines)[::-1]


@pytest.mark.local
def test_a_line_tells_of_its_other_brand_and_is_answered_once(languages):
    text = "Nova is what I had, Zed is mine now."
    lines = [
        {"id": 1, "text": text, "brand": "Zed", "others": ["Nova"]},
        {"id": 2, "text": text, "brand": "Zed"},
        {"id": 3, "text": text, "brand": "Zed", "others": ["Nova", "nova", "ZED", "", "Absent"]},
        {"id": 4, "text": text, "brand": "Zed", "others": ["Okto"]},
    ]
    found = list(analyse_lines(map(json.dumps, lines), classifier=Blind(PAIRS.beside), languages=languages))
    assert [(line["id"], line["sentiment"]["label"]) for line in found] == [
        (1, "positive"), (2, "negative"), (3, "positive"), (4, "negative"),
    ]  # fmt: skip
