"""Charts as Lens stores them, read back into the words of the Dashboards API."""

from typing import Any

Json = dict[str, Any]
EMPTY = {0.3: "s", 0.54: "m", 0.7: "l"}


def chart(kind: str, state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    read = {
        "lnsMetric": _metric,
        "lnsXY": _xy,
        "lnsPie": _pie,
        "lnsHeatmap": _heatmap,
        "lnsTagcloud": _cloud,
        "lnsDatatable": _table,
    }[kind]
    for layer in layers.values():
        assert sorted(layer["columnOrder"]) == sorted(layer["columns"])
        order = [layer["columns"][name]["isBucketed"] for name in layer["columnOrder"]]
        assert order == sorted(order, reverse=True), "buckets come first"
        assert layer["incompleteColumns"] == {}
    return read(dict(state), layers, reads)


def _one(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> tuple[Json, Json]:
    name = state["layerId"]
    assert state.get("layerType", "data") == "data"
    layer = layers[name]
    common: Json = {"data_source": _source(reads[f"indexpattern-datasource-layer-{name}"])}
    if layer["ignoreGlobalFilters"]:
        common["ignore_global_filters"] = True
    return layer, common


def _source(view: str) -> Json:
    return {"type": "data_view_reference", "ref_id": view}


def _metric(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    layer, common = _one(state, layers, reads)
    primary = {"type": "primary", **_value(layer, state["metricAccessor"])}
    if "subtitle" in state:
        primary["subtitle"] = state["subtitle"]
    metrics = [primary]
    if "secondaryMetricAccessor" in state:
        metrics.append({"type": "secondary", **_value(layer, state["secondaryMetricAccessor"])})
        if "secondaryTrend" in state:
            trend = state["secondaryTrend"]
            assert trend["type"] == "dynamic"
            shown = {"both": (True, True), "icon": (True, False), "value": (False, True)}[trend["visuals"]]
            metrics[1]["compare"] = {"to": trend["baselineValue"], "icon": shown[0], "value": shown[1]}
    if "trendlineLayerId" in state:
        primary["background_chart"] = {"type": "trend"}
        behind = layers[state["trendlineLayerId"]]
        assert (behind["linkToLayers"], state["trendlineLayerType"]) == ([state["layerId"]], "metricTrendline")
        columns = behind["columns"]
        assert columns[state["trendlineTimeAccessor"]]["operationType"] == "date_histogram"
        assert columns[state["trendlineTimeAccessor"]]["sourceField"]
        assert columns[state["trendlineMetricAccessor"]] == layer["columns"][state["metricAccessor"]]
        if len(metrics) > 1:
            twin = columns[state["trendlineSecondaryMetricAccessor"]]
            assert twin == layer["columns"][state["secondaryMetricAccessor"]]
        assert reads[f"indexpattern-datasource-layer-{state['trendlineLayerId']}"] == common["data_source"]["ref_id"]
    return {"type": "metric", **common, "metrics": metrics}


def _xy(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    legend = state["legend"]
    drawn = [
        _series(each, layers, reads) if each["layerType"] == "data" else _marks(each, reads) for each in state["layers"]
    ]
    read: Json = {
        "type": "xy",
        "layers": drawn,
        "legend": {
            "visibility": "visible" if legend["isVisible"] else "hidden",
            "placement": "outside",
            "position": legend["position"],
        },
    }
    shown, extent = state["axisTitlesVisibilitySettings"], state["yLeftExtent"]
    domain = {
        "full": lambda: {"type": "full"},
        "custom": lambda: {"type": "custom", "min": extent["lowerBound"], "max": extent["upperBound"]},
    }
    read["axis"] = {
        "x": {"title": {"visible": shown["x"], **({"text": state["xTitle"]} if "xTitle" in state else {})}},
        "y": {
            "title": {"visible": shown["yLeft"], **({"text": state["yTitle"]} if "yTitle" in state else {})},
            "domain": domain[extent["mode"]](),
        },
    }
    return read


def _series(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    layer, read = _one(state, layers, reads)
    read["type"] = state["seriesType"].replace("percentage_stacked", "percentage")
    read["x"] = _bucket(layer, state["xAccessor"], state["accessors"])
    colours = {each["forAccessor"]: {"type": "static", "color": each["color"]} for each in state.get("yConfig", [])}
    read["y"] = [
        {**_value(layer, each), **({"color": colours[each]} if each in colours else {})} for each in state["accessors"]
    ]
    if "splitAccessor" in state:
        read["breakdown_by"] = _bucket(layer, state["splitAccessor"], state["accessors"])
        if layer["columnOrder"].index(state["splitAccessor"]) < layer["columnOrder"].index(state["xAccessor"]):
            read["breakdown_by"]["aggregate_first"] = True
        if "colorMapping" in state:
            read["breakdown_by"]["color"] = _colours(state["colorMapping"])
    return read


def _marks(state: Json, reads: dict[str, str]) -> Json:
    assert state["layerType"] == "annotations"
    read: Json = {
        "type": "annotations",
        "data_source": _source(reads[f"xy-visualization-layer-{state['layerId']}"]),
        "events": [],
    }
    if state["ignoreGlobalFilters"]:
        read["ignore_global_filters"] = True
    for each in state["annotations"]:
        assert (each["type"], each["key"]["type"], each["filter"]["type"], each["filter"]["language"]) == (
            "query",
            "point_in_time",
            "kibana_query",
            "kuery",
        )
        event = {
            "type": "query",
            "label": each["label"],
            "query": {"expression": each["filter"]["query"], "language": "kql"},
            "time_field": each["timeField"],
            "icon": each["icon"],
        }
        if "color" in each:
            event["color"] = {"type": "static", "color": each["color"]}
        if "extraFields" in each:
            event["extra_fields"] = each["extraFields"]
        read["events"].append(event)
    return read


def _pie(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    (shape,) = state["layers"]
    layer, read = _one(shape, layers, reads)
    assert state["shape"] == ("donut" if "emptySizeRatio" in shape else "pie")
    category = shape["categoryDisplay"]
    number = shape["numberDisplay"]
    groups = [_bucket(layer, each, shape["metrics"]) for each in shape["primaryGroups"]]
    if "colorMapping" in shape:
        groups[0]["color"] = _colours(shape["colorMapping"])
    return {
        "type": "pie",
        **read,
        "metrics": [_value(layer, each) for each in shape["metrics"]],
        "group_by": groups,
        "styling": {
            "donut_hole": EMPTY[shape["emptySizeRatio"]] if "emptySizeRatio" in shape else "none",
            "labels": {"visible": category != "hide", "position": "inside" if category == "inside" else "outside"},
            "values": {
                "visible": number != "hidden",
                "mode": "absolute" if number == "value" else "percentage",
                "percent_decimals": shape["percentDecimals"],
            },
        },
        "legend": {"visibility": {"default": "auto", "show": "visible", "hide": "hidden"}[shape["legendDisplay"]]},
    }


def _heatmap(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    layer, read = _one(state, layers, reads)
    assert (state["shape"], state["gridConfig"]["type"], state["legend"]["type"]) == (
        "heatmap",
        "heatmap_grid",
        "heatmap_legend",
    )
    value = state["valueAccessor"]
    read |= {key: _bucket(layer, state[f"{key}Accessor"], [value]) for key in ("x", "y") if f"{key}Accessor" in state}
    read["metric"] = _value(layer, value)
    if "palette" in state:
        assert state["palette"]["accessor"] == value
        read["metric"]["color"] = _ramp(state["palette"]["params"])
    cells = {"labels": {"visible": state["gridConfig"]["isCellLabelVisible"]}}
    legend = {"visibility": "visible" if state["legend"]["isVisible"] else "hidden"}
    return {"type": "heatmap", **read, "styling": {"cells": cells}, "legend": legend}


def _cloud(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    layer, read = _one(state, layers, reads)
    value = state["valueAccessor"]
    return {
        "type": "tag_cloud",
        **read,
        "metric": _value(layer, value),
        "tag_by": _bucket(layer, state["tagAccessor"], [value]),
    }


def _table(state: Json, layers: dict[str, Json], reads: dict[str, str]) -> Json:
    layer, read = _one(state, layers, reads)
    metrics = [each["columnId"] for each in state["columns"] if each["isMetric"]]
    buckets = [each for each in state["columns"] if not each["isMetric"]]
    rows = [
        {
            **_bucket(layer, each["columnId"], metrics),
            **({"click_filter": each["oneClickFilter"]} if "oneClickFilter" in each else {}),
        }
        for each in buckets
    ]
    styling: Json = {"paging": state["paging"]["size"]}
    assert state["paging"]["enabled"] is True
    if "sorting" in state:
        column = state["sorting"]["columnId"]
        among = metrics if column in metrics else [each["columnId"] for each in buckets]
        kind = "metric" if column in metrics else "row"
        styling["sort_by"] = {
            "column_type": kind,
            "index": among.index(column),
            "direction": state["sorting"]["direction"],
        }
    return {
        "type": "data_table",
        **read,
        "metrics": [_value(layer, each) for each in metrics],
        "rows": rows,
        "styling": styling,
    }


def _value(layer: Json, name: str) -> Json:
    column = layer["columns"][name]
    assert column["isBucketed"] is False
    assert column["scale"] == "ratio"
    assert column["customLabel"] is True
    read = {"operation": column["operationType"], "label": column["label"]}
    if read["operation"] == "count":
        assert column["sourceField"] == "___records___"
    else:
        read["field"] = column["sourceField"]
    if "filter" in column:
        read["filter"] = _kql(column["filter"])
    if "timeShift" in column:
        read["time_shift"] = column["timeShift"]
    if "format" in column["params"]:
        read["format"] = {"type": column["params"]["format"]["id"], **column["params"]["format"]["params"]}
    return read


def _bucket(layer: Json, name: str, metrics: list[str]) -> Json:
    column = layer["columns"][name]
    assert column["isBucketed"] is True
    params = column["params"]
    read: Json = {"operation": column["operationType"]}
    if column["customLabel"]:
        read["label"] = column["label"]
    if read["operation"] == "filters":
        read["filters"] = [{"filter": _kql(each["input"]), "label": each["label"]} for each in params["filters"]]
    elif read["operation"] == "date_histogram":
        assert (column["dataType"], column["scale"]) == ("date", "interval")
        read |= {"field": column["sourceField"], "suggested_interval": params["interval"]}
    else:
        assert read["operation"] == "terms"
        read |= {"fields": [column["sourceField"]], "limit": params["size"]}
        rank = (
            {"type": "metric", "metric_index": metrics.index(params["orderBy"]["columnId"])}
            if params["orderBy"]["type"] == "column"
            else {"type": "alphabetical"}
        )
        read["rank_by"] = {**rank, "direction": params["orderDirection"]}
        if params["otherBucket"]:
            read["other_bucket"] = {"include_documents_without_field": params["missingBucket"]}
    return read


def _kql(stored: Json) -> Json:
    assert stored["language"] == "kuery"
    return {"expression": stored["query"], "language": "kql"}


def _colours(stored: Json) -> Json:
    assert stored["specialAssignments"][0]["rule"] == {"type": "other"}
    mapped = [
        {"values": each["rule"]["values"], "color": {"type": "color_code", "value": each["color"]["colorCode"]}}
        for each in stored["assignments"]
        if (each["rule"]["type"], each["color"]["type"]) == ("matchExactly", "colorCode")
    ]
    assert len(mapped) == len(stored["assignments"])
    return {"mode": stored["colorMode"]["type"], "palette": stored["paletteId"], "mapping": mapped}


def _ramp(stored: Json) -> Json:
    assert stored["rangeType"] == "percent"
    bounds = [stored["rangeMin"], *[each["stop"] for each in stored["stops"][:-1]], stored["rangeMax"]]
    steps = []
    for each, low, high in zip(stored["stops"], bounds[:-1], bounds[1:], strict=True):
        limits = {"gte": low, "lt": high}
        steps.append({**{key: value for key, value in limits.items() if value is not None}, "color": each["color"]})
    return {"type": "dynamic", "range": "percentage", "steps": steps}
