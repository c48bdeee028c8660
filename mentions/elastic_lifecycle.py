"""Index lifecycle management, where a cluster has it: old partitions are merged and moved, never deleted.

Retention is Vigie's own command, because an erasure or a retention must mean the same on every store.
"""

import logging
from typing import Any, Final

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from mentions.elastic_client import address, in_words
from mentions.elastic_names import Names
from mentions.elastic_schema import MARK, ensure, partitions, stored_template, template_arguments
from mentions.errors import Stop

log = logging.getLogger(__name__)
ABSENT: Final = {400, 404, 405}  # what a server without the feature says to its address
# Days from the first day of a period (the date in the name) until nearly all of its mentions are in: its length and 90.
MERGE_AFTER: Final = {"month": 121, "quarter": 182, "year": 456}


def policy(names: Names) -> dict[str, Any]:
    """The body of the policy: a warm phase that merges to one segment and, where there are warm nodes, moves there."""
    return {
        "_meta": {"schema": MARK},
        "phases": {
            "hot": {"min_age": "0ms", "actions": {"set_priority": {"priority": 100}}},
            "warm": {
                "min_age": f"{MERGE_AFTER[names.period]}d",
                "actions": {"set_priority": {"priority": 50}, "forcemerge": {"max_num_segments": 1}, "migrate": {}},
            },
        },
    }


def put_lifecycle(client: Elasticsearch, names: Names) -> bool:
    """Put the policy, and name it in the template and in every partition; False where the cluster has no such thing.

    Idempotent. Stop if a policy of our name is not ours.
    """
    with in_words(address(client)):
        if not _has_lifecycles(client):
            return False
        _check_ours(client, names)
        ensure(client, names)
        client.ilm.put_lifecycle(name=names.mentions, policy=policy(names))
        # The age of a partition is that of the day in its name: a back-fill of 2019 is old when it is made.
        settings = {"name": names.mentions, "parse_origination_date": True}
        there = stored_template(client, names)
        assert there is not None  # noqa: S101 - `ensure` put it; tells the type checker
        index = there["template"].setdefault("settings", {}).setdefault("index", {})
        index["lifecycle"] = settings
        client.indices.put_index_template(name=names.template, **template_arguments(there))
        ours = [part.name for part in partitions(client, names) if part.of(names) and part.live]
        if ours:
            client.indices.put_settings(index=ours, settings={"index.lifecycle": settings})
    log.info("lifecycle-put policy=%s partitions=%d", names.mentions, len(ours))
    return True


def _has_lifecycles(client: Elasticsearch) -> bool:
    try:
        client.perform_request("GET", "/_ilm/policy", headers={"accept": "application/json"})
    except ApiError as error:
        if error.meta.status in ABSENT:
            return False
        raise
    return True


def _check_ours(client: Elasticsearch, names: Names) -> None:
    try:
        there = client.ilm.get_lifecycle(name=names.mentions).body[names.mentions]["policy"]
    except NotFoundError:
        return
    if there.get("_meta", {}).get("schema") != MARK:
        raise Stop(
            f"the lifecycle policy {names.mentions} is foreign: it has our name, but Vigie did not make it. "
            "Delete it, or choose another VIGIE_ELASTIC_PREFIX"
        )
