"""What an Elasticsearch store is like: server, schema, partitions with their sizes, and what is wrong."""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from elasticsearch import AuthorizationException, Elasticsearch

from mentions.elastic_client import address, in_words
from mentions.elastic_names import Names
from mentions.elastic_schema import (
    MARK,
    Partition,
    check,
    covers,
    foreign_template,
    partitions,
    stamped,
    stored_template,
)
from mentions.errors import Stop

UNKNOWN: Final = "unknown (the user or key lacks the cluster privilege 'monitor')"

TemplateState: TypeAlias = Literal["up to date", "older", "newer", "foreign", "absent", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One partition: its documents and its size in bytes (copies on other nodes not counted)."""

    partition: Partition
    documents: int | None
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`health` is green, yellow or red; `problem` is None, or the line that every other command would stop with."""

    url: str
    version: str
    health: str
    template: TemplateState
    rooms: tuple[Room, ...]
    problem: str | None


def examine(client: Elasticsearch, names: Names) -> Condition:
    """Look at everything, change nothing. Transient or Stop if the cluster cannot be asked at all."""
    with in_words(address(client)):
        health = str(client.cluster.health().body["status"])
        version = _version(client)
        found = partitions(client, names)
        sizes = _sizes(client, found)
        template = _template(client, names)
    try:
        check(found, names)
    except Stop as stop:
        problem: str | None = str(stop)
    else:
        problem = foreign_template(names) if template == "foreign" else None
    rooms = tuple(
        Room(
            partition=part, documents=sizes(part.name, "docs", "count"), size=sizes(part.name, "store", "size_in_bytes")
        )
        for part in found
    )
    return Condition(
        url=address(client), version=version, health=health, template=template, rooms=rooms, problem=problem
    )


def _version(client: Elasticsearch) -> str:
    """Versions of the nodes; `GET /` is not served by every distribution."""
    try:
        nodes = client.nodes.info(metric="http", filter_path="nodes.*.version").body.get("nodes", {})
    except AuthorizationException:
        return UNKNOWN
    return ", ".join(sorted({str(node["version"]) for node in nodes.values()})) or UNKNOWN


class _Sizes:
    """Statistics by index; None where they cannot be had."""

    def __init__(self, indices: dict[str, Any]) -> None:
        self._indices = indices

    def __call__(self, index: str, part: str, number: str) -> int | None:
        found = self._indices.get(index, {}).get("primaries", {}).get(part, {}).get(number)
        return None if found is None else int(found)


def _sizes(client: Elasticsearch, found: tuple[Partition, ...]) -> _Sizes:
    if not found:
        return _Sizes({})
    try:
        answer = client.indices.stats(
            index=[part.name for part in found], metric=["docs", "store"], filter_path="indices.*.primaries"
        )
    except AuthorizationException:
        return _Sizes({})
    return _Sizes(answer.body.get("indices", {}))


def _template(client: Elasticsearch, names: Names) -> TemplateState:
    try:
        there = stored_template(client, names)
    except AuthorizationException:
        return "unknown"
    if there is None:
        return "absent"
    mappings = there.get("template", {}).get("mappings", {})
    ours = stamped(names)["template"]["mappings"]
    if mappings.get("_meta", {}).get("schema") != MARK:
        return "foreign"
    if mappings.get("_meta", {}).get("digest") == ours["_meta"]["digest"]:
        return "up to date"
    return "newer" if covers(mappings.get("properties", {}), ours["properties"]) else "older"
