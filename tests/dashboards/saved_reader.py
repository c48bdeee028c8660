"""Reads boards back out of NDJSON into the words of the Dashboards API: what Kibana would make of our file.

Written from the stored shapes and not from the emitter; every key of a stored chart must be known here, so that nothing
gets in unseen. `boards(text)` gives the same bodies that are sent over the API, or fails.
"""

import json
from typing import Any

from saved_reader_lens import chart

Json = dict[str, Any]


def lines(text: str) -> list[Json]:
    return [json.loads(line) for line in text.splitlines()]


def boards(text: str) -> dict[str, Json]:
    found = {(each["type"], each["id"]): each for each in lines(text)}
    return {name: _board(each, found) for (kind, name), each in found.items() if kind == "dashboard"}


def _board(stored: Json, found: dict[tuple[str, str], Json]) -> Json:
    held = dict(stored["attributes"])
    assert held.pop("timeRestore") is True
    assert held.pop("version") == 1
    source = json.loads(held.pop("kibanaSavedObjectMeta")["searchSourceJSON"])
    references = _References(stored["references"])
    body = {
        "title": held.pop("title"),
        "description": held.pop("description"),
        "time_range": {"from": held.pop("timeFrom"), "to": held.pop("timeTo")},
        "query": _query(source.pop("query")),
        "filters": [_pill(each, references) for each in source.pop("filter")],
        "options": {OPTIONS[name]: value for name, value in json.loads(held.pop("optionsJSON")).items()},
        "pinned_panels": _controls(held.pop("controlGroupInput"), references),
        "panels": [_panel(each, references, found) for each in json.loads(held.pop("panelsJSON"))],
        "tags": [references.take(each["name"], "tag") for each in stored["references"] if each["type"] == "tag"],
    }
    assert (held, source) == ({}, {}), "keys of a board that nobody reads"
    references.all_used()
    return body


OPTIONS = {
    "hidePanelTitles": "hide_panel_titles",
    "syncColors": "sync_colors",
    "syncCursor": "sync_cursor",
    "syncTooltips": "sync_tooltips",
    "useMargins": "use_margins",
}


class _References:
    """Each reference is asked for at least once, under its name and type."""

    def __init__(self, given: list[Json], prefix: str = "", used: set[str] | None = None) -> None:
        self.given = {each["name"]: (each["type"], each["id"]) for each in given}
        assert len(self.given) == len(given), "two references of one name"
        self.prefix = prefix
        self.used: set[str] = set() if used is None else used

    def take(self, name: str, kind: str) -> str:
        stored = f"{self.prefix}{name}"
        found, target = self.given[stored]
        assert found == kind
        self.used.add(stored)
        return target

    def of(self, panel: str) -> "_References":
        inner = _References([], f"{panel}:", self.used)
        inner.given = self.given
        return inner

    def all_used(self) -> None:
        assert set(self.given) == self.used


def _query(stored: Json) -> Json:
    assert stored["language"] == "kuery"
    return {"expression": stored["query"], "language": "kql"}


def _pill(stored: Json, references: _References) -> Json:
    meta = stored["meta"]
    assert stored["$state"] == {"store": "appState"}
    assert meta["field"] == meta["key"]
    assert meta["disabled"] is False
    field = meta["key"]
    condition: Json = {
        "field": field,
        "operator": {"phrase": "is", "phrases": "is_one_of", "exists": "exists"}[meta["type"]],
    }
    if meta["type"] == "phrase":
        condition["value"] = meta["params"]["query"]
        assert stored["query"] == {"match_phrase": {field: condition["value"]}}
    elif meta["type"] == "phrases":
        condition["value"] = meta["params"]
        assert [each["match_phrase"][field] for each in stored["query"]["bool"]["should"]] == meta["params"]
    else:
        assert stored["query"] == {"exists": {"field": field}}
    pill: Json = {
        "type": "condition",
        "data_view_id": references.take(meta["indexRefName"], "index-pattern"),
        "condition": condition,
    }
    if meta["alias"] is not None:
        pill["label"] = meta["alias"]
    if meta["negate"]:
        pill["negate"] = True
    return pill


def _controls(group: Json, references: _References) -> list[Json]:
    assert (group["controlStyle"], group["chainingSystem"]) == ("oneLine", "HIERARCHICAL")
    assert not any(json.loads(group["ignoreParentSettingsJSON"]).values())
    stored = sorted(json.loads(group["panelsJSON"]).items(), key=lambda pair: pair[1]["order"])
    assert [each["order"] for _, each in stored] == list(range(len(stored)))
    controls = []
    for name, each in stored:
        inside = each["explicitInput"]
        assert (each["type"], inside["id"], inside["selectedOptions"]) == ("optionsListControl", name, [])
        view = references.take(f"controlGroup_{name}:optionsListDataView", "index-pattern")
        assert inside["dataViewId"] == view
        config = {"data_view_id": view, "field_name": inside["fieldName"], "title": inside["title"]}
        controls.append(
            {"type": "options_list_control", "id": name, "width": each["width"], "grow": each["grow"], "config": config}
        )
    return controls


def _panel(stored: Json, references: _References, found: dict[tuple[str, str], Json]) -> Json:
    name = stored["panelIndex"]
    grid = dict(stored["gridData"])
    assert grid.pop("i") == name
    inside = dict(stored["embeddableConfig"])
    own = references.of(name)
    read = {"lens": _lens, "visualization": _markdown, "links": _links, "search": _session}[stored["type"]]
    kind, config = read(inside, own, found, stored)
    events = inside.pop("enhancements").get("dynamicActions", {}).get("events", [])
    drilldowns = [_drilldown(each, own) for each in events]
    if drilldowns:
        config["drilldowns"] = drilldowns
    if "title" in stored:
        config["title"] = stored["title"]
    for frame, key in (("timeRange", "time_range"), ("description", "description"), ("hidePanelTitles", "hide_title")):
        if frame in inside:
            config[key] = inside.pop(frame)
    assert inside == {}, "keys of a panel that nobody reads"
    return {"type": kind, "id": name, "grid": grid, "config": config}


def _drilldown(event: Json, references: _References) -> Json:
    action = event["action"]
    assert (event["triggers"], action["factoryId"]) == (["FILTER_TRIGGER"], "DASHBOARD_TO_DASHBOARD_DRILLDOWN")
    return {
        "type": "dashboard_drilldown",
        "dashboard_id": references.take(
            f"drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:{event['eventId']}:dashboardId", "dashboard"
        ),
        "label": action["name"],
        "trigger": "on_apply_filter",
        "use_filters": action["config"]["useCurrentFilters"],
        "use_time_range": action["config"]["useCurrentDateRange"],
        "open_in_new_tab": action["config"]["openInNewTab"],
    }


def _lens(inside: Json, references: _References, _found: Any, stored: Json) -> tuple[str, Json]:
    attributes = inside.pop("attributes")
    assert attributes["type"] == "lens"
    assert attributes["title"] == stored["title"]
    assert attributes["description"] == inside.get("description", "")
    reads = {each["name"]: references.take(each["name"], each["type"]) for each in attributes["references"]}
    state = attributes["state"]
    assert (state["filters"], state["adHocDataViews"], state["internalReferences"]) == ([], {}, [])
    layers = state["datasourceStates"]["formBased"]["layers"]
    drawn = chart(attributes["visualizationType"], state["visualization"], layers, reads)
    return "vis", {**drawn, "query": _query(state["query"])}


def _markdown(inside: Json, _references: Any, _found: Any, stored: Json) -> tuple[str, Json]:
    shown = inside.pop("savedVis")
    assert shown["type"] == "markdown"
    assert shown["title"] == stored.get("title", "")
    opened = {"open_links_in_new_tab": shown["params"]["openLinksInNewTab"]}
    return "markdown", {"content": shown["params"]["markdown"], "settings": opened}


def _links(inside: Json, references: _References, _found: Any, _stored: Any) -> tuple[str, Json]:
    held = inside.pop("attributes")
    assert [each["order"] for each in held["links"]] == list(range(len(held["links"])))
    links = [
        {
            "type": each["type"],
            "label": each["label"],
            "destination": references.take(each["destinationRefName"], "dashboard"),
        }
        for each in held["links"]
    ]
    return "links", {"layout": held["layout"], "links": links}


def _session(
    _inside: Json, references: _References, found: dict[tuple[str, str], Json], stored: Json
) -> tuple[str, Json]:
    search = found["search", references.take(stored["panelRefName"], "search")]
    held = search["attributes"]
    source = json.loads(held["kibanaSavedObjectMeta"]["searchSourceJSON"])
    views = _References(search["references"])
    tab = {
        "data_source": {"type": "data_view_reference", "ref_id": views.take(source["indexRefName"], "index-pattern")},
        "query": _query(source["query"]),
        "column_order": held["columns"],
        "sort": [{"name": name, "direction": direction} for name, direction in held["sort"]],
    }
    views.all_used()
    tab |= {
        key: held[name] for name, key in (("rowHeight", "row_height"), ("rowsPerPage", "rows_per_page")) if name in held
    }
    assert held["title"].endswith(f": {stored['title']}")
    return "discover_session", {"tabs": [tab]}
