"""What only the store on Elasticsearch promises: stems, refusals kept, repairs after a kill, whole partitions."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from contract_sample import NOW, START, fill, mention, mentions
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch
from elastic_store import elastic_store, without_waiting
from memory import MemoryStore

from mentions import elastic_copies, elastic_known, elastic_reads
from mentions.dead_letters import DeadLetters
from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_erase import drop_before
from mentions.elastic_names import Names
from mentions.elastic_schema import partitions
from mentions.elastic_writes import Writes
from mentions.errors import Transient
from mentions.filter import MentionFilter, Word
from mentions.grammar import DEEPEST, parse_text
from mentions.queries import Counts, EmergingTerms, Similar, Stories, Top, Volume
from mentions.store import EraseRequest, MentionStore, Page

pytestmark = [pytest.mark.local, pytest.mark.real("elastic")]

EVERYTHING = MentionFilter(gone=True)
FIRSTS = MentionFilter(copies=False, gone=True)


@pytest.fixture
def team(elastic_url: str, tmp_path: Path) -> Iterator[ElasticStore]:
    with elastic_store(elastic_url, tmp_path / "dead") as store, without_waiting():
        yield store


def ids(store: MentionStore, where: MentionFilter) -> list[str]:
    return [found.id for found in store.search(where, Page(size=1000, sort="oldest")).mentions]


def story(*hours: int, **changes: object) -> list:
    """Mentions of one story, published so many hours after START."""
    return [
        mention(hour, story_id="202611-s", published_at=START + timedelta(hours=hour), **changes)  # type: ignore[arg-type]
        for hour in hours
    ]


def test_text_in_kibana_is_found_by_its_stem(team: ElasticStore) -> None:
    text = "Ils promettent le remboursement. Refunded orders, Häuser, libros, ristoranti"
    team.upsert([mention(title=text, passage=text, text=text)], now=NOW)
    team.refresh()

    def found(field: str, words: str) -> bool:
        query = {"match": {field: words}}
        return bool(team._reader.ask(query=query)["hits"]["total"]["value"])

    for field in ("title", "text", "passage"):
        assert found(f"{field}.fr", "rembourser")
        assert found(f"{field}.en", "refunding")
        assert found(f"{field}.de", "Haus")
        assert found(f"{field}.es", "libro")
        assert found(f"{field}.it", "ristorante")
        assert found(field, "HAUSER")
        assert not found(field, "rembourser")
    assert ids(team, MentionFilter(text=Word("rembourser"))) == []


def test_a_refused_mention_is_reported_and_kept_and_the_others_are_written(team: ElasticStore, tmp_path: Path) -> None:
    bad = [
        mention(1, published_hour=4000),
        mention(2, near_key="no key"),
        mention(3, published_at=datetime(2026, 11, 3)),  # noqa: DTZ001 - that is what is wrong with it
        replace(mention(4), id="no id"),
        mention(5, crisis_labels=("no label",)),
        mention(6, severity=float("nan")),
    ]
    report = team.upsert([mention(7), *bad, mention(8)], now=NOW)
    assert (report.saved, report.stale) == (2, 0)
    assert {name for name, _ in report.rejected} == {row.id for row in bad}
    assert all(reason for _, reason in report.rejected)
    assert {letter.id for letter in DeadLetters(tmp_path / "dead").list()} == {row.id for row in bad}
    assert len(ids(team, EVERYTHING)) == 2


def test_a_removed_mention_may_be_written_again_at_once(team: ElasticStore) -> None:
    for _ in range(5):
        assert team.upsert([mention()], now=NOW).saved == 1
        assert team.mark_gone([mention().post_key], at=NOW) == 1
        assert team.upsert([mention()], now=NOW).stale == 1
        assert team.remove([mention().id]) == 1


def test_what_is_written_here_is_seen_here_at_once_and_elsewhere_after_a_refresh(
    team: ElasticStore, elastic_url: str
) -> None:
    other = ElasticStore(connect(elastic_url), team._reader.names)
    for number in range(3):
        team.upsert([mention(number)], now=NOW)
        assert len(team.known([mention(number).post_key])) == 1
        other.refresh()
        assert len(ids(other, EVERYTHING)) == number + 1
    other.close()


def test_two_writers_of_the_same_stories_leave_one_first_each(team: ElasticStore, elastic_url: str) -> None:
    rows = [mention(n, story_id=f"s{n % 2}", published_at=START + timedelta(minutes=n * 37 % 11)) for n in range(12)]
    other = ElasticStore(connect(elastic_url), team._reader.names)
    with ThreadPoolExecutor(2) as pool:
        written = [
            pool.submit(lambda store, part: [store.upsert(part[at : at + 2], now=NOW) for at in range(0, 6, 2)], *work)
            for work in ((team, rows[::2]), (other, rows[1::2]))
        ]
    assert sum(report.saved for future in written for report in future.result()) == len(rows)
    team.refresh()
    expected = MemoryStore()
    expected.upsert(rows, now=NOW)
    assert ids(team, FIRSTS) == ids(expected, FIRSTS)
    other.close()


def test_a_batch_that_was_killed_before_its_ranks_is_repaired_by_its_repeat(
    team: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = story(1, 2, 3)
    with monkeypatch.context() as killed:
        killed.setattr(Writes, "settle", broken)
        with pytest.raises(KeyboardInterrupt):
            team.upsert(rows, now=NOW)
    assert team.upsert(rows, now=NOW).stale == 3
    assert ids(team, FIRSTS) == [rows[0].id]


def broken(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("how", ["remove", "gone", "erase", "retention"])
def test_a_deletion_that_was_killed_is_completed_by_its_repeat(
    team: ElasticStore, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    rows = [*story(1, author_key="me"), *story(30, 31)]
    team.upsert(rows, now=NOW)
    act = {
        "remove": lambda: team.remove([rows[0].id]),
        "gone": lambda: team.mark_gone([rows[0].post_key], at=NOW),
        "erase": lambda: team.erase(EraseRequest(author_key="me")),
        "retention": lambda: team.drop_before((START + timedelta(hours=29)).date()),
    }[how]
    for calls in itertools.count(1):
        with monkeypatch.context() as killed:
            write, left = Writes.write, itertools.count(1)
            killed.setattr(
                Writes,
                "write",
                lambda self, actions, write=write, left=left, calls=calls: (
                    write(self, actions) if next(left) < calls else broken()
                ),
            )
            try:
                act()
            except KeyboardInterrupt:
                continue
            break
    act()
    assert ids(team, replace(FIRSTS, gone=False)) == [rows[1].id]
    assert team.run(Volume(where=MentionFilter()))[0].stories == 1


def test_retention_drops_whole_partitions_and_settles_stories_across_them(team: ElasticStore) -> None:
    october, november = datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    old = [mention(n, story_id="s", published_at=october) for n in range(3)]
    old = [replace(row, id=f"202610{row.id[6:]}") for row in old]
    new = [mention(10 + n, story_id="s", published_at=november + timedelta(hours=n)) for n in range(2)]
    early = mention(20, published_at=october)  # of November's partition: its date was corrected
    team.upsert([*old, *new, early], now=NOW)
    assert [part.name[-10:] for part in partitions(team._reader.client, team._reader.names)] == [
        "2026.10.01",
        "2026.11.01",
    ]
    assert team.drop_before(date(2026, 11, 1)) == 4
    assert [(part.name[-10:], part.blocked) for part in partitions(team._reader.client, team._reader.names)] == [
        ("2026.11.01", False)
    ]
    assert ids(team, FIRSTS) == [new[0].id]
    assert ids(team, EVERYTHING) == [row.id for row in new]
    assert team.upsert(old, now=NOW).saved == 3
    assert drop_before(team._reader, team._writes, date(2026, 1, 1)) == 0


def test_what_is_erased_leaves_the_dead_letters_too(team: ElasticStore, tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead")
    team.upsert([mention(1, published_hour=4000, author_key="me"), mention(2, published_hour=4000)], now=NOW)
    assert team.erase(EraseRequest(author_key="me")) == 0
    assert [letter.id for letter in letters.list()] == [mention(2).id]
    assert team.drop_before(date(2027, 1, 1)) == 0
    assert letters.count() == 0


def test_answers_do_not_depend_on_how_many_rows_a_request_gives(
    team: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, reference = mentions(400), MemoryStore()
    fill(reference, rows)
    fill(team, rows)
    for module, name, number in (
        (elastic_reads, "LARGEST", 30),
        (elastic_reads, "MANY_BUCKETS", 40),
        (elastic_reads, "FEW_BUCKETS", 3),
        (elastic_reads, "TOGETHER", 40),
        (elastic_copies, "STORIES", 50),
        (elastic_known, "KEYS", 70),
    ):
        monkeypatch.setattr(module, name, number)
    asked = [
        Counts(brand="Acme", start=START, end=NOW),
        Volume(where=EVERYTHING),
        Volume(where=FIRSTS),
        Top(where=EVERYTHING, by="author_key", size=50, order="negative"),
        Top(where=MentionFilter(), by="thread_url", size=7),
        Stories(where=EVERYTHING, size=30, least=1),
        Similar(mention_id=next(iter(reference.rows)), distance=25, size=40),
        EmergingTerms(where=MentionFilter(), against=EVERYTHING, sample=200),
    ]
    for query in asked:
        assert list(team.run(query)) == list(reference.run(query)), query
    assert list(team.scan(EVERYTHING)) == list(reference.scan(EVERYTHING))
    keys = [row.post_key for row in rows]
    assert team.known(keys) == reference.known(keys)
    threads = [f"https://site.example.org/t/{number}" for number in range(80)]
    assert team.thread_brands(threads) == reference.thread_brands(threads)


@pytest.mark.parametrize("level", ["({} OR b2 c3)", "NOT {}", "(a1 ({} OR b2))"])
def test_the_deepest_query_is_answered(team: ElasticStore, level: str) -> None:
    query = "rare"
    for _ in range(DEEPEST // max(1, level.count("("))):
        query = level.format(query)
    team.upsert([mention()], now=NOW)
    assert team.search(MentionFilter(text=parse_text(f"b2 OR a1 {query}")), Page()).total == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda store: store.ensure_schema(),
        lambda store: store.known(["k"]),
        lambda store: store.thread_brands(["u"]),
        lambda store: store.upsert([mention()], now=NOW),
        lambda store: store.remove([mention().id]),
        lambda store: store.mark_gone(["k"], at=NOW),
        lambda store: store.get(mention().id),
        lambda store: store.search(EVERYTHING, Page()),
        lambda store: list(store.scan(EVERYTHING)),
        lambda store: store.run(Volume(where=EVERYTHING)),
        lambda store: store.erase(EraseRequest(source="s")),
        lambda store: store.drop_before(date(2026, 1, 1)),
        lambda store: store.refresh(),
    ],
)
def test_a_cluster_that_is_not_there_is_named_in_one_line(act) -> None:
    store = ElasticStore(connect("http://127.0.0.1:9"), Names("vt-absent"))
    with pytest.raises(Transient, match=r"^Elasticsearch at http://127\.0\.0\.1:9 is not there[^\n]*$"):
        act(store)
    store.close()
