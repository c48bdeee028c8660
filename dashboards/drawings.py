"""Charts of our boards, each of a few words: what several boards draw alike stands here once."""

from collections.abc import Sequence
from typing import Any, Final

from dashboards import colours
from dashboards.panels import ALL, NEGATIVE, Card, Kit, by_label, by_unit, count, net, ramp, time, vis
from dashboards.parts import (
    AnyBucket,
    AnyMetric,
    ByMetric,
    ByName,
    ColouredTerms,
    Count,
    Filters,
    Kql,
    OfField,
    OtherBucket,
    Static,
    Terms,
)
from dashboards.views import Kind
from dashboards.vis import (
    DataTable,
    HeatCount,
    HeatmapChart,
    MetricChart,
    PieChart,
    PrimaryCount,
    PrimaryOfField,
    Row,
    SecondaryCount,
    SecondaryOfField,
    SortBy,
    TableStyle,
    TagCloud,
    ToPrimary,
)
from dashboards.vis_xy import (
    Axes,
    AxisTitle,
    AxisX,
    AxisY,
    Between,
    DataLayer,
    Mark,
    MarkLayer,
    SeriesCount,
    SeriesOfField,
    SplitTerms,
    Whole,
    XyChart,
)

ALARMS: Final = Kql(expression='NOT tier : "notice"')


def number(kit: Kit, panel: str, metric: Count | OfField, kind: Kind = "mentions", *, before: bool = True) -> Card:
    """One number; `before` adds its difference to the period before, of equal length."""
    parts = dict(metric)
    shifted = parts | {"label": kit.say("m.previous"), "time_shift": "previous", "compare": ToPrimary()}
    counted = isinstance(metric, Count)
    first = PrimaryCount(**parts) if counted else PrimaryOfField(**parts)
    second = SecondaryCount(**shifted) if counted else SecondaryOfField(**shifted)
    chart = MetricChart(data_source=kit.of(kind), metrics=(first, second) if before else (first,), **kit.titled(panel))
    return vis(panel, chart)


def negatives(kit: Kit) -> Card:
    """How many are negative, beside all: the negative share without a formula."""
    first = PrimaryCount(label=kit.say("m.negative"), filter=NEGATIVE)
    second = SecondaryCount(label=kit.say("m.of"))
    return vis(
        "negative", MetricChart(data_source=kit.of("mentions"), metrics=(first, second), **kit.titled("negative"))
    )


def over_time(kit: Kit, panel: str, split: str | None = None) -> Card:
    """Stacked bars of mentions: by sentiment, or by kind of text, or by the values of a field."""
    breakdown = by_label(kit) if split is None else by_unit(kit) if split == "unit" else largest(kit, split)
    layer = DataLayer(
        type="bar_stacked", data_source=kit.of("mentions"), x=time(kit), y=(series(kit),), breakdown_by=breakdown
    )
    return vis(panel, XyChart(layers=(layer,), axis=axes(kit, "mentions"), **kit.titled(panel)))


def largest(kit: Kit, field: str, limit: int = 6, *, rest: bool = True) -> SplitTerms:
    """The most frequent values of the whole period as series; `rest` is one more, so that shares are of all."""
    other = OtherBucket() if rest else None
    return SplitTerms(
        fields=(field,), label=kit.say(f"b.{field}"), limit=limit, aggregate_first=True, other_bucket=other
    )


def shares_over_time(kit: Kit, panel: str, split: str | None = None) -> Card:
    """Areas that make 100 per cent, by day: of sentiment, or of the values of a field."""
    breakdown = by_label(kit) if split is None else largest(kit, split, 8)
    layer = DataLayer(
        type="area_percentage",
        data_source=kit.of("mentions"),
        x=time(kit, least="1d"),
        y=(series(kit),),
        breakdown_by=breakdown,
    )
    return vis(panel, XyChart(layers=(layer,), axis=axes(kit), **kit.titled(panel)))


def net_line(kit: Kit, panel: str, *, split: str | None = None, marks: bool = False) -> Card:
    """Net sentiment by day from -1 to 1 (half days would swing with the hour).

    A line for each value of `split`, or one, with `marks` where alerts opened.
    """
    color = Static(color=colours.SINGLE) if split is None else None
    metric = SeriesOfField(**dict(net(kit)), color=color)
    breakdown = None if split is None else largest(kit, split, rest=False)
    lines = DataLayer(
        type="line", data_source=kit.of("mentions"), x=time(kit, least="1d"), y=(metric,), breakdown_by=breakdown
    )
    alarm = Mark(
        label=kit.say("mark.alert"),
        query=ALARMS,
        time_field="opened_at",
        color=Static(color=colours.NEGATIVE),
        extra_fields=("brand", "rule", "tier"),
    )
    above = (MarkLayer(data_source=kit.of("incidents"), events=(alarm,)),) if marks else ()
    return vis(
        panel, XyChart(layers=(lines, *above), axis=axes(kit, "net", Between(min=-1, max=1)), **kit.titled(panel))
    )


def bars(kit: Kit, panel: str, field: str, label: str, *, where: Kql = ALL, shares: bool = False) -> Card:
    """Horizontal bars of the most frequent values, each split by sentiment; `shares` makes each bar 100 per cent."""
    layer = DataLayer(
        type="bar_horizontal_percentage" if shares else "bar_horizontal_stacked",
        data_source=kit.of("mentions"),
        x=values(kit, field, label),
        y=(series(kit),),
        breakdown_by=by_label(kit),
    )
    return vis(panel, XyChart(layers=(layer,), query=where, axis=axes(kit), **kit.titled(panel)))


def plain_bars(kit: Kit, panel: str, field: str, label: str, *, where: Kql = ALL, by_name: bool = False) -> Card:
    """Horizontal bars in one colour, the most frequent first, or in the order of the values."""
    layer = DataLayer(
        type="bar_horizontal",
        data_source=kit.of("mentions"),
        x=values(kit, field, label, by_name=by_name),
        y=(series(kit, Static(color=colours.NEGATIVE if where == NEGATIVE else colours.SINGLE)),),
    )
    return vis(panel, XyChart(layers=(layer,), query=where, axis=axes(kit), **kit.titled(panel)))


def donut(kit: Kit, panel: str, split: str | None = None, label: str = "") -> Card:
    """Shares of all mentions: of sentiment, or of kinds of text, or of the values of a field."""
    terms = (
        None
        if split is None or split == "unit"
        else ColouredTerms(fields=(split,), label=kit.say(f"b.{label}"), limit=6, other_bucket=OtherBucket())
    )
    group = terms or (by_unit(kit) if split == "unit" else by_label(kit))
    chart = PieChart(data_source=kit.of("mentions"), metrics=(count(kit),), group_by=(group,), **kit.titled(panel))
    return vis(panel, chart)


def heat(kit: Kit, panel: str, x: AnyBucket, y: AnyBucket, where: Kql = ALL) -> Card:
    """Counts as cells of lighter or darker purple, the number written in each."""
    chart = HeatmapChart(
        data_source=kit.of("mentions"),
        query=where,
        x=x,
        y=y,
        metric=HeatCount(label=kit.say("m.mentions"), color=ramp()),
        **kit.titled(panel),
    )
    return vis(panel, chart)


def values(kit: Kit, field: str, label: str, limit: int = 12, *, by_name: bool = False) -> Terms:
    """Values of a field, the most frequent first or in their own order."""
    rank = ByName() if by_name else ByMetric()
    return Terms(fields=(field,), label=kit.say(f"b.{label}"), limit=limit, rank_by=rank)


def labels(kit: Kit) -> Filters:
    """Negative, neutral and positive as an axis."""
    return Filters(label=kit.say("b.label"), filters=by_label(kit).filters)


def cloud(kit: Kit, panel: str, field: str, label: str, where: Kql = ALL) -> Card:
    """Values of a field as words, the more frequent the larger."""
    chart = TagCloud(
        data_source=kit.of("mentions"),
        query=where,
        metric=count(kit),
        tag_by=values(kit, field, label, 50),
        **kit.titled(panel),
    )
    return vis(panel, chart)


def table(
    kit: Kit,
    panel: str,
    rows: Sequence[Row],
    metrics: Sequence[AnyMetric],
    *,
    kind: Kind = "mentions",
    order: SortBy | None = None,
    where: Kql = ALL,
    **more: Any,
) -> Card:
    """Rows and numbers, by the first number unless `order` says another."""
    chart = DataTable(
        data_source=kit.of(kind),
        query=where,
        rows=tuple(rows),
        metrics=tuple(metrics),
        styling=TableStyle(sort_by=order or SortBy()),
        **more,
        **kit.titled(panel),
    )
    return vis(panel, chart)


def axes(kit: Kit, measure: str | None = None, domain: Whole | Between | None = None) -> Axes:
    """Titles of axes only where the panel's title does not say what is measured."""
    y = AxisTitle(visible=False) if measure is None else AxisTitle(text=kit.say(f"m.{measure}"))
    return Axes(x=AxisX(title=AxisTitle(visible=False)), y=AxisY(title=y, domain=domain or Whole()))


def series(kit: Kit, color: Static | None = None) -> SeriesCount:
    """Counts on the vertical axis."""
    return SeriesCount(label=kit.say("m.mentions"), color=color)
