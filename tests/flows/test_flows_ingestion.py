"""Ingestion with every real room: counters, replay, edits, tombstones, late openers, rubbish, failing stores."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.models import Brand, Config
from flows.ingestion import Ingestion, ingest_file
from mentions.errors import Transient
from mentions.filter import MentionFilter
from mentions.intake import IntakeOptions
from mentions.model import Gone, Mention, RawItem
from mentions.spool import Spool
from mentions.sqlite import SqliteStore
from mentions.store import Page
from nlp.build import build_pipeline
from nlp.pipeline import Pipeline
from state.database import State

pytestmark = pytest.mark.local

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CONFIG = Config(
    brands=(Brand(name="Velmora", match=("Velmora",)), Brand(name="Nordane", role="competitor", match=("Nordane",)))
)
SITE = "https://forum.example.org"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return build_pipeline(CONFIG, tmp_path_factory.mktemp("home"))


@pytest.fixture
def rooms(tmp_path: Path, pipeline: Pipeline) -> Iterator[Ingestion]:
    store = SqliteStore(tmp_path / "mentions.sqlite")
    store.ensure_schema()
    with State(f"sqlite:///{tmp_path}/state.db") as state:
        yield Ingestion(
            spool=Spool(tmp_path / "spool"),
            store=store,
            brandless=state.posts,
            pipeline=pipeline,
            default=IntakeOptions(secret=b"0123456789abcdef"),
            options={},
            source_brands={},
        )
    store.close()


def item(number: int, text: str, **more: object) -> RawItem:
    record = RawItem(
        source="forum",
        unit="post",
        url=f"{SITE}/t/{number}#p{number}",
        thread_url=f"{SITE}/t/{number}",
        native_id=str(number),
        position=number,
        author=f"member {number}",
        text=text,
        published=NOW - timedelta(hours=1),
        published_rule="css",
        published_precision="second",
        fetched_at=NOW,
        extractor="test",
    )
    return replace(record, **more)


def sealed(rooms: Ingestion, *items: RawItem | Gone, now: datetime = NOW) -> Path:
    with rooms.spool.open("forum", now) as writer:
        for one in items:
            writer.write(one)
    return rooms.spool.sealed()[-1]


def stored(rooms: Ingestion, *, gone: bool = False) -> dict[str, str]:
    hits = rooms.store.search(MentionFilter(gone=gone), Page(size=1000))
    return {f"{mention.native_id}/{mention.brand}": mention.text for mention in hits.mentions}


def test_every_line_gets_one_word_and_the_words_sum_to_the_lines(rooms: Ingestion) -> None:
    path = sealed(
        rooms,
        item(1, "Velmora ne répond jamais."),
        item(2, "Il pleut sur Brest."),
        item(3, "Velmora or Nordane, which one?"),
        item(1, "Velmora ne répond jamais."),
        item(4, "  "),
        Gone(source="forum", url=f"{SITE}/t/1#p9", thread_url=f"{SITE}/t/1", native_id="9", seen_at=NOW),
    )
    words = ingest_file(path, rooms, NOW)
    assert words == {"saved": 2, "no-brand": 1, "duplicate": 1, "rejected:empty-text": 1, "gone-unknown": 1}
    assert set(stored(rooms)) == {"1/Velmora", "3/Velmora", "3/Nordane"}
    assert rooms.spool.sealed() == []


def test_a_second_reading_changes_nothing(rooms: Ingestion) -> None:
    items = [item(1, "Velmora ne répond jamais."), item(2, "Il pleut sur Brest.")]
    ingest_file(sealed(rooms, *items), rooms, NOW)
    before = list(rooms.store.scan(MentionFilter()))
    again = [replace(one, fetched_at=NOW + timedelta(hours=1)) for one in items]
    assert ingest_file(sealed(rooms, *again), rooms, NOW + timedelta(hours=1)) == {"unchanged": 2}
    assert list(rooms.store.scan(MentionFilter())) == before


def test_an_edit_replaces_the_text_and_may_take_the_brand_away(rooms: Ingestion) -> None:
    ingest_file(sealed(rooms, item(1, "Velmora ne répond jamais."), item(2, "Nordane est bien.")), rooms, NOW)
    later = NOW + timedelta(hours=2)
    edited = [
        item(1, "Velmora a enfin répondu.", fetched_at=later),
        item(2, "Finalement je ne dis plus rien.", fetched_at=later),
    ]
    assert ingest_file(sealed(rooms, *edited, now=later), rooms, later) == {"saved": 1, "no-brand": 1}
    assert stored(rooms) == {"1/Velmora": "Velmora a enfin répondu."}


def test_a_vanished_post_is_a_tombstone_until_it_comes_back(rooms: Ingestion) -> None:
    post = item(1, "Velmora ne répond jamais.")
    ingest_file(sealed(rooms, post), rooms, NOW)
    later = NOW + timedelta(hours=1)
    gone = Gone(source="forum", url=post.url, thread_url=post.thread_url, native_id="1", seen_at=later)
    assert ingest_file(sealed(rooms, gone, now=later), rooms, later) == {"gone": 1}
    assert stored(rooms) == {}
    assert stored(rooms, gone=True) == {"1/Velmora": post.text}
    back = NOW + timedelta(hours=2)
    assert ingest_file(sealed(rooms, replace(post, fetched_at=back), now=back), rooms, back) == {"saved": 1}
    assert stored(rooms) == {"1/Velmora": post.text}


def test_a_reply_that_names_nobody_is_judged_again_when_its_opener_comes(rooms: Ingestion) -> None:
    reply = item(2, "Pareil chez moi, c'est honteux.", thread_url=f"{SITE}/t/1")
    assert ingest_file(sealed(rooms, reply), rooms, NOW) == {"no-brand": 1}
    later = NOW + timedelta(hours=1)
    opener = item(1, "Velmora ne répond jamais.", position=0, fetched_at=later)
    assert ingest_file(sealed(rooms, opener, now=later), rooms, later) == {"saved": 1}
    found = {m.native_id: m.evidence for m in rooms.store.scan(MentionFilter(brands=("Velmora",)))}
    assert found == {"1": "named", "2": "thread"}
    assert ingest_file(sealed(rooms, replace(reply, fetched_at=later), now=later), rooms, later) == {"unchanged": 1}


def test_rubbish_lines_are_kept_aside_and_the_rest_goes_on(rooms: Ingestion) -> None:
    rng = random.Random(5)
    path = sealed(rooms, *(item(number, f"Velmora, message {number}.") for number in range(400)))
    lines = path.read_bytes().splitlines(keepends=True)
    spoilt = sorted(rng.sample(range(400), 20))
    rubbish = [b"{\n", b"\xff\xfe\x00\n", b'{"source": 3}\n', b"null\n", b'{"source":"forum","unit":"poem"}\n']
    for position in spoilt:
        lines[position] = rng.choice(rubbish)
    path.write_bytes(b"".join(lines) + lines[0][:40])
    words = ingest_file(path, rooms, NOW)
    assert sum(words.values()) == 401
    assert words["saved"] == 380
    assert sum(count for word, count in words.items() if word.startswith("rejected:")) == 21
    rejects = next(path.parent.rglob("*.rejects")).read_text(encoding="utf-8").splitlines()
    assert len(rejects) == 21
    assert all(json.loads(line)["reason"] for line in rejects)


def test_nothing_is_acknowledged_that_is_not_stored(rooms: Ingestion, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sealed(rooms, *(item(number, f"Velmora, message {number}.") for number in range(600)))
    upsert, calls = rooms.store.upsert, []

    def failing(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise Transient("the disk is full")
        return upsert(*args, **kwargs)

    monkeypatch.setattr(rooms.store, "upsert", failing)
    with pytest.raises(Transient):
        ingest_file(path, rooms, NOW)
    assert rooms.spool.sealed() == [path]
    monkeypatch.setattr(rooms.store, "upsert", upsert)
    words = ingest_file(path, rooms, NOW)
    assert Counter(words) == {"saved": 600}
    assert len(stored(rooms)) == 600


def test_a_post_that_a_failed_run_stored_for_one_brand_only_gets_the_other(
    rooms: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elasticsearch has no transactions: half of a batch may be there when its node dies."""
    path = sealed(rooms, item(1, "Velmora or Nordane, which one?"), item(2, "Velmora ne répond jamais."))
    upsert = rooms.store.upsert

    def half(mentions: Sequence[Mention], *, now: datetime) -> object:
        upsert(mentions[:1], now=now)
        raise Transient("the node died")

    monkeypatch.setattr(rooms.store, "upsert", half)
    with pytest.raises(Transient):
        ingest_file(path, rooms, NOW)
    assert len(stored(rooms)) == 1
    monkeypatch.setattr(rooms.store, "upsert", upsert)
    assert ingest_file(path, rooms, NOW) == {"saved": 2}
    assert set(stored(rooms)) == {"1/Velmora", "1/Nordane", "2/Velmora"}


def test_an_edit_that_took_a_brand_away_is_finished_by_the_next_run(
    rooms: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_file(sealed(rooms, item(1, "Velmora or Nordane, which one?")), rooms, NOW)
    later = NOW + timedelta(hours=1)
    path = sealed(rooms, item(1, "Velmora, finally.", fetched_at=later), now=later)
    remove = rooms.store.remove
    monkeypatch.setattr(rooms.store, "remove", lambda ids: (_ for _ in ()).throw(Transient("the node died")))
    with pytest.raises(Transient):
        ingest_file(path, rooms, later)
    monkeypatch.setattr(rooms.store, "remove", remove)
    ingest_file(path, rooms, later)
    assert set(stored(rooms)) == {"1/Velmora"}
