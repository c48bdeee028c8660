"""Two small boards that refer to each other, and the whole of what a deployment needs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stub_kibana import KEY, StubKibana

from dashboards.asking import Patience
from dashboards.client import connect
from dashboards.deploy import Deployed, deploy, refuse_if_by_hand
from dashboards.model import Dashboard, read_board
from dashboards.plan import look, way_of
from dashboards.savedobjects import Tag
from dashboards.views import data_views
from dashboards.wanted import Wanted, wanted

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
HURRIED = Patience(attempts=3, first=0.0)


def body(title: str, other: str, space: str = "default") -> dict[str, Any]:
    """A board with a chart, a text and a list; a click on the chart leads to the other board."""
    view = "vigie-mentions" if space == "default" else f"vigie-{space}-mentions"
    source = {"type": "data_view_reference", "ref_id": view}
    leads = {"type": "dashboard_drilldown", "dashboard_id": other, "label": "More", "trigger": "on_apply_filter"}
    chart = {"type": "metric", "title": "Mentions", "data_source": source, "drilldowns": [leads]}
    chart["metrics"] = [{"type": "primary", "operation": "count", "label": "Mentions"}]
    order = [{"name": "published_at", "direction": "desc"}]
    tab = {"data_source": source, "query": {"expression": ""}, "column_order": ["title"], "sort": order}
    return {
        "title": title,
        "description": "Trial",
        "tags": [tag(space)],
        "time_range": {"from": "now-7d", "to": "now"},
        "panels": [
            {"type": "markdown", "id": "about", "grid": _grid(0, 4), "config": {"content": "What it answers"}},
            {"type": "vis", "id": "count", "grid": _grid(4, 6), "config": chart},
            {"type": "discover_session", "id": "list", "grid": _grid(10, 9), "config": {"title": "All", "tabs": [tab]}},
        ],
    }


def _grid(y: int, h: int) -> dict[str, int]:
    return {"x": 0, "y": y, "w": 48, "h": h}


def names(space: str) -> tuple[str, str]:
    return ("vigie-one", "vigie-two") if space == "default" else (f"vigie-{space}-one", f"vigie-{space}-two")


def tag(space: str) -> str:
    return "vigie" if space == "default" else f"vigie-{space}"


def some(
    space: str = "default", change: Callable[[dict[str, Any]], None] | None = None, only: str | None = None
) -> Wanted:
    """`change` works on the first board."""
    one, two = names(space)
    bodies = {one: body("One", two, space), two: body("Two", one, space)}
    if change:
        change(bodies[one])
    read = {name: read_board(json.dumps(each), name=name) for name, each in bodies.items()}
    return whole({name: board for name, board in read.items() if only in {None, name}}, space)


def whole(boards: dict[str, Dashboard], space: str = "default") -> Wanted:
    return wanted(boards, data_views(space), Tag(tag(space), "Vigie", "Boards of Vigie", "#0B64DD"))


def deployed(
    kibana: StubKibana,
    folder: Path,
    what: Wanted | None = None,
    *,
    space: str = "default",
    via: Any = "auto",
    force: bool = False,
) -> Deployed:
    """All that `vigie kibana deploy` does, but for its words."""
    with connect(kibana.url, space=space, api_key=KEY, patience=HURRIED) as client:
        version = client.version()
        client.must_exist()
        what = what or some(space)
        planned = look(client, what, version, way_of(version, via))
        refuse_if_by_hand(space, planned, force=force)
        return deploy(client, what, planned, backups=folder, now=NOW)


def words(done: Deployed) -> list[str]:
    return [each.word for each in done.outcomes]
