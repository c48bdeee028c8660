"""A panel and what Elasticsearch answered to it, as a drawing: near to what Kibana shows, and never more. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from charts import axes, overtime, plain
from charts.look import Look
from charts.prose import prose
from charts.render import svg
from charts.table import table
from dashboards.aggregations import Row
from dashboards.cells import Cells
from dashboards.model import LinksPanel, MarkdownPanel, Panel, SessionPanel, VisPanel
from dashboards.moments import LENGTHS
from dashboards.parts import ByName, DateHistogram, Filters, Mapped
from dashboards.queries import Search, shape
from dashboards.views import COLUMNS
from dashboards.vis import DataTable, HeatmapChart, MetricChart, PieChart, TagCloud
from dashboards.vis_xy import Between, DataLayer, MarkLayer, XyChart
from dashboards.words import say

Answers: TypeAlias = Mapping[str, tuple[Search, Sequence[Row]]]  # by the part of a panel: main, previous, marks-1
NOTHING: Final = {"en": "No results found", "fr": "Aucun résultat"}


def picture(panel: Panel, answers: Answers, look: Look) -> str:
    """The panel as an SVG of the look's size; a panel that found nothing says so."""
    if isinstance(panel, MarkdownPanel):
        return prose(panel.config.content, look)
    if isinstance(panel, LinksPanel):
        return prose("**" + "   ·   ".join(link.label for link in panel.config.links) + "**", look)
    search, rows = answers["main"]
    if not any(row.get("n", 1) for row in rows):
        return prose(NOTHING[look.language], look)
    return svg(_chart(panel, search, rows, answers, Cells(look)), language=look.language)


def _chart(panel: VisPanel | SessionPanel, search: Search, rows: Sequence[Row], answers: Answers, cells: Cells) -> Any:
    if isinstance(panel, SessionPanel):
        return _listed(panel, rows, cells)
    chart = panel.config
    if isinstance(chart, XyChart):
        return _xy(chart, search, rows, answers, cells)
    if isinstance(chart, MetricChart):
        return _number(chart, rows[0], answers, cells)
    return _buckets(chart, rows, cells)


def _named(rows: Sequence[Row], buckets: Mapping[str, Any], cells: Cells) -> list[dict[str, Any]]:
    """The rows with what people read instead of keys; moments stay moments."""
    return [
        {key: cells.bucket(buckets[key], value) if key in buckets else value for key, value in row.items()}
        for row in rows
    ]


def _xy(chart: XyChart, search: Search, rows: Sequence[Row], answers: Answers, cells: Cells) -> Any:
    look = cells.look
    layer = next(each for each in chart.layers if isinstance(each, DataLayer))
    buckets = dict(shape(layer)[0])
    split = layer.breakdown_by
    static = layer.y[0].color
    own = {"": static.color} if static is not None else {}
    dressed = replace(look, colours=own | _colours(split, cells))
    named = _named(rows, buckets, cells)
    by: dict[str, Any] = {"value": "m0"}
    if split is not None:
        by |= {"series": "by", "order": _series(split, named)}
    share = layer.type in {"bar_horizontal_percentage", "area_percentage"}
    if not isinstance(layer.x, DateHistogram):
        if isinstance(getattr(layer.x, "rank_by", None), ByName):
            named = sorted(named, key=lambda row: _ranked(row["x"]))
        return axes.bars(named, dressed, name="x", share=share, **by)
    if layer.type == "line":
        domain = chart.axis.y.domain if chart.axis is not None and chart.axis.y is not None else None
        ends = (domain.min, domain.max) if isinstance(domain, Between) else None
        return overtime.line(named, dressed, time="x", domain=ends, marks=_marks(chart, answers, cells), **by)
    asked = search.plan.window.interval(layer.x.suggested_interval) if search.plan is not None else ""
    return overtime.over_time(named, dressed, time="x", step=dict(LENGTHS)[asked], share=share, **by)


def _series(split: Any, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Named queries in their order, values by how many documents they have: so one value has one colour everywhere."""
    if isinstance(split, Filters):
        return [each.label for each in split.filters]
    weights = Counter[str]()
    for row in rows:
        weights[str(row["by"])] += row["n"]
    return sorted(weights, key=lambda name: (-weights[name], name))


def _marks(chart: XyChart, answers: Answers, cells: Cells) -> list[tuple[datetime, str]]:
    layers = [(f"marks-{n}", each) for n, each in enumerate(chart.layers) if isinstance(each, MarkLayer)]
    return [
        (cells.moment(row[event.time_field]), " ".join([f"{event.label}:", str(row.get("brand", ""))]).strip(" :"))
        for part, layer in layers
        if part in answers
        for event in layer.events
        for row in answers[part][1]
    ]


def _number(chart: MetricChart, row: Row, answers: Answers, cells: Cells) -> Any:
    look = cells.look
    first = cells.metric(chart.metrics[0], row["m0"])
    if len(chart.metrics) == 1:
        return plain.metric(first, look)
    second = chart.metrics[1]
    earlier = answers["previous"][1][0] if "previous" in answers else row
    beside = f"{second.label}: {cells.metric(second, earlier['m1'])}"
    return plain.metric(first, look, beside=beside.replace(": ", "\u00a0: ") if look.language == "fr" else beside)


def _buckets(chart: Any, rows: Sequence[Row], cells: Cells) -> Any:
    look = cells.look
    named = _named(rows, dict(shape(chart)[0]), cells)
    match chart:
        case PieChart():
            some = [row for row in named if row["m0"]] or named
            dressed = replace(look, colours=_colours(chart.group_by[0], cells))
            return plain.donut(some, dressed, name="group0", value="m0")
        case HeatmapChart():
            ramp = [step.color for step in chart.metric.color.steps] if chart.metric.color else ("#EFF3FF", "#08519C")
            flat = [{"y": "", **row} for row in named]
            return axes.heatmap(flat, look, x="x", y="y", value="m0", columns=_across(chart.x, named), ramp=ramp)
        case TagCloud():
            return plain.words(named, look, name="tag", value="m0")
        case DataTable():
            return _table(chart, named, cells)
    raise ValueError(f"no drawing is known for a {type(chart).__name__}")


def _across(bucket: Any, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of a heatmap in the order that the board asks for."""
    found = list(dict.fromkeys(str(row["x"]) for row in rows))
    if isinstance(bucket, Filters):
        return [each.label for each in bucket.filters]
    return sorted(found, key=_ranked) if isinstance(bucket.rank_by, ByName) else found


def _ranked(key: Any) -> tuple[int, float, str]:
    """Numbers by size, then texts by letter."""
    try:
        return 0, float(str(key).replace(",", ".")), ""
    except ValueError:
        return 1, 0.0, str(key)


def _table(chart: DataTable, rows: Sequence[Mapping[str, Any]], cells: Cells) -> Any:
    keys = {f"row{n}": row.label or row.fields[0] for n, row in enumerate(chart.rows)}
    metrics = {f"m{n}": metric for n, metric in enumerate(chart.metrics)}
    ordered = list(rows)
    if (by := chart.styling.sort_by) is not None:
        column = f"{'m' if by.column_type == 'metric' else 'row'}{by.index}"
        ordered.sort(key=lambda row: _comparable(row[column]), reverse=by.direction == "desc")
        ordered.sort(key=lambda row: row[column] is None)
    shown = [{**row, **{name: cells.metric(metric, row[name]) for name, metric in metrics.items()}} for row in ordered]
    columns = keys | {name: metric.label for name, metric in metrics.items()}
    return table(shown, cells.look, columns=columns, numbers=tuple(metrics))


def _comparable(value: Any) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value or ""))


def _listed(panel: SessionPanel, rows: Sequence[Row], cells: Cells) -> Any:
    (tab,) = panel.config.tabs
    names = ["published_at", *tab.column_order]
    shown = [{name: cells.field(name, row.get(name)) for name in names} for row in rows]
    titles = {name: say(cells.look.language, COLUMNS[name]) if name in COLUMNS else name for name in names}
    return table(shown, cells.look, columns=titles)


def _colours(bucket: Any, cells: Cells) -> dict[str, str]:
    color = getattr(bucket, "color", None)
    if not isinstance(color, Mapped):
        return {}
    return {cells.bucket(bucket, value): each.color.value for each in color.mapping for value in each.values}
