"""Charts as the Dashboards API writes them (`config` of a `vis` panel): by value, form-based, no formula."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dashboards.parts import (
    AnyBucket,
    AnyMetric,
    Breakdown,
    Count,
    Direction,
    OfField,
    OneSource,
    Part,
    Ramp,
    Terms,
    Text,
)
from dashboards.vis_xy import XyChart


class Trend(Part):
    """A faint line of the metric over time behind the number."""

    type: Literal["trend"] = "trend"


class ToPrimary(Part):
    """The second number is shown as its difference to the first."""

    to: Literal["primary"] = "primary"
    icon: bool = True
    value: bool = True


class PrimaryCount(Count):
    """The number people came for: a count."""

    type: Literal["primary"] = "primary"
    subtitle: Text | None = None
    background_chart: Trend | None = None


class PrimaryOfField(OfField):
    """The number people came for: made of a field."""

    type: Literal["primary"] = "primary"
    subtitle: Text | None = None
    background_chart: Trend | None = None


class SecondaryCount(Count):
    """What it is measured against: a count."""

    type: Literal["secondary"] = "secondary"
    compare: ToPrimary | None = None


class SecondaryOfField(OfField):
    """What it is measured against: made of a field."""

    type: Literal["secondary"] = "secondary"
    compare: ToPrimary | None = None


Primary: TypeAlias = Annotated[PrimaryCount | PrimaryOfField, Field(discriminator="operation")]
Secondary: TypeAlias = Annotated[SecondaryCount | SecondaryOfField, Field(discriminator="operation")]


class MetricChart(OneSource):
    """One number, with a second one beside it."""

    type: Literal["metric"] = "metric"
    metrics: Annotated[
        tuple[Annotated[Primary | Secondary, Field(discriminator="type")], ...], Field(min_length=1, max_length=2)
    ]


class Values(Part):
    """Shares or counts, written on the parts."""

    visible: bool = True
    mode: Literal["absolute", "percentage"] = "percentage"
    percent_decimals: Annotated[int, Field(ge=0, le=10)] = 0


class PartLabels(Part):
    """Names beside the parts."""

    visible: bool = True
    position: Literal["inside", "outside"] = "outside"


class PieStyle(Part):
    """A donut unless `donut_hole` is `none`; parts are labelled."""

    donut_hole: Literal["none", "s", "m", "l"] = "m"
    labels: PartLabels = PartLabels()
    values: Values = Values()


class PieLegend(Part):
    """Names of the parts once more."""

    visibility: Literal["auto", "visible", "hidden"] = "visible"


class PieChart(OneSource):
    """Shares of a whole."""

    type: Literal["pie"] = "pie"
    metrics: Annotated[tuple[AnyMetric, ...], Field(min_length=1, max_length=1)]
    group_by: Annotated[tuple[Breakdown, ...], Field(min_length=1, max_length=2)]
    styling: PieStyle = PieStyle()
    legend: PieLegend = PieLegend()


class HeatCount(Count):
    """A count, as the colour of a cell."""

    color: Ramp | None = None


class HeatOfField(OfField):
    """A number of a field, as the colour of a cell."""

    color: Ramp | None = None


class CellLabels(Part):
    """The number in the cell."""

    visible: bool = True


class Cells(Part):
    """How a cell looks."""

    labels: CellLabels = CellLabels()


class HeatStyle(Part):
    """Numbers stand in the cells: colour alone says nothing."""

    cells: Cells = Cells()


class HeatmapLegend(Part):
    """Which colour is which range."""

    visibility: Literal["visible", "hidden"] = "visible"


class HeatmapChart(OneSource):
    """A table of coloured cells."""

    type: Literal["heatmap"] = "heatmap"
    x: AnyBucket
    y: AnyBucket | None = None
    metric: Annotated[HeatCount | HeatOfField, Field(discriminator="operation")]
    styling: HeatStyle = HeatStyle()
    legend: HeatmapLegend = HeatmapLegend()


class TagCloud(OneSource):
    """Words, the more frequent the larger."""

    type: Literal["tag_cloud"] = "tag_cloud"
    metric: AnyMetric
    tag_by: Terms


class Row(Terms):
    """Rows of a table; a click on a value filters by it."""

    click_filter: bool | None = None


class SortBy(Part):
    """Which column orders the table."""

    column_type: Literal["metric", "row"] = "metric"
    index: Annotated[int, Field(ge=0)] = 0
    direction: Direction = "desc"


class TableStyle(Part):
    """Rows to a page, and their order."""

    paging: Literal[10, 20, 30, 50, 100] = 10
    sort_by: SortBy | None = None


class DataTable(OneSource):
    """Rows and numbers."""

    type: Literal["data_table"] = "data_table"
    metrics: Annotated[tuple[AnyMetric, ...], Field(min_length=1)]
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]
    styling: TableStyle = TableStyle()


Chart: TypeAlias = Annotated[
    MetricChart | XyChart | PieChart | HeatmapChart | TagCloud | DataTable, Field(discriminator="type")
]
