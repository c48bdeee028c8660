"""Bodies of the Dashboards API with their defaults said aloud, as a file of saved objects has no way to leave them out."""

import copy
from typing import Any


def plain(body: dict[str, Any]) -> dict[str, Any]:
    body = copy.deepcopy(body)
    for name in ("filters", "pinned_panels", "tags"):
        body.setdefault(name, [])
    for pill in body["filters"]:
        _drop(pill, "negate")
    for panel in body["panels"]:
        config = panel["config"]
        _drop(config, "ignore_global_filters")
        if config.get("type") == "xy":
            axes = config.setdefault("axis", {})
            axes.setdefault("x", {"title": {}})["title"].setdefault("visible", True)
            axes.setdefault("y", {"title": {}, "domain": {"type": "full"}})["title"].setdefault("visible", True)
            for layer in config["layers"]:
                _drop(layer, "ignore_global_filters")
                _drop(layer.get("breakdown_by", {}), "aggregate_first")
    return body


def _drop(part: dict[str, Any], key: str) -> None:
    if part.get(key) is False:
        del part[key]
