"""What is wrong in the configuration, in words: file, line, what was expected, nearest valid name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.models import NAME_PATTERN, URL_PATTERN
from mentions.errors import Stop


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake; `line` counts from 1 and is None when it is about the whole file."""

    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.text}"


class ConfigError(Stop):
    """Everything wrong in a configuration folder, in the order of its files."""

    def __init__(self, folder: Path, problems: Iterable[Problem]) -> None:
        """Keep the problems apart for those who show them their own way."""
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{count} in {folder}", *map(str, self.problems)]))


def did_you_mean(word: Any, valid: Iterable[str], what: str) -> str:
    """`; did you mean 'x'?`, or the whole list when nothing is near."""
    names = sorted(set(valid))
    by_fold = {name.casefold(): name for name in names}
    near = get_close_matches(str(word).casefold(), list(by_fold), 1, 0.5)
    if near:
        return f"; did you mean {by_fold[near[0]]!r}?"
    return f"; {what}: {', '.join(names)}" if names else f"; there are no {what} yet"


def in_words(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One pydantic error of `model` as a sentence for the person who wrote the file."""
    loc, kind = error["loc"], error["type"]
    name = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        return f"unknown key {name!r}" + did_you_mean(name, _keys(_owner(model, loc)), "known keys")
    if kind == "missing":
        return f"the key {name!r} is missing"
    path = ".".join(str(part) for part in loc if part not in {"CssField", "str", "[key]"})
    expected = _expected(error)
    return f"{path}: {expected}" if path else expected


PATTERNS: Mapping[str, str] = {
    NAME_PATTERN: "a name of lower-case letters, digits and hyphens",
    URL_PATTERN: "an address that begins with http:// or https://",
}
EXPECTED: Mapping[str, str] = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys and their values",
    "model_type": "keys and their values",
    "model_attributes_type": "keys and their values",
    "date_type": "a date such as 2026-11-03",
    "date_parsing": "a date such as 2026-11-03",
    "date_from_datetime_parsing": "a date such as 2026-11-03",
    "date_from_datetime_inexact": "a date such as 2026-11-03",
    "too_short": "at least one entry",
    "greater_than_equal": "a number of at least {ge}",
    "greater_than": "a number above {gt}",
    "less_than_equal": "a number of at most {le}",
}


def _expected(error: ErrorDetails) -> str:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "value_error":
        return str(context["error"])
    got = "nothing" if value is None else _shown(value)
    if kind == "literal_error":
        valid = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        choice = f"expected one of {', '.join(valid)}, got {got}"
        near = did_you_mean(value, valid, "")
        return choice + near if near.startswith("; did") else choice
    if kind == "string_pattern_mismatch":
        return f"expected {PATTERNS.get(context['pattern'], context['pattern'])}, got {got}"
    if kind not in EXPECTED:
        return f"{error['msg'][:1].lower()}{error['msg'][1:]}, got {got}"
    quote = "; put it in quotes" if kind == "string_type" and not isinstance(value, dict | list | None) else ""
    return f"expected {EXPECTED[kind].format_map(context)}, got {got}{quote}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line on a terminal


def _owner(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The model in which the last key of `loc` would have to stand."""
    for part in loc[:-1]:
        for field_name, field in model.model_fields.items():
            if part in {field_name, field.alias}:
                model = next(_models(field.annotation), model)
                break
    return model


def _models(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
