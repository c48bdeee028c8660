"""Each named query on Elasticsearch beside SQLite, on the same mentions; the answers must be equal.

Run: python benchmarks/elastic_queries.py [--elastic URL] [--mentions N]. Without an address it starts a node of
tests/real, or says why it cannot. Mentions and questions are those of benchmarks/store.py. Times are the best of four
warm runs, in milliseconds. All it makes in the cluster has a prefix of its own and is deleted at the end.
"""

import argparse
import itertools
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "real"))

from elastic_node import started_node, unavailable
from store import NOW, mentions, questions

from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.elastic_schema import drop_partition, partitions
from mentions.filter import MentionFilter, Word
from mentions.sqlite import SqliteStore
from mentions.store import MentionStore, Page

BATCH = 2000
RUNS = 4
SCANNED = 20_000


def fill(store: MentionStore, count: int) -> float:
    started = time.perf_counter()
    stream = mentions(count)
    while batch := list(itertools.islice(stream, BATCH)):
        store.upsert(batch, now=NOW)
    store.refresh()
    return time.perf_counter() - started


def asked(store: MentionStore) -> dict[str, Callable[[MentionStore], Any]]:
    brand = MentionFilter(brands=("brand00",))
    (some,) = store.search(brand, Page(size=1)).mentions
    word = Word(some.search_text.split(" ")[3])
    keys = [mention.post_key for mention in mentions(500)]
    found: dict[str, Callable[[MentionStore], Any]] = {
        title: lambda store, query=query: list(store.run(query))  # type: ignore[misc]
        for title, (query, _) in questions(some.id).items()
    }
    found["search brand"] = lambda store: store.search(brand, Page())
    found["search all, 1000"] = lambda store: store.search(MentionFilter(), Page(size=1000))
    found["search text"] = lambda store: store.search(MentionFilter(brands=("brand00",), text=word), Page())
    found["known, 500 posts"] = lambda store: store.known(keys)
    found[f"scan {SCANNED:,}"] = lambda store: list(itertools.islice(store.scan(MentionFilter()), SCANNED))
    return found


def best(ask: Callable[[MentionStore], Any], store: MentionStore) -> tuple[float, Any]:
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        answer = ask(store)
        taken.append((time.perf_counter() - started) * 1000)
    return min(taken), answer


def compare(url: str, count: int) -> int:
    """How many answers differ."""
    different = 0
    names = Names(f"vb-{secrets.token_hex(4)}")
    with tempfile.TemporaryDirectory() as folder, connect(url) as client:
        embedded, team = SqliteStore(Path(folder) / "mentions.db"), ElasticStore(connect(url), names)
        team.ensure_schema()
        try:
            for title, store in (("SQLite", embedded), ("Elasticsearch", team)):
                print(f"{title}: {count:,} mentions made and stored in {fill(store, count):.0f} s", flush=True)
            client.indices.flush(index=names.mentions)
            size = client.indices.stats(index=names.mentions, metric="store").body["_all"]["primaries"]["store"]
            print(f"{size['size_in_bytes'] / count / 1000:.2f} KB a mention in Elasticsearch\n")
            print(f"{'query':24}{'SQLite ms':>12}{'Elastic ms':>12}")
            for title, ask in asked(embedded).items():
                (one, left), (other, right) = best(ask, embedded), best(ask, team)
                different += left != right
                print(f"{title:24}{one:12.1f}{other:12.1f}{'' if left == right else '   NOT EQUAL'}", flush=True)
        finally:
            for part in partitions(client, names):
                drop_partition(client, names, part.name)
            client.indices.delete_index_template(name=names.template)
            embedded.close()
            team.close()
    return different


def main() -> int:
    parser = argparse.ArgumentParser(description="Named queries on both stores.")
    parser.add_argument("--elastic", metavar="URL", help="a running node; none: one is started, if that can be")
    parser.add_argument("--mentions", type=int, default=200_000)
    given = parser.parse_args()
    if given.elastic:
        return compare(given.elastic, given.mentions)
    if (reason := unavailable()) is not None:
        print(f"no Elasticsearch: {reason}")
        return 0
    with started_node() as node:
        return compare(node.url, given.mentions)


if __name__ == "__main__":
    sys.exit(main())
