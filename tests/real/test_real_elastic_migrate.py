"""Migrations on a real Elasticsearch: killed before any request, repeated, beside writers, from what others left."""

import secrets
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by the mark
from migrating import renamed

from mentions import elastic_migrate
from mentions.elastic import ElasticStore
from mentions.elastic_bulk import Action, BulkWriter
from mentions.elastic_client import connect
from mentions.elastic_migrate import migrate
from mentions.elastic_names import Names
from mentions.elastic_rows import document_of, external_version
from mentions.elastic_schema import create_partition, ensure, partitions
from mentions.errors import Stop, Transient
from mentions.filter import MentionFilter
from tests.contract.contract_sample import NOW, mention

pytestmark = pytest.mark.real("elastic")
ROOT = Path(__file__).parents[2]
MONTHS = ("202512", "202601", "202602")


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def client(elastic_url):
    with connect(elastic_url) as client:
        yield client


@pytest.fixture
def prefix(client):
    prefix = f"vt-{secrets.token_hex(4)}"
    yield prefix
    made = [*client.indices.get(index=f"{prefix}-*", expand_wildcards="all", filter_path="*.aliases").body]
    if made:
        client.indices.delete(index=made)
    client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-*")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(elastic_migrate, "BATCH", 20)


def sample(count=60):
    return [
        mention(number, id=f"{MONTHS[number % 3]}-{number:05d}", likes=number, version=1_000_000 + number)
        for number in range(count)
    ]


def fill(client, names, mentions):
    """Partitions as an earlier Vigie of this schema and period would have left them."""
    writer = BulkWriter(client, create_partition=lambda index: create_partition(client, names, index), dead=None)
    report = writer.write(
        Action("index", names.partition(one.id), one.id, document_of(one, NOW), external_version(one))
        for one in mentions
    )
    assert report.ok == len(mentions)
    client.indices.refresh(index=names.mentions)


def shown(client, names):
    """Every document under the alias: id, version, content, in id order."""
    answer = client.search(index=names.mentions, size=1000, sort=[{"id": "asc"}], version=True, ignore_unavailable=True)
    return [(hit["_id"], hit["_version"], hit["_source"]) for hit in answer["hits"]["hits"]]


def live(client, names):
    return [part.name.removeprefix(f"{names.mentions}-") for part in partitions(client, names) if part.live]


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ({"schema": 0}, {}, ["v1-2025.12.01", "v1-2026.01.01", "v1-2026.02.01"]),
        ({}, {"period": "year"}, ["v1y-2025.01.01", "v1y-2026.01.01"]),
        ({"period": "year"}, {"period": "quarter"}, ["v1q-2025.10.01", "v1q-2026.01.01"]),
        ({"period": "quarter", "schema": 0}, {}, ["v1-2025.12.01", "v1-2026.01.01", "v1-2026.02.01"]),
    ],
    ids=["schema", "wider", "narrower", "both"],
)
def test_everything_moves_as_it_was(client, prefix, before, after, places):
    old, new = Names(prefix, **before), Names(prefix, **after)
    fill(client, old, sample())
    seen = shown(client, old)
    counts = []
    done = migrate(client, new, on_progress=lambda index, count: counts.append((index, count)))
    assert shown(client, new) == seen
    assert live(client, new) == places
    assert sum(part.documents for part in done.moved) == 60
    assert [part.index for part in done.moved] == sorted({index for index, _ in counts})
    assert len(done.kept) == len({old.partition(one.id) for one in sample()})
    assert migrate(client, new).moved == ()
    ensure(client, new)
    dropped = migrate(client, new, drop_old=True).dropped
    assert dropped == done.kept
    assert all(part.live for part in partitions(client, new))
    assert shown(client, new) == seen


def test_a_store_works_on_what_was_migrated(client, prefix):
    old, new = Names(prefix, schema=0), Names(prefix, "quarter")
    fill(client, old, sample())
    migrate(client, new, document=renamed, drop_old=True)
    store = ElasticStore(client, new)
    store.ensure_schema()
    found = list(store.scan(MentionFilter(gone=True)))
    assert [replace(one, indexed_at=None) for one in found] == sorted(
        (replace(one, pipeline=f"{one.pipeline}-again") for one in sample()), key=lambda one: one.id
    )
    assert store.upsert(sample(3), now=NOW).stale == 3
    assert store.upsert([replace(one, version=one.version + 1_000_000) for one in sample(3)], now=NOW).saved == 3


def killing(client, monkeypatch, last):
    """Raise before the n-th request, as if the process ended there."""
    send, count = client.transport.perform_request, 0

    def counting(*arguments, **options):
        nonlocal count
        count += 1
        if count >= last and arguments[:1] != ("DELETE",):  # generators close their point in time even now
            raise Killed
        return send(*arguments, **options)

    monkeypatch.setattr(client.transport, "perform_request", counting)


def test_it_goes_on_from_every_point(client, prefix, monkeypatch):
    old, new = Names(prefix, schema=0), Names(prefix, "quarter")
    fill(client, old, sample())
    wanted = [(name, version, renamed(source)) for name, version, source in shown(client, old)]
    last, before_swap = 0, 0
    while True:
        last += 4  # every run comes a little farther than the one before, and repeats what that did
        with monkeypatch.context() as patch:
            killing(client, patch, last)
            try:
                migrate(client, new, document=renamed)
            except Killed:
                pass
            else:
                break
        client.indices.refresh(index=f"{prefix}-*")
        if live(client, old)[0].startswith("v0-"):
            before_swap += 1
            assert [source for *_, source in shown(client, old)] != [source for *_, source in wanted]
            with pytest.raises(Stop, match="vigie store migrate"):
                ensure(client, new)
        else:
            assert shown(client, new) == wanted
    assert before_swap >= 5
    assert shown(client, new) == wanted
    assert live(client, new) == ["v1q-2025.10.01", "v1q-2026.01.01"]


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_killed_process_is_continued_by_the_next(client, elastic_url, prefix, share):
    old, new = Names(prefix, schema=0), Names(prefix, "quarter")
    fill(client, old, sample())
    wanted = [(name, version, renamed(source)) for name, version, source in shown(client, old)]

    def child(last):
        command = [sys.executable, Path(__file__).with_name("migrating.py"), elastic_url, prefix, "quarter", str(last)]
        return subprocess.run(
            command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
        )

    for part in (share, share / 2):  # about 40 requests in all
        assert child(round(40 * part) + 1).returncode == -signal.SIGKILL
    done = child(0)
    assert done.returncode == 0, done.stderr
    client.indices.refresh(index=new.mentions)
    assert shown(client, new) == wanted


def test_old_partitions_take_no_writes_until_it_is_given_up(client, prefix, monkeypatch):
    old, new = Names(prefix), Names(prefix, "year")
    fill(client, old, sample())
    with monkeypatch.context() as patch:
        killing(client, patch, 15)
        with pytest.raises(Killed):
            migrate(client, new)
    assert {part.leaves_for for part in partitions(client, new) if part.live} == {new.template}
    store = ElasticStore(client, old)
    monkeypatch.setattr(store._writes._writer, "_limits", elastic_migrate.Limits(deadline=0))
    one = replace(sample(1)[0], version=9_000_000)
    with pytest.raises(Transient):
        store.upsert([one], now=NOW)
    assert len(migrate(client, old).reopened) == len(MONTHS)
    assert store.upsert([one], now=NOW).saved == 1
    left = migrate(client, old, drop_old=True)
    assert all("-v1y-" in name for name in left.dropped)
    assert migrate(client, new).moved


def test_a_month_that_an_older_vigie_begins_meanwhile_moves_too(client, prefix):
    old, new = Names(prefix, schema=0), Names(prefix)
    fill(client, old, sample())
    late = iter([mention(99)])

    def begin(_index, _count):
        fill(client, old, list(late))

    migrate(client, new, on_progress=begin)
    assert len(shown(client, new)) == 61
    assert "v1-2026.11.01" in live(client, new)


@pytest.mark.parametrize("month", ["202602", "202611"])
def test_what_does_not_belong_in_a_new_partition_is_not_shown(client, prefix, month):
    old, new = Names(prefix, schema=0), Names(prefix)
    fill(client, old, sample())
    strange = mention(7, id=f"{month}-zzz")
    target = new.partition(strange.id)
    create_partition(client, new, target, live=False)
    client.index(index=target, id=strange.id, document=document_of(strange, NOW), refresh=True)
    seen = shown(client, old)
    migrate(client, new)
    ensure(client, new)
    assert shown(client, new) == seen
    migrate(client, new, drop_old=True)
    assert all(part.live and not part.filling for part in partitions(client, new))


def test_what_is_left_of_an_earlier_migration_stands_in_the_way_in_words(client, prefix):
    month, year = Names(prefix), Names(prefix, "year")
    fill(client, month, sample())
    migrate(client, year)
    with pytest.raises(Stop, match="--drop-old"):
        migrate(client, month)
    assert len(migrate(client, month, drop_old=True).moved) == len(MONTHS)


def test_a_document_that_the_new_schema_refuses_stops_before_the_swap(client, prefix):
    old, new = Names(prefix, schema=0), Names(prefix)
    fill(client, old, sample())
    with pytest.raises(Stop, match=r"refuses .* strict_dynamic"):
        migrate(client, new, document=lambda source: {**source, "unheard_of": 1})
    assert all(name.startswith("v0-") for name in live(client, new))


def test_nothing_to_do_on_an_empty_cluster(client, prefix):
    done = migrate(client, Names(prefix), drop_old=True)
    assert done == elastic_migrate.Migration()
