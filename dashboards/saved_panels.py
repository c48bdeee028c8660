"""Panels, controls and pills of a board as its saved object holds them, with the references they need.

A reference is (name, type, id). Those of a panel are stored under `<panel id>:<name>`; what a chart reads stands in the
chart itself, too.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from dashboards.saved_columns import Json, query
from dashboards.saved_lens import one_layer
from dashboards.saved_xy import two_axes
from dashboards.views import View

Panel: TypeAlias = tuple[Json, list[Json]]  # what is stored of it, and its references
LISTED: Final = "kibanaSavedObjectMeta.searchSourceJSON.index"
DRILLDOWN: Final = "DASHBOARD_TO_DASHBOARD_DRILLDOWN"
SPACE: Final = uuid.UUID("6f2c0d3e-0f0b-5b8e-9d55-0f1a5f3c7b11")  # under it lie all ids that we make


def stable_id(*parts: str) -> str:
    """The same id for the same parts, on every machine: that of a board, of a panel, and so on."""
    return str(uuid.uuid5(SPACE, "/".join(parts)))


def reference(name: str, kind: str, target: str) -> Json:
    """How an object names another."""
    return {"id": target, "name": name, "type": kind}


def compact(value: object) -> str:
    """JSON for a field that holds text; the same bytes every time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def panel(of: Mapping[str, Any], board: str, views: Mapping[str, View]) -> Panel:
    """A panel of a board; ValueError for a type that no stored form is known of."""
    config, name = of["config"], of["id"]
    match of["type"]:
        case "vis":
            kind, (content, references) = "lens", _chart(config, board, name, views)
        case "markdown":
            kind, (content, references) = "visualization", _markdown(config)
        case "discover_session":
            kind, (content, references) = "search", _session(board, name)
        case "links":
            kind, (content, references) = "links", _links(config, board, name)
        case other:
            raise ValueError(f"no stored form is known for the panel {other!r}")
    stored = {
        "embeddableConfig": {**content, **_said_above(config)},
        "gridData": {**of["grid"], "i": name},
        "panelIndex": name,
        "type": kind,
    }
    if "title" in config:
        stored["title"] = config["title"]
    if kind == "search":
        stored["panelRefName"] = f"panel_{name}"
    return stored, [{**each, "name": f"{name}:{each['name']}"} for each in references]


def session_id(board: str, panel_id: str) -> str:
    """The id of the saved search behind a list of documents."""
    return stable_id(board, panel_id, "search")


def controls(of: Sequence[Mapping[str, Any]]) -> Panel:
    """The lists above a board."""
    stored = {
        each["id"]: {
            "explicitInput": {
                "dataViewId": each["config"]["data_view_id"],
                "fieldName": each["config"]["field_name"],
                "id": each["id"],
                "selectedOptions": [],
                "title": each["config"]["title"],
            },
            "grow": each["grow"],
            "order": order,
            "type": "optionsListControl",
            "width": each["width"],
        }
        for order, each in enumerate(of)
    }
    never = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
    group = {
        "chainingSystem": "HIERARCHICAL",
        "controlStyle": "oneLine",
        "ignoreParentSettingsJSON": compact(never),
        "panelsJSON": compact(stored),
        "showApplySelections": False,
    }
    return group, [
        reference(f"controlGroup_{each['id']}:optionsListDataView", "index-pattern", each["config"]["data_view_id"])
        for each in of
    ]


def pill(of: Mapping[str, Any], place: str) -> Panel:
    """A filter that people see; `place` names the reference to its data view."""
    condition, meta = of["condition"], {"alias": of.get("label"), "disabled": False, "indexRefName": place}
    field = condition["field"]
    meta |= {"field": field, "key": field, "negate": of.get("negate", False)}
    clause: Json
    match condition["operator"]:
        case "is":
            meta |= {"params": {"query": condition["value"]}, "type": "phrase"}
            clause = {"match_phrase": {field: condition["value"]}}
        case "is_one_of":
            values = list(condition["value"])
            meta |= {"params": values, "type": "phrases"}
            clause = {"bool": {"minimum_should_match": 1, "should": [{"match_phrase": {field: one}} for one in values]}}
        case "exists":
            meta |= {"type": "exists", "value": "exists"}
            clause = {"exists": {"field": field}}
        case other:
            raise ValueError(f"no stored form is known for the condition {other!r}")
    stored = {"$state": {"store": "appState"}, "meta": meta, "query": clause}
    return stored, [reference(place, "index-pattern", of["data_view_id"])]


def _chart(chart: Mapping[str, Any], board: str, name: str, views: Mapping[str, View]) -> Panel:
    xy = chart["type"] == "xy"
    drawn = two_axes(chart, views) if xy else one_layer(chart, views[chart["data_source"]["ref_id"]])
    inside = [
        *(
            reference(f"indexpattern-datasource-layer-{each}", "index-pattern", view)
            for each, view in drawn.reads.items()
        ),
        *(reference(f"xy-visualization-layer-{each}", "index-pattern", view) for each, view in drawn.marks.items()),
    ]
    attributes = {
        "description": chart.get("description", ""),
        "references": inside,
        "state": {
            "adHocDataViews": {},
            "datasourceStates": {"formBased": {"layers": dict(drawn.layers)}},
            "filters": [],
            "internalReferences": [],
            "query": query(chart["query"]),
            "visualization": drawn.visualization,
        },
        "title": chart["title"],
        "type": "lens",
        "visualizationType": drawn.kind,
    }
    events, targets = _drilldowns(chart.get("drilldowns", ()), board, name)
    enhancements = {"dynamicActions": {"events": events}} if events else {}
    return {"attributes": attributes, "enhancements": enhancements}, [*inside, *targets]


def _drilldowns(of: Sequence[Mapping[str, Any]], board: str, name: str) -> tuple[list[Json], list[Json]]:
    events, targets = [], []
    for n, each in enumerate(of):
        event = stable_id(board, name, "drilldown", str(n))
        how = {
            "openInNewTab": each["open_in_new_tab"],
            "useCurrentDateRange": each["use_time_range"],
            "useCurrentFilters": each["use_filters"],
        }
        action = {"config": how, "factoryId": DRILLDOWN, "name": each["label"]}
        events.append({"action": action, "eventId": event, "triggers": ["FILTER_TRIGGER"]})
        targets.append(reference(f"drilldown:{DRILLDOWN}:{event}:dashboardId", "dashboard", each["dashboard_id"]))
    return events, targets


def _markdown(of: Mapping[str, Any]) -> Panel:
    params = {
        "fontSize": 12,
        "markdown": of["content"],
        "openLinksInNewTab": of["settings"]["open_links_in_new_tab"],
    }
    nothing = {"filter": [], "query": {"language": "kuery", "query": ""}}
    shown = {
        "data": {"aggs": [], "searchSource": nothing},
        "description": "",
        "params": params,
        "title": of.get("title", ""),
        "type": "markdown",
        "uiState": {},
    }
    return {"enhancements": {}, "savedVis": shown}, []


def _session(board: str, name: str) -> Panel:
    return {"enhancements": {}}, [reference(f"panel_{name}", "search", session_id(board, name))]


def _links(of: Mapping[str, Any], board: str, name: str) -> Panel:
    ids = [stable_id(board, name, "link", str(n)) for n in range(len(of["links"]))]
    stored = [
        {
            "destinationRefName": f"link_{each}_dashboard",
            "id": each,
            "label": link["label"],
            "order": order,
            "type": link["type"],
        }
        for order, (each, link) in enumerate(zip(ids, of["links"], strict=True))
    ]
    targets = [
        reference(f"link_{each}_dashboard", "dashboard", link["destination"])
        for each, link in zip(ids, of["links"], strict=True)
    ]
    return {"attributes": {"layout": of["layout"], "links": stored}, "enhancements": {}}, targets


def _said_above(config: Mapping[str, Any]) -> Json:
    """What the frame around a panel says: a time of its own, a description, no title."""
    said: Json = {}
    if "time_range" in config:
        said["timeRange"] = dict(config["time_range"])
    if "description" in config:
        said["description"] = config["description"]
    if "hide_title" in config:
        said["hidePanelTitles"] = config["hide_title"]
    return said
