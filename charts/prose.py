"""A text of a board (a little Markdown) as SVG: headings, lists, bold words, lines broken where the width ends."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape

from charts.letters import FONT, cut, width
from charts.look import INK, Look

Word: TypeAlias = tuple[str, bool]  # its letters, those of a following space included, and whether it is bold
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
BULLET = re.compile(r"^(\s*)[-*+]\s+")
EMPHASIS = re.compile(r"\*([^*]+)\*")
HEADING = re.compile(r"^#{1,6}\s+")
BAR = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


def prose(markdown: str, look: Look, *, edge: int = 10) -> str:
    """The text as an SVG of the look's size; lines that find no room end in an ellipsis."""
    tall, room = look.size * 1.45, look.width - 2 * edge
    lines = [line for paragraph in markdown.splitlines() for line in _broken(paragraph, room, look.size)]
    fit = max(1, int((look.height - edge) // tall))
    if len(lines) > fit:
        rest = "".join(word for word, _ in (*lines[fit - 1], *lines[fit]))
        lines = [*lines[: fit - 1], [(cut(rest, room, look.size), False)]]
    drawn = "".join(_line(line, edge, edge + tall * (n + 0.7), look.size) for n, line in enumerate(lines))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{look.width}" height="{look.height}">{drawn}</svg>'


def _broken(paragraph: str, room: float, size: int) -> Iterator[Sequence[Word]]:
    if BAR.match(paragraph) and "-" in paragraph:
        return
    line: list[Word] = []
    used = 0.0
    for word, bold in _words(paragraph):
        wide = width(word, size, bold=bold)
        if line and line[-1][0].endswith(" ") and used + width(word.rstrip(" "), size, bold=bold) > room:
            yield line
            line, used = [], 0.0
        line.append((word if wide <= room else cut(word, room, size), bold))
        used += wide
    yield line


def _words(paragraph: str) -> Iterator[Word]:
    text = LINK.sub(r"\1", paragraph)
    heading = bool(HEADING.match(text))
    text = BULLET.sub(r"\1• ", HEADING.sub("", text)).replace("`", "").replace("|", " ")
    for place, part in enumerate(re.split(r"\*\*|__", text)):
        for word in re.findall(r"[^ ]+ *|^ +", EMPHASIS.sub(r"\1", part)):
            yield word, heading or place % 2 == 1


def _line(line: Sequence[Word], x: float, y: float, size: int) -> str:
    spans = "".join(
        f'<tspan font-weight="bold">{escape(word)}</tspan>' if bold else escape(word) for word, bold in line
    )
    place = f'x="{x}" y="{y:.1f}" font-family="{FONT}" font-size="{size}" fill="{INK}"'
    return f'<text xml:space="preserve" {place}>{spans}</text>'
