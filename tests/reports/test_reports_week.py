"""ISO weeks in a time zone, also when clocks change and years end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.week import last_week, midnight, week_before, week_of

PARIS = ZoneInfo("Europe/Paris")
ZONES = [ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "UTC")]


@pytest.mark.parametrize(
    ("monday", "hours"),
    [(date(2026, 10, 19), 169), (date(2026, 3, 23), 167), (date(2026, 11, 16), 168)],
)
def test_a_week_has_the_hours_that_its_clocks_give_it(monday, hours):
    span = week_of(monday, PARIS)
    assert span.end - span.start == timedelta(hours=hours)


def test_the_week_of_the_autumn_change_starts_in_summer_time_and_ends_in_winter_time():
    span = week_of(date(2026, 10, 19), PARIS)
    assert span.start == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert span.end == datetime(2026, 10, 25, 23, tzinfo=UTC)


@given(st.integers(-3000, 3000), st.sampled_from(ZONES))
def test_weeks_follow_each_other_without_gap_or_overlap(number, zone):
    monday = date(2026, 11, 16) + timedelta(weeks=number)
    span = week_of(monday, zone)
    assert span.end == week_of(monday + timedelta(days=7), zone).start
    before = week_before(span, zone)
    assert (before.end, before.start) == (span.start, week_of(monday - timedelta(days=7), zone).start)
    assert before.whole


def test_a_running_week_stops_now_and_its_predecessor_at_the_same_local_hour():
    now = datetime(2026, 10, 28, 9, 30, tzinfo=UTC)  # Wednesday 10:30 in Paris, after the change
    span = week_of(date(2026, 10, 26), PARIS, now)
    before = week_before(span, PARIS)
    assert (span.end, span.whole, len(span.days)) == (now, False, 3)
    assert before.end.astimezone(PARIS).strftime("%a %H:%M") == "Wed 10:30"
    assert before.end == datetime(2026, 10, 21, 8, 30, tzinfo=UTC)


def test_a_moment_before_or_after_the_week_does_not_cut_it():
    monday = date(2026, 11, 16)
    assert week_of(monday, PARIS, datetime(2027, 1, 1, tzinfo=UTC)) == week_of(monday, PARIS)
    early = week_of(monday, PARIS, datetime(2026, 1, 1, tzinfo=UTC))
    assert early.start == early.end


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), date(2026, 11, 9)),  # still Sunday in Paris
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), date(2026, 11, 16)),  # Monday 00:00 in Paris
        (datetime(2027, 1, 4, 7, 0, tzinfo=UTC), date(2026, 12, 28)),  # week 53
    ],
)
def test_the_last_week_is_the_one_that_is_over_here(now, monday):
    assert last_week(now, PARIS) == monday


def test_midnight_is_the_first_instant_of_a_day_that_has_none():
    beirut = ZoneInfo("Asia/Beirut")  # clocks go from 00:00 to 01:00 on 2026-03-29
    assert midnight(date(2026, 3, 29), beirut).astimezone(beirut).date() == date(2026, 3, 29)
