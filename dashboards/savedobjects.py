"""The second emitter: boards as saved objects in NDJSON, at the level of Kibana 8.19.

For Kibana 9.0 to 9.4, and for import by hand everywhere. Pure and deterministic: the same boards give the same bytes.
An import takes objects of its own version or older and replays what changed since: so each names the oldest version
that its shape fits, none newer than 9.0's (docs/adr/0021).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from dashboards.saved_columns import Json, query
from dashboards.saved_panels import LISTED, compact, controls, panel, pill, reference, session_id
from dashboards.views import View

CORE: Final = "8.8.0"
VERSIONS: Final = MappingProxyType(
    {"dashboard": "10.2.0", "index-pattern": "7.11.0", "search": "10.1.0", "tag": "8.0.0"}
)
PILLS: Final = "kibanaSavedObjectMeta.searchSourceJSON.filter[{}].meta.index"


@dataclass(frozen=True, slots=True)
class Tag:
    """What marks our boards in Kibana's lists."""

    id: str
    name: str
    description: str
    color: str


def ndjson(boards: Mapping[str, Mapping[str, Any]], views: Sequence[View], tag: Tag | None = None) -> str:
    """One object a line: tag, data views, saved searches, boards; `boards` are bodies of the API by id.

    ValueError for what no stored form is known of, and for a reference that nothing in the file answers.
    """
    found = list(objects(boards, views, tag))
    known = {(each["type"], each["id"]) for each in found}
    for each in found:
        for one in each["references"]:
            if (one["type"], one["id"]) not in known:
                raise ValueError(f"{each['type']} {each['id']} refers to {one['type']} {one['id']}, which is not there")
    return "".join(f"{compact(each)}\n" for each in found)


def objects(boards: Mapping[str, Mapping[str, Any]], views: Iterable[View], tag: Tag | None = None) -> Iterator[Json]:
    """The same, not yet written."""
    by_id = {view.id: view for view in views}
    if tag is not None:
        said = {"color": tag.color, "description": tag.description, "name": tag.name}
        yield _object("tag", tag.id, said)
    for view in by_id.values():
        yield _object("index-pattern", view.id, _view(view))
    for board_id, board in boards.items():
        yield from _searches(board_id, board)
    for board_id, board in boards.items():
        yield _dashboard(board_id, board, by_id)


def _view(view: View) -> Json:
    return {
        "allowNoIndex": True,
        "fieldAttrs": compact({name: {"customLabel": label} for name, label in view.labels.items()}),
        "fieldFormatMap": compact(dict(view.formats)),
        "name": view.name,
        "timeFieldName": view.time_field,
        "title": view.title,
    }


def _object(kind: str, name: str, attributes: Json, references: Sequence[Json] = ()) -> Json:
    return {
        "attributes": attributes,
        "coreMigrationVersion": CORE,
        "id": name,
        "managed": False,
        "references": sorted(references, key=lambda one: str(one["name"])),
        "type": kind,
        "typeMigrationVersion": VERSIONS[kind],
    }


def _searches(board_id: str, board: Mapping[str, Any]) -> Iterator[Json]:
    for each in board["panels"]:
        if each["type"] != "discover_session":
            continue
        config, (tab,) = each["config"], each["config"]["tabs"]
        source = {"filter": [], "indexRefName": LISTED, "query": query(tab["query"])}
        attributes: Json = {
            "columns": list(tab["column_order"]),
            "description": config.get("description", ""),
            "grid": {},
            "hideChart": True,
            "isTextBasedQuery": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": compact(source)},
            "sort": [[one["name"], one["direction"]] for one in tab["sort"]],
            "timeRestore": False,
            "title": f"{board['title']}: {config['title']}",
        }
        attributes |= {"rowHeight": tab["row_height"]} if "row_height" in tab else {}
        attributes |= {"rowsPerPage": tab["rows_per_page"]} if "rows_per_page" in tab else {}
        reads = [reference(LISTED, "index-pattern", tab["data_source"]["ref_id"])]
        yield _object("search", session_id(board_id, each["id"]), attributes, reads)


def _dashboard(board_id: str, board: Mapping[str, Any], views: Mapping[str, View]) -> Json:
    panels, needed = _gathered(panel(each, board_id, views) for each in board["panels"])
    pills, more = _gathered(pill(each, PILLS.format(n)) for n, each in enumerate(board.get("filters", ())))
    group, others = controls(board.get("pinned_panels", ()))
    tags = [reference(f"tag-ref-{each}", "tag", each) for each in board.get("tags", ())]
    options = board["options"]
    attributes = {
        "controlGroupInput": group,
        "description": board["description"],
        "kibanaSavedObjectMeta": {"searchSourceJSON": compact({"filter": pills, "query": query(board["query"])})},
        "optionsJSON": compact({stored: options[name] for stored, name in OPTIONS.items()}),
        "panelsJSON": compact(panels),
        "timeFrom": board["time_range"]["from"],
        "timeRestore": True,  # else Kibana forgets the range and opens on its last fifteen minutes
        "timeTo": board["time_range"]["to"],
        "title": board["title"],
        "version": 1,
    }
    return _object("dashboard", board_id, attributes, [*needed, *more, *others, *tags])


OPTIONS: Final = MappingProxyType(
    {
        "hidePanelTitles": "hide_panel_titles",
        "syncColors": "sync_colors",
        "syncCursor": "sync_cursor",
        "syncTooltips": "sync_tooltips",
        "useMargins": "use_margins",
    }
)


def _gathered(parts: Iterable[tuple[Json, list[Json]]]) -> tuple[list[Json], list[Json]]:
    stored, references = [], []
    for each, needed in parts:
        stored.append(each)
        references += needed
    return stored, references
