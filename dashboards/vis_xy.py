"""Charts on two axes, as the Dashboards API writes them: bars, lines, shares over time, and marks at moments."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dashboards.parts import (
    AnyBucket,
    ColouredFilters,
    ColouredTerms,
    Count,
    DataView,
    Kql,
    Name,
    OfField,
    Part,
    Static,
    Text,
    Titled,
)


class SplitTerms(ColouredTerms):
    """Series by value. `aggregate_first`: the largest of the whole time, not of each bucket of `x`."""

    aggregate_first: bool | None = None


Split: TypeAlias = Annotated[SplitTerms | ColouredFilters, Field(discriminator="operation")]


class SeriesCount(Count):
    """A count on the vertical axis."""

    color: Static | None = None


class SeriesOfField(OfField):
    """A number of a field on the vertical axis."""

    color: Static | None = None


class DataLayer(Part):
    """Bars, lines or areas of one data view."""

    type: Literal[
        "bar_stacked",
        "bar_horizontal",
        "bar_horizontal_stacked",
        "bar_horizontal_percentage",
        "line",
        "area_percentage",
    ]
    data_source: DataView
    ignore_global_filters: bool | None = None
    x: AnyBucket
    y: Annotated[
        tuple[Annotated[SeriesCount | SeriesOfField, Field(discriminator="operation")], ...], Field(min_length=1)
    ]
    breakdown_by: Split | None = None


class Mark(Part):
    """Moments found by a query, marked on the time axis."""

    type: Literal["query"] = "query"
    label: Text
    query: Kql
    time_field: Name
    icon: Literal["alert", "bell", "flag", "triangle"] = "alert"
    color: Static | None = None
    extra_fields: tuple[Name, ...] | None = None  # shown when the mouse is over it


class MarkLayer(Part):
    """Marks over the other layers."""

    type: Literal["annotations"] = "annotations"
    data_source: DataView
    ignore_global_filters: bool | None = None
    events: Annotated[tuple[Mark, ...], Field(min_length=1)]


class AxisTitle(Part):
    """What an axis measures; hidden where the title of the panel says it."""

    text: Text | None = None
    visible: bool = True


class Whole(Part):
    """The axis begins at zero."""

    type: Literal["full"] = "full"


class Between(Part):
    """The axis reaches from `min` to `max`, whatever the data."""

    type: Literal["custom"] = "custom"
    min: float
    max: float


class AxisX(Part):
    """The axis of the buckets."""

    title: AxisTitle


class AxisY(Part):
    """The axis of the metric."""

    title: AxisTitle
    domain: Annotated[Whole | Between, Field(discriminator="type")] = Whole()


class Axes(Part):
    """Both axes."""

    x: AxisX | None = None
    y: AxisY | None = None


class Legend(Part):
    """Names of the series; colours alone never say which is which."""

    visibility: Literal["visible", "hidden"] = "visible"
    placement: Literal["outside"] = "outside"
    position: Literal["top", "bottom", "left", "right"] = "bottom"


class XyChart(Titled):
    """Bars, lines, areas and marks on two axes."""

    type: Literal["xy"] = "xy"
    query: Kql = Kql()
    legend: Legend = Legend()
    axis: Axes | None = None
    layers: Annotated[
        tuple[Annotated[DataLayer | MarkLayer, Field(discriminator="type")], ...], Field(min_length=1, max_length=5)
    ]
