"""The sentence behind a label, where sentences and what the model reads do not run in step."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.carried import Looks, as_read, carried
from nlp.classify import Target

FILLING = "The shop is plain. "


def behind(text, target, word):
    """The sentence that is told when a label looks at `word` alone, at its last place in the prepared text."""
    at = as_read(text, target).rindex(word)
    looks = Looks(np.array([0.0, 1.0], dtype=np.float32), [(0, 0), (at, at + len(word))])
    return carried(text, target, {"product_safety": looks})["product_safety"]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (Target("Yahoo! Mail"), "I wrote to Yahoo! Mail about it. "),
        (Target("Maison\nAurélia"), "I wrote to Maison\nAurélia about it. "),
        (Target("Nova", ("Guess? Jeans",)), "I wrote to Guess? Jeans about it. "),
        (Target("Nova", ("Samsung Electronics Limited",)), "I wrote to Samsung Electronics Limited about it. "),
        (Target("Nova", ("Ib",)), "I wrote to Ib. "),
        (Target("Yahoo! Mail", ("Mail", "Yahoo")), "Is it Yahoo! Mail? Mail of Yahoo. "),
        (Target("Nova"), f"See https://{'x' * 2500} there. "),
        (Target("Nova"), f"{'a' * 2500} there. "),
        (Target("Absent! Brand", ("Samsung Electronics",)), "I wrote to Samsung Electronics. "),
        (None, "I wrote to them!!!!! Twice. "),
    ],
)
def test_names_and_endless_words_do_not_shift_the_sentence(target, sentence):
    opening = f"{target.name} it is. " if target and target.name != "Absent! Brand" else ""
    text = opening + (sentence + FILLING) * 12 + "Alas the fire. " + (FILLING + sentence) * 12
    assert behind(text, target, "fire") == "Alas the fire."


def test_a_sentence_with_such_a_name_is_told_whole():
    text = f"{FILLING}A fire at Yahoo! Mail again. {FILLING}"
    assert behind(text, Target("Yahoo! Mail"), "fire") == "A fire at Yahoo! Mail again."
    assert behind(text, Target("Yahoo! Mail"), "again") == "A fire at Yahoo! Mail again."


BITS = st.sampled_from(
    [
        "Yahoo! Mail",
        "Nova",
        "Guess? Jeans",
        "&amp;",
        "http://a.b/c",
        "@someone",
        "!!!!!",
        "\u200b",
        "é",
        "[T]",
        "\n",
        "?",
    ]
)


@settings(deadline=None)
@given(st.lists(st.lists(BITS, max_size=4), min_size=1, max_size=12), st.data())
def test_a_word_is_always_found_in_its_own_sentence(said, data):
    text = "".join(f"{' '.join([*bits, f'w{number}w'])}. " for number, bits in enumerate(said))
    number = data.draw(st.integers(0, len(said) - 1))
    target = data.draw(st.sampled_from([None, Target("Yahoo! Mail", ("Nova",)), Target("Nova", ("Guess? Jeans",))]))
    assert f"w{number}w" in behind(text, target, f"w{number}w")


@pytest.mark.parametrize("piece", ["a", "Nova! ", "Guess? "])
def test_any_200_000_characters_are_laid_in_bounded_time(piece):
    text = (piece * 200_000)[:200_000]
    target = Target("Nova", ("Guess? Jeans",))
    before = time.process_time()
    looks = Looks(np.array([1.0], dtype=np.float32), [(0, 1)])
    assert carried(text, target, {"product_safety": looks})
    assert time.process_time() - before < 5
