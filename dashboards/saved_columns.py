"""Operations of a chart as the columns of a form-based Lens layer, at the level of Kibana 8.19.

Where the facts of stored shapes come from: docs/adr/0021. A layer keeps its columns in order, buckets first.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]
Types: TypeAlias = Mapping[str, str]  # field -> Elasticsearch type

RECORDS: Final = "___records___"  # what a count counts
NUMBERS: Final = frozenset({"byte", "short", "integer", "long", "float", "double", "half_float", "scaled_float"})
COUNTING: Final = frozenset({"count", "unique_count", "sum"})  # zero where there is nothing, not empty


def layer(columns: Mapping[str, Json], *, ignore_global_filters: bool = False) -> Json:
    """A form-based layer of these columns; the order given is kept within buckets and within metrics."""
    order = sorted(columns, key=lambda name: not columns[name]["isBucketed"])
    return {
        "columnOrder": order,
        "columns": dict(columns),
        "ignoreGlobalFilters": ignore_global_filters,
        "incompleteColumns": {},
        "sampling": 1,
    }


def metric(of: Mapping[str, Any], types: Types) -> Json:
    """A metric operation of the API as a column."""
    operation = of["operation"]
    field = of.get("field", RECORDS)
    params: Json = {"emptyAsNull": False} if operation in COUNTING else {}
    if "format" in of:
        params["format"] = _format(of["format"])
    column = {
        "customLabel": True,
        "dataType": "date" if operation in {"min", "max"} and types.get(field) == "date" else "number",
        "isBucketed": False,
        "label": of["label"],
        "operationType": operation,
        "params": params,
        "scale": "ratio",
        "sourceField": field,
    }
    if "filter" in of:
        column["filter"] = query(of["filter"])
    if "time_shift" in of:
        column["timeShift"] = of["time_shift"]
    return column


def bucket(of: Mapping[str, Any], types: Types, metrics: Sequence[str]) -> Json:
    """A bucket operation of the API as a column; `metrics` are the column ids that it may be ranked by."""
    match of["operation"]:
        case "terms":
            return _terms(of, types, metrics)
        case "date_histogram":
            return date_histogram(of["field"], of["suggested_interval"], of.get("label"))
        case "filters":
            params = {"filters": [{"input": query(one["filter"]), "label": one["label"]} for one in of["filters"]]}
            return {**_bucketed(of.get("label"), "Filters", "filters", "string", "ordinal"), "params": params}
    raise ValueError(f"no stored form is known for the buckets {of['operation']!r}")


def date_histogram(field: str, interval: str = "auto", label: str | None = None) -> Json:
    """Time in equal parts; empty ones are drawn, for a gap is news."""
    params = {"dropPartials": False, "includeEmptyRows": True, "interval": interval}
    return {
        **_bucketed(label, field, "date_histogram", "date", "interval"),
        "params": params,
        "sourceField": field,
    }


def query(of: Mapping[str, Any]) -> Json:
    """A query as it is stored: KQL goes by its older name."""
    return {"language": "kuery", "query": of["expression"]}


def _terms(of: Mapping[str, Any], types: Types, metrics: Sequence[str]) -> Json:
    (field,) = of["fields"]
    kind = types.get(field, "keyword")
    rank, other = of["rank_by"], of.get("other_bucket")
    by_metric = rank["type"] == "metric"
    order = {"columnId": metrics[rank["metric_index"]], "type": "column"} if by_metric else ALPHABETICAL
    params = {
        "exclude": [],
        "excludeIsRegex": False,
        "include": [],
        "includeIsRegex": False,
        "missingBucket": other is not None and other["include_documents_without_field"],
        "orderBy": order,
        "orderDirection": rank["direction"],
        "otherBucket": other is not None,
        "parentFormat": {"id": "terms"},
        "size": of["limit"],
    }
    known = {"boolean": "boolean", "date": "date"}.get(kind, "number" if kind in NUMBERS else "string")
    return {**_bucketed(of.get("label"), field, "terms", known, "ordinal"), "params": params, "sourceField": field}


ALPHABETICAL: Final = {"fallback": False, "type": "alphabetical"}


def _bucketed(label: str | None, otherwise: str, operation: str, kind: str, scale: str) -> Json:
    return {
        "customLabel": label is not None,
        "dataType": kind,
        "isBucketed": True,
        "label": otherwise if label is None else label,
        "operationType": operation,
        "scale": scale,
    }


def _format(of: Mapping[str, Any]) -> Json:
    suffix = {"suffix": of["suffix"]} if "suffix" in of else {}
    return {"id": of["type"], "params": {"decimals": of["decimals"], **suffix}}
