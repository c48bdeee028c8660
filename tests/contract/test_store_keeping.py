"""What a store keeps, hides and forgets, one habit per test, on every engine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from contract_sample import EVERYTHING, NOW, START, ids, mention, mentions
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch

from mentions.filter import MentionFilter, Word
from mentions.store import EraseRequest, MentionStore, WriteReport

pytestmark = pytest.mark.local


def test_every_field_comes_back_as_written(store: MentionStore) -> None:
    rows = mentions(60)
    assert store.upsert(rows, now=NOW) == WriteReport(saved=len(rows), stale=0)
    for row in rows:
        assert store.get(row.id) == replace(row, indexed_at=NOW)
    assert store.get("202611-unknown") is None


def test_only_a_later_version_is_written(store: MentionStore) -> None:
    first = mention(version=2_000_001, text="two")
    store.upsert([first], now=NOW)
    report = store.upsert(
        [replace(first, version=2_000_001, text="same"), replace(first, version=1, text="old")], now=NOW
    )
    assert report == WriteReport(saved=0, stale=2)
    assert store.get(first.id).text == "two"
    later = replace(first, version=2_000_002, text="three", search_text="three")
    assert store.upsert([later, later], now=NOW + timedelta(hours=1)) == WriteReport(saved=1, stale=1)
    assert store.get(first.id) == replace(later, indexed_at=NOW + timedelta(hours=1))
    assert ids(store, MentionFilter(text=Word("three"))) == [first.id]
    assert ids(store, MentionFilter(text=Word("two"))) == []


def test_a_tombstone_is_hidden_counted_on_request_and_revived_by_a_later_version(store: MentionStore) -> None:
    row = mention()
    store.upsert([row, mention(1)], now=NOW)
    assert store.mark_gone([row.post_key, "unknown"], at=NOW) == 1
    assert store.mark_gone([row.post_key], at=NOW + timedelta(days=1)) == 0
    assert row.id not in ids(store, MentionFilter())
    assert store.get(row.id).gone_at == NOW
    assert store.known([row.post_key])[row.post_key].gone
    assert store.upsert([row], now=NOW).stale == 1
    assert store.upsert([replace(row, version=row.version + 1)], now=NOW).saved == 1
    assert row.id in ids(store, MentionFilter())
    assert not store.known([row.post_key])[row.post_key].gone


def test_copies_can_be_hidden_and_the_next_steps_in_when_the_first_vanishes(store: MentionStore) -> None:
    first, second, third = (mention(n, story_id="202611-s", published_at=START + timedelta(hours=n)) for n in range(3))
    other = mention(3, "zenith", story_id="202611-s", published_at=START + timedelta(hours=3))
    firsts = MentionFilter(copies=False)
    store.upsert([third, second, other], now=NOW)
    assert ids(store, firsts) == [other.id, second.id]
    store.upsert([first], now=NOW)
    assert ids(store, firsts) == [other.id, first.id]
    store.mark_gone([first.post_key], at=NOW)
    assert ids(store, firsts) == [other.id, second.id]
    assert ids(store, replace(firsts, gone=True)) == [other.id, first.id]
    store.remove([first.id])
    assert ids(store, replace(firsts, gone=True)) == [other.id, second.id]
    store.upsert([replace(second, story_id="202611-own", version=second.version + 1)], now=NOW)
    assert ids(store, firsts) == [other.id, third.id, second.id]
    store.drop_before(date(2027, 1, 1))
    assert ids(store, EVERYTHING) == []


def test_known_groups_the_brands_of_a_post_under_its_latest_version(store: MentionStore) -> None:
    old = mention(brand="Acme", pipeline="a", version=1_000_001, first_seen_at=START)
    new = mention(brand="zenith", pipeline="b", version=2_000_001, revision=2, content_hash="new")
    store.upsert([new, old], now=NOW)
    known = store.known([old.post_key, "unknown"])
    assert set(known) == {old.post_key}
    found = known[old.post_key]
    assert (found.brands, found.pipeline, found.revision, found.content_hash) == (("Acme", "zenith"), "b", 2, "new")
    assert (found.first_seen_at, found.published_at, found.published_rule) == (START, new.published_at, "feed")


THREAD = "https://forum.example.org/t/1"


@pytest.mark.parametrize(
    ("rows", "brands"),
    [
        ([{"unit": "post", "thread_url": THREAD, "position": 0}], ("Acme",)),
        ([{"unit": "post", "thread_url": THREAD, "position": 1}], None),
        ([{"unit": "article", "canonical_url": THREAD}], ("Acme",)),
        ([{"unit": "article", "canonical_url": THREAD, "evidence": "source"}], None),
        ([{"unit": "comment", "canonical_url": THREAD, "thread_url": THREAD, "position": 0}], None),
        ([{"unit": "post", "canonical_url": THREAD, "parent": "7"}], None),
        ([{"unit": "mail", "canonical_url": THREAD}], ("Acme",)),
        ([{"unit": "article", "canonical_url": THREAD, "gone_at": NOW}], None),
        (
            [
                {"number": 2, "unit": "post", "thread_url": THREAD, "position": 0, "brand": "zenith"},
                {"number": 1, "unit": "article", "canonical_url": THREAD},
                {"number": 1, "unit": "article", "canonical_url": THREAD, "brand": "b"},
            ],
            ("Acme", "b"),
        ),
    ],
)
def test_the_opening_post_gives_its_brands_to_the_thread(store: MentionStore, rows: list, brands: tuple) -> None:
    store.upsert([mention(**row) for row in rows], now=NOW)
    assert store.thread_brands([THREAD, "https://elsewhere.example.org"]) == ({THREAD: brands} if brands else {})


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        (EraseRequest(author_key="me"), {"article", "other"}),
        (EraseRequest(url="https://a.example.org/1"), {"other"}),
        (EraseRequest(source="avis"), {"article", "comment"}),
    ],
)
def test_erasure_takes_what_was_named_and_what_hangs_under_it(
    store: MentionStore, request_: EraseRequest, left: set[str]
) -> None:
    page = "https://a.example.org/1"
    rows = [
        mention(1, canonical_url=page, text="article"),
        mention(2, thread_url=page, unit="comment", author_key="me", text="comment"),
        mention(3, source="avis", text="other"),
    ]
    store.upsert(rows, now=NOW)
    assert store.erase(request_) == 3 - len(left)
    assert {row.text for row in store.scan(EVERYTHING)} == left
    assert store.erase(request_) == 0


@pytest.mark.parametrize("request_", [EraseRequest(), EraseRequest(url="x", source="y")])
def test_an_erasure_names_exactly_one_thing(store: MentionStore, request_: EraseRequest) -> None:
    store.upsert([mention()], now=NOW)
    with pytest.raises(ValueError, match="exactly"):
        store.erase(request_)
    assert len(ids(store, EVERYTHING)) == 1


def test_retention_drops_what_was_published_before_the_day_in_utc(store: MentionStore) -> None:
    midnight = datetime(2026, 11, 10, tzinfo=UTC)
    early, late = (mention(n, published_at=midnight - timedelta(microseconds=1 - n)) for n in range(2))
    store.upsert([early, late], now=NOW)
    assert store.drop_before(midnight.date()) == 1
    assert store.drop_before(midnight.date()) == 0
    assert ids(store, EVERYTHING) == [late.id]
