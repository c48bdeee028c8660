"""Horizontal bars and heatmaps, and what every chart on two axes shares.

Rows are mappings; the arguments say which key holds what. Every function is pure: rows in, an Altair chart out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt

from charts.letters import cut, width
from charts.look import FAINT, INK, Look

Rows: TypeAlias = Sequence[Mapping[str, Any]]
APART = "\u200b"  # no width: tells apart names that look the same


def bars(
    rows: Rows,
    look: Look,
    *,
    name: str,
    value: str,
    series: str | None = None,
    order: Sequence[str] = (),
    share: bool = False,
) -> Any:
    """Horizontal bars in the order of the rows, stacked by `series`; `share`: each bar is 100 %.

    Names are cut to two fifths of the width.
    """
    names = names_of(rows, series, order)
    shown = {
        each: cut(each, look.width * 0.4, look.size) + APART * place for place, each in enumerate(names_of(rows, name))
    }
    data = [{**part, "at": shown[str(part["at"])]} for part in stacked(rows, name, value, series, names, share=share)]
    axis = alt.Axis(ticks=False, domain=False, labelPadding=6)
    drawn = (
        chart_of(data)
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            y=alt.Y("at:N", sort=list(shown.values()), title=None, axis=axis),
            x=alt.X("low:Q", title=None, axis=numbers(look.width, look, share=share)),
            x2="high:Q",
            color=colour(names, look, 20 + max((width(each, look.size) for each in shown.values()), default=0)),
        )
    )
    return sized(drawn, look)


def heatmap(
    rows: Rows,
    look: Look,
    *,
    x: str,
    y: str,
    value: str,
    columns: Sequence[str] = (),
    ramp: Sequence[str] = ("#EEF3FA", "#0B4A8F"),
) -> Any:
    """A cell a pair, its number written in it; lines in the order of the rows, columns in theirs or that of `columns`.

    `ramp` goes from the least to the most.
    """
    across, lines = names_of(rows, x, columns), names_of(rows, y)
    longest = max((row[value] or 0 for row in rows), default=0)
    data = [
        {
            "x": str(row[x]),
            "y": cut(str(row[y]), look.width * 0.3, look.size),
            "value": row[value] or 0,
            "text": look.number(row[value]) if row[value] else "",
            "dark": (row[value] or 0) > 0.55 * longest,
        }
        for row in rows
    ]
    lines = [cut(each, look.width * 0.3, look.size) for each in lines]
    cells = chart_of(data).encode(
        x=alt.X(
            "x:N", sort=columns, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, domain=False)
        ),
        y=alt.Y("y:N", sort=lines, title=None, axis=alt.Axis(ticks=False, domain=False)),
    )
    tint = alt.Color("value:Q", scale=alt.Scale(range=list(ramp)), legend=None)
    ink = alt.condition("datum.dark", alt.value("white"), alt.value(INK))
    layers = [cells.mark_rect(stroke="white").encode(color=tint)]
    if look.width * 0.85 / max(1, len(across)) >= width(look.number(longest), look.size - 1):
        layers.append(cells.mark_text(fontSize=look.size - 1).encode(text="text:N", color=ink))
    return sized(alt.layer(*layers), look)


def chart_of(values: list[dict[str, Any]]) -> alt.Chart:
    """A chart whose data stand in the chart itself."""
    return alt.Chart(alt.Data(values=values))  # type: ignore[no-untyped-call] # Altair's own gap


def sized(chart: Any, look: Look) -> Any:
    """The chart within its size, axes and legend included."""
    frame = alt.AutoSizeParams(type="fit", contains="padding")
    return chart.properties(width=look.width, height=look.height, autosize=frame, padding=6).configure(**look.config())


def names_of(rows: Rows, key: str | None, order: Sequence[str] = ()) -> list[str]:
    """The values of a key: first those of `order` that occur, then the others as they come."""
    found = list(dict.fromkeys(str(row[key]) for row in rows)) if key else []
    return [name for name in order if name in found] + [name for name in found if name not in order]


def stacked(
    rows: Rows, at: str, value: str, series: str | None, names: Sequence[str], *, share: bool
) -> list[dict[str, Any]]:
    """{at, series, low, high} a row: where each part of a bar begins and ends, the parts in the order of `names`."""
    place = {name: number for number, name in enumerate(names)}
    whole: dict[Any, float] = defaultdict(float)
    for row in rows:
        whole[row[at]] += row[value] or 0
    reached: dict[Any, float] = defaultdict(float)
    parts = []
    for row in sorted(rows, key=lambda each: place.get(str(each[series]), 0) if series else 0):
        size = (row[value] or 0) / (whole[row[at]] or 1) if share else row[value] or 0
        low = reached[row[at]]
        reached[row[at]] = low + size
        parts.append(
            {"at": row[at], "series": str(row[series]) if series else "", "low": low, "high": reached[row[at]]}
        )
    return parts


def numbers(length: int, look: Look, *, share: bool = False) -> Any:
    """The axis of the values, `length` pixels long: few round numbers, thousands as k."""
    ticks = max(2, length // (6 * look.size))
    told = (
        "format(datum.value, '.0%')"
        if share
        else ("abs(datum.value) >= 1000 ? format(datum.value, '~s') : format(datum.value, '~f')")
    )
    return alt.Axis(tickCount=ticks, domain=False, ticks=False, labelColor=FAINT, labelExpr=told, labelFlush=False)


def colour(names: Sequence[str], look: Look, beside: float = 40) -> Any:
    """The colour of the series, with a legend below in as many columns as fit; it begins `beside` pixels inside."""
    if not names:
        return alt.value(look.range([""])[0])
    columns = max(1, int((look.width - beside) // (max(width(name, look.size) for name in names) + 3 * look.size)))
    legend = alt.Legend(title=None, orient="bottom", columns=min(columns, len(names)), offset=6, columnPadding=12)
    return alt.Color("series:N", scale=alt.Scale(domain=list(names), range=look.range(names)), legend=legend)
