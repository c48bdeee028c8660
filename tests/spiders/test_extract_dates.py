"""Dates: ISO, mail, prose in French and English, relative ones, clocks that change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.extract_dates import parse_date, stated_zone

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday

FRENCH = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def read(text, zone=PARIS, order=None):
    stamp = parse_date(text, zone=zone, now=NOW, order=order)
    return stamp and (stamp.at.strftime("%Y-%m-%d %H:%M:%S"), stamp.precision)


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-11-03T09:12:00Z", ("2026-11-03 09:12:00", "second")),
    ("2026-11-03T09:12:00.123456+00:00", ("2026-11-03 09:12:00", "second")),
    ("2024-05-02T10:11:12+0200", ("2024-05-02 08:11:12", "second")),
    ("2026-11-03T09:12:00+01", ("2026-11-03 08:12:00", "second")),
    ("2026-11-03T09:12", ("2026-11-03 08:12:00", "minute")),
    ("2026-11-03", ("2026-11-02 23:00:00", "day")),
    ("2026-11-03 09:12 PM", ("2026-11-03 20:12:00", "minute")),
    ("1730625120", ("2024-11-03 09:12:00", "second")),
    ("1730625120000", ("2024-11-03 09:12:00", "second")),
    ("Mon, 03 Mar 2025 08:15:00 +0000", ("2025-03-03 08:15:00", "second")),
    ("Mon, 03 Mar 2025 08:15:00 EST", ("2025-03-03 13:15:00", "second")),
    ("03 Mar 2025 08:15 -0000", ("2025-03-03 08:15:00", "minute")),
])  # fmt: skip
def test_machine_dates(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("Mon Nov 02, 2020 9:15 pm", ("2020-11-02 20:15:00", "minute")),
    ("April 13, 2025, 4:35 a.m.", ("2025-04-13 02:35:00", "minute")),
    ("April 13, 2025, noon", ("2025-04-13 10:00:00", "minute")),
    ("April 13, 2025, midnight", ("2025-04-12 22:00:00", "minute")),
    ("April 13, 2025, 4 p.m.", ("2025-04-13 14:00:00", "minute")),
    ("May 2, 2024, 12:11am", ("2024-05-01 22:11:00", "minute")),
    ("May 2, 2024, 12:11pm", ("2024-05-02 10:11:00", "minute")),
    ("Reviewed by X on 15 Apr 2025, 7:32 p.m.", ("2025-04-15 17:32:00", "minute")),
    ("24th Nov 2026 11:58", ("2026-11-24 10:58:00", "minute")),
    ("13 avril 2025 04:35", ("2025-04-13 02:35:00", "minute")),
    ("13 avril 2025 à 14h05", ("2025-04-13 12:05:00", "minute")),
    ("le 3 mars 2025 à 8 h 15 min", ("2025-03-03 07:15:00", "minute")),
    ("1er janvier 2026", ("2025-12-31 23:00:00", "day")),
    ("mar. 3 nov. 2026 14:05", ("2026-11-03 13:05:00", "minute")),
    ("mar. 3 mars 2026", ("2026-03-02 23:00:00", "day")),
    ("jeu. 5 févr. 2026, 9:02", ("2026-02-05 08:02:00", "minute")),
    ("31 AOÛT 2025", ("2025-08-30 22:00:00", "day")),
    ("Posté le dimanche 2 novembre 2025, 21:15", ("2025-11-02 20:15:00", "minute")),
    ("2 novembre 2025 à 21:15 CET", ("2025-11-02 20:15:00", "minute")),
    ("Sun Nov 02, 2025 9:15 pm UTC+1", ("2025-11-02 20:15:00", "minute")),
    ("Jan 5 '21", ("2021-01-04 23:00:00", "day")),
])  # fmt: skip
def test_prose(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("3 hours ago", ("2026-11-24 09:00:00", "minute")),
    ("il y a 3 heures", ("2026-11-24 09:00:00", "minute")),
    ("il y a une semaine", ("2026-11-16 23:00:00", "day")),
    ("il y a environ 2 mois", ("2026-09-23 22:00:00", "day")),
    ("a day ago", ("2026-11-22 23:00:00", "day")),
    ("2h ago", ("2026-11-24 10:00:00", "minute")),
    ("à l’instant", ("2026-11-24 12:00:00", "minute")),
    ("hier à 14:05", ("2026-11-23 13:05:00", "minute")),
    ("avant-hier à 14:05", ("2026-11-22 13:05:00", "minute")),
    ("aujourd’hui à 08:00", ("2026-11-24 07:00:00", "minute")),
    ("Yesterday at 9:12 AM", ("2026-11-23 08:12:00", "minute")),
    ("Monday at 3:04 PM", ("2026-11-23 14:04:00", "minute")),
    ("mardi à 15:04", ("2026-11-17 14:04:00", "minute")),
    ("Nov 3", ("2026-11-02 23:00:00", "day")),
    ("12 déc.", ("2025-12-11 23:00:00", "day")),
])  # fmt: skip
def test_relative_to_the_fetch(text, expected):
    assert read(text) == expected


def test_order_of_numbers():
    assert read("03/04/2026")[0].startswith("2026-04-02")  # 3 April in Paris
    assert read("03/04/2026", order="MDY")[0].startswith("2026-03-03")
    assert read("11/23/2026")[0].startswith("2026-11-22")  # no other reading is a date
    assert read("11/23/2026", order="DMY") is None
    assert read("2026/11/03") == read("3.11.2026") == read("03-11-2026")


def test_a_local_time_that_occurs_twice_is_its_first_occurrence():
    assert read("25 October 2026 02:30")[0] == "2026-10-25 00:30:00"
    assert read("November 1, 2026 1:30 am", NEW_YORK)[0] == "2026-11-01 05:30:00"


def test_a_local_time_that_does_not_exist_moves_forward():
    assert read("29 March 2026 02:30")[0] == "2026-03-29 01:30:00"  # 03:30 in Paris
    assert read("March 8, 2026 2:30 am", NEW_YORK)[0] == "2026-03-08 07:30:00"


@pytest.mark.parametrize(
    "text", ["", None, "2025", "Nov 2025", "Edited by X", "99/99/2026", "2026-13-45", "call 06 12 34 56 78", "v1.2.3"]
)
def test_no_date(text):
    assert read(text) is None


def test_zone_that_a_page_states():
    hour = timedelta(hours=1)
    assert stated_zone("All times are UTC+01:00").utcoffset(None) == hour
    assert stated_zone("Fuseau horaire sur UTC+1").utcoffset(None) == hour
    assert stated_zone("Heures au format UTC").utcoffset(None) == 0 * hour
    assert stated_zone("All times are UTC - 5 hours").utcoffset(None) == -5 * hour
    assert stated_zone("All times are fine") is None


@given(
    st.datetimes(NOW.replace(year=1995, tzinfo=None), NOW.replace(tzinfo=None)), st.sampled_from([PARIS, NEW_YORK, UTC])
)
def test_iso_round_trip(at, zone):
    told = at.replace(microsecond=0, tzinfo=zone)
    stamp = parse_date(told.isoformat(), zone=UTC, now=NOW)
    assert stamp.at == told.astimezone(UTC)
    assert stamp.precision == "second"


@given(st.dates(date(1995, 1, 1), date(2026, 11, 22)))
def test_french_and_english_prose_agree_with_iso(day):
    french = FRENCH[day.month - 1]
    english = day.strftime("%B")
    assert read(f"{day.day} {french} {day.year}") == read(f"{english} {day.day}, {day.year}") == read(day.isoformat())


@given(st.text(max_size=300) | st.from_regex(r"[0-9:/. apm+-]{1,60}"))
def test_any_text_gives_a_stamp_or_none(text):
    stamp = parse_date(text, zone=PARIS, now=NOW)
    assert stamp is None or stamp.at.tzinfo is UTC
