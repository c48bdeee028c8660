"""Nodes that die, storm and come back while Vigie writes: no mention is lost, none is doubled, the spool drains."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from elastic_node import Node, started_node, unavailable

sys.path.append(str(Path(__file__).parents[1] / "mentions"))
from plain_mention import mention

from config.settings import Settings
from flows import jobs
from flows.wiring import House
from mentions.elastic import ElasticStore
from mentions.elastic_bulk import Action, BulkWriter, Limits
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.elastic_schema import create_partition, ensure
from mentions.errors import Transient
from mentions.filter import MentionFilter
from mentions.model import Mention, RawItem
from mentions.spool import Spool
from mentions.store import Page

__all__ = ["unavailable"]
pytestmark = [pytest.mark.real("elastic"), pytest.mark.local, pytest.mark.timeout(600)]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVERYTHING = MentionFilter(gone=True)
SHORT = Limits(first_wait=0.2, longest_wait=2.0, deadline=120)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """One that these tests kill; its cluster makes indices by itself, as a fresh one does."""
    with started_node({"action.auto_create_index": '"true"'}) as started:
        yield started


@pytest.fixture
def names(request: pytest.FixtureRequest) -> Names:
    return Names(f"vt-{abs(hash(request.node.name)) % 10**8:08}")


def in_thread(node: Node, pause: float = 0.0) -> threading.Thread:
    """Kill the node and start it again, beside what the test does."""

    def power_cut() -> None:
        node.kill()
        node.start()

    thread = threading.Timer(pause, power_cut)
    thread.start()
    return thread


def test_a_node_that_is_killed_twice_while_we_write_loses_nothing(node: Node, names: Names) -> None:
    some = [mention(number, text=f"Acme répond {number}") for number in range(20_000)]
    cuts: list[threading.Thread] = []

    def actions() -> Iterator[Action]:
        for number, m in enumerate(some):
            if number in (3_500, 14_100):
                for cut in cuts:
                    cut.join()
                cuts.append(in_thread(node))
            yield Action("index", names.partition(m.id), m.id, {"id": m.id, "text": m.text}, 1, m)

    with connect(node.url) as client:
        ensure(client, names)
        writer = BulkWriter(
            client, create_partition=lambda index: create_partition(client, names, index), dead=None, limits=SHORT
        )
        report = writer.write(actions())
        for cut in cuts:
            cut.join()
        client.indices.refresh(index=names.mentions)
        assert client.count(index=names.mentions)["count"] == 20_000  # under the alias: no partition made itself
        written = client.search(index=names.mentions, size=0, aggs={"ids": {"cardinality": {"field": "id"}}})
    assert report.ok + report.stale == 20_000
    assert report.dead == ()
    assert len(cuts) == 2
    assert written["aggregations"]["ids"]["value"] == pytest.approx(20_000, rel=0.02)


def test_a_store_whose_node_dies_at_random_is_whole_after_the_last_run(
    node: Node, names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    """Stories of three copies: their ranks are right too, though the node died between writing and ranking."""
    dice = random.Random(3)
    some = [mention(number, story_id=f"202611-story{number // 3}") for number in range(3_000)]
    lots = [some[start : start + 250] for start in range(0, len(some), 250)]
    cut = in_thread(node, dice.uniform(0.2, 1.0))
    refusals = 0
    with connect(node.url) as client:
        store = ElasticStore(client, names)
        for number, lot in enumerate(lots):
            while True:
                try:
                    store.ensure_schema()
                    store.upsert(lot, now=NOW)
                    break
                except Transient:
                    refusals += 1
                    threading.Event().wait(0.3)
            if number == 5:
                cut.join()
                cut = in_thread(node, dice.uniform(0.0, 0.5))
        cut.join()
        store.refresh()
        found = list(store.scan(EVERYTHING))
        first = store.search(MentionFilter(copies=False, gone=True), Page(size=1)).total
    assert refusals or "bulk-waits" in caplog.text
    assert [m.id for m in found] == sorted(m.id for m in some)
    assert first == 1_000


def raw(number: int, text: str) -> RawItem:
    return RawItem(
        source="forum",
        unit="post",
        url=f"https://forum.example.org/t/{number}#p{number}",
        thread_url=f"https://forum.example.org/t/{number}",
        native_id=str(number),
        text=text,
        published=NOW - timedelta(minutes=number),
        published_rule="css",
        published_precision="second",
        fetched_at=NOW,
        extractor="test",
    )


TEXTS = ("Velmora ne répond jamais.", "Velmora or Nordane, which one?", "Il pleut sur Brest.", "Nordane est parfait.")


def spooled(folder: Path, files: int, each: int) -> None:
    spool = Spool(folder / "spool")
    for number in range(files):
        with spool.open("forum", NOW + timedelta(seconds=number)) as writer:
            for post in range(number * each, (number + 1) * each):
                writer.write(raw(post, TEXTS[post % len(TEXTS)]))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from config.template import write_template

    folder = tmp_path_factory.mktemp("config")
    write_template(folder)
    brands = "brands:\n  - name: Velmora\n    match: [Velmora]\n  - name: Nordane\n    match: [Nordane]\n"
    (folder / "brands.yaml").write_text(brands, encoding="utf-8")
    return folder


def clock() -> datetime:
    return NOW


def content(found: Iterator[Mention]) -> Counter[tuple[str, str, str]]:
    return Counter((m.id, m.brand, m.text) for m in found)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, config: Path) -> Counter[tuple[str, str, str]]:
    """What the embedded store has after the same spool."""
    home = tmp_path_factory.mktemp("calm")
    spooled(home, 4, 300)
    with House(Settings(home=home, config=config, secret="the same in both")) as house:
        jobs.ingest(house, clock)
        return content(house.store.scan(EVERYTHING))


def test_the_spool_waits_for_a_node_that_is_down_and_drains_by_itself(
    node: Node, names: Names, tmp_path: Path, config: Path, calm: Counter[tuple[str, str, str]]
) -> None:
    settings = Settings(
        home=tmp_path,
        config=config,
        store="elastic",
        elastic_url=node.url,
        elastic_prefix=names.prefix,
        secret="the same in both",
    )
    spooled(tmp_path, 4, 300)
    node.kill()
    with House(settings) as house, pytest.raises(Transient, match=r"connection refused|closed the connection") as away:
        jobs.ingest(house, clock)  # not there when we begin
    assert "\n" not in str(away.value)
    node.start()
    with House(settings) as house:
        assert house.spool.depth() == 4
        assert house.state.runs.last("ingest").status == "failed"  # type: ignore[union-attr]
        cut = in_thread(node, 1.0)  # gone while we write or read, back some seconds later
        runs = []
        while house.spool.depth():
            try:
                runs.append(sum(jobs.ingest(house, clock).values()))
            except Transient as error:
                runs.append(str(error))
                threading.Event().wait(0.5)
        cut.join()
        house.store.refresh()
        assert content(house.store.scan(EVERYTHING)) == calm
        assert not list(house.dead_letters.list())
    assert runs[-1] in (300, 600, 900, 1200)  # every line of the files of the last run has its word


def test_a_storm_of_refusals_is_ridden_out(names: Names, caplog: pytest.LogCaptureFixture) -> None:
    """A node with memory for a third of what we send at once answers 429."""
    with started_node({"indexing_pressure.memory.limit": "400kb"}) as small, connect(small.url) as client:
        ensure(client, names)
        limits = Limits(in_flight=6, first_wait=0.05, longest_wait=1.0, batch_bytes=1_000_000)
        writer = BulkWriter(
            client, create_partition=lambda index: create_partition(client, names, index), dead=None, limits=limits
        )
        some = [mention(number, text=f"Acme {number} " * 100) for number in range(6_000)]
        report = writer.write(
            Action("index", names.partition(m.id), m.id, {"id": m.id, "text": m.text}, 1, m) for m in some
        )
        client.indices.refresh(index=names.mentions)
        assert client.count(index=names.mentions)["count"] == 6_000
    assert (report.ok + report.stale, report.dead) == (6_000, ())
    waits = [record for record in caplog.records if record.msg.startswith("bulk-waits")]
    assert len(waits) > 10
    assert all("rejected" in record.getMessage() for record in waits)
