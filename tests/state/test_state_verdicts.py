"""Verdicts: the last of a person and mention, whatever is said twice, late or in part."""

from dataclasses import asdict
from itertools import count

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from state_moments import HOUR, NOW

from state.database import State
from state.migrations.upgrade import configuration
from state.records import Run, Verdict
from state.schema import put, runs

pytestmark = pytest.mark.local


def verdict(**changes):
    told = {
        "mention_id": "202611-m",
        "by": "Ana",
        "judged_at": NOW,
        "brand": "Aubépine",
        "content_hash": "h1",
        "model": "lexicon",
        "found_sentiment": "neutral",
        "found_crisis": ("product_safety",),
        "sentiment": "negative",
        "crisis": (),
    }
    return Verdict(**told | changes)


def test_a_verdict_comes_back_as_it_was_given(state):
    given = [verdict(), verdict(mention_id="202611-n", sentiment=None, crisis=("data_security", "service_outage"))]
    given.append(verdict(mention_id="202611-o", crisis=None))
    assert all(state.verdicts.give(one) for one in given)
    assert state.verdicts.list() == given


def test_the_last_of_a_person_counts_and_others_are_heard_too(state):
    state.verdicts.give(verdict())
    state.verdicts.give(verdict(by="Bob", sentiment="neutral"))
    assert state.verdicts.give(verdict(sentiment="positive", judged_at=NOW + HOUR))
    assert not state.verdicts.give(verdict(sentiment="neutral", judged_at=NOW - HOUR))
    assert [(one.by, one.sentiment) for one in state.verdicts.list()] == [("Bob", "neutral"), ("Ana", "positive")]


def test_the_same_again_is_no_news_and_stays_in_its_week(state):
    state.verdicts.give(verdict())
    assert not state.verdicts.give(verdict(judged_at=NOW + 100 * HOUR))
    assert state.verdicts.list() == [verdict()]
    agreed = verdict(judged_at=NOW + 100 * HOUR, found_sentiment="negative", model="vigie-minilm")
    assert state.verdicts.give(agreed)  # another model was judged
    assert state.verdicts.list() == [agreed]


def test_what_a_verdict_leaves_open_stays_as_said_before_unless_the_text_is_another(state):
    state.verdicts.give(verdict(crisis=None))
    later = verdict(sentiment=None, crisis=("boycott_call",), judged_at=NOW + HOUR, found_sentiment="positive")
    state.verdicts.give(later)
    (whole,) = state.verdicts.list()
    assert (whole.sentiment, whole.found_sentiment, whole.crisis) == ("negative", "neutral", ("boycott_call",))
    state.verdicts.give(verdict(sentiment="neutral", crisis=None, content_hash="h2", judged_at=NOW + 2 * HOUR))
    (whole,) = state.verdicts.list()
    assert (whole.sentiment, whole.crisis, whole.content_hash) == ("neutral", None, "h2")


WEEK = 7 * 24 * HOUR


@pytest.mark.parametrize("again", [False, True])
def test_each_part_has_its_own_date(state, again):
    state.verdicts.give(verdict(crisis=None))
    repeated = {} if again else {"sentiment": None}
    assert state.verdicts.give(verdict(judged_at=NOW + WEEK, **repeated))
    (whole,) = state.verdicts.list()
    assert (whole.judged_at, whole.sentiment_at, whole.crisis_at) == (NOW + WEEK, NOW, NOW + WEEK)
    assert not state.verdicts.give(verdict(judged_at=NOW + 2 * WEEK))
    assert state.verdicts.list() == [whole]
    state.verdicts.give(verdict(sentiment="positive", crisis=None, judged_at=NOW + 2 * WEEK))
    (whole,) = state.verdicts.list()
    assert (whole.sentiment_at, whole.crisis_at, whole.crisis) == (NOW + 2 * WEEK, NOW + WEEK, ())


def test_another_text_or_model_dates_what_is_said_anew_and_silence_has_no_date(state):
    state.verdicts.give(verdict())
    state.verdicts.give(verdict(model="vigie-minilm", judged_at=NOW + WEEK))
    assert [(one.sentiment_at, one.crisis_at) for one in state.verdicts.list()] == [(NOW + WEEK, NOW + WEEK)]
    state.verdicts.give(verdict(content_hash="h2", crisis=None, judged_at=NOW + 2 * WEEK))
    assert [(one.sentiment_at, one.crisis_at) for one in state.verdicts.list()] == [(NOW + 2 * WEEK, None)]


def test_verdicts_are_listed_by_brand_and_time_end_excluded(state):
    for hours in range(4):
        state.verdicts.give(verdict(mention_id=f"m{hours}", judged_at=NOW + hours * HOUR, brand=f"b{hours % 2}"))
    found = state.verdicts.list(since=NOW + HOUR, until=NOW + 3 * HOUR)
    assert [one.mention_id for one in found] == ["m1", "m2"]
    assert [one.mention_id for one in state.verdicts.list(brand="b1")] == ["m1", "m3"]


NUMBERS = count()
labels = st.sampled_from(("negative", "neutral", "positive"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.sampled_from("AB"), labels, st.booleans()), max_size=12))
def test_the_last_word_of_each_person_is_left_however_often_they_change_it(state, said):
    mention = f"m{next(NUMBERS)}"  # the file is shared by the examples
    last = {}
    for hours, (by, label, twice) in enumerate(said):
        for _ in range(1 + twice):
            news = state.verdicts.give(
                verdict(mention_id=mention, by=by, sentiment=label, judged_at=NOW + hours * HOUR)
            )
            assert news == (last.get(by) != label)
            last[by] = label
    assert {one.by: one.sentiment for one in state.verdicts.list() if one.mention_id == mention} == last


def test_a_memory_without_verdicts_is_brought_up_and_keeps_what_it_had(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    engine = create_engine(url)
    with engine.begin() as connection:
        settings_of_alembic = configuration()
        settings_of_alembic.attributes["connection"] = connection
        command.upgrade(settings_of_alembic, "0001")
        put(connection, runs, [asdict(Run(id="r", kind="crawl", started_at=NOW))])
    engine.dispose()
    for _ in range(2):
        with State(url) as state:
            assert [run.id for run in state.runs.list()] == ["r"]
            state.verdicts.give(verdict())
            assert state.verdicts.list() == [verdict()]
