"""Incidents and runs of `state`, shown to the boards in two indices of their own.

A read model: written by deterministic id and version, only what differs, and made anew from `state` whenever needed. An
older reading never overwrites a newer one: the copies in the index are read first, `state` after them, and what another
process wrote in between has a higher version.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from dashboards.documents import (
    INCIDENT_TYPES,
    RUN_TYPES,
    SCHEMA,
    Document,
    Links,
    incident_document,
    mapping,
    run_document,
)
from mentions.elastic_bulk import Action, BulkWriter, Limits
from mentions.elastic_names import Names
from mentions.errors import Stop
from state.incidents import Incidents
from state.records import Incident, RunKind
from state.runs import Runs

__all__ = ["INCIDENT_TYPES", "RUN_TYPES", "Projected", "project", "rebuild"]

log = logging.getLogger(__name__)

PAGE: Final = 1000  # copies read at a time
OVERLAP: Final = timedelta(days=1)  # runs that started so long before the newest copy are compared again
CORRECTIONS: Final = 20  # bits: a document that changes without a step of its own (a new address of Kibana) has room
CRAWLS: Final[tuple[RunKind, ...]] = ("crawl", "backfill")
SETTINGS: Final[Mapping[str, Any]] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
LIMITS: Final = Limits(in_flight=1, longest_wait=2.0, deadline=10.0, request_timeout=10.0)  # the next one tries again
Version = tuple[int, Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """How many documents were written and removed; all zero when the boards were up to date."""

    incidents: int = 0
    runs: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Copy:
    """A document as the index holds it."""

    version: int
    document: Document


def nowhere(_incident: Incident) -> str | None:
    """No address: Kibana's is not known."""
    return None


def project(
    incidents: Incidents,
    runs: Runs,
    client: Elasticsearch,
    names: Names,
    *,
    roles: Mapping[str, str],
    now: datetime,
    links: Links = nowhere,
    whole: bool = False,
) -> Projected:
    """Bring the two indices up to date with `state`; they are made when absent.

    `roles` is brand to role, `now` an aware time. Without `whole` only runs since the last projection are looked at.
    Stop when an index of that name is not ours or is newer; Transient and API errors of the client pass.
    """
    first = _ready(client, names.incidents, "incidents", INCIDENT_TYPES)
    first |= _ready(client, names.runs, "runs", RUN_TYPES)
    whole |= first
    present = dict(_copies(client, names.incidents, "incident_id", {"match_all": {}}))
    wanted = [_versioned(each, roles, links) for each in incidents.list()]
    written, removed = _write(client, names.incidents, "incident_id", wanted, present, whole=whole)
    since = None if whole else _since(client, names.runs, now)
    recent = {"match_all": {}} if since is None else {"range": {"started_at": {"gte": since.isoformat()}}}
    copies = dict(_copies(client, names.runs, "run_id", recent))
    ran, dropped = _write(client, names.runs, "run_id", _versioned_runs(runs, since), copies, whole=whole)
    return Projected(incidents=written, runs=ran, removed=removed + dropped)


def rebuild(
    incidents: Incidents,
    runs: Runs,
    client: Elasticsearch,
    names: Names,
    *,
    roles: Mapping[str, str],
    now: datetime,
    links: Links = nowhere,
) -> Projected:
    """Make both indices equal to `state`: what is missing is added, what differs replaced, what is too much removed."""
    return project(incidents, runs, client, names, roles=roles, now=now, links=links, whole=True)


def crawls_but(client: Elasticsearch, names: Names, sources: Sequence[str]) -> int:
    """How many crawls of other sources the index shows; 0 without an index."""
    query = {"bool": {"filter": [{"exists": {"field": "source"}}], "must_not": [{"terms": {"source": list(sources)}}]}}
    return int(client.count(index=names.runs, query=query, ignore_unavailable=True)["count"])


def forget(client: Elasticsearch, names: Names) -> None:
    """Delete both indices; nothing is lost while `state` is there. Stop when one is not ours."""
    for index, schema in ((names.incidents, "incidents"), (names.runs, "runs")):
        if _version(client, index, schema) is not None:
            client.indices.delete(index=index)


def _ready(client: Elasticsearch, index: str, schema: str, types: Mapping[str, str]) -> bool:
    """Make the index if it is absent or of an older schema; True if it was made."""
    found = _version(client, index, schema)
    if found == SCHEMA:
        return False
    if found is not None:
        client.indices.delete(index=index)
    return _make(client, index, schema, types)


def _version(client: Elasticsearch, index: str, schema: str) -> int | None:
    """The schema that our index was made with, None without one; Stop when it is not ours or newer than we know."""
    try:
        found = client.indices.get_mapping(index=index)
    except NotFoundError:
        return None
    meta = found[index]["mappings"].get("_meta", {}) if index in found else {}
    if meta.get("schema") != schema:
        raise Stop(
            f"'{index}' exists in Elasticsearch and is not Vigie's: set VIGIE_ELASTIC_PREFIX to a name of your own, "
            "or rename what stands there"
        )
    if meta["version"] > SCHEMA:
        raise Stop(f"'{index}' was written by a newer Vigie (schema {meta['version']}): run that version")
    return int(meta["version"])


def _make(client: Elasticsearch, index: str, schema: str, types: Mapping[str, str]) -> bool:
    try:
        client.indices.create(index=index, settings=dict(SETTINGS), mappings=mapping(schema, types))
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":  # else another process made it meanwhile
            raise
    return True


def _copies(client: Elasticsearch, index: str, key: str, query: Mapping[str, Any]) -> Iterator[tuple[str, Copy]]:
    """Every document that `query` finds, by id; what was written before is seen."""
    client.indices.refresh(index=index)
    after: list[str] | None = None
    while True:
        page = client.search(
            index=index,
            query=query,
            size=PAGE,
            sort=[{key: "asc"}],
            search_after=after,
            version=True,
            track_total_hits=False,
        )["hits"]["hits"]
        for hit in page:
            yield hit["_id"], Copy(hit["_version"], hit["_source"])
        if len(page) < PAGE:
            return
        after = page[-1]["sort"]


def _since(client: Elasticsearch, index: str, now: datetime) -> datetime | None:
    """From when on runs may have changed; None for an empty index. A clock that ran ahead once hides nothing."""
    newest = client.search(index=index, size=0, aggs={"newest": {"max": {"field": "started_at"}}})
    stamp = newest["aggregations"]["newest"]["value"]
    return None if stamp is None else min(datetime.fromtimestamp(stamp / 1000, UTC), now) - OVERLAP


def _versioned(incident: Incident, roles: Mapping[str, str], links: Links) -> Version:
    return incident.step, incident_document(incident, role=roles.get(incident.brand), url=links(incident))


def _versioned_runs(runs: Runs, since: datetime | None) -> Iterator[Version]:
    """Oldest first, so that a projection cut short goes on from there; each crawl with the good one before it."""
    good: dict[str, datetime | None] = {}
    for run in reversed(runs.list(since=since)):
        before = None
        if run.source is not None and run.kind in CRAWLS:
            if run.source not in good:
                good[run.source] = _last_good(runs, run.source, run.started_at) if since else None
            before = good[run.source]
            if run.status == "ok":
                good[run.source] = run.started_at
        yield (1 if run.finished_at is None else 2), run_document(run, before=before)


def _last_good(runs: Runs, source: str, until: datetime) -> datetime | None:
    found = [run for kind in CRAWLS for run in runs.list(kind, source, status="ok", until=until, limit=1)]
    return max((run.started_at for run in found), default=None)


def _write(
    client: Elasticsearch,
    index: str,
    key: str,
    wanted: Iterable[Version],
    present: dict[str, Copy],
    *,
    whole: bool,
) -> tuple[int, int]:
    """Written and removed; `present` is used up."""
    actions: list[Action] = []
    for rank, document in wanted:
        copy = present.pop(document[key], None)
        if copy is None or copy.document != document:
            version = max(rank << CORRECTIONS, copy.version + 1 if copy else 0)
            actions.append(Action("index", index, document[key], body=document, version=version))
    written = len(actions)
    actions += [Action("delete", index, extra) for extra in present] if whole else []
    if actions:
        stale = _bulk(client, actions)
        if stale:  # written by another process meanwhile, or deleted a moment ago: the server remembers its version
            there = {name for name, _ in _copies(client, index, key, {"match_all": {}})}
            _bulk(client, [replace(each, version=None) for each in actions if each.version and each.id not in there])
        client.indices.refresh(index=index)
        log.info("projected index=%s written=%d removed=%d stale=%d", index, written, len(actions) - written, stale)
    return written, len(actions) - written


def _bulk(client: Elasticsearch, actions: Sequence[Action]) -> int:
    """Write; how many were stale."""
    report = BulkWriter(client, create_partition=_never, dead=None, limits=LIMITS).write(actions)
    if report.dead:
        raise Stop(f"'{actions[0].index}' refuses {len(report.dead)} documents: {report.dead[0][1]}")
    return report.stale


def _never(index: str) -> None:
    raise Stop(f"'{index}' was deleted while it was written; the next projection makes it again")
