"""Where what the model read meets what the rules say."""

import pytest

from mentions.model import CRISIS_LABELS
from nlp.classify import Probabilities, Reading
from nlp.crisis import read as read_rules
from nlp.signals import held, join, signals

TEXT = "Boycottez-les. Le chargeur a pris feu, faites tourner."
EVEN = Probabilities(0.3, 0.4, 0.3)


def reading(**odds):
    return Reading(
        EVEN,
        crisis={**dict.fromkeys(CRISIS_LABELS, 0.1), **odds},
        carried={"product_safety": "Le chargeur a pris feu."},
    )


def test_a_row_without_signals_leaves_them_to_the_rules():
    rules = read_rules(TEXT, "fr")
    assert signals(Reading(EVEN), rules) == rules


def test_where_the_model_reads_them_the_flags_stay_those_of_the_rules():
    found = signals(reading(product_safety=0.9), read_rules(TEXT, "fr"))
    assert "product_safety" in found.labels
    assert found.carried["product_safety"] == "Le chargeur a pris feu."
    assert found.flags == ("amplification",)
    assert set(found.carried) <= set(found.labels)


@pytest.mark.parametrize("model", [None, 0.0, 0.2, 0.9, 1.0])
@pytest.mark.parametrize("rule", [0.0, 0.6, 1.0])
def test_what_is_joined_is_a_probability_that_rises_with_the_model(model, rule):
    assert 0 <= join(model, rule) <= 1
    if model is not None:
        assert join(min(1.0, model + 0.1), rule) >= join(model, rule)


def test_below_the_band_a_label_is_neutral():
    odds = Probabilities(0.44, 0.30, 0.26)
    assert (odds.label, odds.decided(0.45), odds.decided(0.44)) == ("negative", "neutral", "negative")
    assert odds.of("negative") == 0.44
    assert Reading(odds, abstain=0.45).unsure
    assert not Reading(odds).unsure


def test_names_that_are_likelier_than_not():
    assert held({"price": 0.5, "staff": 0.49, "app": 0.9}) == ("price", "app")
