"""Copying from store to store: interrupted anywhere, repeated, beside a writer, into a target that holds something."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from mention_records import NOW

from mentions.comparing import EVERYTHING
from mentions.copying import copy
from mentions.errors import Stop, Transient
from mentions.model import Mention
from mentions.sqlite import SqliteStore

pytestmark = pytest.mark.local
LATER = NOW + timedelta(days=1)


class Lost(Transient):
    """The connection breaks."""


class Breaking:
    """A target that fails at the given write, before or after it was done."""

    def __init__(self, store, after, *, acknowledged) -> None:
        self.store, self.left, self.acknowledged = store, after, acknowledged

    def __getattr__(self, name):
        return getattr(self.store, name)

    def upsert(self, mentions, *, now):
        self.left -= 1
        if self.left < 0 and not self.acknowledged:
            raise Lost("before")
        report = self.store.upsert(mentions, now=now)
        if self.left < 0:
            raise Lost("after")
        return report


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr("mentions.copying.BATCH", 7)


@pytest.fixture
def stores(tmp_path):
    both = [SqliteStore(tmp_path / f"{name}.sqlite") for name in ("source", "target")]
    yield both
    for store in both:
        store.close()


def mention(number: int, **changes) -> Mention:
    post = f"2026{number % 3 + 9:02d}-{number:05d}"
    values = {
        "id": post,
        "post_id": post,
        "post_key": f"{number:05d}",
        **dict.fromkeys(("url", "canonical_url"), f"https://blog.example.org/{number}"),
        "brand": "Acme",
        "role": "own",
        "evidence": "named",
        "passage": "Acme",
        "source": "blog",
        "unit": "post",
        "site": "blog.example.org",
        "title": None,
        "text": "déçu 😡 \u2028",
        "search_text": "decu",
        "published_at": NOW - timedelta(microseconds=number),
        "published_rule": "feed",
        "published_precision": "second",
        "published_hour": 1,
        "published_weekday": 1,
        **dict.fromkeys(("fetched_at", "first_seen_at"), NOW),
        "content_hash": "c",
        "near_key": "0" * 16,
        "story_id": post,
        "revision": 1,
        "version": 1_000_001,
        "pipeline": "p",
        "model": "m",
        "language": "fr",
        "sentiment_label": "negative",
        "sentiment_score": 0.1 * 3,
        "sentiment_negative": 0.3,
        "sentiment_neutral": 0.3,
        "sentiment_positive": 0.4,
        "polarity": -1,
        "severity": 12.5,
        "crisis_score": 0.1,
        "crisis_labels": ("product_safety",),
        "likes": number,
    }
    return Mention(**{**values, **changes})


def fill(store, numbers=range(60)):
    store.upsert([mention(number) for number in numbers], now=NOW)
    store.mark_gone(["00003"], at=NOW)


def run(source, target, tmp_path, **options):
    return copy(source, target, marks=tmp_path / "marks" / "place.json", now=lambda: LATER, **options)


def whole(store):
    return [replace(found, indexed_at=None) for found in store.scan(EVERYTHING)]


def test_everything_arrives_tombstones_too(stores, tmp_path):
    source, target = stores
    fill(source)
    seen = []
    report = run(source, target, tmp_path, on_progress=lambda stage, count: seen.append((stage, count)))
    assert whole(target) == whole(source)
    assert (report.written, report.resumed, report.rejected) == (60, False, ())
    assert report.complete
    found = report.comparison
    assert found.identical
    assert (found.source, found.target, found.source_sum) == (60, 60, found.target_sum)
    assert [(month.month, month.source, month.target) for month in found.months] == [
        ("202609", 20, 20), ("202610", 20, 20), ("202611", 20, 20),
    ]  # fmt: skip
    assert ("copied", 60) in seen
    assert not (tmp_path / "marks" / "place.json").exists()


def test_two_empty_stores_are_identical(stores, tmp_path):
    report = run(*stores, tmp_path)
    assert report.comparison.identical
    assert report.written == 0


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("after", [0, 1, 5, 8])
def test_interrupted_twice_it_goes_on_where_it_was(stores, tmp_path, after, acknowledged):
    source, target = stores
    fill(source)
    with pytest.raises(Lost):
        run(source, Breaking(target, after, acknowledged=acknowledged), tmp_path)
    with pytest.raises(Lost):
        run(source, Breaking(target, 0, acknowledged=acknowledged), tmp_path)
    report = run(source, target, tmp_path)
    assert whole(target) == whole(source)
    assert report.comparison.identical
    assert report.written <= 60 - 7 * after
    assert report.resumed is (after > 0)


def test_a_second_copy_brings_only_what_is_missing_or_older(stores, tmp_path):
    source, target = stores
    fill(source)
    run(source, target, tmp_path)
    source.upsert([mention(100), mention(5, version=2_000_001, text="new"), mention(-1, id="190001-0")], now=NOW)
    source.mark_gone(["00007"], at=NOW)
    source.upsert([mention(3, version=2_000_001)], now=NOW)  # shown again
    report = run(source, target, tmp_path)
    assert report.written == 5
    assert report.comparison.identical
    assert whole(target) == whole(source)
    assert run(source, target, tmp_path).written == 0


def test_what_only_the_target_knows_stays_and_is_told(stores, tmp_path):
    source, target = stores
    fill(source, range(10))
    target.upsert([mention(4, version=3_000_001), mention(99)], now=NOW)
    report = run(source, target, tmp_path)
    assert report.complete
    assert not report.comparison.identical
    assert report.comparison.differences == ((mention(99).id, "extra"), (mention(4).id, "newer"))
    assert report.comparison.source_sum != report.comparison.target_sum
    assert target.get(mention(99).id)
    assert target.get(mention(4).id).version == 3_000_001


def test_a_tombstone_wins_on_either_side(stores, tmp_path):
    source, target = stores
    fill(source, range(10))
    run(source, target, tmp_path)
    source.mark_gone(["00005"], at=NOW)
    target.mark_gone(["00006"], at=NOW)
    report = run(source, target, tmp_path)
    assert (report.written, report.complete) == (1, True)
    assert report.comparison.differences == ((mention(6).id, "newer"),)
    assert target.get(mention(5).id).gone_at
    assert target.get(mention(6).id).gone_at


def test_what_is_written_meanwhile_comes_in_another_round(stores, tmp_path):
    source, target = stores
    fill(source)
    late = iter([mention(200), mention(-1, id="190001-1")])

    def write(stage, _count):
        if stage == "copied":
            source.upsert([found for found in [next(late, None)] if found], now=NOW)

    report = run(source, target, tmp_path, on_progress=write)
    assert report.comparison.identical
    assert report.comparison.target == 62


def test_an_erasure_between_two_parts_is_not_undone(stores, tmp_path):
    source, target = stores
    fill(source)
    with pytest.raises(Lost):
        run(source, Breaking(target, 4, acknowledged=True), tmp_path)
    source.remove([mention(0).id])
    report = run(source, target, tmp_path)
    assert report.comparison.differences == ((mention(0).id, "extra"),)


def test_what_the_target_refuses_is_named_and_stops_nothing(stores, tmp_path):
    source, target = stores
    fill(source)

    class Picky(Breaking):
        def upsert(self, mentions, *, now):
            report = self.store.upsert([m for m in mentions if m.id != mention(30).id], now=now)
            refused = tuple((m.id, "too odd") for m in mentions if m.id == mention(30).id)
            return replace(report, rejected=refused)

    report = run(source, Picky(target, 99, acknowledged=True), tmp_path)
    assert report.rejected == ((mention(30).id, "too odd"),)
    assert report.comparison.differences == ((mention(30).id, "missing"),)
    assert not report.complete


def test_a_mark_of_another_target_does_no_harm(stores, tmp_path):
    source, target = stores
    fill(source)
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "place.json").write_text(json.dumps({"place": "202611-00050"}))
    assert run(source, target, tmp_path).comparison.identical


@pytest.mark.parametrize("content", ["", "{", "[]", '{"place": 7}', "\x00"])
def test_a_damaged_mark_stops_in_words(stores, tmp_path, content):
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "place.json").write_text(content)
    with pytest.raises(Stop, match="delete it"):
        run(*stores, tmp_path)
