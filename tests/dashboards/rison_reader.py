"""A reader of rison, written from its grammar and not from our writer: what Kibana would understand."""

import json
import re
from typing import Any

NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e-?\d+)?")
NOT_IN_A_NAME = " '!:(),*@$"


def read(text: str) -> Any:
    value, rest = _value(text)
    assert rest == "", f"left over: {rest!r}"
    return value


def _value(text: str) -> tuple[Any, str]:
    if text.startswith("!("):
        return _list(text[2:])
    if text.startswith("("):
        return _object(text[1:])
    if text.startswith("!"):
        return {"t": True, "f": False, "n": None}[text[1]], text[2:]
    if text.startswith("'"):
        return _quoted(text[1:])
    if (found := NUMBER.match(text)) and found[0]:
        return json.loads(found[0]), text[found.end() :]
    size = next((at for at, sign in enumerate(text) if sign in NOT_IN_A_NAME), len(text))
    assert size > 0, f"no value at {text[:20]!r}"
    return text[:size], text[size:]


def _list(text: str) -> tuple[list[Any], str]:
    items: list[Any] = []
    while not text.startswith(")"):
        if items:
            assert text[0] == ","
            text = text[1:]
        item, text = _value(text)
        items.append(item)
    return items, text[1:]


def _object(text: str) -> tuple[dict[str, Any], str]:
    pairs: dict[str, Any] = {}
    while not text.startswith(")"):
        if pairs:
            assert text[0] == ","
            text = text[1:]
        key, text = _value(text)
        assert isinstance(key, str)
        assert text[0] == ":"
        pairs[key], text = _value(text[1:])
    return pairs, text[1:]


def _quoted(text: str) -> tuple[str, str]:
    read: list[str] = []
    at = 0
    while text[at] != "'":
        if text[at] == "!":
            at += 1
            assert text[at] in "!'", f"!{text[at]} is no escape"
        read.append(text[at])
        at += 1
    return "".join(read), text[at + 1 :]
