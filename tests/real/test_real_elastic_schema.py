"""Schema on a real Elasticsearch: partitions under races, foreign and newer indices, additive changes, blocks."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from threading import Event

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by the mark

from mentions import elastic_schema
from mentions.elastic_check import examine
from mentions.elastic_client import connect, in_words
from mentions.elastic_lifecycle import put_lifecycle
from mentions.elastic_names import Names
from mentions.elastic_schema import create_partition, drop_partition, ensure, partitions
from mentions.errors import Stop, Transient

pytestmark = pytest.mark.real("elastic")
MONTH = "202611-x"


@pytest.fixture
def client(elastic_url):
    with connect(elastic_url) as client:
        yield client


@pytest.fixture
def names(client):
    names = Names(f"vt-{secrets.token_hex(4)}")
    yield names
    made = [*client.indices.get(index=f"{names.prefix}-*", expand_wildcards="all", filter_path="*.aliases").body]
    if made:
        client.indices.delete(index=made)
    client.options(ignore_status=404).indices.delete_index_template(name=f"{names.mentions}-v*")


def live(client, names):
    return [part.name for part in partitions(client, names) if part.live]


def test_an_empty_cluster_is_an_empty_store(client, names):
    ensure(client, names)
    ensure(client, names)
    assert partitions(client, names) == ()
    found = client.search(index=names.mentions, ignore_unavailable=True, size=0)
    assert found["hits"]["total"]["value"] == 0
    condition = examine(client, names)
    assert (condition.problem, condition.template, condition.rooms) == (None, "up to date", ())
    assert condition.version.startswith("9.")


def test_readers_never_meet_a_partition_that_has_not_started(client, names, elastic_url):
    ensure(client, names)
    create_partition(client, names, names.partition(MONTH))
    made = Event()

    def read() -> int:
        searches = 0
        with connect(elastic_url) as reader:
            while not made.is_set():
                reader.search(index=names.mentions, size=0, allow_partial_search_results=False)
                searches += 1
        return searches

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for month in range(1, 9):
            create_partition(client, names, names.partition(f"2025{month:02d}-x"))
        made.set()
        assert all(reader.result() > 0 for reader in readers)
    assert len(live(client, names)) == 9


def test_many_processes_make_one_partition(client, names):
    ensure(client, names)
    index = names.partition(MONTH)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: create_partition(client, names, index), range(16)))
        list(pool.map(lambda _: ensure(client, names), range(8)))
    (part,) = partitions(client, names)
    assert (part.name, part.live, part.of(names), part.blocked) == (index, True, True, False)
    drop_partition(client, names, index)
    drop_partition(client, names, index)
    assert partitions(client, names) == ()


def test_two_periods_and_two_teams_do_not_meet(client, names):
    neighbour = Names(f"{names.prefix}-mentions")  # its partitions begin like ours
    for team in (names, neighbour):
        ensure(client, team)
        create_partition(client, team, team.partition(MONTH))
    assert live(client, names) == [names.partition(MONTH)]
    assert live(client, neighbour) == [neighbour.partition(MONTH)]
    client.indices.delete_index_template(name=neighbour.template)


@pytest.mark.parametrize("mappings", [None, {"_meta": {"schema": "other"}}, {"_meta": {"schema": "mentions"}}])
@pytest.mark.parametrize("place", ["our name", "our alias", "the alias itself"])
def test_a_foreign_index_is_not_touched(client, names, place, mappings):
    index = {
        "our name": names.partition(MONTH),
        "our alias": f"{names.prefix}-others",
        "the alias itself": names.mentions,
    }[place]
    aliases = {names.mentions: {}} if place == "our alias" else {}
    client.indices.create(index=index, aliases=aliases, mappings=mappings)
    with pytest.raises(Stop, match="foreign") as caught:
        ensure(client, names)
    assert index in str(caught.value)
    assert "VIGIE_ELASTIC_PREFIX" in str(caught.value)
    if place == "our name":
        with pytest.raises(Stop, match="foreign"):
            create_partition(client, names, index)
        with pytest.raises(Stop, match="foreign"):
            drop_partition(client, names, index)
    assert client.indices.exists(index=index)
    assert "foreign" in (examine(client, names).problem or "")


def test_a_foreign_template_is_not_overwritten(client, names):
    client.indices.put_index_template(name=names.template, index_patterns=["vt-nothing-*"], template={})
    with pytest.raises(Stop, match=r"template .* is foreign"):
        ensure(client, names)
    assert client.indices.get_index_template(name=names.template)["index_templates"][0]["index_template"][
        "index_patterns"
    ] == ["vt-nothing-*"]


@pytest.mark.parametrize(
    ("written_by", "words"),
    [
        ({"schema": 2}, "newer Vigie .schema 2, this one knows 1.: upgrade"),
        ({"schema": 0}, "schema 0, this Vigie needs 1: run 'vigie store migrate'"),
        ({"period": "year"}, "PERIOD is month, .* one index a year: set it back to year, or run 'vigie store migrate'"),
    ],
)
def test_another_schema_or_period_stops(client, names, written_by, words):
    other = Names(names.prefix, **written_by)
    create_partition(client, other, other.partition(MONTH))
    with pytest.raises(Stop, match=words):
        ensure(client, names)
    assert examine(client, names).problem


def widened(monkeypatch, **fields):
    """Another Vigie of the same schema, with these fields more (None: one less)."""
    plain = elastic_schema.template

    def template(names):
        body = deepcopy(plain(names))
        properties = body["template"]["mappings"]["properties"]
        for name, field in fields.items():
            properties.pop(name, None)
            if field:
                properties[name] = field
        return body

    monkeypatch.setattr(elastic_schema, "template", template)


def fields_of(client, index):
    return set(client.indices.get_mapping(index=index)[index]["mappings"]["properties"])


def test_a_new_field_reaches_every_partition_and_an_older_vigie_takes_it_not_back(client, names, monkeypatch):
    ensure(client, names)
    old, new = names.partition(MONTH), names.partition("202612-x")
    create_partition(client, names, old)
    with monkeypatch.context() as later:
        widened(later, mood={"type": "keyword"})
        assert examine(client, names).template == "older"
        ensure(client, names)
        assert "mood" in fields_of(client, old)
    assert examine(client, names).template == "newer"
    ensure(client, names)  # an older Vigie starts
    create_partition(client, names, new)
    assert "mood" in fields_of(client, new)
    assert len({part.digest for part in partitions(client, names)}) == 2
    with monkeypatch.context() as later:
        widened(later, mood={"type": "keyword"})
        ensure(client, names)
        assert len({part.digest for part in partitions(client, names)}) == 1
        assert examine(client, names).template == "up to date"


def test_a_change_that_is_not_additive_is_refused_by_name(client, names, monkeypatch):
    ensure(client, names)
    create_partition(client, names, names.partition(MONTH))
    widened(monkeypatch, likes={"type": "keyword"})
    with pytest.raises(Stop, match="likes"):
        ensure(client, names)


def test_a_template_of_the_team_tunes_but_does_not_break(client, names):
    ensure(client, names)
    client.indices.put_index_template(
        name=f"{names.mentions}-vteam",
        index_patterns=[names.pattern],
        priority=900,
        template={"settings": {"number_of_shards": 3}, "mappings": {"dynamic": True}},
    )
    index = names.partition(MONTH)
    create_partition(client, names, index)
    found = client.indices.get(index=index)[index]
    assert found["settings"]["index"]["number_of_shards"] == "3"
    assert found["settings"]["index"]["gc_deletes"] == "-1"
    assert found["mappings"]["dynamic"] == "strict"


def test_a_partition_without_its_alias_is_shown_again(client, names):
    ensure(client, names)
    index = names.partition(MONTH)
    create_partition(client, names, index)
    for again in (lambda: ensure(client, names), lambda: create_partition(client, names, index)):
        client.indices.delete_alias(index=index, name=names.mentions)
        assert live(client, names) == []
        again()
        assert live(client, names) == [index]


@pytest.mark.parametrize("block", ["write", "read_only", "read_only_allow_delete"])  # the last is that of a full disk
def test_a_read_only_index_is_told_and_waited_for(client, names, monkeypatch, block):
    ensure(client, names)
    index = names.partition(MONTH)
    create_partition(client, names, index)
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": True})
    with pytest.raises(Transient, match="takes no writes"), in_words("http://u:p@h:9200"):
        client.index(index=index, id="x", document={"id": MONTH})
    assert [room.partition.blocked for room in examine(client, names).rooms] == [True]
    ensure(client, names)
    if block == "read_only":  # not even its mapping may change
        widened(monkeypatch, mood={"type": "keyword"})
        with pytest.raises(Transient, match="takes no writes"):
            ensure(client, names)
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": None})
    ensure(client, names)


def test_a_server_without_lifecycles_is_left_alone(client, names):
    assert put_lifecycle(client, names) is False
    assert partitions(client, names) == ()


def test_an_absent_server_is_transient():
    with connect("http://127.0.0.1:9", timeout=2) as client, pytest.raises(Transient, match="start it"):
        ensure(client, Names("vt-none"))
