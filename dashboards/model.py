"""A board as the Dashboards API takes it: `Dashboard`, its panels and controls, and what else must hold.

`dashboard.model_dump(exclude_none=True, by_alias=True, mode="json")` is the body of `PUT /api/dashboards/{id}`.
`read_board` reads a file and names every mistake by its path, before anything is sent.
"""

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidationError

from dashboards.parts import DataView as Source
from dashboards.parts import Id, Kql, Name, Part, Pill, Text, TimeRange
from dashboards.vis import Chart, DataTable, MetricChart
from dashboards.vis_xy import DataLayer, XyChart
from mentions.errors import Stop

COLUMNS = 48  # of Kibana's grid
SHOWN = 12  # mistakes told at a time


class BoardError(Stop):
    """A board that Kibana would refuse or draw wrongly; `problems` are (path, what is wrong)."""

    def __init__(self, name: str, problems: list[tuple[str, str]]) -> None:
        """`name` is how people know the board: its file or id."""
        self.problems = tuple(problems)
        lines = [f"{name}: {path}: {text}" for path, text in problems[:SHOWN]]
        more = len(problems) - SHOWN
        super().__init__("\n".join([*lines, f"{name}: and {more} more"] if more > 0 else lines))


class Grid(Part):
    """Where a panel stands, in columns (48) and rows (about 20 pixels each)."""

    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0)]
    w: Annotated[int, Field(ge=1, le=COLUMNS)]
    h: Annotated[int, Field(ge=1)]


class Placed(Part):
    """What every panel has."""

    id: Id
    grid: Grid


class MarkdownSettings(Part):
    """How links in the text open."""

    open_links_in_new_tab: bool = True


class Markdown(Part):
    """A text."""

    content: Text
    settings: MarkdownSettings = MarkdownSettings()
    title: Text | None = None
    hide_title: bool | None = None


class Sort(Part):
    """The order of a list."""

    name: Name
    direction: Literal["asc", "desc"]


class Tab(Part):
    """A list of documents."""

    data_source: Source
    query: Kql
    column_order: Annotated[tuple[Name, ...], Field(min_length=1)]
    sort: Annotated[tuple[Sort, ...], Field(min_length=1)]
    row_height: Annotated[int, Field(ge=1, le=20)] | None = None
    rows_per_page: Annotated[int, Field(ge=1, le=10_000)] | None = None


class Session(Part):
    """A list of documents, as Discover shows it."""

    title: Text
    description: Text | None = None
    tabs: Annotated[tuple[Tab, ...], Field(min_length=1, max_length=1)]


class BoardLink(Part):
    """A link to another board; filters and time go along."""

    type: Literal["dashboardLink"] = "dashboardLink"
    label: Text
    destination: Id


class LinkBar(Part):
    """Links to the other boards, side by side."""

    layout: Literal["horizontal", "vertical"] = "horizontal"
    links: Annotated[tuple[BoardLink, ...], Field(min_length=1)]


class VisPanel(Placed):
    """A chart."""

    type: Literal["vis"] = "vis"
    config: Chart


class MarkdownPanel(Placed):
    """A text."""

    type: Literal["markdown"] = "markdown"
    config: Markdown


class SessionPanel(Placed):
    """A list of documents."""

    type: Literal["discover_session"] = "discover_session"
    config: Session


class LinksPanel(Placed):
    """Links between boards (Kibana 9.5 or newer through the API)."""

    type: Literal["links"] = "links"
    config: LinkBar


Panel: TypeAlias = Annotated[VisPanel | MarkdownPanel | SessionPanel | LinksPanel, Field(discriminator="type")]


class OptionsList(Part):
    """What a control lists."""

    data_view_id: Id
    field_name: Name
    title: Text


class Control(Part):
    """A list above the board from which people choose values."""

    type: Literal["options_list_control"] = "options_list_control"
    id: Id
    width: Literal["small", "medium", "large"] = "medium"
    grow: bool = False
    config: OptionsList


class Options(Part):
    """How the board behaves; one value has one colour in all its charts."""

    use_margins: bool = True
    sync_colors: bool = True
    sync_cursor: bool = True
    sync_tooltips: bool = False
    hide_panel_titles: bool = False


class Dashboard(Part):
    """A whole board."""

    title: Text
    description: Text
    tags: tuple[Id, ...] = ()
    time_range: TimeRange
    query: Kql = Kql()
    filters: tuple[Pill, ...] = ()
    options: Options = Options()
    pinned_panels: tuple[Control, ...] = ()
    panels: Annotated[tuple[Panel, ...], Field(min_length=1, max_length=100)]

    def body(self) -> dict[str, Any]:
        """What is sent: JSON values only."""
        return self.model_dump(exclude_none=True, by_alias=True, mode="json")


def read_board(text: str | bytes, *, name: str = "board") -> Dashboard:
    """A board out of its JSON; BoardError names every mistake with its path."""
    try:
        board = Dashboard.model_validate_json(text)
    except ValidationError as error:
        raise BoardError(name, _told(error, text)) from error
    checked(board, name=name)
    return board


def checked(board: Dashboard, *, name: str = "board") -> Dashboard:
    """The same board; BoardError when it is well-formed but cannot work."""
    found = list(problems(board))
    if found:
        raise BoardError(name, found)
    return board


def problems(board: Dashboard) -> Iterator[tuple[str, str]]:
    """What types cannot say: (path, what is wrong)."""
    ids: dict[str, str] = {}
    places = [("panels", board.panels), ("pinned_panels", board.pinned_panels)]
    for path, each in ((f"{root}[{n}]", each) for root, list_ in places for n, each in enumerate(list_)):
        if each.id in ids:
            yield f"{path}.id", f"{each.id!r} is also the id of {ids[each.id]}"
        ids.setdefault(each.id, path)
    for n, panel in enumerate(board.panels):
        if (end := panel.grid.x + panel.grid.w) > COLUMNS:
            yield f"panels[{n}].grid", f"x + w is {end}, a board has {COLUMNS} columns"
        if isinstance(panel, VisPanel):
            yield from ((f"panels[{n}].config{path}", text) for path, text in _of_chart(panel.config))
    for (a, one), (b, other) in combinations(enumerate(board.panels), 2):
        if _overlap(one.grid, other.grid):
            yield f"panels[{b}].grid", f"it lies over panels[{a}] ({one.id!r})"


def _overlap(a: Grid, b: Grid) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def _of_chart(chart: Any) -> Iterator[tuple[str, str]]:
    if isinstance(chart, MetricChart):
        kinds = [metric.type for metric in chart.metrics]
        if kinds not in (["primary"], ["primary", "secondary"]):
            yield ".metrics", "the first is primary, a second one secondary"
    metrics = len(chart.metrics) if hasattr(chart, "metrics") else 1
    if isinstance(chart, XyChart):
        layers = [(f".layers[{n}]", layer) for n, layer in enumerate(chart.layers) if isinstance(layer, DataLayer)]
        if not layers:
            yield ".layers", "marks need bars or lines to stand on"
        for path, layer in layers:
            yield from _ranks(path, {"x": layer.x, "breakdown_by": layer.breakdown_by}, len(layer.y))
    for name in ("group_by", "rows"):
        buckets = {f"{name}[{n}]": each for n, each in enumerate(getattr(chart, name, ()))}
        yield from _ranks("", buckets, metrics)
    yield from _ranks("", {name: getattr(chart, name, None) for name in ("x", "y", "tag_by")}, metrics)
    if isinstance(chart, DataTable) and (sort := chart.styling.sort_by) is not None:
        columns = metrics if sort.column_type == "metric" else len(chart.rows)
        if sort.index >= columns:
            yield ".styling.sort_by.index", f"{sort.index}, but there are {columns} of that type, counted from 0"


def _ranks(path: str, buckets: dict[str, Any], metrics: int) -> Iterator[tuple[str, str]]:
    for name, bucket in buckets.items():
        index = getattr(getattr(bucket, "rank_by", None), "metric_index", 0)
        if index >= metrics:
            yield f"{path}.{name}.rank_by.metric_index", f"{index}, but there are {metrics} metrics, counted from 0"


def _told(error: ValidationError, text: str | bytes) -> list[tuple[str, str]]:
    found = error.errors()
    read = None if found[0]["type"] == "json_invalid" else json.loads(text)
    # A list whose entries are all wrong is also "too short": that is no second mistake.
    own = [each for each in found if each["type"] != "too_short" or not each["input"]]
    return [(_path(each["loc"], read), _said(each["type"], each)) for each in own]


def _path(loc: tuple[int | str, ...], read: Any) -> str:
    """`panels[3].config.layers[0].y`: the tags by which pydantic tells the branch of a union are no keys."""
    path, tags = "", _tags(read)
    for step in loc:
        if step in tags:
            tags.remove(step)
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
        read = _inside(read, step)
        tags = _tags(read)
    return path.lstrip(".") or "the file"


def _tags(read: Any) -> list[Any]:
    return [read[key] for key in ("type", "operation", "operator") if key in read] if isinstance(read, dict) else []


def _inside(read: Any, step: int | str) -> Any:
    try:
        return read[step]
    except (KeyError, IndexError, TypeError):
        return None


def _said(kind: str, error: Any) -> str:
    got = json.dumps(error["input"], default=str, ensure_ascii=False)
    seen = got if len(got) <= 60 else f"{got[:57]}..."  # noqa: PLR2004 - one line on a terminal
    if kind == "missing":
        return "this key is missing"
    if kind == "extra_forbidden":
        return "an unknown key"
    if kind == "too_short":
        return "at least one entry is needed"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}, got {seen}"
