"""The six boards: complete in both languages, on fields that exist, in colours that everybody can tell apart."""

import re
from itertools import combinations
from typing import Any

import pytest

from dashboards import colours
from dashboards.boards import BOARDS, TAG, Board, board_id, boards, data_views
from dashboards.check import check
from dashboards.fields import Use, misused, uses
from dashboards.model import LinksPanel, MarkdownPanel, SessionPanel, VisPanel
from dashboards.views import View
from dashboards.vis import DataTable, PieChart
from dashboards.vis_xy import XyChart
from dashboards.words import CODED, TEXTS, Language, say, spaced

LANGUAGES: tuple[Language, ...] = ("fr", "en")
EVERY = [pytest.param(board, id=f"{language}-{board.key}") for language in LANGUAGES for board in boards(language)]
VIEWS = {view.id: view for view in data_views()}
# No record carries them (or nothing fills them yet): a panel on them would be empty for ever.
NOTHING = {"emotion", "country", "followers", "reach", "topics", "aspects", "likes", "shares", "views", "author_name"}
SOLID = (*colours.LABELS.values(), *colours.CATEGORICAL, *colours.STATUS.values(), colours.SINGLE)
READ = ("title", "label", "description", "content")
PAGES = ("#FFFFFF", "#1D1E24", "#0B1628")  # Kibana's light page, and its dark ones of 8 and 9
# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
SIGHTS = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wrong_with_them(language: Language) -> None:
    assert check(boards(language), data_views(language=language)) == ()
    assert check(boards(language, space="ventes"), data_views("ventes", "acme", language)) == ()


def test_there_are_six_with_ids_of_their_own() -> None:
    assert [board.key for board in boards("en")] == list(BOARDS)
    assert [board.id for board in boards("fr")] == [f"vigie-{key}" for key in BOARDS]
    assert [board.id for board in boards("fr", space="ventes")] == [f"vigie-ventes-{key}" for key in BOARDS]
    assert board_id("incident", "ventes") == "vigie-ventes-incident"
    assert [view.id for view in data_views("ventes", "acme")] == [
        "vigie-ventes-mentions",
        "vigie-ventes-incidents",
        "vigie-ventes-runs",
    ]
    assert [view.title for view in data_views("ventes", "acme")] == ["acme-mentions", "acme-incidents", "acme-runs"]


def test_two_builds_are_the_same_and_languages_differ_in_words_only() -> None:
    assert boards("fr") == boards("fr")
    for french, english in zip(boards("fr"), boards("en"), strict=True):
        assert _bare(french.dashboard.body()) == _bare(english.dashboard.body())
        assert french.dashboard.title != english.dashboard.title


def _bare(part: Any) -> Any:
    """Without what people read."""
    if isinstance(part, dict):
        return {name: _bare(value) for name, value in part.items() if name not in {*READ, "values"}}
    return [_bare(each) for each in part] if isinstance(part, list) else part


def test_every_text_is_there_in_both_languages_and_translated() -> None:
    french, english = TEXTS["fr"], TEXTS["en"]
    assert set(french) == set(english)
    assert [key for key in french if not french[key].strip() or not english[key].strip()] == []
    # Words that both languages share: Sources, mention, positive ...
    same = {key for key in french if french[key] == english[key] and len(french[key].split()) > 1}
    assert same == set()
    for field, codes in CODED.items():
        assert all(f"{field}.{code}" in english for code in codes)


def test_every_text_is_used() -> None:
    shown = {
        text
        for language in LANGUAGES
        for text in _strings([board.dashboard.body() for board in boards(language)])
        | _strings([view.body() for view in data_views(language=language)])
    }
    whole = "\n".join(shown)
    unused = [key for key in TEXTS["en"] if key not in {"tag", "description"} and say("en", key) not in whole]
    assert unused == []


def _strings(part: Any) -> set[str]:
    if isinstance(part, dict):
        return {text for value in part.values() for text in _strings(value)}
    if isinstance(part, list):
        return {text for value in part for text in _strings(value)}
    return {part} if isinstance(part, str) else set()


def test_french_is_set_as_french() -> None:
    assert spaced("Vigie : « oui » ? 5 %") == "Vigie\u00a0: «\u00a0oui\u00a0»\u00a0? 5\u00a0%"
    for text in TEXTS["fr"].values():
        assert "'" not in text, f"a typewriter's apostrophe in {text!r}"
        assert not re.search(r"[^\s\d*(/][:;?!]", text.replace("*:", "")), f"a space is missing in {text!r}"
    shown = _read([board.dashboard.body() for board in boards("fr")])
    assert [text for text in shown if re.search(" [:;?!»]", text)] == []


def _read(part: Any) -> list[str]:
    """What people read of a board."""
    if isinstance(part, dict):
        own = [value for name, value in part.items() if name in READ and isinstance(value, str)]
        return own + [text for value in part.values() for text in _read(value)]
    return [text for each in part for text in _read(each)] if isinstance(part, list) else []


@pytest.mark.parametrize("board", EVERY)
def test_links_stand_on_top_and_then_what_the_board_answers(board: Board) -> None:
    links, about = board.dashboard.panels[:2]
    assert isinstance(links, LinksPanel)
    assert [link.destination for link in links.config.links] == [f"vigie-{key}" for key in BOARDS]
    assert isinstance(about, MarkdownPanel)
    question, definitions, advice = about.config.content.split("\n\n")
    assert question.startswith("### ")
    assert question.rstrip().endswith("?")
    assert "**" in definitions
    assert advice.startswith("*Dup")
    assert TAG in board.dashboard.tags


@pytest.mark.parametrize("board", EVERY)
def test_what_is_measured_is_defined_with_its_denominator(board: Board) -> None:
    about = str(board.dashboard.panels[1].config.content)  # type: ignore[union-attr]
    words = {"average": ("moyenne", "average"), "voice": ("part de voix", "share of voice")}
    measured = {use.field for use in uses(board.dashboard) if use.need == "number"}
    if "polarity" in measured:
        assert any(word in about.lower() for word in words["average"])
        assert re.search(r"/ (all mentions|toutes les mentions)", about)
    if board.key == "competitors":
        assert any(word in about.lower() for word in words["voice"])


@pytest.mark.parametrize("board", EVERY)
def test_panels_are_by_value_and_form_based(board: Board) -> None:
    text = str(board.dashboard.body())
    for word in ("formula", "esql", "vega", "ref_id': 'search", "runtime", "url_drilldown"):
        assert word not in text
    titles = [panel.config.title for panel in board.dashboard.panels if isinstance(panel, VisPanel | SessionPanel)]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("board", EVERY)
def test_every_panel_reads_fields_that_are_filled(board: Board) -> None:
    assert {use.field for use in uses(board.dashboard)} & NOTHING == set()
    assert list(misused(board.dashboard, VIEWS)) == []


@pytest.mark.parametrize("board", EVERY)
def test_controls_stand_on_all_but_health(board: Board) -> None:
    asked = [control.config.field_name for control in board.dashboard.pinned_panels]
    assert asked == ([] if board.key == "health" else ["brand", "language", "source", "unit"])


def test_lists_hide_what_is_gone_and_counts_do_not() -> None:
    for board in boards("en"):
        for panel in board.dashboard.panels:
            if isinstance(panel, SessionPanel):
                assert panel.config.tabs[0].query.expression == "NOT gone_at : *"
            else:
                assert "gone_at" not in str(panel.config.model_dump())
        assert board.dashboard.query.expression == ""


def test_clicks_lead_to_the_incident_room() -> None:
    led = {board.key for board in boards("en") for target in _drilldowns(board) if target == "vigie-incident"}
    assert led == {"sentiment", "sources", "competitors"}


def _drilldowns(board: Board) -> list[str]:
    charts = [panel.config for panel in board.dashboard.panels if isinstance(panel, VisPanel)]
    return [each.dashboard_id for chart in charts for each in chart.drilldowns or ()]


def test_a_silent_source_stays_in_sight() -> None:
    health = next(board for board in boards("en") if board.key == "health").dashboard
    table = next(panel.config for panel in health.panels if panel.id == "source-table")
    assert isinstance(table, DataTable)
    assert (health.time_range.from_, table.time_range and table.time_range.from_) == ("now-1d", "now-30d")


def test_colour_alone_never_says_anything() -> None:
    for board in boards("en"):
        for panel in board.dashboard.panels:
            chart = getattr(panel, "config", None)
            if isinstance(chart, XyChart):
                assert chart.legend.visibility == "visible"
            elif isinstance(chart, PieChart):
                assert chart.styling.labels.visible
                assert chart.styling.values.visible


@pytest.mark.parametrize("color", sorted(set(SOLID)))
def test_colours_stand_out_from_the_page(color: str) -> None:
    assert min(_contrast(color, page) for page in PAGES) >= 3  # WCAG 2.2, 1.4.11


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    ("palette", "least"),
    [
        pytest.param(tuple(colours.LABELS.values()), 25, id="labels"),
        pytest.param(tuple(colours.STATUS.values()), 15, id="status"),
        pytest.param(colours.CATEGORICAL, 15, id="categorical"),
        pytest.param((*colours.CATEGORICAL, colours.NEGATIVE, colours.POSITIVE), 6, id="beside labels"),
        pytest.param((colours.SINGLE, *colours.LABELS.values()), 14, id="alone"),
        pytest.param(colours.RAMP, 10, id="ramp"),
    ],
)
def test_colours_differ_for_every_sight(palette: tuple[str, ...], least: float, sight: str) -> None:
    """CIE 1976 differences; about 2.3 is what an eye just notices."""
    assert min(_difference(a, b, SIGHTS[sight]) for a, b in combinations(palette, 2)) >= least


def test_the_ramp_only_gets_darker() -> None:
    lights = [_luminance(color) for color in colours.RAMP]
    assert lights == sorted(lights, reverse=True)


def _linear(color: str) -> tuple[float, ...]:
    shares = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)


def _luminance(color: str) -> float:
    return sum(share * weight for share, weight in zip(_linear(color), (0.2126, 0.7152, 0.0722), strict=True))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _difference(one: str, other: str, sight: tuple[tuple[float, ...], ...]) -> float:
    a, b = (
        _lab([sum(w * c for w, c in zip(row, _linear(color), strict=True)) for row in sight]) for color in (one, other)
    )
    return float(sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5)


def _lab(linear: list[float]) -> tuple[float, float, float]:
    red, green, blue = (min(1.0, max(0.0, c)) for c in linear)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (("emotion", "bucket"), "has no field 'emotion'"),
        (("text", "bucket"), "'text' is of type text"),
        (("brand", "number"), "'brand' is of type keyword"),
        (("severity", "date"), "'severity' is of type double"),
        (("near_bands", "bucket"), "'near_bands' is only stored"),
        (("near_key", "asked"), "'near_key' is only stored"),
    ],
)
def test_a_field_that_cannot_serve_is_named(use: tuple[str, Any], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field, need = use
    monkeypatch.setattr("dashboards.fields.uses", lambda _: [Use("panels[0]", "vigie-mentions", field, need)])
    assert [text for _, text in misused(boards("en")[0].dashboard, VIEWS) if words in text]


def test_a_data_view_of_another_space_is_named() -> None:
    stranger: dict[str, View] = {view.id: view for view in data_views("ventes")}
    found = list(misused(boards("en")[0].dashboard, stranger))
    assert found
    assert all("vigie-mentions" in text for _, text in found)
