"""Durations, clock times, zones and secrets as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from config.types import LONGEST, WEEKDAYS, Clock, Duration, Secret, Zone, parse_clock, parse_duration, show_duration

DURATION = TypeAdapter(Duration)
ANYTHING = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers()))


def outcome(parse, value):
    """What was read (or None) and what was said; any other exception is a defect."""
    try:
        return parse(value), ""
    except ValueError as error:
        return None, str(error)


@given(st.timedeltas(min_value=timedelta(), max_value=LONGEST))
def test_a_shown_duration_reads_back(span):
    assert parse_duration(show_duration(span)) == span


@given(ANYTHING)
def test_rubbish_is_refused_in_words_or_read_as_a_duration(value):
    span, said = outcome(parse_duration, value)
    assert "expected a duration such as 30s" in said if span is None else timedelta() <= span <= LONGEST


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from("smhdw"), st.sampled_from("smhdw"))
def test_parts_add_up_whatever_their_order(first, second, one, other):
    assert parse_duration(f"{first}{one} {second}{other}") == parse_duration(f"{second}{other}{first}{one}")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("2d", 172800),
        ("1w", 604800),
        ("0", None),
        (0, 0),
        (1.5, 1.5),
        ("1.5h", 5400),
        (" 1 H ", 3600),
    ],
)
def test_durations(written, seconds):
    if seconds is None:
        with pytest.raises(ValueError, match="got '0'"):
            parse_duration(written)
    else:
        assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written",
    ["", "5", "m", "-5m", -5, "5m!", "1h 5", "1e3s", True, float("nan"), float("inf"), 10**30, "9" * 400 + "w", "٣m"],
)
def test_what_is_no_duration(written):
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(written)


@given(st.none() | st.integers(0, 6), st.integers(0, 23), st.integers(0, 59))
def test_a_shown_clock_reads_back(weekday, hour, minute):
    clock = Clock(weekday, hour, minute)
    assert parse_clock(str(clock)) == clock


@given(ANYTHING)
def test_rubbish_is_no_clock(value):
    clock, said = outcome(parse_clock, value)
    assert "expected a time such as" in said if clock is None else clock.hour <= 23 and clock.minute <= 59


@pytest.mark.parametrize("written", ["24:00", "08:60", "8", "mon", "xyz 08:00", "08:00 mon", 800, "٠٨:٠٠"])
def test_what_is_no_clock(written):
    with pytest.raises(ValueError, match="expected a time"):
        parse_clock(written)


@pytest.mark.parametrize(
    ("written", "cron"), [("mon 08:00", "0 8 * * 1"), ("Sunday 3:05", "5 3 * * 0"), ("23:59", "59 23 * * *")]
)
def test_cron_counts_days_from_sunday(written, cron):
    assert parse_clock(written).cron == cron


def test_every_weekday_has_its_cron_number():
    assert [Clock(day, 0, 0).cron[-1] for day in range(len(WEEKDAYS))] == list("1234560")


def test_a_zone_is_a_known_zone_and_the_nearest_is_named():
    assert TypeAdapter(Zone).validate_python("Europe/Paris").info.key == "Europe/Paris"
    for wrong in ("Europe/Pari", "", "../../etc/passwd", 3):
        with pytest.raises(ValueError, match="expected an IANA time zone"):
            TypeAdapter(Zone).validate_python(wrong)
    with pytest.raises(ValueError, match="did you mean 'Europe/Paris'"):
        TypeAdapter(Zone).validate_python("Europe/Pari")


@pytest.mark.parametrize("written", ["hunter2", "env:", "env:A-B", "file:", "https://hooks.example.org/x", 5])
def test_a_secret_is_never_written_as_text(written):
    with pytest.raises(ValueError, match="expected env:NAME or file:PATH"):
        TypeAdapter(Secret).validate_python(written)


def test_values_survive_json():
    assert DURATION.validate_json(DURATION.dump_json(timedelta(hours=1, seconds=2))) == timedelta(hours=1, seconds=2)
    for kind, value in ((Zone, Zone("Asia/Tokyo")), (Clock, Clock(0, 8, 0)), (Secret, Secret("env:TOKEN"))):
        adapter = TypeAdapter(kind)
        assert adapter.validate_json(adapter.dump_json(value)) == value
