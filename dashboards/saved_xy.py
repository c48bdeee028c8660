"""Bars, lines, areas and marks on two axes as Lens stores them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from dashboards.saved_colours import mapping
from dashboards.saved_columns import Json, bucket, layer, metric, query
from dashboards.saved_lens import Drawn
from dashboards.views import View

# Shares are stacked by nature: the stored names say it.
SERIES: Final = MappingProxyType(
    {
        "area_percentage": "area_percentage_stacked",
        "bar_horizontal": "bar_horizontal",
        "bar_horizontal_percentage": "bar_horizontal_percentage_stacked",
        "bar_horizontal_stacked": "bar_horizontal_stacked",
        "bar_stacked": "bar_stacked",
        "line": "line",
    }
)
MARKS: Final = "annotations"


def two_axes(chart: Mapping[str, Any], views: Mapping[str, View]) -> Drawn:
    """A chart on two axes; each layer may read a data view of its own."""
    names = [f"layer_{n}" for n in range(len(chart["layers"]))]
    reads = {name: one["data_source"]["ref_id"] for name, one in zip(names, chart["layers"], strict=True)}
    layers: dict[str, Json] = {}
    drawn: list[Json] = []
    for name, one in zip(names, chart["layers"], strict=True):
        if one["type"] == MARKS:
            drawn.append(_marks(one, name))
        else:
            layers[name] = _columns(one, views[reads[name]])
            drawn.append(_series(one, name))
    state = {
        **_axes(chart.get("axis", {})),
        "fittingFunction": "None",
        "layers": drawn,
        "legend": _legend(chart["legend"]),
        "preferredSeriesType": next(one["seriesType"] for one in drawn if one["layerType"] == "data"),
        "valueLabels": "hide",
    }
    marks = {name: view for name, view in reads.items() if name not in layers}
    return Drawn("lnsXY", state, layers, {name: reads[name] for name in layers}, marks)


def _columns(of: Mapping[str, Any], view: View) -> Json:
    metrics = {f"y_{n}": metric(one, view.types) for n, one in enumerate(of["y"])}
    names = [("x", "x"), ("breakdown", "breakdown_by")]
    if of.get("breakdown_by", {}).get("aggregate_first", False):
        names.reverse()  # the same values in every part of the time, not the most frequent of each
    buckets = {name: bucket(of[key], view.types, list(metrics)) for name, key in names if key in of}
    return layer({**buckets, **metrics}, ignore_global_filters=of.get("ignore_global_filters", False))


def _series(of: Mapping[str, Any], name: str) -> Json:
    accessors = [f"y_{n}" for n in range(len(of["y"]))]
    coloured = [
        {"color": one["color"]["color"], "forAccessor": accessor}
        for accessor, one in zip(accessors, of["y"], strict=True)
        if "color" in one
    ]
    state: Json = {"accessors": accessors, "layerId": name, "layerType": "data"}
    state |= {"seriesType": SERIES[of["type"]], "xAccessor": "x"}
    if coloured:
        state["yConfig"] = coloured
    if "breakdown_by" in of:
        state["splitAccessor"] = "breakdown"
        if "color" in of["breakdown_by"]:
            state["colorMapping"] = mapping(of["breakdown_by"]["color"])
    return state


def _marks(of: Mapping[str, Any], name: str) -> Json:
    return {
        "annotations": [_mark(one, f"{name}_mark_{n}") for n, one in enumerate(of["events"])],
        "ignoreGlobalFilters": of.get("ignore_global_filters", False),
        "layerId": name,
        "layerType": MARKS,
        "persistanceType": "byValue",  # spelt so by Kibana
    }


def _mark(of: Mapping[str, Any], name: str) -> Json:
    mark: Json = {
        "filter": {"type": "kibana_query", **query(of["query"])},
        "icon": of["icon"],
        "id": name,
        "key": {"type": "point_in_time"},
        "label": of["label"],
        "timeField": of["time_field"],
        "type": "query",
    }
    if "color" in of:
        mark["color"] = of["color"]["color"]
    if "extra_fields" in of:
        mark["extraFields"] = of["extra_fields"]
    return mark


def _legend(of: Mapping[str, Any]) -> Json:
    # A single series has its name too: the colour alone would not say it.
    return {"isVisible": of["visibility"] == "visible", "position": of["position"], "showSingleSeries": True}


def _axes(of: Mapping[str, Any]) -> Json:
    titles = {name: of.get(name, {}).get("title", {}) for name in ("x", "y")}
    state: Json = {
        "axisTitlesVisibilitySettings": {
            "x": titles["x"].get("visible", True),
            "yLeft": titles["y"].get("visible", True),
            "yRight": True,
        }
    }
    for name, title in titles.items():
        if "text" in title:
            state[f"{name}Title"] = title["text"]
    domain = of.get("y", {}).get("domain", {"type": "full"})
    if domain["type"] == "full":
        state["yLeftExtent"] = {"mode": "full"}
    else:
        state["yLeftExtent"] = {"lowerBound": domain["min"], "mode": "custom", "upperBound": domain["max"]}
    return state
