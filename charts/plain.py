"""Charts without axes: one number, a donut, words by size. Pure: values in, an Altair chart out."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import altair as alt

from charts.axes import Rows, chart_of, sized
from charts.letters import cut, width
from charts.look import FAINT, INK, Look

EDGE: Final = 8  # pixels around what is placed by pixels


def metric(value: str, look: Look, *, beside: str = "", trend: Sequence[float] = ()) -> Any:
    """One number, already written out, with what it is measured against; `trend` is a faint line below."""
    size = int(min(look.height * 0.34, 44))
    while size > look.size and width(value, size, bold=True) > look.width - 2 * EDGE:
        size -= 1
    middle = look.height * (0.36 if trend else 0.45)
    layers = [text_at([(look.width / 2, middle, value)], look, size=size, weight="bold")]
    if beside:
        below = cut(beside, look.width - 2 * EDGE, look.size)
        layers.append(text_at([(look.width / 2, middle + size * 0.55 + look.size, below)], look, colour=FAINT))
    if len(trend) > 1:
        low, high, step = min(trend), max(trend), (look.width - 4 * EDGE) / (len(trend) - 1)
        room = look.height * 0.22
        points = [
            {
                "x": 2 * EDGE + n * step,
                "y": look.height - EDGE - (room * (each - low) / (high - low) if high > low else 0),
            }
            for n, each in enumerate(trend)
        ]
        curve = chart_of(points).mark_line(color="#9AB6D9", strokeWidth=2, strokeJoin="round")
        layers.insert(0, curve.encode(x=pixel("x", look.width), y=pixel("y", look.height)))
    return placed(layers, look)


def donut(rows: Rows, look: Look, *, name: str, value: str) -> Any:
    """Shares of a whole; the legend says each share, so that no colour has to be told apart."""
    whole = sum(row[value] or 0 for row in rows)
    names = [str(row[name]) for row in rows]
    shares = [f"  {look.percent((row[value] or 0) / whole)}" if whole else "  –" for row in rows]
    room = max(look.width * 0.45, look.width - look.height * 0.95) - 3 * look.size
    told = [
        cut(each, room - width(share, look.size), look.size) + share for each, share in zip(names, shares, strict=True)
    ]
    data = [
        {"name": f"{text}{chr(0x200B) * place}", "value": row[value] or 0, "place": place}
        for place, (text, row) in enumerate(zip(told, rows, strict=True))
    ]
    legend = alt.Legend(title=None, orient="right", columns=1)
    scale = alt.Scale(domain=[each["name"] for each in data], range=look.range(names))
    radius = min(look.height, look.width * 0.55) / 2 - 2 * EDGE
    chart = chart_of(data).mark_arc(innerRadius=radius * 0.58, outerRadius=radius, stroke="white", strokeWidth=1)
    return sized(
        chart.encode(
            theta=alt.Theta("value:Q", stack=True),
            order=alt.Order("place:Q"),
            color=alt.Color("name:N", scale=scale, legend=legend),
        ),
        look,
    )


def words(rows: Rows, look: Look, *, name: str, value: str) -> Any:
    """Words in lines, the more frequent the larger; those that find no room are left out, the rarest first."""
    found = place_words([(str(row[name]), float(row[value] or 0)) for row in rows], look)
    colours = look.range([text for text, *_ in found])
    data = [
        {"x": x, "y": y, "text": text, "size": size, "colour": colour}
        for (text, x, y, size), colour in zip(found, colours, strict=True)
    ]
    drawn = chart_of(data).mark_text(align="left", baseline="middle")
    sizes, shades = alt.Size("size:Q", scale=None, legend=None), alt.Color("colour:N", scale=None)
    return placed(
        [drawn.encode(x=pixel("x", look.width), y=pixel("y", look.height), text="text:N", size=sizes, color=shades)],
        look,
    )


def place_words(weighed: Sequence[tuple[str, float]], look: Look) -> list[tuple[str, float, float, int]]:
    """(word, left, middle, height of its letters) in pixels: as large as all fit, at least as many as possible."""
    ranked = sorted(weighed, key=lambda each: -each[1])
    most = ranked[0][1] if ranked else 0
    for largest in range(min(56, look.height // 2), look.size - 1, -2):
        sizes = [round(look.size + (largest - look.size) * (weight / most if most else 0)) for _, weight in ranked]
        placed = _lines([(text, size) for (text, _), size in zip(ranked, sizes, strict=True)], look)
        if len(placed) == len(ranked):
            return placed
    return _lines([(cut(text, look.width - 2 * EDGE, look.size), look.size) for text, _ in ranked], look)


def _lines(sized_words: Sequence[tuple[str, int]], look: Look) -> list[tuple[str, float, float, int]]:
    placed: list[tuple[str, float, float, int]] = []
    x, y, tallest = float(EDGE), float(EDGE), 0
    for text, size in sized_words:
        wide = width(text, size)
        if x > EDGE and x + wide > look.width - EDGE:
            x, y, tallest = float(EDGE), y + tallest * 1.35, 0
        tallest = max(tallest, size)
        if y + tallest * 1.2 > look.height - EDGE or x + wide > look.width - EDGE:
            break
        placed.append((text, x, y + tallest * 0.6, size))
        x += wide + size * 0.6
    return placed


def text_at(
    texts: Sequence[tuple[float, float, str]],
    look: Look,
    *,
    size: int | None = None,
    colour: str = INK,
    align: Literal["left", "center", "right"] = "center",
    weight: Literal["normal", "bold"] = "normal",
) -> Any:
    """Texts at (left, top, text) in pixels, `top` being their middle."""
    mark = chart_of([{"x": x, "y": y, "text": text} for x, y, text in texts]).mark_text(
        fontSize=size or look.size, color=colour, align=align, fontWeight=weight, baseline="middle"
    )
    return mark.encode(x=pixel("x", look.width), y=pixel("y", look.height), text="text:N")


def pixel(key: str, end: int) -> Any:
    """A position in pixels from the left or the top."""
    return (alt.X if key == "x" else alt.Y)(
        f"{key}:Q", scale=alt.Scale(domain=[0, end], range=[0, end], nice=False, zero=False), axis=None
    )


def placed(layers: Sequence[Any], look: Look) -> Any:
    """Layers placed by pixels: nothing is fitted."""
    frame = alt.AutoSizeParams(type="none")
    drawn = alt.layer(*layers).properties(width=look.width, height=look.height, autosize=frame, padding=0)
    return drawn.configure(**look.config())
