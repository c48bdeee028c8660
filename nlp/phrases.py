"""A list of word patterns found in one pass over a text, however many there are.

A pattern is written as words between spaces; each may be `mot` (itself), `pre*` (any word that starts so), `a|b*|c`
(one of them), `_` (any one word) or `...` (up to four words of the same clause). Accents, case, elisions and hyphens
are read as `nlp.words.words` reads a text ("chef-d'œuvre" is four words). The first must be concrete, since patterns
are looked up by it.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import yaml

from nlp.words import fold, words

T = TypeVar("T")
STOPS = frozenset(".,;:!?…()")
GAP = 4
CACHE = 20_000  # words whose candidates are remembered
LONGEST = 64  # characters of such a word: a longer one comes once


def read_yaml(path: Path) -> Any:
    """A file of patterns, by the C reader of YAML where there is one: ten times faster, and as safe."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders


class Hit(NamedTuple, Generic[T]):
    """Words [start, end) carry `payload`."""

    start: int
    end: int
    payload: T


class Piece(NamedTuple):
    """One word of a pattern: exact forms and prefixes; `gap` stands for `...`, neither forms nor gap for `_`."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    gap: bool = False

    def fits(self, word: str) -> bool:
        """Whether this word may stand here."""
        if word in self.exact:
            return True
        return word.startswith(self.prefixes) if self.prefixes else not self.exact


def piece(text: str) -> Piece:
    """Read one word of a pattern."""
    if text == "...":
        return Piece(frozenset(), (), gap=True)
    forms = [] if text == "_" else text.split("|")
    return Piece(frozenset(f for f in forms if not f.endswith("*")), tuple(f[:-1] for f in forms if f.endswith("*")))


def parse(pattern: str) -> Iterator[Piece]:
    """The pieces of a pattern."""
    for part in pattern.split():
        if part in ("...", "_") or "|" in part:
            yield piece(fold(part))
        elif part.endswith("*"):
            *before, last = words(part[:-1])
            yield from map(piece, [*before, f"{last}*"])
        else:
            yield from map(piece, words(part))


class PhraseIndex(Generic[T]):
    """Patterns with a payload each, looked up by their first word.

    Raises ValueError at building if a pattern begins with a wildcard.
    """

    def __init__(self, patterns: Iterable[tuple[str, T]]) -> None:
        """Sort the patterns by their first word."""
        self._exact: dict[str, list[tuple[tuple[Piece, ...], T]]] = {}
        self._prefix: dict[str, list[tuple[tuple[Piece, ...], T]]] = {}
        self._seen: dict[str, tuple[tuple[tuple[Piece, ...], T], ...]] = {}
        for text, payload in patterns:
            first, *rest = parse(text)
            if not first.exact and not first.prefixes:
                raise ValueError(f"pattern {text!r} must begin with a word")
            entry = (tuple(rest), payload)
            for word in first.exact:
                self._exact.setdefault(word, []).append(entry)
            for prefix in first.prefixes:
                self._prefix.setdefault(prefix, []).append(entry)
        self._shortest = min(map(len, self._prefix), default=0)
        self._longest = max(map(len, self._prefix), default=0)

    def find(self, heard: Sequence[str]) -> Iterator[Hit[T]]:
        """Every match, in order of its first word; overlaps included."""
        seen = self._seen
        for start, word in enumerate(heard):
            candidates = seen.get(word)
            if candidates is None:
                candidates = self._candidates(word)
            for rest, payload in candidates:
                end = match(rest, heard, start + 1) if rest else start + 1
                if end:
                    yield Hit(start, end, payload)

    def _candidates(self, word: str) -> tuple[tuple[tuple[Piece, ...], T], ...]:
        found = list(self._exact.get(word, ()))
        for length in range(self._shortest, min(len(word), self._longest) + 1):
            found += self._prefix.get(word[:length], ())
        candidates = tuple(found)
        if len(word) <= LONGEST:
            if len(self._seen) >= CACHE:  # bounds memory on endless streams of new words
                self._seen.clear()
            self._seen[word] = candidates
        return candidates


def match(pieces: tuple[Piece, ...], heard: Sequence[str], at: int) -> int:
    """Where the pieces end if they match from `at` on, else 0. The shortest gap wins."""
    for index, want in enumerate(pieces):
        if want.gap:
            rest = pieces[index + 1 :]
            for skip in range(GAP + 1):
                if at + skip > len(heard) or (skip and heard[at + skip - 1][:1] in STOPS):
                    return 0
                end = match(rest, heard, at + skip)
                if end:
                    return end
            return 0
        if at >= len(heard) or not want.fits(heard[at]):
            return 0
        at += 1
    return at
