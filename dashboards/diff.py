"""What differs between a board of ours and the one in Kibana, panel by panel, in words. Pure.

Kibana adds its defaults to what it was sent, so a key that we never sent is no difference; a panel is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

SHORT: Final = 48  # characters of a value that is shown
EMPTY: Final[tuple[object, ...]] = (None, False, "", [], {})  # Kibana leaves out what says nothing
IN_JSON: Final = "JSON"  # attributes of saved objects that end so are JSON in a string
PLACE: Final = {"x": "column", "y": "row", "w": "width", "h": "height"}


@dataclass(frozen=True, slots=True)
class Content:
    """A board taken apart, whatever its form: settings of the whole, panels by identifier."""

    settings: Mapping[str, Any]
    panels: Mapping[str, Mapping[str, Any]]

    @property
    def ids(self) -> frozenset[str]:
        """Of its panels."""
        return frozenset(self.panels)


def of_api(data: Mapping[str, Any]) -> Content:
    """A board as the Dashboards API takes and gives it."""
    settings = {name: part for name, part in data.items() if name != "panels"}
    panels = {str(panel.get("id", f"at {position}")): panel for position, panel in enumerate(data.get("panels") or ())}
    return Content(settings, panels)


def of_record(record: Mapping[str, Any]) -> Content:
    """A board as a saved object."""
    opened = _opened(record.get("attributes") or {})
    panels = {
        str(panel.get("panelIndex", f"at {position}")): panel
        for position, panel in enumerate(opened.pop("panelsJSON", None) or ())
    }
    references = {f"{one.get('name')}": f"{one.get('type')} {one.get('id')}" for one in record.get("references") or ()}
    return Content({**opened, "references": references}, panels)


def differences(ours: Content, there: Content) -> tuple[str, ...]:
    """Each difference as one line, the settings of the board first; none if all that we send is there."""
    return tuple(_differences(ours, there))


def _differences(ours: Content, there: Content) -> Iterator[str]:
    yield from _within("", ours.settings, there.settings)
    for name in ours.panels:
        if name not in there.panels:
            yield f"panel {_called(name, ours)} is missing"
    for name in there.panels:
        if name not in ours.panels:
            yield f"panel {_called(name, there)} is not ours"
    for name, panel in ours.panels.items():
        if name in there.panels:
            yield from (f"panel {_called(name, ours)}: {line}" for line in _panel(panel, there.panels[name]))


def _panel(ours: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for place in ("grid", "gridData"):
        if place in ours:
            yield from _placed(ours[place], there.get(place) or {})
    rest = {name: part for name, part in ours.items() if name not in {"grid", "gridData", "id", "panelIndex"}}
    yield from _within("", rest, there)


def _placed(ours: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    changed = [f"{word} {there.get(key)} (ours {ours[key]})" for key, word in PLACE.items() if _moved(key, ours, there)]
    if changed:
        yield f"moved or resized: {', '.join(changed)}"


def _moved(key: str, ours: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    return key in ours and ours[key] != there.get(key)


def _within(path: str, ours: Any, there: Any) -> Iterator[str]:
    if isinstance(ours, Mapping) and isinstance(there, Mapping):
        for key, part in ours.items():
            if key in there:
                yield from _within(f"{path}.{key}" if path else str(key), part, there[key])
            elif part not in EMPTY:
                yield f"{path}.{key}".lstrip(".") + f" is missing (ours {_shown(part)})"
    elif isinstance(ours, list | tuple) and isinstance(there, list):
        if len(ours) != len(there):
            yield f"{path} has {len(there)} entries (ours {len(ours)})"
        else:
            for position, (mine, other) in enumerate(zip(ours, there, strict=True)):
                yield from _within(f"{path}[{position}]", mine, other)
    elif ours != there and not (ours in EMPTY and there in EMPTY):
        yield f"{path} is {_shown(there)} (ours {_shown(ours)})"


def _called(name: str, content: Content) -> str:
    panel = content.panels[name]
    title = _title(panel)
    return f"“{title}” ({name})" if title else f"{name} ({panel.get('type', '?')})"


def _title(panel: Mapping[str, Any]) -> str:
    for holder in (panel, panel.get("config"), panel.get("embeddableConfig")):
        if isinstance(holder, Mapping):
            attributes = holder.get("attributes")
            title = holder.get("title") or (attributes.get("title") if isinstance(attributes, Mapping) else None)
            if title:
                return str(title)
    return ""


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= SHORT else f"“{line[: SHORT - 1]}…”"


def _opened(attributes: Any) -> Any:
    """JSON in strings made readable, at any depth."""
    if isinstance(attributes, Mapping):
        return {key: _opened(_json(key, part)) for key, part in attributes.items()}
    return [_opened(part) for part in attributes] if isinstance(attributes, list) else attributes


def _json(key: str, part: Any) -> Any:
    if not (key.endswith(IN_JSON) and isinstance(part, str)):
        return part
    try:
        return json.loads(part)
    except ValueError:
        return part  # a person broke it: shown as it is
