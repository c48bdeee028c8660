"""The three data views of Vigie: which index they read, by which time, and how coded values are written for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from dashboards.documents import INCIDENT_TYPES, RUN_TYPES
from dashboards.words import CODED, Language, say
from mentions.elastic_mapping import FIELD_TYPES

Kind: TypeAlias = Literal["mentions", "incidents", "runs"]
KINDS: Final[tuple[Kind, ...]] = ("mentions", "incidents", "runs")
TIMES: Final[Mapping[Kind, str]] = MappingProxyType(
    {"mentions": "published_at", "incidents": "updated_at", "runs": "started_at"}
)
TYPES: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {"mentions": FIELD_TYPES, "incidents": INCIDENT_TYPES, "runs": RUN_TYPES}
)
LINKS: Final = frozenset({"url", "canonical_url", "thread_url"})


# What people read above a column, instead of the name of its field: a key of `words`.
COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: f"b.{name}" for name in ("brand", "site", "source", "unit", "language", "product", "rating", "model")},
        **{name: f"b.{name}" for name in ("rule", "tier", "state", "kind", "status")},
        **{name: f"f.{name}" for name in ("role", "severity", "title", "passage", "text", "url", "polarity", "reason")},
        **{name: f"m.{name}" for name in ("observed", "expected", "hours", "items", "saved", "rejected", "seconds")},
        "sentiment_label": "b.label",
        "crisis_labels": "b.concern",
        "author_key": "b.author",
        "story_id": "b.story",
        "published_hour": "b.hour",
        "published_weekday": "b.weekday",
        "published_precision": "b.precision",
        "published_at": "f.published",
        "gone_at": "f.gone",
        "opened_at": "m.opened",
        "updated_at": "m.updated",
        "started_at": "f.started",
        "finished_at": "f.finished",
        "lag_seconds": "m.lag",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view: `title` is its index pattern, `types` the Elasticsearch types of its fields.

    `formats` are Kibana's, `labels` what people read instead of the name of a field.
    """

    id: str
    kind: Kind
    title: str
    name: str
    time_field: str
    types: Mapping[str, str]
    formats: Mapping[str, Any]
    labels: Mapping[str, str]

    def body(self) -> dict[str, Any]:
        """The `data_view` of `POST /api/data_views/data_view`."""
        return {
            "id": self.id,
            "title": self.title,
            "name": self.name,
            "timeFieldName": self.time_field,
            "fieldFormats": dict(self.formats),
            "fieldAttrs": {name: {"customLabel": label} for name, label in self.labels.items()},
            "allowNoIndex": True,  # a board may be deployed before the first mention is stored
        }


def view_id(kind: Kind, space: str = "default") -> str:
    """`vigie-mentions`; ids are one namespace over all spaces, so another space stands in its ids."""
    return f"vigie-{kind}" if space in {"", "default"} else f"vigie-{space}-{kind}"


def data_views(space: str = "default", prefix: str = "vigie", language: Language = "en") -> tuple[View, ...]:
    """Mentions, incidents and runs of the indices of `prefix`."""
    return tuple(
        View(
            id=view_id(kind, space),
            kind=kind,
            title=f"{prefix}-{kind}",
            name=say(language, f"view.{kind}"),
            time_field=TIMES[kind],
            types=TYPES[kind],
            formats=_formats(TYPES[kind], language),
            labels={field: say(language, COLUMNS[field]) for field in sorted(TYPES[kind]) if field in COLUMNS},
        )
        for kind in KINDS
    )


def _formats(types: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Codes in words, addresses as links."""
    formats: dict[str, Any] = {}
    for field in sorted(types):
        if field in CODED:
            entries = [{"key": code, "value": say(language, f"{field}.{code}")} for code in CODED[field]]
            formats[field] = {"id": "static_lookup", "params": {"lookupEntries": entries}}
        elif field in LINKS:
            formats[field] = {"id": "url", "params": {"type": "a", "openLinkInCurrentTab": False}}
    return formats
