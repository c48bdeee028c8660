"""Panels as searches: the body that Elasticsearch gets, and its answer as rows. Pure.

What Kibana's Lens asks, in what the smallest node can do: terms in terms instead of `multi_terms`, an interval chosen
from the range instead of `auto_date_histogram`, a shifted time as a second search. What Lens calls "other" is a row of
its own only where one search tells it: one level of buckets, counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from dashboards import kql
from dashboards.aggregations import Plan, Row
from dashboards.model import Dashboard, Panel, SessionPanel, VisPanel
from dashboards.moments import Window, window
from dashboards.parts import Exists, Is, IsOneOf, Pill
from dashboards.views import View
from dashboards.vis import DataTable, HeatmapChart, MetricChart, PieChart, TagCloud
from dashboards.vis_xy import DataLayer, Mark, MarkLayer, XyChart

Now: TypeAlias = datetime | Mapping[str, datetime]  # one for all, or by data view
Json: TypeAlias = dict[str, Any]
MARKS: Final = 50  # at most, on one chart
LISTED: Final = 25


@dataclass(frozen=True, slots=True)
class Search:
    """One search of a panel. `part` is `main`, `previous` (another time), or `layer-1`, `marks-1` of several layers."""

    panel: str
    part: str
    index: str
    body: Mapping[str, Any]
    plan: Plan | None = None

    def rows(self, answer: Mapping[str, Any]) -> tuple[Row, ...]:
        """The answer of Elasticsearch as rows: buckets and metrics by name, or the fields of a document."""
        if self.plan is None:
            return tuple({"id": hit["_id"], **hit["_source"]} for hit in answer["hits"]["hits"])
        return tuple(self.plan.rows(answer))


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds for a whole board: its data views, its filters as queries, now, a window instead of its own."""

    views: Mapping[str, View]
    filters: Sequence[Json]
    now: Now
    zone: str
    own: Window | None
    board: Dashboard

    def window(self, view: View, chart: Any = None) -> Window:
        """The window of a chart: its own range, else the one asked for, else the board's."""
        now = self.now if isinstance(self.now, datetime) else self.now[view.id]
        own = getattr(chart, "time_range", None)
        if own is not None:
            return window(own, now)
        return self.own or window(self.board.time_range, now)

    def query(self, within: Window, field: str, *expressions: str, free: bool | None = False) -> Json:
        """Everything that a document must meet; `free` of the board's filters or not."""
        moment = {"gte": within.start.isoformat(), "lte": within.end.isoformat()}
        own = [kql.compiled(expression) for expression in expressions if expression]
        return {"bool": {"filter": [{"range": {field: moment}}, *([] if free else self.filters), *own]}}


def searches(
    board: Dashboard,
    views: Iterable[View],
    *,
    now: Now,
    start: datetime | None = None,
    end: datetime | None = None,
    filters: Sequence[tuple[str, str]] = (),
    zone: str = "UTC",
) -> dict[str, tuple[Search, ...]]:
    """The searches of each panel that has any, by its id.

    `start` and `end` (aware, both or neither) replace the board's window; `filters` are (field, value) that people
    would choose in the controls; days begin in `zone`.
    """
    own = None if start is None or end is None else Window(start, end)
    pills = [*map(_pill, board.filters), *({"term": {field: value}} for field, value in filters)]
    query = [kql.compiled(board.query.expression)] if board.query.expression else []
    asked = Asked({view.id: view for view in views}, [*pills, *query], now, zone, own, board)
    found = {panel.id: tuple(_of_panel(panel, asked)) for panel in board.panels}
    return {panel: made for panel, made in found.items() if made}


def _of_panel(panel: Panel, asked: Asked) -> Iterable[Search]:
    if isinstance(panel, SessionPanel):
        return [_list(panel, asked)]
    if not isinstance(panel, VisPanel):
        return []
    chart = panel.config
    if isinstance(chart, XyChart):
        return [
            search
            for n, layer in enumerate(chart.layers)
            for search in (
                _marks(panel.id, n, layer, asked)
                if isinstance(layer, MarkLayer)
                else _asked(panel.id, "main" if n == 0 else f"layer-{n}", chart, layer, asked)
            )
        ]
    return _asked(panel.id, "main", chart, chart, asked)


def _asked(panel: str, part: str, chart: Any, layer: Any, asked: Asked) -> Iterable[Search]:
    """One search for each time that the metrics look at."""
    view = asked.views[layer.data_source.ref_id]
    within = asked.window(view, chart)
    buckets, metrics = shape(layer)
    for shift in dict.fromkeys(metric.time_shift for _, metric in metrics):
        at = within if shift is None else within.before(shift)
        plan = Plan(
            buckets=buckets,
            metrics=tuple((name, metric) for name, metric in metrics if metric.time_shift == shift),
            window=at,
            zone=asked.zone,
        )
        free = layer.ignore_global_filters
        query = asked.query(at, view.time_field, chart.query.expression, free=free)
        body = {"size": 0, "track_total_hits": True, "query": query, "aggs": plan.aggs()}
        yield Search(panel, part if shift is None else shift, view.title, body, plan)


def shape(layer: Any) -> tuple[tuple[tuple[str, Any], ...], tuple[tuple[str, Any], ...]]:
    """Named buckets from the outermost in, and named metrics: `x`, `by`, `row0` ...; `m0`, `m1` ..."""
    metrics: Sequence[Any]
    match layer:
        case DataLayer():
            split = [("by", layer.breakdown_by)] if layer.breakdown_by is not None else []
            first = split and getattr(layer.breakdown_by, "aggregate_first", None)
            buckets = [*split, ("x", layer.x)] if first else [("x", layer.x), *split]
            metrics = layer.y
        case MetricChart():
            buckets, metrics = [], layer.metrics
        case PieChart():
            buckets, metrics = [(f"group{n}", each) for n, each in enumerate(layer.group_by)], layer.metrics
        case HeatmapChart():
            buckets = [*([("y", layer.y)] if layer.y is not None else []), ("x", layer.x)]
            metrics = (layer.metric,)
        case TagCloud():
            buckets, metrics = [("tag", layer.tag_by)], (layer.metric,)
        case DataTable():
            buckets, metrics = [(f"row{n}", each) for n, each in enumerate(layer.rows)], layer.metrics
        case _:
            raise ValueError(f"no search is known for a {type(layer).__name__}")
    return tuple(buckets), tuple((f"m{n}", each) for n, each in enumerate(metrics))


def _marks(panel: str, n: int, layer: MarkLayer, asked: Asked) -> Iterable[Search]:
    view = asked.views[layer.data_source.ref_id]
    for event in layer.events:
        yield Search(panel, f"marks-{n}", view.title, _mark(event, layer, view, asked))


def _mark(event: Mark, layer: MarkLayer, view: View, asked: Asked) -> Json:
    within = asked.window(view)
    query = asked.query(within, event.time_field, event.query.expression, free=layer.ignore_global_filters)
    shown = [event.time_field, *(event.extra_fields or ())]
    return {"size": MARKS, "query": query, "sort": [{event.time_field: "asc"}], "_source": shown}


def _list(panel: SessionPanel, asked: Asked) -> Search:
    (tab,) = panel.config.tabs
    view = asked.views[tab.data_source.ref_id]
    query = asked.query(asked.window(view), view.time_field, tab.query.expression)
    body = {
        "size": tab.rows_per_page or LISTED,
        "track_total_hits": True,
        "query": query,
        "sort": [{sort.name: sort.direction} for sort in tab.sort],
        "_source": [view.time_field, *tab.column_order],
    }
    return Search(panel.id, "main", view.title, body)


def _pill(pill: Pill) -> Json:
    match pill.condition:
        case Is(field=field, value=value):
            query: Json = {"term": {field: value}}
        case IsOneOf(field=field, value=values):
            query = {"terms": {field: list(values)}}
        case Exists(field=field):
            query = {"exists": {"field": field}}
    return {"bool": {"must_not": [query]}} if pill.negate else query
