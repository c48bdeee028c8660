"""What a stub Kibana keeps in its spaces: saved objects, boards of the Dashboards API, rules; with Kibana's own checks.

Shapes and messages follow Kibana's source and its functional tests; see docs/adr/0022. It proves our client and our
documents, not Kibana.
"""

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from official import refused

from dashboards.model import BoardError, read_board

DASHBOARD_LEVEL = {(9, 0): (10, 2, 0), (9, 1): (10, 3, 0), (9, 4): (10, 4, 0)}  # newest first known at that version
LEVELS = {"index-pattern": (8, 0, 0), "tag": (8, 0, 0), "lens": (10, 1, 0), "search": (10, 5, 0), "links": (10, 1, 0)}
DEFAULTS = {
    "options": {"auto_apply_filters": True, "hide_panel_borders": False, "hide_panel_titles": False},
    "query": {"language": "kql", "expression": ""},
    "filters": [],
    "description": "",
    "refresh_interval": {"pause": True, "value": 60_000},
}


class Refused(Exception):  # noqa: N818 - an answer, not a defect
    """An answer other than 2xx."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"statusCode": status, "error": "Refused", "message": message, **more}


@dataclass
class Contents:
    """One space."""

    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    warnings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    connectors: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put_board(self, board_id: str, raw: bytes, version: tuple[int, int], *, official: bool = False) -> int:
        """As `PUT /api/dashboards/{id}`: the whole board, checked; 201 new, 200 replaced."""
        if official and (found := refused(json.loads(raw))):
            raise Refused(400, "; ".join(f"[request body.{path}]: {text}" for path, text in found))
        try:
            board = read_board(raw, name="request body")
        except BoardError as error:
            told = "; ".join(f"[request body.{path}]: {text}" for path, text in error.problems)
            raise Refused(400, told) from None
        if version < (9, 5) and any(panel.type == "links" for panel in board.panels):
            raise Refused(400, "[request body.panels]: panel type [links] is not supported")
        status = 200 if ("dashboard", board_id) in self.objects else 201
        self.boards[board_id] = json.loads(raw)
        self.warnings.pop(board_id, None)
        self.settle(board_id)
        return status

    def settle(self, board_id: str) -> None:
        """The saved object behind a board of the API."""
        data = self.boards[board_id]
        panels = [
            {"panelIndex": panel["id"], "type": panel["type"], "gridData": {**panel["grid"], "i": panel["id"]}}
            | {"embeddableConfig": panel["config"]}
            for panel in data["panels"]
        ]
        rest = {name: part for name, part in data.items() if name not in {"panels", "tags"}}
        self.objects["dashboard", board_id] = {
            "type": "dashboard",
            "id": board_id,
            "attributes": {**rest, "panelsJSON": json.dumps(panels)},
            "references": [{"type": "tag", "id": tag, "name": f"tag-{tag}"} for tag in data.get("tags", [])],
        }

    def read_board(self, board_id: str) -> dict[str, Any]:
        """As `GET /api/dashboards/{id}`: with defaults, and without what the API does not know."""
        if ("dashboard", board_id) not in self.objects:
            raise Refused(404, f"A dashboard with ID [{board_id}] was not found.")
        data = self.boards.get(board_id) or _of_import(self.objects["dashboard", board_id])
        data = copy.deepcopy(data)
        for name, default in DEFAULTS.items():
            data[name] = {**default, **data.get(name, {})} if isinstance(default, dict) else data.get(name, default)
        data["time_range"].pop("mode", None)
        for panel in data["panels"]:
            panel["config"].setdefault("hide_title", False)
            panel["config"].setdefault("hide_border", False)
        return {"id": board_id, "data": data, "meta": {"version": "WzEsMV0="}} | (
            {"warnings": self.warnings[board_id]} if board_id in self.warnings else {}
        )

    def export(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = [(one["type"], one["id"]) for one in body["objects"]]
        missing = [key for key in wanted if key not in self.objects]
        if missing:
            told = [
                {"type": kind, "id": name, "error": {"statusCode": 404, "error": "Not Found", "message": "not found"}}
                for kind, name in missing
            ]
            raise Refused(400, "Error fetching objects to export", attributes={"objects": told})
        if body.get("includeReferencesDeep"):
            for key in wanted:
                refers = ((one["type"], one["id"]) for one in self.objects[key].get("references", ()))
                wanted.extend(other for other in refers if other in self.objects and other not in wanted)
        stamp = {
            "created_at": "2026-11-01T08:00:00.000Z",
            "updated_at": "2026-11-25T08:00:00.000Z",
            "version": "WzIsMV0=",
        }
        lines = [{**self.objects[key], **stamp, "managed": False} for key in wanted]
        detail = {"exportedCount": len(lines), "missingRefCount": 0, "missingReferences": []}
        return lines if body.get("excludeExportDetails") else [*lines, detail]

    def load(
        self, lines: list[dict[str, Any]], *, overwrite: bool, version: tuple[int, int], elsewhere: set[tuple[str, str]]
    ) -> dict[str, Any]:
        """As `_import`: 200 whatever came of it, but for a document of a newer Kibana."""
        for line in lines:
            _check_level(line, version)
        here = {(line["type"], line["id"]) for line in lines} | set(self.objects)
        done, errors = [], []
        for line in lines:
            told = self._problem(line, here, overwrite)
            name = {"type": line["type"], "id": line["id"]}
            if told:
                errors.append({**name, "title": line["attributes"].get("title", ""), "meta": {}, "error": told})
            elif (line["type"], line["id"]) in elsewhere:
                done.append({**name, "destinationId": f"other-{line['id']}"})
            else:
                done.append(name)
                self.objects[line["type"], line["id"]] = {**copy.deepcopy(line), "originId": None}
                self.boards.pop(line["id"], None)
        answer: dict[str, Any] = {"success": not errors, "successCount": len(done), "warnings": []}
        return answer | ({"successResults": done} if done else {}) | ({"errors": errors} if errors else {})

    def _problem(self, line: dict[str, Any], here: set[tuple[str, str]], overwrite: bool) -> dict[str, Any] | None:
        if line["type"] not in {"dashboard", *LEVELS}:
            return {"type": "unsupported_type"}
        missing = [one for one in line.get("references", ()) if (one["type"], one["id"]) not in here]
        if missing:
            return {"type": "missing_references", "references": missing}
        if (line["type"], line["id"]) in self.objects and not overwrite:
            return {"type": "conflict"}
        return None


def _check_level(line: dict[str, Any], version: tuple[int, int]) -> None:
    level = line.get("typeMigrationVersion")
    if not level:
        raise Refused(500, "An internal server error occurred")  # every migration from the start, on a modern shape
    known = LEVELS.get(line["type"], max(rank for since, rank in DASHBOARD_LEVEL.items() if since <= version))
    if tuple(map(int, level.split("."))) > known:
        told = ".".join(map(str, known))
        raise Refused(
            422,
            f'Document "{line["id"]}" belongs to a more recent version of Kibana [{level}] when the last known version '
            f"is [{told}].",
        )


def _of_import(record: dict[str, Any]) -> dict[str, Any]:
    """A rough view of an imported board: what a reader compares are the panels' identifiers."""
    attributes = record["attributes"]
    panels = [
        {"id": panel["panelIndex"], "type": "vis", "grid": panel["gridData"], "config": {}}
        for panel in json.loads(attributes["panelsJSON"])
    ]
    return {"title": attributes["title"], "panels": panels, "time_range": {}, "tags": []}
