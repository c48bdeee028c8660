"""What the report says beside its numbers: incidents, how complete the sources are, how right the labels."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_week import END, START, report_of

from reports.model import Accuracy
from state.records import Incident, Run, Verdict

pytestmark = pytest.mark.local


def incident(number, opened, closed=None, brand="Mirabelle"):
    return Incident(
        id=f"i{number}",
        brand=brand,
        family="negative",
        rule="surge",
        tier="alert",
        state="closed" if closed else "open",
        opened_at=opened,
        updated_at=closed or opened,
        closed_at=closed,
        peak_score=2.0,
    )


def test_incidents_are_those_open_in_the_week_as_they_stood_at_its_end(week):
    hour = timedelta(hours=1)
    incidents = [
        incident(1, START - 50 * hour, START - hour),  # over before
        incident(2, START - 50 * hour, START + hour),  # ended in the week
        incident(3, START + hour, END + hour),  # closed later: open at the end of the week
        incident(4, END - hour),
        incident(5, END),  # next week's
        incident(6, START + hour, brand="Cerisaie"),
    ]
    lines = report_of(week[0], incidents).incidents
    assert [(line.id, line.opened_this_week, line.closed_at) for line in lines] == [
        ("i2", False, START + hour),
        ("i3", True, None),
        ("i4", True, None),
    ]


def crawl(number, at, status="ok", name="blog", **changes):
    return Run(
        id=f"r{number}",
        kind="crawl",
        source=name,
        started_at=at,
        finished_at=at + timedelta(minutes=3),
        status=status,
        **changes,
    )


def lines_of(store, runs):
    return {line.source: line for line in report_of(store, runs=runs).coverage}


def test_a_source_is_complete_when_known_to_the_end_give_or_take_its_rhythm(week):
    minute = timedelta(minutes=1)
    lines = lines_of(week[0], [crawl(1, END - 61 * minute), crawl(2, END - 300 * minute, name="forum")])
    assert (lines["blog"].complete, lines["forum"].complete) == (False, True)
    assert "off" not in lines
    assert lines_of(week[0], [crawl(1, END - 60 * minute)])["blog"].complete
    assert lines_of(week[0], [crawl(1, END + 500 * minute)])["blog"].complete
    assert not lines_of(week[0], [crawl(1, END + 500 * minute, status="partial")])["blog"].complete


def test_a_back_fill_covers_what_it_says(week):
    filled = Run(
        id="b",
        kind="backfill",
        source="blog",
        started_at=END - timedelta(days=2),
        status="ok",
        covers_from=START,
        covers_to=END,
    )
    assert lines_of(week[0], [filled])["blog"].complete


def test_crawls_of_the_week_are_counted_by_outcome_and_the_last_failure_is_told(week):
    hour = timedelta(hours=1)
    runs = [
        crawl(1, START - hour),
        crawl(2, START + hour, "failed", reason="old trouble"),
        crawl(3, START + 2 * hour),
        crawl(4, START + 3 * hour, "partial", reason="page 7 timed out"),
        crawl(5, START + 4 * hour, "failed", reason="HTTP 503"),
        crawl(6, START + 5 * hour, "running"),
    ]
    line = lines_of(week[0], runs)["blog"]
    assert (line.ok, line.partial, line.failed) == (1, 1, 2)
    assert line.last_success == START + 2 * hour + timedelta(minutes=3)
    assert line.reason == "HTTP 503"
    assert lines_of(week[0], [*runs, crawl(7, START + 6 * hour)])["blog"].reason is None


def verdict(number, at, brand="Mirabelle", **changes):
    plain = {"found_sentiment": "negative", "sentiment": "negative"}
    return Verdict(
        mention_id=f"m{number}", by="ana", judged_at=at, brand=brand, content_hash="h", model="m", **plain | changes
    )


def test_accuracy_is_of_the_verdicts_given_this_week_on_this_brand(week):
    hour = timedelta(hours=1)
    signs = {"crisis": ("data_security", "product_safety"), "found_crisis": ("product_safety", "data_security")}
    given = [
        verdict(1, START - hour, sentiment="positive"),  # last week's
        verdict(2, START),
        verdict(3, START + hour, sentiment="neutral", **signs),
        verdict(4, END - hour, sentiment=None, crisis=(), found_crisis=("service_outage",)),
        verdict(5, END),
        verdict(6, START + hour, brand="Cerisaie"),
    ]
    report = report_of(week[0], verdicts=given)
    assert report.sentiment_accuracy == Accuracy(judged=2, right=1)
    assert report.crisis_accuracy == Accuracy(judged=2, right=1)
    late = verdict(7, END + hour, sentiment_at=START, crisis=(), crisis_at=END + hour)  # said in two weeks
    assert report_of(week[0], verdicts=[late]).sentiment_accuracy == Accuracy(judged=1, right=1)
    assert report_of(week[0], verdicts=[late]).crisis_accuracy == Accuracy()
    nobody = report_of(week[0])
    assert nobody.sentiment_accuracy == nobody.crisis_accuracy == Accuracy()


@given(judged=st.integers(0, 400), share=st.floats(0, 1))
def test_the_interval_holds_the_share_and_shrinks_with_more_verdicts(judged, share):
    told = Accuracy(judged=judged, right=round(judged * share))
    low, high = told.interval
    assert 0 <= low <= high <= 1
    assert not judged or low - 1e-9 <= told.right / judged <= high + 1e-9
    assert high - low < 0.12 or judged < 300


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"), [(0, 0, 0.0, 1.0), (81, 263, 0.2553, 0.3662), (0, 10, 0.0, 0.2775)]
)
def test_the_interval_is_wilsons(right, judged, low, high):
    """Newcombe 1998, table I, method 3: 81 of 263; and worked out by hand for none of ten."""
    assert Accuracy(judged=judged, right=right).interval == pytest.approx((low, high), abs=6e-5)
