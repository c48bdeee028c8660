"""Charts without axes: one number, a donut, words by size, a table. Pure: values in, an Altair chart out."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, Literal

import altair as alt

from charts.axes import Rows, chart_of, sized
from charts.letters import cut, width
from charts.look import FAINT, INK, LINE, Look

STRIPE: Final = "#F6F7FA"
EDGE: Final = 8  # pixels around what is placed by pixels


def metric(value: str, look: Look, *, beside: str = "", trend: Sequence[float] = ()) -> Any:
    """One number, already written out, with what it is measured against; `trend` is a faint line below."""
    size = int(min(look.height * 0.34, 44))
    while size > look.size and width(value, size, bold=True) > look.width - 2 * EDGE:
        size -= 1
    middle = look.height * (0.36 if trend else 0.45)
    layers = [_text([(look.width / 2, middle, value)], look, size=size, weight="bold")]
    if beside:
        below = cut(beside, look.width - 2 * EDGE, look.size)
        layers.append(_text([(look.width / 2, middle + size * 0.55 + look.size, below)], look, colour=FAINT))
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
        layers.insert(0, curve.encode(x=_pixel("x", look.width), y=_pixel("y", look.height)))
    return _placed(layers, look)


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
    placed = place_words([(str(row[name]), float(row[value] or 0)) for row in rows], look)
    colours = look.range([text for text, *_ in placed])
    layers = [
        _text([(x, y, text)], look, size=size, colour=colour, align="left")
        for (text, x, y, size), colour in zip(placed, colours, strict=True)
    ]
    return _placed(layers or [_text([], look)], look)


def place_words(weighed: Sequence[tuple[str, float]], look: Look) -> list[tuple[str, float, float, int]]:
    """(word, left, middle, height of its letters) in pixels: as large as all fit, at least as many as possible."""
    ranked = sorted(weighed, key=lambda each: -each[1])
    most = ranked[0][1] if ranked else 0
    for largest in range(min(40, look.height // 2), look.size - 1, -2):
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


def table(rows: Rows, look: Look, *, columns: Mapping[str, str], numbers: Sequence[str] = ()) -> Any:
    """A table; `columns` key -> heading, cells are texts. `numbers` stand right. Rows that find no room are counted."""
    tall = look.size * 1.75
    fit = max(1, int((look.height - 2 * EDGE) // tall) - 1)
    shown = rows if len(rows) <= fit else rows[: fit - 1]
    widths = _widths(rows, look, columns)
    lefts = [EDGE, *(EDGE + end for end in accumulate(widths.values()))]
    layers = [_stripes(len(shown), tall, look)]
    for (key, heading), left, wide in zip(columns.items(), lefts, widths.values(), strict=False):
        right = key in numbers
        x = left + (wide - EDGE if right else 0)
        cells = [cut(str(row[key]), wide - EDGE, look.size) for row in shown]
        texts = [(x, EDGE + tall * (n + 1.5), cell) for n, cell in enumerate(cells)]
        side: Literal["left", "right"] = "right" if right else "left"
        layers.append(_text(texts, look, align=side))
        head = [(x, EDGE + tall / 2, cut(heading, wide - EDGE, look.size))]
        layers.append(_text(head, look, align=side, colour=FAINT, weight="bold"))
    if len(shown) < len(rows):
        more = f"+ {len(rows) - len(shown)} …"
        layers.append(_text([(EDGE, EDGE + tall * (len(shown) + 1.5), more)], look, align="left", colour=FAINT))
    return _placed(layers, look)


def _widths(rows: Rows, look: Look, columns: Mapping[str, str]) -> dict[str, float]:
    """A width a column: what it needs; when that is too much, the widest ones give."""
    wanted = {
        key: max([width(heading, look.size, bold=True), *(width(str(row[key]), look.size) for row in rows)]) + 2 * EDGE
        for key, heading in columns.items()
    }
    room = look.width - 2 * EDGE
    limit = max(wanted.values(), default=0)
    while sum(min(each, limit) for each in wanted.values()) > room and limit > 1:
        limit -= 2
    widths = {key: min(each, limit) for key, each in wanted.items()}
    spare = room - sum(widths.values())
    return {key: wide + spare / len(widths) for key, wide in widths.items()}


def _stripes(count: int, tall: float, look: Look) -> Any:
    data = [
        {"top": EDGE + tall * (n + 1), "end": EDGE + tall * (n + 2), "tone": STRIPE if n % 2 == 0 else "white"}
        for n in range(count)
    ]
    data.append({"top": EDGE + tall - 1, "end": EDGE + tall, "tone": LINE})
    stripes = chart_of(data).mark_rect()
    return stripes.encode(
        x=alt.value(EDGE / 2),
        x2=alt.value(look.width - EDGE / 2),
        y=_pixel("top", look.height),
        y2="end:Q",
        color=alt.Color("tone:N", scale=None),
    )


def _text(
    texts: Sequence[tuple[float, float, str]],
    look: Look,
    *,
    size: int | None = None,
    colour: str = INK,
    align: Literal["left", "center", "right"] = "center",
    weight: Literal["normal", "bold"] = "normal",
) -> Any:
    mark = chart_of([{"x": x, "y": y, "text": text} for x, y, text in texts]).mark_text(
        fontSize=size or look.size, color=colour, align=align, fontWeight=weight, baseline="middle"
    )
    return mark.encode(x=_pixel("x", look.width), y=_pixel("y", look.height), text="text:N")


def _pixel(key: str, end: int) -> Any:
    """A position in pixels from the left or the top."""
    return (alt.X if key == "x" else alt.Y)(
        f"{key}:Q", scale=alt.Scale(domain=[0, end], range=[0, end], nice=False, zero=False), axis=None
    )


def _placed(layers: Sequence[Any], look: Look) -> Any:
    frame = alt.AutoSizeParams(type="none")
    drawn = alt.layer(*layers).properties(width=look.width, height=look.height, autosize=frame, padding=0)
    return drawn.configure(**look.config())
