"""A table as a drawing: whole cells where they fit, headings in two lines, a count of the rows that find no room."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Final, Literal

import altair as alt

from charts.axes import Rows, chart_of
from charts.letters import broken, cut, width
from charts.look import FAINT, LINE, Look
from charts.plain import EDGE, pixel, placed, text_at

STRIPE: Final = "#F6F7FA"
SIDES: Final[tuple[Literal["left", "right"], ...]] = ("left", "right")
SMALLEST: Final = 10  # pixels of letters: a table of many columns takes smaller ones before it cuts a cell


def table(rows: Rows, look: Look, *, columns: Mapping[str, str], numbers: Sequence[str] = ()) -> Any:
    """A table; `columns` key -> heading, cells are texts. `numbers` stand right. Rows that find no room are counted."""
    look, widths = _fitted(rows, look, columns)
    tall, edge = look.size * 1.75, EDGE
    heads = {key: broken(heading, widths[key] - edge, look.size, 2, bold=True) for key, heading in columns.items()}
    top = edge + look.size * (0.5 + 1.25 * max(map(len, heads.values()), default=1))
    fit = max(1, int((look.height - edge - top) // tall))
    shown = rows if len(rows) <= fit else rows[: fit - 1]
    lefts = [edge, *(edge + end for end in accumulate(widths.values()))]
    layers = [_stripes(len(shown), top, tall, look)]
    for side in SIDES:
        head: list[tuple[float, float, str]] = []
        cells: list[tuple[float, float, str]] = []
        for key, left in zip(columns, lefts, strict=False):
            if (key in numbers) != (side == "right"):
                continue
            x, room = left + (widths[key] - edge if side == "right" else 0), widths[key] - edge
            first = top - look.size * (0.25 + 1.25 * (len(heads[key]) - 0.5))
            head += [(x, first + 1.25 * look.size * n, line) for n, line in enumerate(heads[key])]
            texts = [cut(str(row[key]), room, look.size) for row in shown]
            cells += [(x, top + tall * (n + 0.5), text) for n, text in enumerate(texts)]
        layers += [text_at(head, look, align=side, colour=FAINT, weight="bold"), text_at(cells, look, align=side)]
    if len(shown) < len(rows):
        more = [(edge, top + tall * (len(shown) + 0.5), f"+ {len(rows) - len(shown)} …")]
        layers.append(text_at(more, look, align="left", colour=FAINT))
    return placed(layers, look)


def _fitted(rows: Rows, look: Look, columns: Mapping[str, str]) -> tuple[Look, dict[str, float]]:
    """The look with letters as large as all cells allow, and a width a column; if none do, the widest columns give."""
    room = look.width - 2 * EDGE
    for size in range(look.size, SMALLEST - 1, -1):
        look = replace(look, size=size)
        wanted = {key: _wanted(heading, [str(row[key]) for row in rows], size) for key, heading in columns.items()}
        if sum(wanted.values()) <= room:
            break
    limit = max(wanted.values(), default=0)
    while sum(min(each, limit) for each in wanted.values()) > room and limit > 1:
        limit -= 2
    widths = {key: min(each, limit) for key, each in wanted.items()}
    spare = (room - sum(widths.values())) / max(1, len(widths))
    return look, {key: wide + spare for key, wide in widths.items()}


def _wanted(heading: str, cells: Sequence[str], size: int) -> float:
    """What a column needs: its widest cell, or its heading in two lines."""
    words = heading.split()
    breaks = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(len(words))]
    two = [max(width(line, size, bold=True) for line in lines) for lines in breaks]
    return max([min(two, default=0), *(width(cell, size) for cell in cells)]) + 2 * EDGE


def _stripes(count: int, top: float, tall: float, look: Look) -> Any:
    data = [
        {"top": top + tall * n, "end": top + tall * (n + 1), "tone": STRIPE if n % 2 == 0 else "white"}
        for n in range(count)
    ]
    stripes = chart_of([*data, {"top": top - 1, "end": top, "tone": LINE}]).mark_rect()
    return stripes.encode(
        x=alt.value(EDGE / 2),
        x2=alt.value(look.width - EDGE / 2),
        y=pixel("top", look.height),
        y2="end:Q",
        color=alt.Color("tone:N", scale=None),
    )
