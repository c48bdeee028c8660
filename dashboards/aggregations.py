"""Buckets and metrics of a chart as aggregations of Elasticsearch, and its answer as rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from dashboards import kql
from dashboards.moments import CALENDAR, Window
from dashboards.parts import ByMetric, Count, Filters

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = Mapping[str, Any]
OPERATIONS: Final[Mapping[str, str]] = {
    "unique_count": "cardinality",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "average": "avg",
    "median": "percentiles",
}
OTHER: Final = "…"  # the rest of the values, where one search tells how many there are
VALUE: Final = "value"  # of a metric that counts only a part: it stands inside a filter


@dataclass(frozen=True, slots=True)
class Plan:
    """Named buckets from the outermost in, and named metrics, in one window; days begin in `zone`."""

    buckets: tuple[tuple[str, Any], ...]
    metrics: tuple[tuple[str, Any], ...]
    window: Window
    zone: str

    def aggs(self) -> Json:
        """The `aggs` of the search."""
        measured = {name: found for name, metric in self.metrics if (found := _metric(metric)) is not None}
        inner: Json = {}
        for name, bucket in reversed(self.buckets):
            below = {**inner, **(measured if not inner or self._ranked(bucket) else {})}
            inner = {name: {**self._bucket(bucket), **({"aggs": below} if below else {})}}
        return inner or measured

    def rows(self, answer: Mapping[str, Any]) -> Iterator[Row]:
        """One row for each innermost bucket: its keys, `n` documents, its metrics. Without buckets one row."""
        found = answer.get("aggregations", {})
        if not self.buckets:
            total = answer["hits"]["total"]["value"]
            yield {"n": total, **self._values(found, total)}
            return
        yield from self._below(found, 0, {})

    def _below(self, found: Mapping[str, Any], depth: int, keys: Json) -> Iterator[Row]:
        name, of = self.buckets[depth]
        buckets = found[name]["buckets"]
        if isinstance(of, Filters):  # they come back in the order of the alphabet
            each = [(one.label, buckets[one.label]) for one in of.filters]
        else:
            each = [(_key(one), one) for one in buckets]
            if of.operation == "terms" and of.other_bucket is not None and self._counts():
                each += [(OTHER, {"doc_count": rest})] if (rest := found[name]["sum_other_doc_count"]) else []
        for key, bucket in each:
            here = {**keys, name: key}
            if depth + 1 < len(self.buckets):
                yield from self._below(bucket, depth + 1, here)
            else:
                yield {**here, "n": bucket["doc_count"], **self._values(bucket, bucket["doc_count"])}

    def _counts(self) -> bool:
        """Whether the rest has an answer already: one level of buckets, and nothing but plain counts."""
        return len(self.buckets) == 1 and all(
            isinstance(each, Count) and each.filter is None for _, each in self.metrics
        )

    def _values(self, found: Mapping[str, Any], documents: int) -> Json:
        return {name: _value(metric, found.get(name, {}), documents) for name, metric in self.metrics}

    def _bucket(self, of: Any) -> Json:
        if isinstance(of, Filters):
            return {"filters": {"filters": {each.label: kql.compiled(each.filter.expression) for each in of.filters}}}
        if of.operation == "terms":
            return {"terms": {"field": of.fields[0], "size": of.limit, "order": self._order(of)}}
        length = self.window.interval(of.suggested_interval)
        bounds = {"min": self.window.start.isoformat(), "max": self.window.end.isoformat()}
        return {
            "date_histogram": {
                "field": of.field,
                "calendar_interval" if length in CALENDAR else "fixed_interval": length,
                "time_zone": self.zone,
                "min_doc_count": 0,  # a gap is news
                "extended_bounds": bounds,
            }
        }

    def _order(self, of: Any) -> Json:
        rank = of.rank_by
        if not isinstance(rank, ByMetric):
            return {"_key": rank.direction}
        name, metric = self.metrics[rank.metric_index]
        if metric.filter is None and isinstance(metric, Count):
            return {"_count": rank.direction}
        path = f"{name}>{VALUE}" if metric.filter is not None and not isinstance(metric, Count) else name
        if metric.operation == "median":
            path += ".50"
        return {f"{path}._count" if isinstance(metric, Count) else path: rank.direction}

    def _ranked(self, bucket: Any) -> bool:
        """Whether an outer bucket is ordered by a metric, which then stands in it too."""
        return isinstance(getattr(bucket, "rank_by", None), ByMetric) and "_count" not in self._order(bucket)


def _metric(of: Any) -> Json | None:
    """None for a plain count: every bucket has it."""
    measured: Json | None = None
    if not isinstance(of, Count):
        more = {"percents": [50]} if of.operation == "median" else {}
        measured = {OPERATIONS[of.operation]: {"field": of.field, **more}}
    if of.filter is None:
        return measured
    inside = {} if measured is None else {"aggs": {VALUE: measured}}
    return {"filter": kql.compiled(of.filter.expression), **inside}


def _value(of: Any, found: Mapping[str, Any], documents: int) -> Any:
    if isinstance(of, Count):
        return documents if of.filter is None else found["doc_count"]
    inner = found if of.filter is None else found[VALUE]
    if of.operation == "median":
        return next(iter(inner["values"].values()))
    return inner.get("value_as_string", inner["value"])


def _key(bucket: Mapping[str, Any]) -> Any:
    return bucket.get("key_as_string", bucket["key"])
