"""The bulk writer on a real Elasticsearch: the scripted server tells the truth, poison and full disks, dead letters."""

import secrets
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from elastic_node import unavailable
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "mentions"))
sys.path.append(str(Path(__file__).parents[1] / "contract"))

from elastic_store import elastic_store
from plain_mention import NOW, mention
from scripted_elastic import Hours, bulk_writer, scripted_elastic

from mentions.dead_letters import DeadLetters
from mentions.elastic import ElasticStore
from mentions.elastic_bulk import Action, BulkWriter, Limits
from mentions.elastic_client import connect
from mentions.errors import Transient
from mentions.filter import MentionFilter
from mentions.store import WriteReport

__all__ = ["unavailable"]
pytestmark = [pytest.mark.real("elastic"), pytest.mark.local]


@pytest.fixture
def client(elastic_url: str) -> Iterator[Elasticsearch]:
    with connect(elastic_url) as made:
        yield made


@pytest.fixture
def index(client: Elasticsearch) -> Iterator[str]:
    """An index that forgets deletions at once, as partitions do."""
    name = f"vt-{secrets.token_hex(4)}"
    client.indices.create(
        index=name, settings={"number_of_replicas": 0, "gc_deletes": "-1"}, mappings={"dynamic": False}
    )
    yield name
    client.indices.delete(index=name)


@pytest.fixture
def store(elastic_url: str, tmp_path: Path) -> Iterator[ElasticStore]:
    with elastic_store(elastic_url, tmp_path / "dead") as made:
        yield made


def no_partition(name: str) -> None:
    raise AssertionError(f"{name} exists")


keys = st.sampled_from("abcde")
numbers = st.integers(0, 3)
programs = st.lists(
    st.one_of(
        st.builds(lambda k, n, v: Action("index", "i", k, {"n": n}, v), keys, numbers, st.none() | st.integers(1, 9)),
        st.builds(lambda k, n: Action("update", "i", k, {"m": n}), keys, numbers),
        st.builds(lambda k, v: Action("delete", "i", k, version=v), keys, st.none()),
    ),
    max_size=15,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=programs)
def test_the_scripted_server_does_as_the_real_one(program: list[Action], client: Elasticsearch, index: str) -> None:
    run = secrets.token_hex(4)
    real = BulkWriter(client, create_partition=no_partition, dead=None)
    with scripted_elastic() as scripted, bulk_writer(scripted, Hours()) as writer:
        for action in program:
            there = replace(action, index=index, id=f"{run}-{action.id}")
            assert real.write([there]) == writer.write([action])
        found = client.options(ignore_status=404).mget(index=index, ids=[f"{run}-{key}" for key in "abcde"])["docs"]
    expected = {f"{run}-{key}": (version, doc) for (_, key), (version, doc) in scripted.docs.items()}
    assert {doc["_id"]: (doc["_version"], doc["_source"]) for doc in found if doc["found"]} == expected


def test_a_poisoned_mention_is_dead_and_the_others_are_stored(store: ElasticStore, tmp_path: Path) -> None:
    """A word beyond 32,766 bytes is no term: Elasticsearch refuses the document."""
    some = [mention(number) for number in range(300)]
    some[40] = mention(40, source="x" * 40_000)
    report = store.upsert(some, now=NOW)
    assert (report.saved, report.stale, [key for key, _ in report.rejected]) == (299, 0, [some[40].id])
    assert "immense term" in report.rejected[0][1]
    letters = DeadLetters(tmp_path / "dead")
    (letter,) = letters.list()
    assert letter.mention["source"] == "x" * 40_000
    assert {m.id for m in store.scan(MentionFilter())} == {m.id for m in some} - {some[40].id}

    def again(mentions):
        return store.upsert(mentions, now=NOW).rejected

    assert len(letters.replay(again).refused) == 1
    assert [x.attempts for x in letters.list()] == [2]
    letters.path.write_text(letters.path.read_text().replace("x" * 40_000, "mended"))
    assert letters.replay(again).left == 1
    assert store.get(some[40].id) == replace(some[40], source="mended", indexed_at=NOW)
    assert letters.count() == 0


def test_a_mapping_that_conflicts_kills_only_what_does_not_fit(
    client: Elasticsearch, index: str, tmp_path: Path
) -> None:
    client.indices.put_mapping(index=index, properties={"n": {"type": "integer"}})
    letters = DeadLetters(tmp_path)
    writer = BulkWriter(client, create_partition=no_partition, dead=letters, limits=Limits(batch_actions=50))
    some = [mention(number) for number in range(500)]
    report = writer.write(
        Action("index", index, m.id, {"n": "ten" if number % 100 == 7 else number}, 1, m)
        for number, m in enumerate(some)
    )
    assert (report.ok, len(report.dead)) == (495, 5)
    assert {letter.id for letter in letters.list()} == {some[number].id for number in (7, 107, 207, 307, 407)}
    client.indices.refresh(index=index)
    assert client.count(index=index)["count"] == 495


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write"])
def test_a_full_disk_is_waited_for(client: Elasticsearch, index: str, block: str) -> None:
    """Elasticsearch sets read_only_allow_delete when the disk is full, and takes it off when there is room."""
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": True})
    lift = threading.Timer(
        1.0, lambda: client.indices.put_settings(index=index, settings={f"index.blocks.{block}": None})
    )
    lift.start()
    limits = Limits(first_wait=0.2, longest_wait=0.5, batch_actions=50)
    report = BulkWriter(client, create_partition=no_partition, dead=None, limits=limits).write(
        Action("index", index, str(number), {"n": number}, 1) for number in range(200)
    )
    lift.join()
    assert report.ok == 200


def test_a_disk_that_stays_full_fails_with_one_clear_line(client: Elasticsearch, index: str) -> None:
    client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
    writer = BulkWriter(
        client, create_partition=no_partition, dead=None, limits=Limits(first_wait=0.1, longest_wait=0.2, deadline=0.5)
    )
    with pytest.raises(Transient, match=r"disk.*3 writes were refused.*run the same command") as failed:
        writer.write(Action("index", index, str(number), {"n": number}, 1) for number in range(3))
    assert "\n" not in str(failed.value)
    client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})


def test_the_same_batch_twice_is_stale(store: ElasticStore) -> None:
    some = [mention(number) for number in range(2500)]
    assert store.upsert(some, now=NOW) == WriteReport(saved=2500, stale=0)
    assert store.upsert(some, now=NOW) == WriteReport(saved=0, stale=2500)


def test_an_id_too_long_for_elasticsearch_fails_alone(client: Elasticsearch, index: str) -> None:
    writer = BulkWriter(client, create_partition=no_partition, dead=None)
    some = [
        Action("index", index, "x" * (600 if number == 5 else 5) + str(number), {"n": 1}, 1) for number in range(20)
    ]
    report = writer.write(some)
    assert (report.ok, [key[-1] for key, _ in report.dead]) == (19, ["5"])
