"""Whether the shipped model can read a text at all."""

import re
from collections.abc import Sequence
from typing import Any

LETTER = re.compile(r"[^\W\d_]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
TRAINED = frozenset({"fr", "en", "de", "es", "it", "pt"})  # languages that it was trained on
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|@\w+")
FEWEST = 2  # letters
KNOWN = 0.5  # share of the letters that must be Latin
FEW = 8  # pieces below which a share of them says nothing
BROKEN = 0.4  # share of pieces inside words, from which the words are not those of a language it knows


def readable(text: str) -> bool:
    """Whether it holds words in Latin letters; emoji, figures, handles and links are none."""
    text = ADDRESS.sub(" ", text)
    letters = len(LETTER.findall(text))
    return letters >= FEWEST and len(LATIN.findall(text)) >= KNOWN * letters


def foreign(tokenizer: Any, windows: Sequence[Sequence[int]]) -> bool:
    """Whether the pieces of a text (WordPiece: `##` goes on with a word) are broken words of an unknown language.

    To be asked of all windows of a text together: one that it knows may quote another. And only of texts whose
    language is unknown or not TRAINED: a long German word is broken, too.
    """
    inside = [number for ids in windows for number in ids[1:-1]]  # without the model's own marks at both ends
    if len(inside) < FEW:
        return False
    broken = [number for number in inside if tokenizer.id_to_token(number).startswith("##")]
    return len(broken) >= BROKEN * len(inside)
