"""From assessments to incidents: a life, its reasons, and what must hold whatever comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detect import Assessment
from alerts.policy import TIERS, decide, incident_id
from config.models import Rule

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = Rule(name="surge")


def found(at=NOW, score=-9.0, tier=None, **changes):
    values = {
        "window_hours": 6, "observed": 20, "expected": 3.0, "covered": 1.0, "calm_hours": 0, "learning": False,
        "history_days": 50, "crossed_at": at if tier else None, **changes,
    }  # fmt: skip
    return Assessment(at=at, score=score, tier=tier, **values)


def live(steps, rule=RULE):
    """The incidents that come of (hours, assessment) in turn: what `watch` does, without a database."""
    last, told = None, []
    for hours, assessment in steps:
        now = NOW + hours * HOUR
        current = last if last is not None and last.state != "closed" else None
        decision = decide(current, last, assessment, brand="b", family="f", rule=rule, now=now)
        if decision.incident is not None:
            last = decision.incident
        told.append((decision.reason, decision.step))
    return last, told


def loud(score=2.5, tier="alert", **changes):
    return found(score=score, tier=tier, **changes)


def calm(hours):
    return found(score=-1.0, calm_hours=hours)


def test_policy_a_whole_life():
    last, told = live(
        [
            (0, found()),
            (1, loud()),
            (2, loud()),
            (3, loud(score=2.8)),
            (7, loud()),
            (9, loud(score=4.0, tier="critical")),
            (12, calm(1)),
            (13, loud()),
            (20, calm(2)),
            (25, calm(11)),
            (26, calm(12)),
            (27, calm(13)),
        ]
    )
    assert told == [
        ("quiet", None),
        ("opened", "opened"),
        ("goes-on", None),
        ("worse", None),
        ("updated", "updated"),
        ("escalated", "escalated"),
        ("recovering", None),
        ("relapsed", None),
        ("recovering", None),
        ("goes-on", None),
        ("closed", "closed"),
        ("quiet", None),
    ]
    assert (last.state, last.tier, last.peak_score) == ("closed", "critical", 4.0)
    assert last.opened_at == NOW + HOUR
    assert last.closed_at == NOW + 26 * HOUR


def test_policy_opens_only_from_the_tier_of_the_rule():
    _, told = live([(0, loud(1.6, "notice"))])
    assert told == [("below-rule", None)]
    last, told = live([(0, loud(1.6, "notice"))], Rule(name="all", from_tier="notice"))
    assert told == [("opened", "opened")]
    assert last.tier == "notice"


def test_policy_doubling_escalates_within_a_tier():
    _, told = live([(0, loud()), (1, loud(observed=39, score=3.6)), (2, loud(observed=41, score=3.6))])
    assert told[1:] == [("worse", None), ("escalated", "escalated")]


def test_policy_what_comes_back_within_a_day_continues_the_old_one():
    last, told = live([(0, loud()), (14, calm(12)), (30, loud())])
    assert told[-1] == ("reopened", "updated")
    assert (last.state, last.closed_at, last.opened_at) == ("open", None, NOW)
    last, told = live([(0, loud()), (14, calm(12)), (39, loud(crossed_at=NOW + 39 * HOUR))])
    assert told[-1] == ("opened", "opened")
    assert last.opened_at == NOW + 39 * HOUR


def test_policy_a_long_cooldown_holds_unless_it_is_worse():
    rule = Rule(name="surge", cooldown=timedelta(days=3))
    later = NOW + 50 * HOUR
    steps = [(0, loud()), (14, calm(12)), (50, loud(crossed_at=later))]
    assert live(steps, rule)[1][-1] == ("cooling-down", None)
    steps[-1] = (50, loud(4.0, "critical", crossed_at=later))
    assert live(steps, rule)[1][-1] == ("opened", "opened")


def test_policy_blind_never_recovers_but_still_escalates():
    _, told = live([(0, loud()), (20, found(calm_hours=20, covered=0.3)), (21, loud(5.0, "critical", covered=0.3))])
    assert told[1:] == [("blind", None), ("escalated", "escalated")]


def test_policy_slow_windows_keep_a_slow_burn_open_and_a_closed_crisis_closed():
    burning = loud(slow=True, calm_hours=40)
    _, told = live([(0, burning), (30, burning), (60, calm(40))])
    assert [reason for reason, _ in told] == ["opened", "updated", "closed"]
    _, told = live([(0, loud()), (13, loud(slow=True, calm_hours=12)), (14, burning), (100, burning)])
    assert [reason for reason, _ in told] == ["opened", "closed", "cooling-down", "cooling-down"]


def test_policy_an_end_keeps_the_worst_figures():
    last, _ = live([(0, loud()), (1, loud(3.0, observed=30)), (7, loud(2.1, observed=11)), (30, calm(12))])
    assert (last.observed, last.window_hours, last.state) == (30, 6, "closed")


def test_policy_the_id_depends_on_the_hour_of_the_crossing_only():
    one = incident_id("b", "f", NOW)
    assert incident_id("b", "f", NOW + timedelta(minutes=59)) == one
    assert incident_id("b", "f", NOW + HOUR) != one
    assert incident_id("b2", "f", NOW) != one


ASSESSMENTS = st.builds(
    found,
    score=st.floats(-9, 8),
    tier=st.sampled_from([None, *TIERS]),
    observed=st.integers(0, 200),
    calm_hours=st.integers(0, 40),
    covered=st.sampled_from([0.0, 0.4, 0.6, 1.0]),
    slow=st.booleans(),
    crossed_at=st.integers(0, 200).map(lambda hours: NOW + hours * HOUR),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ASSESSMENTS, max_size=30), st.sampled_from(TIERS))
def test_policy_whatever_comes_steps_rise_and_the_same_moment_twice_says_nothing_new(sequence, from_tier):
    rule = Rule(name="surge", from_tier=from_tier)
    last, steps, openings = None, {}, []
    for hour, assessment in enumerate(sequence):
        now = NOW + hour * HOUR
        current = last if last is not None and last.state != "closed" else None
        decision = decide(current, last, assessment, brand="b", family="f", rule=rule, now=now)
        if decision.incident is None:
            assert decision.step is None
            continue
        changed = decision.incident
        assert changed.step == steps.get(changed.id, 0) + 1
        assert (changed.state == "closed") == (changed.closed_at is not None) == (decision.step == "closed")
        if current is not None:
            assert changed.id == current.id
            assert changed.peak_score >= current.peak_score
            assert TIERS.index(changed.tier) >= TIERS.index(current.tier)
        if assessment.blind and current is not None:
            assert changed.state == "open"
        if decision.reason == "opened":
            assert openings.count(changed.id) == 0
            openings.append(changed.id)
        steps[changed.id] = changed.step
        last = changed
        again = decide(
            last if last.state != "closed" else None, last, assessment, brand="b", family="f", rule=rule, now=now
        )
        assert again.step is None or decision.step in {None, "closed"}


@pytest.mark.parametrize("tier", TIERS)
def test_policy_nothing_is_said_without_a_tier(tier):
    assert live([(0, found())] * 3, Rule(name="surge", from_tier=tier))[1] == [("quiet", None)] * 3
