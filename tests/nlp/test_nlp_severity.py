from hypothesis import given
from hypothesis import strategies as st

from mentions.model import CRISIS_LABELS
from nlp.severity import WEIGHTS, severity

p = st.floats(0, 1)
CASE = st.fixed_dictionaries(
    {
        "negative": p,
        "target": p,
        "reach": st.floats(0, 1e9),
        "flags": st.sets(st.sampled_from(["amplification", "hearsay"])),
    }
)
LABELLED = st.dictionaries(st.sampled_from(CRISIS_LABELS), p)


def test_every_label_has_a_weight():
    assert set(WEIGHTS) == set(CRISIS_LABELS)


@given(LABELLED, CASE)
def test_between_0_and_100(found, case):
    assert 0 <= severity(found, **case) <= 100


@given(LABELLED, CASE, st.sampled_from(CRISIS_LABELS), p)
def test_rises_with_every_probability(found, case, label, more):
    raised = {**found, label: max(found.get(label, 0), more)}
    assert severity(raised, **case) >= severity(found, **case)


@given(LABELLED, CASE, st.sampled_from(["negative", "target", "reach"]), p)
def test_rises_with_every_number(found, case, name, share):
    raised = {**case, name: case[name] + share * ((1 - case[name]) if name != "reach" else 1e6)}
    assert severity(found, **raised) >= severity(found, **case) - 0.1 * (name != "reach")


@given(LABELLED, CASE)
def test_amplification_raises_excuses_lower(found, case):
    flags = case.pop("flags")
    plain = severity(found, **case, flags=flags - {"amplification"})
    assert severity(found, **case, flags=flags | {"amplification"}) >= plain
    assert severity(found, **case, flags=(flags - {"amplification"}) | {"resolved"}) <= plain
    assert severity(found, **case, flags=(flags - {"amplification"}) | {"brand_is_victim"}) <= plain


def test_known_values():
    assert severity({"product_safety": 1.0}, negative=1, target=1) == 100
    assert severity({"service_failure": 1.0}, negative=1, target=1) == 35
    assert severity({}, negative=1, target=1) == 0
    assert severity({"product_safety": 1.0}, negative=0, target=0.5) == 15
