"""`vigie kibana preview`: one picture a board, drawn from what Elasticsearch answers to each of its panels.

It shows what the searches find and how the board is laid out, without a Kibana; it says so on every sheet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from elasticsearch import Elasticsearch

from charts.look import Look
from charts.pack import packed
from charts.render import png_of
from charts.sheet import Card, Heading, inner, sheet
from dashboards.aggregations import Row
from dashboards.boards import Board
from dashboards.check import NOTHING, Answer, check_on, newest
from dashboards.model import COLUMNS, Panel
from dashboards.pictures import Answers, picture
from dashboards.queries import searches
from dashboards.views import View, data_views
from dashboards.words import Language, say
from mentions.elastic_names import Names
from mentions.errors import Stop

COLUMN, ROW, GAP, EDGE = 27, 20, 8, 12  # pixels
LABEL: Final[Mapping[Language, str]] = {"en": "Preview, not Kibana", "fr": "Aperçu, pas Kibana"}
WINDOW: Final[Mapping[Language, str]] = {
    "en": "{start} to {end} ({zone}), as Elasticsearch answers",
    "fr": "du {start} au {end} ({zone}), d’après les réponses d’Elasticsearch",
}


def preview(
    client: Elasticsearch,
    names: Names,
    boards: Sequence[Board],
    folder: Path,
    now: datetime | None = None,
    *,
    zone: str = "UTC",
) -> list[Path]:
    """`board-<key>.png` for each board, in `folder`; without `now`, time ends at the newest document of each index.

    `zone` is where days begin. Stop when an index is absent or empty, when an answer cannot be used, or when the
    folder cannot be written.
    """
    space = space_of(boards[0]) if boards else "default"
    views = data_views(space, names.prefix)
    until = {view.id: now or newest(client, view) for view in views}
    found = check_on(client, boards, names, space=space, now=now, zone=zone)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for board in boards:
            rows = {(each.panel, each.part): each for each in found if each.board == board.key}
            path = folder / f"board-{board.key}.png"
            path.write_bytes(packed(png_of(drawn(board, views, until, rows, zone=zone))))
            written.append(path)
    except OSError as error:
        raise Stop(f"the previews cannot be written to {folder}: {error.strerror}") from error
    return written


def drawn(
    board: Board,
    views: Sequence[View],
    until: Mapping[str, datetime],
    found: Mapping[tuple[str, str], Answer],
    *,
    zone: str,
) -> str:
    """One board as an SVG: its panels on their grid under a heading. `found` goes by panel and part. Pure."""
    language = language_of(board)
    asked = searches(board.dashboard, views, now=until, zone=zone)
    cards = []
    for panel in board.dashboard.panels:
        answers = {search.part: (search, _rows(found[panel.id, search.part])) for search in asked.get(panel.id, ())}
        cards.append(_card(panel, answers, language, zone))
    window = next(search.plan.window for parts in asked.values() for search in parts if search.plan is not None)
    start, end = (each.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for each in (window.start, window.end))
    pills = "".join(f" · {pill.label}" for pill in board.dashboard.filters if pill.label)
    heading = Heading(
        title=board.dashboard.title,
        label=LABEL[language],
        below=WINDOW[language].format(start=start, end=end, zone=zone) + pills,
    )
    return sheet(cards, heading, width=COLUMNS * COLUMN + 2 * EDGE - GAP, edge=EDGE)


def language_of(board: Board) -> Language:
    """The language that a board speaks; English where its title is nobody's."""
    title = f"title.{board.key}"
    return next((each for each in LABEL if say(each, title) == board.dashboard.title), "en")


def space_of(board: Board) -> str:
    """The space that stands in a board's id."""
    return board.id.removeprefix("vigie-").removesuffix(board.key).rstrip("-") or "default"


def _rows(answer: Answer) -> Sequence[Row]:
    if answer.problem not in {None, NOTHING}:
        raise Stop(f"Elasticsearch cannot answer {answer.board}: {answer.panel}: {answer.problem}")
    return answer.rows


def _card(panel: Panel, answers: Answers, language: Language, zone: str) -> Card:
    grid = panel.grid
    wide, tall = grid.w * COLUMN - GAP, grid.h * ROW - GAP
    title = getattr(panel.config, "title", None) or ""
    look = Look(width=wide, height=int(inner(title, wide, tall)), language=language, zone=zone)
    return Card(
        x=EDGE + grid.x * COLUMN,
        y=grid.y * ROW,
        width=wide,
        height=tall,
        title=title,
        svg=picture(panel, answers, look),
    )
