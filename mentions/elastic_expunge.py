"""Making Elasticsearch forget deleted mentions for good: out of its segments, not only out of its answers.

A deleted document stays in its segment until that is merged, and a merge keeps it as long as a copy of the shard may
ask for the history of operations (retention leases, renewed every 30 seconds) or the last commit is older. Measured:
a merge right after the deletion leaves every byte on disk, one after flush and renewal leaves none.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from elasticsearch import Elasticsearch

from mentions.errors import Transient

MERGE_SECONDS: Final = 3600.0
RENEWALS: Final = 90  # seconds to wait for the leases: three renewals


def merge_deleted(client: Elasticsearch, indices: Sequence[str]) -> None:
    """Rewrite the segments that hold deleted mentions; takes as long as copying them.

    What was deleted in the last half minute may stay until the next merge: `forget` waits for it.
    """
    client.options(request_timeout=MERGE_SECONDS).indices.forcemerge(
        index=list(indices), only_expunge_deletes=True, ignore_unavailable=True, allow_no_indices=True
    )


def forget(client: Elasticsearch, index: str, *, sleep: Callable[[float], object] = time.sleep) -> None:
    """Leave no byte of what is deleted by now in the segments of this alias; takes up to 30 seconds and a merge.

    Transient if the leases are not renewed in time: a copy of a shard is away, and its history is kept for it.
    """
    client.indices.flush(index=index, force=True, wait_if_ongoing=True)  # an older commit keeps the files it names
    if not client.indices.stats(index=index, metric="docs").body["_all"]["primaries"].get("docs", {}).get("deleted"):
        return
    asked = {shard: seq_no["max_seq_no"] for shard, seq_no, _ in _shards(client, index)}
    for _ in range(RENEWALS):
        kept = [
            lease for shard, _, leases in _shards(client, index) for lease in leases if lease <= asked.get(shard, -1)
        ]
        if not kept:
            merge_deleted(client, [index])
            return
        sleep(1.0)
    raise Transient(
        "the mentions are erased from every answer, but Elasticsearch keeps their bytes for a copy of the index that "
        "is away: run the same erasure again when all nodes are back"
    )


def _shards(client: Elasticsearch, index: str) -> Iterator[tuple[tuple[str, str], Mapping[str, Any], list[int]]]:
    """Of every copy of every shard: index and number, its sequence numbers, the first number each lease retains."""
    answer = client.indices.stats(
        index=index, level="shards", filter_path="indices.*.shards.*.seq_no,indices.*.shards.*.retention_leases.leases"
    )
    for name, found in answer.body.get("indices", {}).items():
        for number, copies in found["shards"].items():
            for copy in copies:
                leases = copy.get("retention_leases", {}).get("leases", [])
                yield (name, number), copy["seq_no"], [lease["retaining_seq_no"] for lease in leases]
