"""Several drawings on one sheet: titled cards where they are placed, a heading, a label that nobody overlooks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from charts.letters import FONT, broken, cut, width
from charts.look import FAINT, INK, LINE

HEAD: Final = 64  # pixels of the heading
TITLE, LINE_HEIGHT = 26, 16  # of a card's title; of each further line of it
GROUND, BADGE = "#F1F4FA", "#7A1F1F"
IDS = re.compile(r'\b(id="|url\(#|href="#)')


@dataclass(frozen=True, slots=True)
class Card:
    """One drawing: an SVG of the card's size less its title; pixels from the top left corner of the cards."""

    x: float
    y: float
    width: float
    height: float
    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the cards: `label` is set off at the right, `below` is small under the title."""

    title: str
    label: str
    below: str = ""


def sheet(cards: Sequence[Card], heading: Heading, *, width: int, edge: int = 12) -> str:
    """The whole sheet as one SVG, as high as its cards need."""
    height = HEAD + edge + max((card.y + card.height for card in cards), default=0)
    inside = "".join(_card(card, place) for place, card in enumerate(cards))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}">'
        f'<rect width="100%" height="100%" fill="{GROUND}"/>{_heading(heading, width, edge)}{inside}</svg>'
    )


def inner(title: str, card_width: float, card_height: float) -> float:
    """How high the drawing of a card may be: a long title takes two lines."""
    lines = len(_title(title, card_width))
    return card_height - (TITLE + LINE_HEIGHT * (lines - 1) if lines else 0)


def _title(title: str, card_width: float) -> list[str]:
    return broken(title, card_width - 20, 13, 2, bold=True)


def _heading(heading: Heading, wide: int, edge: int) -> str:
    badge = width(heading.label, 13, bold=True) + 24
    room = wide - badge - 3 * edge
    return (
        f'<rect x="{wide - edge - badge:.1f}" y="14" width="{badge:.1f}" height="28" rx="4" fill="{BADGE}"/>'
        + _text(wide - edge - badge + 12, 33, heading.label, 13, "white", bold=True)
        + _text(edge, 30, cut(heading.title, room / 1.09, 22), 22, INK, bold=True)
        + _text(edge, 52, cut(heading.below, room, 13), 13, FAINT)
    )


def _card(card: Card, place: int) -> str:
    top = HEAD + card.y
    title = "".join(
        _text(card.x + 10, top + 18 + LINE_HEIGHT * n, line, 13, INK, bold=True)
        for n, line in enumerate(_title(card.title, card.width))
    )
    down = card.height - inner(card.title, card.width, card.height)
    own = IDS.sub(rf"\g<1>c{place}-", card.svg)  # two drawings use the same ids
    drawing = re.sub(r"<svg\b", f'<svg x="{card.x:.1f}" y="{top + down:.1f}"', own, count=1)
    return (
        f'<rect x="{card.x:.1f}" y="{top:.1f}" width="{card.width:.1f}" height="{card.height:.1f}" rx="4" '
        f'fill="white" stroke="{LINE}"/>{title}{drawing}'
    )


def _text(x: float, y: float, text: str, size: int, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="{size}"{weight} fill="{colour}">'
        f"{escape(text)}</text>"
    )
