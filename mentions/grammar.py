"""The text query of people: `word`, `prefix*`, `"a phrase"`, AND, OR, NOT in capitals, parentheses.

    query  = either { "OR" either } ; either = negated { [ "AND" ] negated }
    negated = [ "NOT" ] negated | "(" query ")" | phrase | word | prefix "*"

Words side by side must all be there; NOT binds tightest, then AND, then OR. Every word is read by
`mentions.tokens`, as the texts were: one that gives several tokens (`l'équipe`) is a phrase.
"""

import re
from dataclasses import dataclass

from mentions.filter import And, Expression, Not, Or, Phrase, Word
from mentions.tokens import tokens

DEEPEST = 12  # nested parentheses and NOTs; each is two levels in Elasticsearch, which takes 30
MOST_TERMS = 200
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))  # one for one: positions stay
_PIECE = re.compile(r'[()]|"[^"]*"?|[^\s()"]+')
_OPERATORS = ("AND", "OR", "NOT")


class QueryError(ValueError):
    """A query that cannot be read; `position` (from 1) is where, the text says what to do."""

    def __init__(self, position: int, detail: str) -> None:
        """Name the place in the text too, for people who see nothing else."""
        super().__init__(f"Text query, character {position}: {detail}")
        self.position = position


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    position: int


def parse_text(query: str) -> Expression:
    """Read a query; QueryError (a ValueError) if it is none."""
    pieces = [_Piece(found[0], found.start() + 1) for found in _PIECE.finditer(query.translate(_QUOTES))]
    if not pieces:
        raise QueryError(1, "there is no word in it; give at least one.")
    if len(pieces) > MOST_TERMS:
        raise QueryError(pieces[MOST_TERMS].position, f"more than {MOST_TERMS} words; shorten the query.")
    parser = _Parser(pieces, end=len(query) + 1)
    expression = parser.any_of(0)
    if (piece := parser.next()) is not None:  # all else was taken by any_of
        raise QueryError(piece.position, "a ) without its (; remove it, or open it before.")
    return expression


class _Parser:
    """Recursive descent over the pieces, one method per rule."""

    def __init__(self, pieces: list[_Piece], end: int) -> None:
        self.pieces = pieces
        self.place = 0
        self.end = end

    def next(self) -> _Piece | None:
        return self.pieces[self.place] if self.place < len(self.pieces) else None

    def take(self, text: str) -> bool:
        piece = self.next()
        if piece is None or piece.text != text:
            return False
        self.place += 1
        return True

    def any_of(self, depth: int) -> Expression:
        parts = [self.all_of(depth)]
        while self.take("OR"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self, depth: int) -> Expression:
        parts = [self.negated(depth)]
        while self.take("AND") or ((piece := self.next()) is not None and piece.text not in (")", "OR")):
            parts.append(self.negated(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self, depth: int) -> Expression:
        piece = self.next()
        if piece is None:
            raise QueryError(self.end, "a word is missing at the end; add it, or remove the operator before.")
        if depth > DEEPEST:
            raise QueryError(piece.position, f"more than {DEEPEST} levels of parentheses; simplify the query.")
        if self.take("NOT"):
            return Not(self.negated(depth + 1))
        if self.take("("):
            inside = self.any_of(depth + 1)
            if not self.take(")"):
                raise QueryError(piece.position, "a ( is never closed; add a ) after it.")
            return inside
        if piece.text == ")" or piece.text in _OPERATORS:
            raise QueryError(
                piece.position,
                f"a word is missing before {piece.text}; add it, or remove {piece.text}. "
                'A word that looks like an operator is searched in quotes: "AND".',
            )
        self.place += 1
        return _term(piece)


def _term(piece: _Piece) -> Expression:
    if piece.text.startswith('"'):
        if len(piece.text) == 1 or not piece.text.endswith('"'):
            raise QueryError(piece.position, 'a phrase is never closed; add a " after it.')
        text, prefix = piece.text[1:-1], False
    else:
        text, prefix = piece.text.rstrip("*"), piece.text.endswith("*")
    found = tokens(text)
    if not found:
        raise QueryError(piece.position, f"{piece.text[:40]} holds nothing that is searched for; remove it.")
    if prefix and len(found) > 1:
        raise QueryError(
            piece.position, f"{piece.text[:40]} is several words ({' '.join(found)}); put * after a single one."
        )
    return Word(found[0], prefix) if len(found) == 1 else Phrase(found)
