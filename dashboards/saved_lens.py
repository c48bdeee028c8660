"""Charts of one layer as Lens stores them: metric, donut, heat map, word cloud, table. Those on two axes: saved_xy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from dashboards.saved_colours import mapping, ramp
from dashboards.saved_columns import Json, bucket, date_histogram, layer, metric
from dashboards.views import View

MAIN: Final = "layer_0"
TREND: Final = "layer_0_trend"
HOLES: Final = {"s": 0.3, "m": 0.54, "l": 0.7}  # the share of the radius that is empty


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart in Lens's terms; `reads` and `marks` say which data view a layer of columns or of marks reads."""

    kind: str
    visualization: Json
    layers: Mapping[str, Json]
    reads: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def one_layer(chart: Mapping[str, Any], view: View) -> Drawn:
    """A chart of one data view; ValueError for a type that no stored form is known of."""
    draw = CHARTS.get(chart["type"])
    if draw is None:
        raise ValueError(f"no stored form is known for the chart {chart['type']!r}")
    return draw(chart, view)


def _metric(chart: Mapping[str, Any], view: View) -> Drawn:
    primary, *rest = chart["metrics"]
    columns = {"metric": metric(primary, view.types)}
    state: Json = {"layerId": MAIN, "layerType": "data", "metricAccessor": "metric", "showBar": False}
    if "subtitle" in primary:
        state["subtitle"] = primary["subtitle"]
    for secondary in rest:
        columns["secondary"] = metric(secondary, view.types)
        state["secondaryMetricAccessor"] = "secondary"
        if "compare" in secondary:
            state["secondaryTrend"] = _against_primary(secondary["compare"])
    layers = {MAIN: _layer(chart, columns)}
    if "background_chart" in primary:
        over_time = {f"trend_{name}": column for name, column in columns.items()}
        times = {"trend_time": date_histogram(view.time_field)}
        layers[TREND] = {**_layer(chart, {**times, **over_time}), "linkToLayers": [MAIN]}
        state |= {"trendlineLayerId": TREND, "trendlineLayerType": "metricTrendline"}
        state |= {"trendlineMetricAccessor": "trend_metric", "trendlineTimeAccessor": "trend_time"}
        state |= {"trendlineSecondaryMetricAccessor": "trend_secondary"} if rest else {}
    return Drawn("lnsMetric", state, layers, dict.fromkeys(layers, view.id))


def _against_primary(compare: Mapping[str, Any]) -> Json:
    shown = {(True, True): "both", (True, False): "icon", (False, True): "value"}
    visuals = shown[compare["icon"], compare["value"]]
    trend = {"baselineValue": compare["to"], "paletteId": "compare_to", "reversed": False, "type": "dynamic"}
    return {**trend, "visuals": visuals}


def _pie(chart: Mapping[str, Any], view: View) -> Drawn:
    metrics = {f"metric_{n}": metric(one, view.types) for n, one in enumerate(chart["metrics"])}
    groups = {f"group_{n}": bucket(one, view.types, list(metrics)) for n, one in enumerate(chart["group_by"])}
    style, legend = chart["styling"], chart["legend"]["visibility"]
    labels, values = style["labels"], style["values"]
    state: Json = {
        "categoryDisplay": {"inside": "inside", "outside": "default"}[labels["position"]]
        if labels["visible"]
        else "hide",
        "layerId": MAIN,
        "layerType": "data",
        "legendDisplay": {"auto": "default", "visible": "show", "hidden": "hide"}[legend],
        "metrics": list(metrics),
        "nestedLegend": False,
        "numberDisplay": {"absolute": "value", "percentage": "percent"}[values["mode"]]
        if values["visible"]
        else "hidden",
        "percentDecimals": values["percent_decimals"],
        "primaryGroups": list(groups),
    }
    colours = [one["color"] for one in chart["group_by"] if "color" in one]
    if colours:
        state["colorMapping"] = mapping(colours[0])
    hole = style["donut_hole"]
    if hole in HOLES:
        state["emptySizeRatio"] = HOLES[hole]
    shape = {"layers": [state], "shape": "donut" if hole in HOLES else "pie"}
    return _single("lnsPie", shape, chart, {**groups, **metrics}, view)


def _heatmap(chart: Mapping[str, Any], view: View) -> Drawn:
    columns = {name: bucket(chart[name], view.types, ["value"]) for name in ("x", "y") if name in chart}
    state = {
        "gridConfig": {
            "isCellLabelVisible": chart["styling"]["cells"]["labels"]["visible"],
            "isXAxisLabelVisible": True,
            "isXAxisTitleVisible": False,
            "isYAxisLabelVisible": True,
            "isYAxisTitleVisible": False,
            "type": "heatmap_grid",
        },
        "layerId": MAIN,
        "layerType": "data",
        "legend": {
            "isVisible": chart["legend"]["visibility"] == "visible",
            "position": "right",
            "type": "heatmap_legend",
        },
        "shape": "heatmap",
        "valueAccessor": "value",
        **{f"{name}Accessor": name for name in columns},
    }
    if "color" in chart["metric"]:
        state["palette"] = {**ramp(chart["metric"]["color"]), "accessor": "value"}
    return _single("lnsHeatmap", state, chart, {**columns, "value": metric(chart["metric"], view.types)}, view)


def _cloud(chart: Mapping[str, Any], view: View) -> Drawn:
    columns = {"tag": bucket(chart["tag_by"], view.types, ["value"]), "value": metric(chart["metric"], view.types)}
    state = {
        "layerId": MAIN,
        "maxFontSize": 72,
        "minFontSize": 18,
        "orientation": "single",
        "showLabel": True,
        "tagAccessor": "tag",
        "valueAccessor": "value",
    }
    return _single("lnsTagcloud", state, chart, columns, view)


def _table(chart: Mapping[str, Any], view: View) -> Drawn:
    metrics = {f"metric_{n}": metric(one, view.types) for n, one in enumerate(chart["metrics"])}
    rows = {f"row_{n}": bucket(one, view.types, list(metrics)) for n, one in enumerate(chart["rows"])}
    shown: list[Json] = [
        {"columnId": name, "isMetric": False, "isTransposed": False}
        | ({"oneClickFilter": row["click_filter"]} if "click_filter" in row else {})
        for name, row in zip(rows, chart["rows"], strict=True)
    ]
    shown += [{"columnId": name, "isMetric": True, "isTransposed": False} for name in metrics]
    style = chart["styling"]
    state: Json = {"columns": shown, "layerId": MAIN, "layerType": "data"}
    state["paging"] = {"enabled": True, "size": style["paging"]}
    if "sort_by" in style:
        sort = style["sort_by"]
        state["sorting"] = {"columnId": f"{sort['column_type']}_{sort['index']}", "direction": sort["direction"]}
    return _single("lnsDatatable", state, chart, {**rows, **metrics}, view)


def _single(kind: str, state: Json, chart: Mapping[str, Any], columns: Mapping[str, Json], view: View) -> Drawn:
    return Drawn(kind, state, {MAIN: _layer(chart, columns)}, {MAIN: view.id})


def _layer(chart: Mapping[str, Any], columns: Mapping[str, Json]) -> Json:
    return layer(columns, ignore_global_filters=chart.get("ignore_global_filters", False))


CHARTS: Final[Mapping[str, Callable[[Mapping[str, Any], View], Drawn]]] = MappingProxyType(
    {"metric": _metric, "pie": _pie, "heatmap": _heatmap, "tag_cloud": _cloud, "data_table": _table}
)
