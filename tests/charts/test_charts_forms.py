"""Every form: rows in, a drawing out in which each text stands whole, upright, and over no other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import drawn
import pytest

from charts import axes, overtime, plain
from charts.look import Look
from charts.render import svg
from charts.table import table

DAY = timedelta(days=1)
START = datetime(2026, 11, 1, tzinfo=UTC)
pytestmark = pytest.mark.local  # each loads the drawing engine
LABELS = {"négatif": "#B4452F", "neutre": "#9A9A9A", "positif": "#2F6F8F"}
ROWS = [{"t": START + n * DAY, "s": s, "v": (7 * n + 3 * k) % 23} for n in range(21) for k, s in enumerate(LABELS)]
SITES = ["forum-des-consommateurs-et-des-consommatrices.example", "blog.example", "Où l'on dit tout, même le reste"]
SPLIT = [{"n": n, "s": s, "v": 3 + len(n) * k} for n in SITES for k, s in enumerate(LABELS)]
CELLS = [{"h": f"{h:02}", "d": d, "v": (h * len(d)) % 9} for d in ("lundi", "mercredi", "dimanche") for h in range(24)]
WEIGHED = [{"n": n, "v": v} for n, v in (("surchauffe", 40), ("odeur", 22), ("câble", 18), ("œuvre d'été", 3))]


def look(width: int = 460, height: int = 220) -> Look:
    return Look(width=width, height=height, language="fr", colours=LABELS, zone="Europe/Paris")


SPLIT_BY: dict[str, Any] = {"series": "s", "order": tuple(LABELS)}
MARKS = [(START + 15 * DAY, "Alerte : rappel de bouilloires")]
TEXTS = [{"n": row["n"], "v": str(row["v"])} for row in SPLIT]
FORMS: dict[str, Callable[[Look], Any]] = {
    "over time": lambda to: overtime.over_time(ROWS, to, time="t", value="v", step=DAY, **SPLIT_BY),
    "shares": lambda to: overtime.over_time(ROWS[:9], to, time="t", value="v", step=DAY, share=True, **SPLIT_BY),
    "lines": lambda to: overtime.line(ROWS, to, time="t", value="v", marks=MARKS, **SPLIT_BY),
    "one line": lambda to: overtime.line(ROWS[::3], to, time="t", value="v", domain=(-1, 1)),
    "bars": lambda to: axes.bars(SPLIT, to, name="n", value="v", **SPLIT_BY),
    "bar shares": lambda to: axes.bars(SPLIT, to, name="n", value="v", share=True, **SPLIT_BY),
    "plain bars": lambda to: axes.bars(WEIGHED, to, name="n", value="v"),
    "heatmap": lambda to: axes.heatmap(CELLS, to, x="h", y="d", value="v"),
    "metric": lambda to: plain.metric("12 345", to, beside="+12 % que la période précédente", trend=[3, 1, 4, 1, 5]),
    "donut": lambda to: plain.donut(WEIGHED, to, name="n", value="v"),
    "words": lambda to: plain.words(WEIGHED, to, name="n", value="v"),
    "table": lambda to: table(TEXTS, to, columns={"n": "Site", "v": "Mentions"}),
}


@pytest.mark.parametrize(("wide", "tall"), [(460, 220), (280, 150)])
@pytest.mark.parametrize("form", FORMS)
def test_every_text_stands_whole_inside_and_over_no_other(form: str, wide: int, tall: int) -> None:
    shown = svg(FORMS[form](look(wide, tall)), language="fr")
    assert drawn.size(shown) == (wide, tall)
    texts = drawn.texts(shown)
    assert texts
    outside = [t for t in texts if t.left < -1 or t.top < -1 or t.right > wide + 1 or t.bottom > tall + 1]
    assert outside == []
    # A mark's text is drawn twice: a white ground, then the letters.
    over = [(a.text, b.text) for a, b in combinations(texts, 2) if a.over(b) and a.text != b.text]
    assert over == []


def test_time_axes_show_the_clock_of_the_zone_in_its_language() -> None:
    midnight = datetime(2026, 7, 31, 22, tzinfo=UTC)  # the first of August in Paris
    rows = [{"t": midnight + timedelta(hours=n), "v": n} for n in range(0, 48, 6)]
    shown = drawn.words(svg(overtime.line(rows, look(), time="t", value="v"), language="fr"))
    assert "1 août" in shown
    assert "12:00" in shown


def test_half_a_year_is_told_in_months() -> None:
    rows = [{"t": START + n * 10 * DAY, "v": n} for n in range(30)]
    assert "janv. 2027" in drawn.words(svg(overtime.line(rows, look(700), time="t", value="v"), language="fr"))


def test_an_empty_bucket_breaks_a_line() -> None:
    rows = [{"t": START + n * DAY, "v": None if n == 2 else 1} for n in range(5)]
    paths = svg(overtime.line(rows, look(), time="t", value="v"))
    line = next(part for part in paths.split('d="') if part.startswith("M") and "stroke" in part and "L" in part[:80])
    assert line.split('"')[0].count("M") == 2


def test_a_donut_says_every_share_in_words() -> None:
    shown = drawn.words(svg(plain.donut(WEIGHED, look(), name="n", value="v"), language="fr"))
    assert "surchauffe  48\u202f%" in shown
    assert "œuvre d'été  4\u202f%" in shown


def test_a_table_says_how_many_rows_found_no_room() -> None:
    rows = [{"n": str(n)} for n in range(40)]
    shown = drawn.words(svg(table(rows, look(300, 120), columns={"n": "N"})))
    more = next(text for text in shown if text.startswith("+"))
    assert int(more.split()[1]) + len([text for text in shown if text.isdigit()]) == 40


@pytest.mark.parametrize("rows", [[], [{"n": "seul", "v": 0}]], ids=["none", "nought"])
def test_nothing_to_show_is_drawn_without_an_error(rows: list[dict[str, Any]]) -> None:
    to = look()
    charts = [
        axes.bars(rows, to, name="n", value="v"),
        axes.heatmap(rows, to, x="n", y="n", value="v"),
        plain.donut(rows, to, name="n", value="v"),
        plain.words(rows, to, name="n", value="v"),
        table(rows, to, columns={"n": "Nom"}),
        overtime.line([], to, time="t", value="v"),
        overtime.over_time([], to, time="t", value="v", step=DAY),
        plain.metric("–", to),
    ]
    assert all(drawn.size(svg(chart)) == (460, 220) for chart in charts)
