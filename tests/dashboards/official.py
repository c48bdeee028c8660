"""Kibana's own document of the Dashboards API as a judge of our boards, after the repair of its two known errors.

The document is Elastic's and is not redistributed: tests look for it beside the repository, or where VIGIE_TEST_KIBANA_OPENAPI
says, and are skipped with a reason when it is not there.
"""

import copy
import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

PLACE = Path(__file__).parents[3] / "shared" / "kibana" / "dashboards-openapi-2026-05.json"
VARIABLE = "VIGIE_TEST_KIBANA_OPENAPI"
BOARD = "kbn-dashboard-data"
CHOICE = ("type", "operation", "operator", "mode")  # the keys that tell one branch of a union from another


def path() -> Path:
    return Path(os.environ.get(VARIABLE) or PLACE)


def unavailable() -> str | None:
    if path().is_file():
        return None
    return f"no document of the Dashboards API at {path()}: name one in {VARIABLE}"


@functools.cache
def schemas() -> dict[str, Any]:
    """The component schemas, repaired."""
    found = json.loads(path().read_text(encoding="utf-8"))["components"]["schemas"]
    return {name: _repaired(schema, found) for name, schema in found.items()}


def refused(board: dict[str, Any]) -> list[tuple[str, str]]:
    """What the document has against this body of a PUT: (path, message), nothing when it is right."""
    return [(_path(error), error.message) for error in _judge().iter_errors(board)]


@functools.cache
def _judge() -> Any:
    schema = {"$ref": f"#/components/schemas/{BOARD}", "components": {"schemas": schemas()}}
    return extend(Draft202012Validator, {"anyOf": _one_branch, "oneOf": _one_branch})(schema)


def _path(error: ValidationError) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")


def _repaired(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_repaired(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {key: _repaired(value, components) for key, value in schema.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict) and isinstance(schema.get("required"), list):
        mended["required"] = [
            name for name in schema["required"] if not _optional(name, properties, schema["required"], components)
        ]
    return mended


def _optional(name: str, properties: dict[str, Any], required: list[str], components: dict[str, Any]) -> bool:
    """The two errors: marked optional (or with a default) where it is defined, and the filter of every metric operation."""
    target = properties.get(name, {})
    places = [target, *[_followed(target, components)]]
    if any(place.get("x-oas-optional") or "default" in place for place in places):
        return True
    return name == "filter" and "operation" in required


def _followed(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema


def _one_branch(validator: Any, branches: list[Any], instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Errors of the branch that the instance's own `type` names: else a message quotes whichever branch came first."""
    flat = list(_flat(branches))
    named = [branch for branch in flat if _fits(branch, instance)]
    if isinstance(instance, dict) and not named:
        allowed = {key: sorted({value for branch in flat for value in _values(branch, key)}) for key in CHOICE}
        for key, values in allowed.items():
            if values and key in instance:
                yield ValidationError(f"{key} {instance[key]!r} is none of {values}", path=[key])
                return
    fewest: list[ValidationError] | None = None
    for branch in named or flat:
        errors = list(validator.descend(instance, branch))
        if not errors:
            return
        if fewest is None or len(errors) < len(fewest):
            fewest = errors
    yield from fewest or []


def _flat(branches: list[Any]) -> Iterator[dict[str, Any]]:
    for branch in branches:
        followed = _followed(branch, schemas())
        inner = followed.get("anyOf") or followed.get("oneOf")
        if inner and "properties" not in followed:
            yield from _flat(inner)
        else:
            yield followed


def _values(branch: dict[str, Any], key: str) -> list[Any]:
    return list(branch.get("properties", {}).get(key, {}).get("enum", []))


def _fits(branch: dict[str, Any], instance: Any) -> bool:
    if not isinstance(instance, dict):
        return True
    telling = [key for key in CHOICE if _values(branch, key)]
    return bool(telling) and all(instance.get(key) in _values(branch, key) for key in telling)


def without(board: dict[str, Any], panels: set[str]) -> dict[str, Any]:
    """A copy less its panels of these types: those that a later Kibana knows and the document does not yet."""
    slim = copy.deepcopy(board)
    slim["panels"] = [panel for panel in slim.get("panels", []) if panel["type"] not in panels]
    return slim
