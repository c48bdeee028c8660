from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.phrases import CACHE, LONGEST, PhraseIndex
from nlp.words import ENDLESS, fold, sentences, words


def test_elisions_emoticons_and_stars_are_words_of_their_own():
    assert words("L’équipe d'Aurélia n'est pas suuuper :) 4,5/5 👍!!") == [
        "l'", "equipe", "d'", "aurelia", "n'", "est", "pas", "super", ":)", "4,5/5", "👍", "!!",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["aujourd'hui", "don't"])
def test_words_that_only_look_elided_stay_whole(text):
    assert words(text) == [text]


def test_sentences_end_at_marks_and_lines_but_not_at_titles_or_decimals():
    text = "M. Dupont est là. Il part ! La v2.0 sort\nFin"
    assert [text[s.start : s.end].strip() for s in sentences(text)] == [
        "M. Dupont est là.", "Il part !", "La v2.0 sort", "Fin",
    ]  # fmt: skip


def test_an_endless_sentence_is_cut_at_a_space():
    text = "mot " * 2_000
    spans = sentences(text)
    assert len(spans) == 4
    assert max(s.end - s.start for s in spans) <= ENDLESS
    assert all(text[s.start : s.end].strip().split() == ["mot"] * ((s.end - s.start) // 4) for s in spans)
    assert [s.end - s.start for s in sentences("a" * 5_000)] == [2_000, 2_000, 1_000]


@given(st.text())
def test_sentences_keep_every_visible_character_once_and_in_order(text):
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert "".join("".join(text[s.start : s.end] for s in spans).split()) == "".join(text.split())


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text) or any(ord(c) > 0x24F for c in text)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("n'achetez plus", "N’achetez plus rien", True),
        ("arnaqu*", "une arnaqueuse", True),
        ("fuite de ... clients", "fuite de données des clients", True),
        ("fuite de ... clients", "fuite de gaz. Les clients attendent", False),
        ("panne|coupure generale", "Coupure générale ce matin", True),
        ("panne|coupure generale", "panne partielle", False),
        ("chef-d'œuvre", "un chef-d’oeuvre", True),
        ("tres _ bon", "très très bon", True),
        ("tres _ bon", "très bon", False),
    ],
)
def test_patterns(pattern, text, found):
    assert bool(list(PhraseIndex([(pattern, 1)]).find(words(text)))) is found


def test_a_pattern_must_begin_with_a_word():
    with pytest.raises(ValueError, match="must begin with a word"):
        PhraseIndex([("... rien", 1)])


@given(st.lists(st.sampled_from(["a", "b", "c", ",", "d"]), max_size=12))
def test_hits_lie_inside_the_text(heard):
    for hit in PhraseIndex([("a", 1), ("a ... d", 2), ("b _ c", 3)]).find(heard):
        assert 0 <= hit.start < hit.end <= len(heard)


def test_what_is_remembered_of_endless_words_is_bounded():
    index = PhraseIndex([("arnaq*", 1)])
    endless = f"arnaq{'a' * 100_000}"
    assert len(list(index.find([endless, f"{endless}b", "arnaque"]))) == 3
    assert max(map(len, index._seen)) <= LONGEST
    list(index.find([f"mot{number}" for number in range(CACHE + 5)]))
    assert len(index._seen) <= CACHE
    assert len(list(index.find(["arnaque", endless]))) == 2
