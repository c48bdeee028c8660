"""Which fields a board uses and for what, against the mapping. Kibana would show a wrong one as an error, on screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from dashboards import kql
from dashboards.model import Dashboard, SessionPanel, VisPanel
from dashboards.parts import Count, Filters, Kql
from dashboards.views import View
from dashboards.vis_xy import MarkLayer, XyChart
from mentions.elastic_mapping import PROPERTIES

Need: TypeAlias = Literal["bucket", "number", "date", "ordered", "asked", "shown"]

NUMBERS: Final = frozenset({"byte", "short", "integer", "long", "float", "double"})
SORTED: Final = NUMBERS | {"keyword", "date", "boolean"}
SERVES: Final[Mapping[Need, frozenset[str]]] = {
    "bucket": SORTED,  # terms, distinct values, lists of a control
    "number": NUMBERS,  # sums and means
    "date": frozenset({"date"}),
    "ordered": NUMBERS | {"date"},  # smallest and largest
    "asked": SORTED,  # compared exactly
    "shown": SORTED | {"text"},
}
METRICS: Final[Mapping[str, Need]] = {"unique_count": "bucket", "min": "ordered", "max": "ordered"}
# Stored without what aggregations read, or without what queries read.
BARE: Final = frozenset(
    name for name, field in PROPERTIES.items() if field.get("doc_values") is False or field.get("index") is False
)


@dataclass(frozen=True, slots=True)
class Use:
    """One field at one place of a board: `path` says where, `need` what for."""

    path: str
    view: str
    field: str
    need: Need


def misused(board: Dashboard, views: Mapping[str, View]) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) for each field that is not in the mapping of its data view, or is of no use there."""
    for use in uses(board):
        view = views.get(use.view)
        if view is None:
            yield use.path, f"the data view {use.view!r} is not ours ({', '.join(sorted(views))})"
        elif use.field not in view.types:
            yield use.path, f"{view.title} has no field {use.field!r}"
        elif (kind := view.types[use.field]) not in SERVES[use.need]:
            yield use.path, f"{use.field!r} is of type {kind}: it cannot serve as {use.need}"
        elif view.kind == "mentions" and use.field in BARE and use.need != "shown":
            yield use.path, f"{use.field!r} is only stored: it cannot serve as {use.need}"


def uses(board: Dashboard) -> Iterator[Use]:
    """Every field of pills, controls, panels and queries."""
    for n, pill in enumerate(board.filters):
        yield Use(f"filters[{n}].condition.field", pill.data_view_id, pill.condition.field, "asked")
    for n, control in enumerate(board.pinned_panels):
        at = f"pinned_panels[{n}].config.field_name"
        yield Use(at, control.config.data_view_id, control.config.field_name, "bucket")
    for n, panel in enumerate(board.panels):
        at = f"panels[{n}].config"
        if isinstance(panel, SessionPanel):
            yield from _of_list(at, panel)
        elif isinstance(panel, VisPanel):
            yield from _of_chart(at, panel.config)


def views_of(board: Dashboard) -> frozenset[str]:
    """The data views that it reads."""
    return frozenset(use.view for use in uses(board))


def _of_list(at: str, panel: SessionPanel) -> Iterator[Use]:
    for n, tab in enumerate(panel.config.tabs):
        view, path = tab.data_source.ref_id, f"{at}.tabs[{n}]"
        for c, column in enumerate(tab.column_order):
            yield Use(f"{path}.column_order[{c}]", view, column, "shown")
        for s, sort in enumerate(tab.sort):
            yield Use(f"{path}.sort[{s}].name", view, sort.name, "bucket")
        yield from _of_query(f"{path}.query", view, tab.query)


def _of_chart(at: str, chart: Any) -> Iterator[Use]:
    if not isinstance(chart, XyChart):
        yield from _of_layer(at, chart.data_source.ref_id, chart)
        return
    for n, layer in enumerate(chart.layers):
        view, path = layer.data_source.ref_id, f"{at}.layers[{n}]"
        if isinstance(layer, MarkLayer):
            for e, event in enumerate(layer.events):
                yield Use(f"{path}.events[{e}].time_field", view, event.time_field, "date")
                yield from _of_query(f"{path}.events[{e}].query", view, event.query)
                for f, name in enumerate(event.extra_fields or ()):
                    yield Use(f"{path}.events[{e}].extra_fields[{f}]", view, name, "shown")
        else:
            yield from _of_query(f"{at}.query", view, chart.query)
            yield from _of_layer(path, view, layer)


def _of_layer(at: str, view: str, part: Any) -> Iterator[Use]:
    """Metrics and buckets, wherever this chart keeps them."""
    if isinstance(query := getattr(part, "query", None), Kql):
        yield from _of_query(f"{at}.query", view, query)
    for name, each in chain(_listed(part, "metrics", "rows", "group_by", "y"), _single(part)):
        yield from _of_operation(f"{at}.{name}", view, each)


def _listed(part: Any, *names: str) -> Iterator[tuple[str, Any]]:
    for name in names:
        found = getattr(part, name, None)
        if isinstance(found, tuple):
            yield from ((f"{name}[{n}]", each) for n, each in enumerate(found))


def _single(part: Any) -> Iterator[tuple[str, Any]]:
    for name in ("x", "y", "breakdown_by", "metric", "tag_by"):
        found = getattr(part, name, None)
        if found is not None and not isinstance(found, tuple):
            yield name, found


def _of_operation(at: str, view: str, of: Any) -> Iterator[Use]:
    if isinstance(of, Filters):
        for n, each in enumerate(of.filters):
            yield from _of_query(f"{at}.filters[{n}].filter", view, each.filter)
    elif of.operation == "terms":
        yield Use(f"{at}.fields[0]", view, of.fields[0], "bucket")
    elif of.operation == "date_histogram":
        yield Use(f"{at}.field", view, of.field, "date")
    else:
        if not isinstance(of, Count):
            yield Use(f"{at}.field", view, of.field, METRICS.get(of.operation, "number"))
        if of.filter is not None:
            yield from _of_query(f"{at}.filter", view, of.filter)


def _of_query(at: str, view: str, query: Kql) -> Iterator[Use]:
    for name in kql.fields_of(query.expression):
        yield Use(f"{at}.expression", view, name, "asked")
