"""Colours of charts as Lens stores them: fixed colours of known values, and ramps by value."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from dashboards.saved_columns import Json


def mapping(of: Mapping[str, Any]) -> Json:
    """Values and their colours, in the form that 9.0 reads and later ones convert; the rest goes by the palette."""
    assigned = [
        {
            "color": {"colorCode": each["color"]["value"], "type": "colorCode"},
            "rule": {"type": "matchExactly", "values": list(each["values"])},
            "touched": True,
        }
        for each in of["mapping"]
    ]
    return {
        "assignments": assigned,
        "colorMode": {"type": "categorical"},
        "paletteId": of["palette"],
        "specialAssignments": [{"color": {"type": "loop"}, "rule": {"type": "other"}, "touched": False}],
    }


def ramp(of: Mapping[str, Any]) -> Json:
    """Steps in per cent of the range as a custom palette; ValueError where one does not begin as the last ends."""
    steps = of["steps"]
    if any(first.get("lt") is None or first.get("lt") != then.get("gte") for first, then in pairwise(steps)):
        raise ValueError(f"steps of colour must join, each beginning where the one before ends: {steps}")
    low, high = steps[0].get("gte"), steps[-1].get("lt")
    open_ends = {(True, True): "all", (True, False): "below", (False, True): "above", (False, False): "none"}
    # An open end is an empty range bound; stops stay numbers, as 9.0 hands them to a function of numbers.
    starts, ends = (
        [0.0 if low is None else low, *(step["gte"] for step in steps[1:])],
        [step.get("lt") for step in steps],
    )
    ends[-1] = 100.0 if high is None else high
    return {
        "name": "custom",
        "params": {
            "colorStops": [{"color": step["color"], "stop": stop} for step, stop in zip(steps, starts, strict=True)],
            "continuity": open_ends[low is None, high is None],
            "maxSteps": max(5, len(steps)),
            "name": "custom",
            "progression": "fixed",
            "rangeMax": high,
            "rangeMin": low,
            "rangeType": {"percentage": "percent"}[of["range"]],
            "reverse": False,
            "steps": len(steps),
            "stops": [{"color": step["color"], "stop": stop} for step, stop in zip(steps, ends, strict=True)],
        },
        "type": "palette",
    }
