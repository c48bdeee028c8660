"""Folding, words and sentences: the small grain on which lexicons and rules work."""

import re
import unicodedata
from typing import NamedTuple

ACCENTS = {c: unicodedata.normalize("NFD", chr(c))[0] for c in range(0xC0, 0x250) if unicodedata.decomposition(chr(c))}
FOLDED = {**ACCENTS, ord("œ"): "oe", ord("æ"): "ae", ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("\xa0"): " "}
ELONGATED = re.compile(r"([a-z])\1{2,}")
WORD = re.compile(
    r"https?://\S+|www\.\S+"
    r"|[:;=8][-o']?[)(\]\[dpo3/\\|*]+(?!\w)|<3|\bx+d+\b|\^\^|-_-"  # emoticons
    r"|\d+(?:[.,]\d+)?(?:/\d+)?"
    r"|[cdjlmnst]'(?=\w)|qu'(?=\w)|[^\W\d_]+(?:'[^\W\d_]+)*(?:\.[^\W\d_]\b)*"
    r"|@[\w.]+"
    r"|[!?]+|\.{2,}|…|[.,;:()\"«»]"
    r"|[^\w\s]"
)
SENTENCE = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"»”)\]]*+(?=\s|$)|\n+)\s*")
ENDLESS = 2_000  # characters: a longer "sentence" is cut at a space, what works on sentences may take their square
LONGEST_ABBREVIATION = 8
ABBREVIATION = re.compile(r"(?:^|\s)(?:mr?s?|mme|mlle|dr|st|vs|p|ex|etc|cf|art|no|inc|ltd|[a-z])\.\s*$", re.IGNORECASE)


class Span(NamedTuple):
    """Characters [start, end) of a text."""

    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents, with plain apostrophes: what lexicons, rules and brand names are compared in."""
    return text.casefold().translate(FOLDED)


def words(text: str) -> list[str]:
    """Folded words, emoticons, emoji and punctuation of a text; French elisions are words of their own (`l'`).

    Three letters or more in a row become one ("suuuper" -> "super"), which is right far more often than two.
    """
    return WORD.findall(ELONGATED.sub(r"\1", fold(text)))


def sentences(text: str) -> list[Span]:
    """Spans of the sentences; a line break ends one, "M." and single initials do not."""
    spans: list[Span] = []
    start = 0
    for cut in SENTENCE.finditer(text):
        before = max(start, cut.start() - LONGEST_ABBREVIATION)
        if "\n" not in cut.group() and ABBREVIATION.search(text[before : cut.start() + 1]):
            continue
        spans += parts(text, start, cut.end())
        start = cut.end()
    return [*spans, *parts(text, start, len(text))]


def parts(text: str, start: int, end: int) -> list[Span]:
    """One sentence as a span, none if it is blank, several if it is ENDLESS."""
    found = []
    while end - start > ENDLESS:
        space = text.rfind(" ", start + 1, start + ENDLESS)
        cut = space + 1 if space > 0 else start + ENDLESS
        found.append(Span(start, cut))
        start = cut
    return [*found, Span(start, end)] if text[start:end].strip() else found
