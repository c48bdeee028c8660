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


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view: `title` is its index pattern, `types` the Elasticsearch types of its fields, `formats` Kibana's."""

    id: str
    kind: Kind
    title: str
    name: str
    time_field: str
    types: Mapping[str, str]
    formats: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        """The `data_view` of `POST /api/data_views/data_view`."""
        return {
            "id": self.id,
            "title": self.title,
            "name": self.name,
            "timeFieldName": self.time_field,
            "fieldFormats": dict(self.formats),
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
