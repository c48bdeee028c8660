"""The template, the partitions under the alias, and whether they are ours and of this schema (docs/adr/0019).

Every index of ours carries `_meta` {schema: mentions, version, period, digest}: what is not marked so is foreign, and
Vigie neither writes to it nor deletes it.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from mentions.elastic_client import address, in_words
from mentions.elastic_mapping import template
from mentions.elastic_names import Names
from mentions.errors import Stop

log = logging.getLogger(__name__)
MARK: Final = "mentions"  # `_meta.schema` of what is ours
# What a team may tune by a template of its own with a higher priority; all else is said again when a partition is
# created, because answers depend on it.
TUNABLE: Final = {"number_of_shards", "number_of_replicas", "auto_expand_replicas", "refresh_interval", "codec"}
ASKED: Final = "*.aliases,*.mappings._meta,*.settings.index.blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One index of our name or under our alias. `ours`: it carries our mark. `live`: under the alias.

    `blocked`: it takes no writes. `digest` tells additive versions of one schema apart. `leaves_for` is the template
    of the migration that is emptying it, if one is; `filling`: a migration made it and has not shown it yet.
    """

    name: str
    ours: bool
    version: int
    period: str
    live: bool
    blocked: bool
    digest: str | None = None
    leaves_for: str | None = None
    filling: bool = False

    def of(self, names: Names) -> bool:
        """Whether it is one of this schema and period."""
        return self.ours and (self.version, self.period) == (names.schema, names.period)


def partitions(client: Elasticsearch, names: Names) -> tuple[Partition, ...]:
    """Every index under the alias or of our name, by name: one consistent look at the cluster."""
    ours = re.compile(re.escape(names.mentions) + r"-v\d+[qy]?-\d{4}\.\d\d\.01")
    with in_words(address(client)):
        answer = client.indices.get(
            index=[names.mentions, f"{names.mentions}-v*"],
            ignore_unavailable=True,
            allow_no_indices=True,
            expand_wildcards="all",
            filter_path=ASKED,
        )
    read = (_partition(name, body, names) for name, body in sorted(answer.body.items()))
    return tuple(part for part in read if part.live or part.name == names.mentions or ours.fullmatch(part.name))


def ensure(client: Elasticsearch, names: Names) -> None:
    """Put the template and additive changes of the mapping where they lack; idempotent, safe beside other processes.

    No partition is made here: the first write does. Stop when a person must act: an index of our name or under our
    alias that is not ours, a newer schema, an older one or another period (`vigie store migrate`).
    """
    found = partitions(client, names)
    check(found, names)
    with in_words(address(client)):
        current = put_template(client, names)
        for part in found:
            if part.of(names) and (part.digest != current["_meta"]["digest"] or (part.filling and part.live)):
                client.indices.put_mapping(index=part.name, properties=current["properties"], meta=current["_meta"])
                log.info("mapping-updated index=%s digest=%s", part.name, current["_meta"]["digest"])
        hidden = [part.name for part in found if part.of(names) and not (part.live or part.blocked or part.filling)]
        if hidden:  # restored from a snapshot without its alias, say: writes would go there unseen
            client.indices.update_aliases(actions=[_added(name, names) for name in hidden])
            log.warning("partitions-were-hidden indices=%s", ",".join(hidden))


def check(found: Iterable[Partition], names: Names) -> None:
    """Stop with what to do unless every partition can be written and read by this program as it is set."""
    parts = tuple(found)
    check_ours(parts, names)
    for part in parts:
        if not part.live:
            continue
        if part.version < names.schema:
            raise Stop(
                f"the mentions under {names.mentions} are of schema {part.version}, this Vigie needs {names.schema}: "
                "run 'vigie store migrate'"
            )
        if part.period != names.period:
            raise Stop(
                f"VIGIE_ELASTIC_PERIOD is {names.period}, but the mentions under {names.mentions} stand in one index a "
                f"{part.period}: set it back to {part.period}, or run 'vigie store migrate'"
            )


def check_ours(found: Iterable[Partition], names: Names) -> None:
    """Stop if an index is foreign or of a newer schema than this program knows."""
    for part in found:
        if not part.ours:
            raise Stop(
                f"the index {part.name} is foreign: it has our name or our alias {names.mentions}, but Vigie did not "
                "make it. Delete it, take it out of the alias, or choose another VIGIE_ELASTIC_PREFIX"
            )
        if part.version > names.schema and part.live:
            raise Stop(
                f"the index {part.name} was written by a newer Vigie (schema {part.version}, this one knows "
                f"{names.schema}): upgrade Vigie, or choose another VIGIE_ELASTIC_PREFIX"
            )


def stamped(names: Names) -> dict[str, Any]:
    """The template with a digest of itself in `_meta`, so that an additive change is noticed."""
    body = deepcopy(template(names))
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    body["template"]["mappings"]["_meta"]["digest"] = digest
    return body


def put_template(client: Elasticsearch, names: Names) -> dict[str, Any]:
    """Put this program's template unless a newer one, with fields more, is there; returns the mapping that holds."""
    ours = stamped(names)
    mappings: dict[str, Any] = ours["template"]["mappings"]
    there = stored_template(client, names)
    if there is not None:
        theirs = there.get("template", {}).get("mappings", {})
        meta = theirs.get("_meta", {})
        if meta.get("schema") != MARK:
            raise Stop(foreign_template(names))
        fields, wanted = theirs.get("properties", {}), mappings["properties"]
        if meta.get("digest") == mappings["_meta"]["digest"]:
            return mappings
        if covers(fields, wanted) and not covers(wanted, fields):
            return dict(theirs)
        lifecycle = there["template"].get("settings", {}).get("index", {}).get("lifecycle")
        if lifecycle:
            ours["template"]["settings"]["lifecycle"] = lifecycle
    client.indices.put_index_template(name=names.template, **template_arguments(ours))
    log.info("template-put name=%s digest=%s", names.template, mappings["_meta"]["digest"])
    return mappings


def stored_template(client: Elasticsearch, names: Names) -> dict[str, Any] | None:
    """Our template as the cluster has it, None if it has none of that name."""
    try:
        answer = client.indices.get_index_template(name=names.template)
    except NotFoundError:
        return None
    return dict(answer.body["index_templates"][0]["index_template"])


def foreign_template(names: Names) -> str:
    """The line about a template of our name that somebody else made."""
    return (
        f"the index template {names.template} is foreign: it has our name, but Vigie did not make it. "
        "Delete it, or choose another VIGIE_ELASTIC_PREFIX"
    )


def template_arguments(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a template under the names that the client gives them."""
    return {"meta" if key == "_meta" else key: value for key, value in body.items()}


def covers(wide: object, narrow: object) -> bool:
    """Whether `wide` says everything that `narrow` says; both are parts of mappings."""
    if isinstance(narrow, Mapping):
        return isinstance(wide, Mapping) and all(key in wide and covers(wide[key], narrow[key]) for key in narrow)
    return str(wide).lower() == str(narrow).lower()


def create_partition(client: Elasticsearch, names: Names, index: str, *, live: bool = True) -> None:
    """Create the index, under the alias or (`live` False) for a migration; no harm if another process is quicker.

    It comes under the alias once its shard has started: searches of others on the alias would fail until then. Killed
    in between, `ensure` puts it there. Stop if an index of that name is foreign.
    """
    body = stamped(names)["template"]
    if not live:
        body["mappings"]["_meta"]["filling"] = True
    settings = {key: value for key, value in body["settings"].items() if key not in TUNABLE}
    with in_words(address(client)):
        try:
            client.indices.create(index=index, mappings=body["mappings"], settings=settings)
        except BadRequestError as error:
            if error.message != "resource_already_exists_exception":
                raise
        else:
            if live:
                client.indices.update_aliases(actions=[_added(index, names)])
            log.info("partition-created index=%s live=%s", index, live)
            return
    same = [part for part in partitions(client, names) if part.name == index]
    check_ours(same, names)
    if live and any(not part.live for part in same):
        with in_words(address(client)):
            client.indices.update_aliases(actions=[_added(index, names)])


def drop_partition(client: Elasticsearch, names: Names, index: str) -> None:
    """Delete one partition for good; no harm if it is gone. Stop if it is foreign."""
    check_ours([part for part in partitions(client, names) if part.name == index], names)
    with in_words(address(client)):
        client.indices.delete(index=index, ignore_unavailable=True)
    log.info("partition-dropped index=%s", index)


def _partition(name: str, body: Mapping[str, Any], names: Names) -> Partition:
    meta = body.get("mappings", {}).get("_meta", {})
    blocks = body.get("settings", {}).get("index", {}).get("blocks", {})
    version = meta.get("version")
    return Partition(
        name=name,
        ours=meta.get("schema") == MARK and isinstance(version, int) and name != names.mentions,
        version=version if isinstance(version, int) else 0,
        period=str(meta.get("period", "")),
        live=names.mentions in body.get("aliases", {}),
        blocked=any(str(value) == "true" for value in blocks.values()),
        digest=meta.get("digest"),
        leaves_for=meta.get("leaves_for"),
        filling=bool(meta.get("filling")),
    )


def _added(index: str, names: Names) -> dict[str, Any]:
    return {"add": {"index": index, "alias": names.mentions}}
