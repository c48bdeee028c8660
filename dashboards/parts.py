"""The pieces that charts are made of, as the Dashboards API writes them: queries, filters, metrics, buckets, colours.

Own strict model of the subset that our boards use (docs/adr/0020): a key that is not here is refused, before anything
is sent. Names, units and shapes are those of Kibana's HTTP API, read in its public document of May 2026.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dashboards.kql import compiled

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_@][A-Za-z0-9_.]*$", description="a field of the index")]
Id: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,127}$")]
Hex: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Interval: TypeAlias = Annotated[str, Field(pattern=r"^(auto|[1-9]\d*[smhdwMy])$")]
Direction: TypeAlias = Literal["asc", "desc"]


class Part(BaseModel):
    """Frozen, strict (no "24" for 24), and deaf to nothing: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_by_name=True, validate_by_alias=True)


class DataView(Part):
    """Which data view a chart reads."""

    type: Literal["data_view_reference"] = "data_view_reference"
    ref_id: Id


class Kql(Part):
    """A query in our part of Kibana's language; an empty expression takes everything."""

    expression: str = ""
    language: Literal["kql"] = "kql"

    @field_validator("expression")
    @classmethod
    def _readable(cls, expression: str) -> str:
        compiled(expression)
        return expression


class TimeRange(Part):
    """Date mathematics (`now-7d`) or moments, as the time picker takes them."""

    from_: Text = Field(alias="from")
    to: Text


# ------------------------------------------------------------------ filters of a board (its pills)


class Is(Part):
    """One value."""

    operator: Literal["is"] = "is"
    field: Name
    value: str | bool | int | float


class IsOneOf(Part):
    """Any of these values."""

    operator: Literal["is_one_of"] = "is_one_of"
    field: Name
    value: Annotated[tuple[str, ...], Field(min_length=1)]


class Exists(Part):
    """Any value at all."""

    operator: Literal["exists"] = "exists"
    field: Name


Condition: TypeAlias = Annotated[Is | IsOneOf | Exists, Field(discriminator="operator")]


class Pill(Part):
    """A filter that people see above the board and can switch off; `negate` turns it round."""

    type: Literal["condition"] = "condition"
    label: Text | None = None
    data_view_id: Id
    negate: bool | None = None
    condition: Condition


# ------------------------------------------------------------------ how numbers and colours look


class Format(Part):
    """How a number is written."""

    type: Literal["number", "percent"] = "number"
    decimals: Annotated[int, Field(ge=0, le=10)] = 0
    suffix: str | None = None


class Static(Part):
    """One colour for a whole series."""

    type: Literal["static"] = "static"
    color: Hex


class Code(Part):
    """A colour as such, not by its place in a palette."""

    type: Literal["color_code"] = "color_code"
    value: Hex


class Assigned(Part):
    """Which values have which colour."""

    values: Annotated[tuple[Text, ...], Field(min_length=1)]
    color: Code


class Mapped(Part):
    """Fixed colours of known values; others take the palette's."""

    mode: Literal["categorical"] = "categorical"
    palette: Text = "default"
    mapping: tuple[Assigned, ...]


class Shade(Part):
    """A colour from `gte` per cent of the range up to `lt`."""

    gte: float | None = None
    lt: float | None = None
    color: Hex


class Ramp(Part):
    """Colours by value, as percentages of the range that is shown."""

    type: Literal["dynamic"] = "dynamic"
    range: Literal["percentage"] = "percentage"
    steps: Annotated[tuple[Shade, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _joined(self) -> Self:
        if any(low.lt is None or low.lt != high.gte for low, high in pairwise(self.steps)):
            raise ValueError("steps must join, each beginning (gte) where the one before ends (lt)")
        return self


# ------------------------------------------------------------------ metrics


class Metric(Part):
    """What any metric may have; `filter` counts only a part, `time_shift` looks at another time."""

    label: Text
    filter: Kql | None = None
    format: Format | None = None
    time_shift: Annotated[str, Field(pattern=r"^(previous|[1-9]\d*[smhdwMy])$")] | None = None


class Count(Metric):
    """How many documents."""

    operation: Literal["count"] = "count"


class OfField(Metric):
    """A number made of the values of a field."""

    operation: Literal["unique_count", "sum", "min", "max", "average", "median"]
    field: Name


AnyMetric: TypeAlias = Annotated[Count | OfField, Field(discriminator="operation")]

# ------------------------------------------------------------------ buckets


class ByMetric(Part):
    """Largest (or smallest) first, by the metric of that place."""

    type: Literal["metric"] = "metric"
    metric_index: Annotated[int, Field(ge=0)] = 0
    direction: Direction = "desc"


class ByName(Part):
    """In the order of the values themselves."""

    type: Literal["alphabetical"] = "alphabetical"
    direction: Direction = "asc"


class OtherBucket(Part):
    """The rest in one bucket."""

    include_documents_without_field: bool = False


class Terms(Part):
    """The most frequent values of one field (several would need `multi_terms`, which a minimal node lacks)."""

    operation: Literal["terms"] = "terms"
    fields: Annotated[tuple[Name, ...], Field(min_length=1, max_length=1)]
    label: Text | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 5
    rank_by: Annotated[ByMetric | ByName, Field(discriminator="type")] = ByMetric()
    other_bucket: OtherBucket | None = None


class DateHistogram(Part):
    """Time in equal parts, their length chosen by Kibana."""

    operation: Literal["date_histogram"] = "date_histogram"
    field: Name
    label: Text | None = None
    suggested_interval: Interval = "auto"


class Labelled(Part):
    """One bucket: what falls into it, and its name."""

    filter: Kql
    label: Text


class Filters(Part):
    """Buckets by queries: always these, in this order, under these names."""

    operation: Literal["filters"] = "filters"
    label: Text | None = None
    filters: Annotated[tuple[Labelled, ...], Field(min_length=1)]


AnyBucket: TypeAlias = Annotated[Terms | DateHistogram | Filters, Field(discriminator="operation")]


class Drilldown(Part):
    """Where a click on a chart leads, with the filters and the time of where it was made."""

    type: Literal["dashboard_drilldown"] = "dashboard_drilldown"
    dashboard_id: Id
    label: Text
    trigger: Literal["on_apply_filter"] = "on_apply_filter"
    use_filters: bool = True
    use_time_range: bool = True
    open_in_new_tab: bool = False


# ------------------------------------------------------------------ what every chart may have


class Titled(Part):
    """Title, what to know about it, where a click leads; `time_range` holds whatever the board's picker says."""

    title: Text
    description: Text | None = None
    time_range: TimeRange | None = None
    drilldowns: Annotated[tuple[Drilldown, ...], Field(min_length=1)] | None = None


class OneSource(Titled):
    """A chart of one data view."""

    data_source: DataView
    query: Kql = Kql()
    ignore_global_filters: bool | None = None


class ColouredTerms(Terms):
    """Frequent values, each with its colour."""

    color: Mapped | None = None


class ColouredFilters(Filters):
    """Named queries, each with its colour; the colours go by label."""

    color: Mapped | None = None


Breakdown: TypeAlias = Annotated[ColouredTerms | ColouredFilters, Field(discriminator="operation")]
