"""Charts over time: stacked bars, shares, lines with marks. Pure: rows in, an Altair chart out.

Times are aware datetimes; the axis shows the clock of the look's zone. Empty buckets of a line are gaps.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import altair as alt

from charts.axes import Rows, chart_of, colour, names_of, numbers, sized, stacked
from charts.letters import cut
from charts.look import FAINT, Look

MARK_COLOUR: Final = "#7A1F1F"
# At midnight the day, else the hour; where the days do not matter any more, the month.
DAYS: Final = (
    "utchours(datum.value) == 0 && utcminutes(datum.value) == 0 ? utcFormat(datum.value, '%-d %b')"
    " : utcFormat(datum.value, '%H:%M')"
)
MONTHS: Final = "utcFormat(datum.value, '%b %Y')"
LONG: Final = timedelta(days=200)


def over_time(
    rows: Rows,
    look: Look,
    *,
    time: str,
    value: str,
    step: timedelta,
    series: str | None = None,
    order: Sequence[str] = (),
    share: bool = False,
) -> Any:
    """Bars over time, each `step` wide, stacked by `series`; `share`: each stack is 100 %."""
    names = names_of(rows, series, order)
    data = [
        {**part, "from": look.clock(part["at"]), "to": look.clock(part["at"] + step), "at": None}
        for part in stacked(rows, time, value, series, names, share=share)
    ]
    drawn = (
        chart_of(data)
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            x=_time("from", rows, time, look),
            x2="to:T",
            y=alt.Y("low:Q", title=None, axis=numbers(look.height, look, share=share)),
            y2="high:Q",
            color=colour(names, look),
        )
    )
    return sized(drawn, look)


def line(
    rows: Rows,
    look: Look,
    *,
    time: str,
    value: str,
    series: str | None = None,
    order: Sequence[str] = (),
    domain: tuple[float, float] | None = None,
    marks: Sequence[tuple[datetime, str]] = (),
) -> Any:
    """A line a series, with points so that a lone bucket shows. `domain`: the values' axis; `marks`: (when, text)."""
    names = names_of(rows, series, order)
    data = [
        {"time": look.clock(row[time]), "value": row[value], "series": str(row[series]) if series else ""}
        for row in rows
    ]
    scale = alt.Scale(domain=_wider(domain), nice=False) if domain else alt.Undefined
    point = alt.OverlayMarkDef(size=20, filled=True)
    drawn = (
        chart_of(data)
        .mark_line(
            point=point,
            strokeWidth=2,
            strokeJoin="round",
            clip=domain is not None,
            invalid="break-paths-filter-domains",
        )
        .encode(
            x=_time("time", rows, time, look),
            y=alt.Y("value:Q", title=None, scale=scale, axis=numbers(look.height, look)),
            color=colour(names, look),
        )
    )
    return sized(alt.layer(drawn, *_marks(marks, rows, time, look)) if marks else drawn, look)


def _wider(domain: tuple[float, float]) -> list[float]:
    """Room for the points at both ends."""
    low, high = domain
    return [low - 0.05 * (high - low), high + 0.05 * (high - low)]


def _marks(marks: Sequence[tuple[datetime, str]], rows: Rows, time: str, look: Look) -> list[Any]:
    """A rule a moment, its text on a white ground to the left of it: where it has room, not over another text."""
    moments = [row[time] for row in rows] or [when for when, _ in marks]
    span = max((max(moments) - min(moments)).total_seconds(), 1)
    told, free = [], 0.0  # pixels from the left that no text has taken
    for when, text in sorted(marks):
        at = (when - min(moments)).total_seconds() / span * (look.width - 40)
        said = cut(text, min(at - free, look.width * 0.4), look.size)
        told.append({"time": look.clock(when), "text": said})
        free = at if said else free
    data = chart_of(told)
    at = alt.X("time:T", scale=alt.Scale(type="utc"))
    words = data.mark_text(align="right", baseline="top", dx=-4, fontSize=look.size - 1, color=MARK_COLOUR).encode(
        x=at, y=alt.value(0), text="text:N"
    )
    ground = words.copy(deep=True)
    ground.mark.stroke, ground.mark.strokeWidth = "white", 4
    rule = data.mark_rule(color=MARK_COLOUR, strokeDash=[4, 3], strokeWidth=1.5).encode(x=at)
    return [rule, ground, words]


def _time(key: str, rows: Rows, time: str, look: Look) -> Any:
    moments = [row[time] for row in rows]
    long = bool(moments) and max(moments) - min(moments) > LONG
    axis = alt.Axis(
        title=None,
        grid=False,
        tickCount=max(2, look.width // (7 * look.size)),
        labelOverlap="greedy",
        labelSeparation=8,
        labelColor=FAINT,
        labelFlush=True,
        labelExpr=MONTHS if long else DAYS,
    )
    return alt.X(f"{key}:T", scale=alt.Scale(type="utc", padding=0 if key == "from" else 4), axis=axis)
