"""What an SVG shows, read back: every text with the box it takes, in pixels of the whole drawing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from charts.letters import width

SVG = "{http://www.w3.org/2000/svg}"
SHIFT = re.compile(r"translate\(\s*([-\d.e]+)(?:[ ,]+([-\d.e]+))?\s*\)")


@dataclass(frozen=True)
class Text:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def over(self, other: "Text", slack: float = 1.5) -> bool:
        """Whether the two lie over each other by more than `slack` pixels."""
        apart = self.right <= other.left + slack or other.right <= self.left + slack
        return not (apart or self.bottom <= other.top + slack or other.bottom <= self.top + slack)


def size(svg: str) -> tuple[float, float]:
    root = ET.fromstring(svg)
    return float(root.attrib["width"]), float(root.attrib["height"])


def texts(svg: str) -> list[Text]:
    return list(_texts(ET.fromstring(svg), 0.0, 0.0))


def words(svg: str) -> set[str]:
    return {each.text.rstrip("\u200b").strip() for each in texts(svg)}


def _texts(node: ET.Element, x: float, y: float) -> Iterator[Text]:
    found = SHIFT.search(node.get("transform", ""))
    assert "rotate" not in node.get("transform", "").replace("rotate(0)", ""), "texts stand upright"
    if found:
        x, y = x + float(found[1]), y + float(found[2] or 0)
    if node.tag == f"{SVG}svg":
        x, y = x + float(node.get("x", 0)), y + float(node.get("y", 0))
    if node.get("opacity") == "0":
        return  # a label that Vega left out
    if node.tag == f"{SVG}text":
        yield from _box(node, x + float(node.get("x", 0)), y + float(node.get("y", 0)))
        return
    for child in node:
        yield from _texts(child, x, y)


def _box(node: ET.Element, x: float, y: float) -> Iterator[Text]:
    text = "".join(node.itertext())
    if not text.strip("\u200b "):
        return
    tall = float(node.get("font-size", "12").removesuffix("px"))
    wide = width(text, tall, bold=node.get("font-weight") == "bold")
    left = {"end": x - wide, "middle": x - wide / 2}.get(node.get("text-anchor", "start"), x)
    yield Text(text, left, y - 0.75 * tall, left + wide, y + 0.22 * tall)
