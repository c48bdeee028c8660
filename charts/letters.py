"""How wide a text is in the font of our pictures, and as much of it as fits."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

FONT: Final = "Liberation Sans"  # carried by vl-convert itself: the same picture on every machine
# Advance widths of Liberation Sans (those of Arial) in thousandths of the letters' height.
_BY_WIDTH: Final[Mapping[int, str]] = {
    191: "'",
    222: "ijl‘’",
    260: "|",
    278: "ft !,./:;I[]\\\u00a0·",
    333: "r-()`“”",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "ckvxyszJ",
    556: "abdeghnopqu0123456789#$?_L–«»€",
    584: "+<>=~−",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "wCDHNRU",
    778: "GOQ",
    833: "mM",
    889: "%æ",
    944: "Wœ",
    1000: "…—ŒÆ",
    1015: "@",
}
_WIDTHS: Final = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}
_UNKNOWN, _BOLD = 1000, 1.09  # other scripts and emoji are at most as wide as they are high


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a text takes, `size` being the height of its letters in pixels."""
    return sum(map(_em, text)) * size / 1000 * (_BOLD if bold else 1)


def cut(text: str, room: float, size: float) -> str:
    """The text if it fits into `room` pixels, else as much as fits and an ellipsis: never a letter cut in two."""
    if width(text, size) <= room:
        return text
    kept, used = "", width("…", size)
    for letter in text:
        used += width(letter, size)
        if used > room:
            break
        kept += letter
    return kept.rstrip() + "…" if kept.strip() else ""


def broken(text: str, room: float, size: float, most: int, *, bold: bool = False) -> list[str]:
    """The text in lines of at most `room` pixels, broken between words; what `most` lines do not hold ends in …"""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        fit = 1
        while fit < len(words) and width(" ".join(words[: fit + 1]), size, bold=bold) <= room:
            fit += 1
        lines.append(" ".join(words[:fit]))
        words = words[fit:]
    rest = " ".join(words)
    return [cut(line, room, size * (_BOLD if bold else 1)) for line in [*lines, *([rest] if rest else [])]]


@cache
def _em(letter: str) -> int:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    parts = unicodedata.normalize("NFD", letter)
    if letter == "\u202f":
        return 278
    if unicodedata.category(letter) in {"Mn", "Cf"}:
        return 0
    return _WIDTHS.get(parts[0], _UNKNOWN)
