"""Writing to Elasticsearch: our bulk writer beside `elasticsearch.helpers.streaming_bulk`, and its memory.

Run: python benchmarks/elastic.py [--elastic URL] [--mentions N] [--load N] [--rounds N] [--keep PREFIX]. Without an
address it starts a node of tests/real, or says why it cannot. All contenders write the same documents (mentions as
`ElasticStore` stores them, versions included) into fresh partitions of the same node, round after round in turning
order; the ratio is the median of the rounds, against streaming_bulk as it comes, and against streaming_bulk with our
connection and sizes; the bar is for the lower one. The load of a million runs in a process of its own, from which peak
memory is read; mentions are made one by one. `--keep PREFIX` leaves what was loaded under that prefix, for the boards:
vigie kibana check --elastic URL.
"""

import argparse
import json
import resource
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "real"))

from elastic_node import started_node, unavailable
from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk
from store import NOW
from store import mentions as made

from mentions.elastic import ElasticStore
from mentions.elastic_bulk import Action, BulkWriter
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.elastic_rows import document_of, external_version
from mentions.elastic_schema import create_partition, ensure, partitions
from mentions.model import Mention

MEMORY = 200  # MB, the bar
STEP = 100_000  # mentions between two looks at memory
INGEST, COPY = 256, 2_000  # batches of flows.ingestion and mentions.copying

Document = tuple[str, str, int, dict[str, Any]]


def mentions(count: int) -> Iterator[Mention]:
    """Those of benchmarks/store.py, each under the month it was published in."""
    for mention in made(count):
        yield replace(mention, id=f"{mention.published_at:%Y%m}{mention.id[6:]}")


def documents(names: Names, count: int) -> Iterator[Document]:
    for mention in mentions(count):
        yield names.partition(mention.id), mention.id, external_version(mention), document_of(mention, NOW)


def ours(client: Elasticsearch, names: Names, found: Iterator[Document]) -> int:
    writer = BulkWriter(client, create_partition=partial(create_partition, client, names), dead=None)
    return writer.write(Action("index", index, key, body, version) for index, key, version, body in found).ok


def theirs(client: Elasticsearch, names: Names, found: Iterator[Document], **options: Any) -> int:
    known: set[str] = set()

    def actions() -> Iterator[dict[str, Any]]:
        for index, key, version, body in found:
            if index not in known:
                create_partition(client, names, index)
                known.add(index)
            yield {"_index": index, "_id": key, "version": version, "version_type": "external", "_source": body}

    return sum(ok for ok, _ in streaming_bulk(client, actions(), raise_on_error=False, **options))


CONTENDERS: dict[str, tuple[Callable[[str], Elasticsearch], Callable[..., int]]] = {
    "streaming_bulk": (Elasticsearch, theirs),
    "streaming_bulk, our connection": (connect, partial(theirs, chunk_size=1_000, max_chunk_bytes=5_000_000)),
    "BulkWriter": (connect, ours),
}


def forget(client: Elasticsearch, names: Names) -> None:
    for part in partitions(client, names):
        client.indices.delete(index=part.name)
    client.indices.delete_index_template(name=names.template)


def timed(url: str, found: list[Document], name: str) -> float:
    """Documents a second of one contender's write into fresh partitions; they are deleted."""
    connected, write = CONTENDERS[name]
    names = Names(f"bench-{secrets.token_hex(4)}")
    with connected(url) as client:
        ensure(client, names)
        try:
            renamed = ((names.partition(key), key, version, body) for _, key, version, body in found)
            began = time.perf_counter()
            if write(client, names, renamed) != len(found):
                raise RuntimeError("not all were written")
            return len(found) / (time.perf_counter() - began)
        finally:
            forget(client, names)


def compare(url: str, count: int, rounds: int) -> float:
    """The lowest ratio: of one month, as crawls bring it, and of five, as a back-fill or a copy does."""
    found = list(documents(Names(), count))
    month = [(index, f"202611{key[6:]}", version, body) for index, key, version, body in found]
    return min(one_of(url, month, rounds, "one month"), one_of(url, found, rounds, "five months"))


def one_of(url: str, found: list[Document], rounds: int, title: str) -> float:
    order = list(CONTENDERS)
    rates: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    timed(url, found[:2_000], "BulkWriter")  # the node warms up
    for number in range(rounds):
        for name in order[number % 3 :] + order[: number % 3]:
            rates[name].append(timed(url, found, name))
    print(f"{title:32}{'mentions/s':>12}   {len(found):,} mentions, median of {rounds} rounds")
    for name, values in rates.items():
        print(f"{name:32}{statistics.median(values):12,.0f}   {min(values):,.0f} to {max(values):,.0f}")
    ratios = {
        name: statistics.median(mine / other for mine, other in zip(rates["BulkWriter"], rates[name], strict=True))
        for name in order[:2]
    }
    for name, ratio in ratios.items():
        print(f"BulkWriter is {ratio:.2f} of {name} (bar: 1.0)")
    return min(ratios.values())


def upserts(url: str, count: int) -> None:
    """The store as a whole: versions looked up, ranks of copies settled, the batch visible to its writer."""
    for size in (INGEST, COPY):
        names = Names(f"bench-{secrets.token_hex(4)}")
        with connect(url) as client:
            store = ElasticStore(client, names)
            store.ensure_schema()
            stream = mentions(count)
            taken, saved = 0.0, 0
            while batch := list(islice(stream, size)):
                began = time.perf_counter()
                saved += store.upsert(batch, now=NOW).saved
                taken += time.perf_counter() - began
            print(f"{f'ElasticStore.upsert, {size:,} at once':32}{saved / taken:12,.0f}")
            forget(client, names)


def rss() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def load(url: str, names: Names, count: int) -> None:
    """Write so many mentions, made one by one; prints JSON of seconds and memory (MB)."""
    steps: list[float] = []

    def watched() -> Iterator[Document]:
        for number, document in enumerate(documents(names, count), start=1):
            yield document
            if number % STEP == 0:
                steps.append(round(rss()))

    with connect(url) as client:
        ensure(client, names)
        idle, began = rss(), time.perf_counter()
        saved = ours(client, names, watched())
        seconds = time.perf_counter() - began
        client.indices.refresh(index=names.mentions)
        stored = client.count(index=names.mentions)["count"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"saved": saved, "stored": stored, "seconds": seconds, "idle": idle, "peak": peak, "steps": steps})
    )


def memory(url: str, count: int, keep: str | None) -> float:
    names = Names(keep or f"bench-{secrets.token_hex(4)}")
    child = [sys.executable, __file__, "--elastic", url, "--only-load", str(count), "--keep", names.prefix]
    try:
        said = json.loads(subprocess.run(child, check=True, stdout=subprocess.PIPE, text=True).stdout)
    finally:
        if not keep:
            with connect(url) as client:
                forget(client, names)
    print(f"\n{said['stored']:,} mentions made and written in {said['seconds']:.0f} s, ", end="")
    print(f"{said['saved'] / said['seconds']:,.0f} a second with their making")
    print(f"memory {said['idle']:.0f} MB before, at most {said['peak']:.0f} MB (bar: {MEMORY}); ", end="")
    print(f"after every {STEP:,}: {', '.join(f'{step:.0f}' for step in said['steps'])}")
    if keep:
        print(f"kept under {names.mentions}")
    return float(said["peak"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Writing to Elasticsearch: speed and memory.")
    parser.add_argument("--elastic", metavar="URL", help="a running node; none: one is started, if that can be")
    parser.add_argument("--mentions", type=int, default=20_000, help="of the comparison; 0: none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--load", type=int, default=100_000, help="of the look at memory; 0: none; the bar is at 1000000"
    )
    parser.add_argument("--keep", metavar="PREFIX", help="leave what was loaded under this prefix")
    parser.add_argument("--only-load", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only_load:
        load(given.elastic, Names(given.keep), given.only_load)
        return 0
    with ExitStack() as stack:
        url = given.elastic
        if url is None:
            reason = unavailable()
            if reason:
                print(f"skipped, no Elasticsearch: {reason}; or give --elastic URL")
                return 0
            url = stack.enter_context(started_node()).url
        ratio = compare(url, given.mentions, given.rounds) if given.mentions else None
        if given.mentions:
            upserts(url, given.mentions)
        peak = memory(url, given.load, given.keep) if given.load else None
    if (ratio is not None and ratio < 1.0) or (peak is not None and peak > MEMORY):
        print("TOO SLOW OR TOO LARGE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
