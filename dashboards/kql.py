"""A strict part of Kibana's query language (KQL): what our boards write, and nothing more.

`field : value`, `field : "some words"`, `field : *`, `field >= 5`, NOT, and, or, parentheses. Free text, wildcards
within words and nested fields are refused: a board that nobody can compile cannot be checked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeAlias

Query: TypeAlias = dict[str, Any]
RANGES: Final[Mapping[str, str]] = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
TOKEN = re.compile(r'\s*(?:(?P<sign>>=|<=|[:<>()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s:<>()"]+))')
EVERYTHING: Final[Query] = {"match_all": {}}


@dataclass(frozen=True, slots=True)
class Token:
    """A sign, a word or a quoted text."""

    kind: str
    text: str


def compiled(expression: str) -> Query:
    """The query of Elasticsearch; ValueError says what of the expression cannot be read."""
    return _Reader(expression).whole()


def fields_of(expression: str) -> tuple[str, ...]:
    """The fields that it asks about, in order; ValueError as `compiled`."""
    reader = _Reader(expression)
    reader.whole()
    return tuple(dict.fromkeys(reader.fields))


@dataclass(slots=True)
class _Reader:
    """Recursive descent: `or` binds weakest, then `and`, then NOT."""

    expression: str
    fields: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)

    def whole(self) -> Query:
        self.tokens = list(_tokens(self.expression))
        if not self.tokens:
            return EVERYTHING
        found = self._either()
        if self.tokens:
            self._refuse(f"what stands before {self.tokens[0].text!r} is already whole")
        return found

    def _either(self) -> Query:
        parts = [self._both()]
        while self._took("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else {"bool": {"should": parts, "minimum_should_match": 1}}

    def _both(self) -> Query:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}

    def _one(self) -> Query:
        if self._took("not"):
            return {"bool": {"must_not": [self._one()]}}
        if self._took("("):
            inside = self._either()
            if not self._took(")"):
                self._refuse("a parenthesis is not closed")
            return inside
        return self._clause()

    def _clause(self) -> Query:
        name = self._next("word", "a field")
        self.fields.append(name)
        sign = self._next("sign", "a sign such as `:`")
        if sign in RANGES:
            return {"range": {name: {RANGES[sign]: self._number()}}}
        if sign != ":":
            self._refuse(f"{sign!r} cannot follow a field")
        value = self.tokens.pop(0) if self.tokens else self._refuse("a value is missing at the end")
        if value.kind == "sign":
            self._refuse(f"{value.text!r} is no value")
        if value == Token("word", "*"):
            return {"exists": {"field": name}}
        if value.kind == "word" and "*" in value.text:
            self._refuse(f"{value.text!r} has a wildcard")
        return {"term": {name: value.text}}

    def _number(self) -> float:
        text = self._next("word", "a number")
        try:
            return float(text)
        except ValueError:
            self._refuse(f"{text!r} is no number")

    def _took(self, word: str) -> bool:
        if self.tokens and self.tokens[0].kind != "quoted" and self.tokens[0].text.lower() == word:
            self.tokens.pop(0)
            return True
        return False

    def _next(self, kind: str, what: str) -> str:
        if not self.tokens:
            self._refuse(f"{what} is missing at the end")
        token = self.tokens.pop(0)
        if token.kind != kind:
            self._refuse(f"{token.text!r} stands where {what} should")
        return token.text

    def _refuse(self, why: str) -> NoReturn:
        raise ValueError(f"the query {self.expression!r} is not in our part of KQL: {why}")


def _tokens(expression: str) -> Iterator[Token]:
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = TOKEN.match(expression, at)
        if found is None:
            raise ValueError(f"the query {expression!r} is not in our part of KQL: it cannot be read from {at} on")
        kind = str(found.lastgroup)
        text = found[kind]
        yield Token(kind, re.sub(r"\\(.)", r"\1", text) if kind == "quoted" else text)
        at = found.end()
