"""A panel and an answer as a drawing: what stands where, in whose words, in which order and colour."""

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from charts.look import PALETTE, Look
from dashboards import colours
from dashboards.boards import boards, data_views
from dashboards.pictures import picture
from dashboards.queries import searches
from dashboards.words import Language

sys.path.append(str(Path(__file__).parents[1] / "charts"))  # what an SVG shows is read there
import drawn as shown

pytestmark = pytest.mark.local  # draws
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
Rows = Sequence[Mapping[str, Any]]


def _drawn(key: str, panel_id: str, language: Language = "en", *, wide: int = 640, **parts: Rows) -> str:
    """The panel with these rows as answers to its searches, by part (`marks_1` for `marks-1`)."""
    board = next(each for each in boards(language) if each.key == key)
    panel = next(each for each in board.dashboard.panels if each.id == panel_id)
    found = searches(board.dashboard, data_views(), now=NOW)[panel_id]
    rows = {name.replace("_", "-"): each for name, each in parts.items()}
    answers = {search.part: (search, rows.get(search.part, ())) for search in found}
    return picture(panel, answers, Look(width=wide, height=260, language=language, zone="Europe/Paris"))


def _lines(svg: str) -> list[str]:
    """Texts from top to bottom, then from left to right."""
    ordered = sorted(shown.texts(svg), key=lambda each: (round(each.top), each.left))
    return [each.text.strip() for each in ordered]


def _over(days: int, **named: Sequence[Any]) -> Rows:
    """One row a day and name: (documents, value)."""
    return [
        {"x": (NOW - timedelta(days=days - n)).isoformat(), "by": name, "n": each[n][0], "m0": each[n][1]}
        for name, each in named.items()
        for n in range(days)
    ]


def test_a_number_stands_beside_that_of_the_period_before() -> None:
    said = _lines(
        _drawn("overview", "net", "fr", wide=220, main=[{"n": 9, "m0": -0.6}], previous=[{"n": 8, "m1": 0.25}])
    )
    assert said == ["−0,60", "période précédente\u00a0: 0,25"]


def test_a_table_is_in_the_order_of_its_board_and_the_absent_comes_last() -> None:
    rows = [
        {"row0": "a.example", "n": 5, "m0": None, "m1": 5, "m2": 1, "m3": 2},
        {"row0": "b.example", "n": 3, "m0": "2026-11-20T10:00:00.000Z", "m1": 3, "m2": 0, "m3": 1},
        {"row0": "c.example", "n": 2, "m0": "2026-11-18T10:00:00.000Z", "m1": 2, "m2": 0, "m3": 1},
    ]
    said = _lines(_drawn("incident", "first", main=rows))
    assert [line for line in said if line.endswith(".example")] == ["c.example", "b.example", "a.example"]
    assert "2026-11-18 11:00" in said, "on the clock of the zone"


def test_hours_of_a_heatmap_are_in_their_own_order_and_days_have_names() -> None:
    rows = [{"y": day, "x": hour, "n": 1, "m0": 1 + day} for day in (0, 6) for hour in (9, 10, 21, 2)]
    said = _lines(_drawn("sentiment", "negative-hours", "fr", main=rows))
    assert said[-4:] == ["2", "9", "10", "21"]
    assert {"lun.", "dim."} <= set(said)


def test_one_value_has_one_colour_whatever_the_order_of_the_answer() -> None:
    loud, quiet = [(9, -0.5), (9, 0.5)], [(1, 1.0), (1, 0.0)]
    for first, second in (("Loud", "Quiet"), ("Quiet", "Loud")):
        both = {"Loud": loud, "Quiet": quiet}
        svg = _drawn("competitors", "net-brands", main=_over(2, **{first: both[first], second: both[second]}))
        strokes = re.findall(r'stroke="(#[0-9A-Fa-f]{6})"', svg)
        legend = [line for line in _lines(svg) if line in both]
        assert legend == ["Loud", "Quiet"]
        assert {PALETTE[0], PALETTE[1]} <= set(strokes)


def test_sentiment_keeps_its_colours_and_words() -> None:
    rows = [{"x": NOW.isoformat(), "by": name, "n": 2, "m0": 2} for name in ("négative", "neutre", "positive")]
    svg = _drawn("overview", "by-label", "fr", main=rows)
    assert {colours.NEGATIVE, colours.NEUTRAL, colours.POSITIVE} <= set(re.findall(r"#[0-9A-F]{6}", svg))
    assert [line for line in _lines(svg) if line.endswith(("tive", "neutre"))] == ["négative", "neutre", "positive"]


def test_an_alert_is_marked_with_its_brand() -> None:
    rows = [{"x": (NOW - timedelta(days=n)).isoformat(), "n": 1, "m0": 0.1} for n in range(9, 0, -1)]
    mark = [{"id": "1", "opened_at": (NOW - timedelta(days=3)).isoformat(), "brand": "Marvenne", "tier": "critical"}]
    assert "Alert: Marvenne" in _lines(_drawn("sentiment", "net-line", main=rows, marks_1=mark))
    assert not [line for line in _lines(_drawn("sentiment", "net-line", main=rows)) if "Alert" in line]


def test_a_list_says_codes_in_words_and_cuts_what_is_long() -> None:
    document = {
        "id": "1", "published_at": "2026-11-24T17:00:00.000Z", "brand": "Marvenne", "site": "blog.example",
        "sentiment_label": "negative", "severity": 73.25, "title": None, "passage": "Très long. " * 60, "url": "https://blog.example/1",
    }  # fmt: skip
    said = _lines(_drawn("overview", "latest", "fr", wide=1000, main=[document]))
    assert {"négative", "73,25", "–", "2026-11-24 18:00"} <= set(said)
    assert any(line.startswith("Très long.") and line.endswith("…") for line in said)


def test_a_panel_without_rows_says_so_and_one_of_noughts_too() -> None:
    assert _lines(_drawn("overview", "labels", main=[])) == ["No results found"]
    nought = [{"group0": name, "n": 0, "m0": 0} for name in ("negative", "neutral", "positive")]
    assert _lines(_drawn("overview", "labels", main=nought)) == ["No results found"]
