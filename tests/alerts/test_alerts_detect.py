"""The detector on small worlds: quiet brands, gaps, back-fills, clock changes, crises; never the future."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.coverage import Backfill, SourceCoverage, coverage
from alerts.detect import assess
from alerts.series import Timeline, series
from config.models import Rule
from mentions.queries import CountRow
from state.records import Run
from tests.alerts.street import HOUR, START, poisson

PARIS = ZoneInfo("Europe/Paris")
RULE = Rule(name="surge")
DAYS = 28
END = START + DAYS * 24 * HOUR


def cells(events):
    """Cells of (source, hour, arrived, negative) events."""
    counts = Counter((source, at.replace(minute=0), max(seen, at).replace(minute=0)) for source, at, seen, _ in events)
    bad = Counter((s, at.replace(minute=0), max(seen, at).replace(minute=0)) for s, at, seen, n in events if n)
    return [
        CountRow(source=s, hour=hour, arrived=seen, mentions=n, negative=bad[s, hour, seen], severity=0.0)
        for (s, hour, seen), n in sorted(counts.items())
    ]


def chatter(per_hour, *, days=DAYS, share=0.15, seed=1, source="forum", zone=PARIS):
    draw, events = random.Random(seed), []
    for hour in range(days * 24):
        at = START + hour * HOUR
        rate = per_hour * (1.5 if 8 <= at.astimezone(zone).hour < 22 else 0.3)
        events += [(source, at, at, draw.random() < share) for _ in range(poisson(draw, rate))]
    return events


def hourly(end=END, source="forum", start=START, skip=()):
    times = [start + n * HOUR for n in range(int((end - start) / HOUR) + 1)]
    return SourceCoverage(source=source, crawls=tuple(at for at in times if at not in skip))


def burst(at, count, source="forum", seen=None):
    return [(source, at, seen or at, True)] * count


@pytest.mark.parametrize("number", [0, 1, 2])
def test_detect_a_brand_with_hardly_a_mention_ever_never_alerts(number):
    events = burst(END - 2 * HOUR, number)
    for sources in ([hourly()], []):
        result = assess(cells(events), sources, END, PARIS, RULE)
        assert result.tier is None


def test_detect_only_praise_never_alerts_even_a_flood_of_it():
    events = chatter(2, share=0) + [("forum", END - 3 * HOUR, END - 3 * HOUR, False)] * 400
    assert assess(cells(events), [hourly()], END, PARIS, RULE).tier is None


@pytest.mark.parametrize("per_hour", [0.1, 2, 30])
def test_detect_ordinary_weeks_are_quiet_and_a_crisis_is_not(per_hour):
    quiet = chatter(per_hour)
    assert assess(cells(quiet), [hourly()], END, PARIS, RULE).tier is None
    size = max(8, int(per_hour * 6))
    loud = quiet + burst(END - 2 * HOUR, size) + burst(END - 1 * HOUR, size)
    result = assess(cells(loud), [hourly()], END, PARIS, RULE)
    assert result.tier in {"alert", "critical"}
    assert result.observed > 2 * result.expected
    assert not result.slow
    assert END - 3 * HOUR <= result.crossed_at <= END


def test_detect_a_gap_and_its_catch_up_do_not_alert():
    events = [
        (source, at, END if at > END - 30 * HOUR else seen, negative) for source, at, seen, negative in chatter(20)
    ]
    missing = {END - n * HOUR for n in range(1, 31)}
    before = assess(cells(events), [hourly(skip=missing)], END - HOUR, PARIS, RULE)
    assert before.blind
    assert before.tier is None
    after = assess(cells(events), [hourly(skip=missing)], END, PARIS, RULE)
    assert not after.blind
    assert after.tier is None


def test_detect_a_back_fill_teaches_and_never_alerts():
    events = [(s, at, END, negative) for s, at, _, negative in chatter(3)] + burst(END - 5 * HOUR, 200, seen=END)
    imported = SourceCoverage(source="forum", crawls=(END,), backfills=(Backfill(start=START, end=END, finished=END),))
    result = assess(cells(events), [imported], END, PARIS, RULE)
    assert result.tier is None
    assert not result.learning
    assert result.history_days == DAYS
    # what is published afterwards alerts against the history that was taught
    later = END + 6 * HOUR
    crawled = replace(imported, crawls=tuple(END + n * HOUR for n in range(7)))
    fresh = cells(events + burst(END + 3 * HOUR, 40))
    assert assess(fresh, [crawled], later, PARIS, RULE).tier in {"alert", "critical"}


def test_detect_a_new_source_does_not_alert_by_its_history():
    events = chatter(3) + [("shop", at, END - HOUR, negative) for _, at, _, negative in chatter(10, seed=2, share=0.5)]
    sources = [hourly(), hourly(source="shop", start=END - HOUR)]
    assert assess(cells(events), sources, END, PARIS, RULE).tier is None


def test_detect_late_finds_older_than_two_days_do_not_alert():
    events = chatter(3) + burst(END - 60 * HOUR, 300, seen=END)
    assert assess(cells(events), [hourly()], END, PARIS, RULE).tier is None


def test_detect_while_learning_a_plain_floor_speaks():
    young = START + 30 * HOUR
    few = cells(burst(young - 2 * HOUR, 9))
    many = cells(burst(young - 2 * HOUR, 10))
    assert assess(few, [hourly(young)], young, PARIS, RULE).tier is None
    result = assess(many, [hourly(young)], young, PARIS, RULE)
    assert (result.tier, result.learning) == ("notice", True)


@pytest.mark.parametrize(
    ("day", "hours"), [((10, 25), [0, 1, 2, 2, 3, 4, 5]), ((3, 29), [0, 1, 3, 4, 5, 6, 7])], ids=["autumn", "spring"]
)
def test_detect_hours_are_those_of_the_local_clock(day, hours):
    """2026: Paris has two hours called 2 on 25 October, and none on 29 March."""
    midnight = datetime(2026, *day, tzinfo=PARIS).astimezone(UTC)
    line = Timeline(start=midnight, size=7, now=midnight + 6 * HOUR)
    data = series([], [SourceCoverage(source="forum", crawls=(midnight,))], line, PARIS)
    assert list(data.hours) == hours
    assert set(data.weekdays) == {6}


def test_detect_the_clock_change_is_no_crisis():
    """Ordinary days around 25 October 2026, when the busy hours move by one hour of UTC."""
    rows = cells(chatter(10, days=56))
    night = START.replace(month=10, day=25)
    for hours in range(0, 36, 9):
        at = night + hours * HOUR
        assert assess(rows, [hourly(at)], at, PARIS, RULE).tier in {None, "notice"}


FUTURE = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 72), st.integers(1, 300)), max_size=6)
PAST = cells(chatter(2, days=12))


@settings(max_examples=6, deadline=None)
@given(FUTURE, st.booleans())
def test_detect_never_looks_ahead(future, failed):
    now = START + 12 * 24 * HOUR
    later = [
        CountRow(source="forum", hour=now + (ahead - late) * HOUR, arrived=now + max(ahead, 1) * HOUR,
                 mentions=n, negative=n, severity=0.0)
        for ahead, late, n in future
    ]  # fmt: skip
    then = hourly(now)
    known = replace(then, crawls=then.crawls + (() if failed else (now + 5 * HOUR,)))
    assert assess(PAST + later, [known], now, PARIS, RULE) == assess(PAST, [then], now, PARIS, RULE)


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_detect_the_order_of_cells_and_runs_does_not_matter(shuffler):
    now = START + 12 * 24 * HOUR
    mixed = list(PAST)
    shuffler.shuffle(mixed)
    assert assess(mixed, [hourly(now)], now, PARIS, RULE) == assess(PAST, [hourly(now)], now, PARIS, RULE)


def test_detect_is_quick_enough_for_many_brands():
    rows, sources = cells(chatter(30)), [hourly()]
    assess(rows, sources, END, PARIS, RULE)
    began = process_time()
    assess(rows, sources, END, PARIS, RULE)
    assert process_time() - began < 2.0  # 0.1-0.3 s on a quiet core: this only guards against a blunder


def run(**changes):
    base = Run(id="r", kind="crawl", source="forum", started_at=END, finished_at=END + HOUR, status="ok")
    return replace(base, **changes)


def test_coverage_counts_what_a_run_knew_at_its_start():
    (forum, blog) = coverage(
        [
            run(),
            run(id="f", status="failed", started_at=END + HOUR),
            run(id="k", status="running", finished_at=None, started_at=END + HOUR),
            run(id="later", started_at=END + 2 * HOUR, finished_at=END + 9 * HOUR),
            run(id="b", kind="backfill", started_at=END - HOUR, covers_from=START, covers_to=END - 2 * HOUR),
            run(id="x", source="unknown"),
        ],
        ["forum", "blog"],
        END + 3 * HOUR,
    )
    assert forum.crawls == (END - HOUR, END)
    assert forum.backfills == (Backfill(start=START, end=END - 2 * HOUR, finished=END + HOUR),)
    assert forum.since == START
    assert blog == SourceCoverage(source="blog")
    assert blog.since is None
