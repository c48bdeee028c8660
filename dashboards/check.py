"""Whether boards can work: alone (shape, fields, links), and each panel against a real Elasticsearch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from dashboards.aggregations import Row
from dashboards.boards import TAG, Board
from dashboards.fields import misused
from dashboards.model import LinksPanel, VisPanel, problems
from dashboards.queries import Search, searches
from dashboards.views import TIMES, View, data_views
from mentions.elastic_names import Names
from mentions.errors import Stop

SHOWN: Final = 200  # characters of a reason
NOTHING: Final = "nothing is found in its window"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong at one place of one board."""

    board: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.board}: {self.path}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Elasticsearch said to one search of a panel; `took` is in milliseconds.

    `problem` is None where the panel shows something, NOTHING where it is empty: right for incidents where there were
    none. A second time or a mark may always be empty.
    """

    board: str
    panel: str
    part: str
    documents: int
    rows: tuple[Row, ...]
    took: int
    problem: str | None = None

    @property
    def buckets(self) -> int:
        """Rows that hold something."""
        return sum(1 for row in self.rows if row.get("n", 1))


def check(boards: Iterable[Board], views: Sequence[View]) -> tuple[Problem, ...]:
    """Everything wrong with these boards on these data views, without any server; empty when they can be sent."""
    known = {view.id: view for view in views}
    all_boards = tuple(boards)
    ids = {board.id for board in all_boards}
    found: list[Problem] = []
    for board in all_boards:
        each = [*problems(board.dashboard), *_nowhere(board, ids), *misused(board.dashboard, known)]
        if not any(tag == TAG or tag.startswith(f"{TAG}-") for tag in board.dashboard.tags):
            each.append(("tags", f"the tag {TAG!r} is missing: boards of Vigie are found by it"))
        found += [Problem(board.id, path, text) for path, text in each]
    return tuple(sorted(found))


def _nowhere(board: Board, ids: set[str]) -> Iterator[tuple[str, str]]:
    """Links and drill-downs to boards that are not there."""
    for n, panel in enumerate(board.dashboard.panels):
        targets: list[tuple[str, str]] = []
        if isinstance(panel, LinksPanel):
            targets = [(f"links[{k}].destination", link.destination) for k, link in enumerate(panel.config.links)]
        elif isinstance(panel, VisPanel):
            drilldowns = panel.config.drilldowns or ()
            targets = [(f"drilldowns[{k}].dashboard_id", each.dashboard_id) for k, each in enumerate(drilldowns)]
        for path, target in targets:
            if target not in ids:
                yield f"panels[{n}].config.{path}", f"there is no board {target!r} ({', '.join(sorted(ids))})"


def check_on(
    client: Elasticsearch,
    boards: Iterable[Board],
    names: Names,
    *,
    space: str = "default",
    now: datetime | None = None,
    zone: str = "UTC",
) -> tuple[Answer, ...]:
    """Ask every panel's searches, one after another, in the windows that the boards open on.

    Without `now`, time ends at the newest document of each index, so that a demo or a copy of last year can be checked.
    Stop when there is no mention; errors of the connection pass (`mentions.elastic_client.in_words`).
    """
    views = data_views(space, names.prefix)
    until = {view.id: now or newest(client, view) for view in views}
    return tuple(
        answered(client, board, search)
        for board in boards
        for found in searches(board.dashboard, views, now=until, zone=zone).values()
        for search in found
    )


def newest(client: Elasticsearch, view: View) -> datetime:
    """The time of the newest document of a data view; Stop when there is no mention at all.

    Where no incident was ever opened, or no run projected, it is that of the newest mention.
    """
    found = _newest(client, view.title, view.time_field)
    if found is None and view.kind != "mentions":
        found = _newest(client, f"{view.title.removesuffix(view.kind)}mentions", TIMES["mentions"])
    if found is None:
        raise Stop(
            f"Elasticsearch has no mention to show the boards ({view.title}): let Vigie read something first "
            "(`vigie crawl`, then `vigie ingest`), or try `vigie demo`"
        )
    return found


def _newest(client: Elasticsearch, index: str, field: str) -> datetime | None:
    try:
        answer = client.search(index=index, size=0, aggs={"newest": {"max": {"field": field}}})
    except NotFoundError:
        return None
    moment = answer["aggregations"]["newest"].get("value_as_string")
    return None if moment is None else datetime.fromisoformat(moment)


def answered(client: Elasticsearch, board: Board, search: Search) -> Answer:
    """One search, sent; a body that Elasticsearch cannot use is a problem of the answer."""
    place: dict[str, Any] = {"board": board.key, "panel": search.panel, "part": search.part}
    try:
        answer = client.search(index=search.index, **_arguments(search.body))
    except NotFoundError:  # no incident was ever opened, no run ever shown: the panel is empty, and right
        return Answer(**place, documents=0, rows=(), took=0, problem=NOTHING)
    except ApiError as error:
        if error.status_code != 400:  # noqa: PLR2004 - a body that it cannot use; other answers are no fault of a board
            raise
        return Answer(**place, documents=0, rows=(), took=0, problem=_reason(error))
    rows = search.rows(answer.body)
    empty = search.part == "main" and not any(row.get("n", 1) for row in rows)
    return Answer(
        **place,
        documents=answer["hits"].get("total", {}).get("value", len(rows)),
        rows=rows,
        took=answer["took"],
        problem=NOTHING if empty else None,
    )


def _arguments(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as arguments of the client, whose name for `_source` is another."""
    return {"source" if name == "_source" else name: value for name, value in body.items()}


def _reason(error: ApiError) -> str:
    causes = error.body.get("error", {}).get("root_cause", []) if isinstance(error.body, dict) else []
    return str(causes[0].get("reason", error) if causes else error)[:SHOWN]
