"""Boards as pictures: every panel drawn from real answers, in both languages, whole, and labelled as a preview."""

import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest
from board_installed import Installation, installed
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py

from charts.look import Look
from dashboards.boards import Board, boards, data_views
from dashboards.cells import Cells
from dashboards.check import NOTHING, Answer, check_on, newest
from dashboards.model import VisPanel
from dashboards.parts import Count, DateHistogram, Format, OfField, Terms
from dashboards.preview import LABEL, drawn, language_of, preview, space_of
from dashboards.queries import searches
from dashboards.words import Language
from mentions.errors import Stop

sys.path.append(str(Path(__file__).parents[1] / "charts"))  # what an SVG shows is read there
import drawn as shown

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
EMPTY = {"en": "No results found", "fr": "Aucun résultat"}
LANGUAGES: list[Language] = ["en", "fr"]


def _unanswered(board: Board) -> dict[tuple[str, str], Answer]:
    views = data_views()
    return {
        (panel, search.part): Answer(
            board=board.key, panel=panel, part=search.part, documents=0, rows=(), took=0, problem=NOTHING
        )
        for panel, found in searches(board.dashboard, views, now=NOW).items()
        for search in found
    }


def _sheet(board: Board, found: dict[tuple[str, str], Answer]) -> str:
    until = {view.id: NOW for view in data_views()}
    return drawn(board, data_views(), until, found, zone="Europe/Paris")


def _whole(svg: str) -> set[str]:
    """Its texts, once it is sure that each stands inside the sheet and over no other."""
    texts = shown.texts(svg)
    wide, tall = shown.size(svg)
    assert [t for t in texts if t.left < 0 or t.top < 0 or t.right > wide or t.bottom > tall] == []
    over = [(a.text, b.text) for a, b in combinations(texts, 2) if a.over(b, slack=2.5) and a.text != b.text]
    assert over == []
    return {_plain(each.text) for each in texts}


def _plain(text: str) -> str:
    return " ".join(text.split())


def _titles(board: Board) -> set[str]:
    """The first word of every title: long ones stand in two lines."""
    return {panel.config.title.split()[0] for panel in board.dashboard.panels if isinstance(panel, VisPanel)}


@pytest.mark.local  # draws
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_board_without_a_single_answer_says_so_in_each_panel(language: Language) -> None:
    board = next(each for each in boards(language) if each.key == "incident")
    svg = _sheet(board, _unanswered(board))
    words = _whole(svg)
    assert {_plain(board.dashboard.title), LABEL[language], EMPTY[language]} <= words
    assert svg.count(EMPTY[language]) == len(searches(board.dashboard, data_views(), now=NOW))
    assert any("2026-11-17 19:00" in each and "2026-11-24 19:00 (Europe/Paris)" in each for each in words)


@pytest.mark.local  # draws
def test_a_refused_panel_stops_the_preview_and_is_named() -> None:
    board = boards("en")[0]
    found = _unanswered(board)
    first = next(iter(found))
    found[first] = replace(found[first], problem="unknown field [x]")
    with pytest.raises(Stop, match=f"cannot answer overview: {first[0]}: unknown field"):
        _sheet(board, found)


def test_language_and_space_are_read_from_the_board() -> None:
    for language in LANGUAGES:
        for board in boards(language, space="team_a"):
            assert (language_of(board), space_of(board)) == (language, "team_a")
    assert {space_of(board) for board in boards("en")} == {"default"}


def test_values_are_written_for_people() -> None:
    cells = Cells(Look(width=1, height=1, language="fr", zone="Europe/Paris"))
    assert cells.field("sentiment_label", "negative") == "négative"
    assert cells.field("crisis_labels", ["boycott_call", "service_outage"]) == "appel au boycott, panne"
    assert cells.field("published_at", "2026-11-24T18:00:00.000Z") == "2026-11-24 19:00"
    assert cells.field("title", None) == cells.field("topics", []) == "–"
    assert cells.field("severity", 23.4000001) == "23,4"
    assert cells.field("title", "sur\ndeux  lignes") == "sur deux lignes"
    assert cells.metric(Count(label="n"), 12345) == "12\u202f345"
    average = OfField(operation="average", field="polarity", label="n")
    assert cells.metric(average, -0.256) == "−0,26"
    assert cells.metric(average.model_copy(update={"format": Format(decimals=1)}), 4) == "4,0"
    assert cells.metric(average, None) == "–"
    assert cells.metric(average, "2026-11-24T18:00:00.000Z") == "2026-11-24 19:00"
    assert cells.bucket(Terms(fields=("published_weekday",)), 0) == "lun."
    assert cells.bucket(DateHistogram(field="published_at"), "2026-11-24T00:00:00.000+01:00").hour == 0


@pytest.fixture(scope="module")
def demo(elastic_url: str) -> Iterator[Installation]:
    with installed(elastic_url) as found:
        yield found


@pytest.mark.real("elastic")
@pytest.mark.local
class TestOnElasticsearch:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_panel_of_every_board_is_drawn_whole_and_labelled(
        self, demo: Installation, language: Language
    ) -> None:
        all_boards, views = boards(language), data_views(prefix=demo.names.prefix)
        until = {view.id: newest(demo.client, view) for view in views}
        answers = check_on(demo.client, all_boards, demo.names, zone="Europe/Paris")
        for board in all_boards:
            found = {(each.panel, each.part): each for each in answers if each.board == board.key}
            words = _whole(drawn(board, views, until, found, zone="Europe/Paris"))
            assert {_plain(board.dashboard.title), LABEL[language]} <= words
            assert EMPTY[language] not in words
            assert {word.split()[0] for word in words} >= _titles(board)

    def test_one_small_picture_a_board_is_written(self, demo: Installation, tmp_path: Path) -> None:
        paths = preview(demo.client, demo.names, boards("en"), tmp_path / "new" / "folder")
        assert [path.name for path in paths] == [f"board-{board.key}.png" for board in boards("en")]
        for path in paths:
            picture = path.read_bytes()
            wide, tall = struct.unpack(">II", picture[16:24])
            assert wide == 1312
            assert tall > 900
            assert 20_000 < len(picture) < 200_000

    def test_a_folder_that_cannot_be_written_is_told(self, demo: Installation, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(Stop, match="previews cannot be written to"):
            preview(demo.client, demo.names, boards("en")[:1], tmp_path / "file")
