"""What a source will do, key by key, and where each value was decided."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from config.models import Source, Vigie

Origin: TypeAlias = Literal["file", "vigie.yaml", "default"]
UNSET: Mapping[str, str] = {
    "language": "found for each text",
    "timezone": "the page's own, else UTC",
    "since": "no limit",
    "brand": "found in each text",
    "next": "none",
}


def explain(source: Source, vigie: Vigie) -> list[tuple[str, str, Origin]]:
    """Every key of the source as the YAML writes it, its value and its origin, in the order of the model.

    A key that a source leaves to `vigie.yaml` shows the value found there; its origin is `default` when that
    file does not say anything either.
    """
    shown = source.model_dump(mode="json", by_alias=True)
    keys = {name: field.alias or name for name, field in type(source).model_fields.items()}
    rows: list[tuple[str, str, Origin]] = []
    for name, key in keys.items():
        if getattr(source, name) is None and name in {"delay", "keep_authors"}:
            rows.append((key, *_inherited(name, vigie)))
        elif getattr(source, name) is None and name in UNSET:
            rows.append((key, UNSET[name], "default"))
        else:
            rows.append((key, _text(shown[key]), "file" if name in source.model_fields_set else "default"))
    return rows


def _inherited(name: str, vigie: Vigie) -> tuple[str, Origin]:
    owner = vigie.crawler if name == "delay" else vigie
    value = _text(owner.model_dump(mode="json")[name])
    if name == "delay":
        value += " (0s on loopback)"
    return value, "vigie.yaml" if name in owner.model_fields_set else "default"


def _text(value: Any) -> str:
    """A value on one line, written as in YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_text(part)}' for key, part in value.items() if part not in (None, {}))}}}"
    return str(value)
