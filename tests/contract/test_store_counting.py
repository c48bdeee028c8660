"""What is counted, in mentions and in stories, on every engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from contract_sample import NOW, START, mention
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch

from mentions.filter import MentionFilter
from mentions.queries import Counts, Health, RatingHistogram, SentimentByBucket, Stories, Top, Volume
from mentions.store import MentionStore, Page, WriteReport

pytestmark = pytest.mark.local


def test_an_author_counts_three_times_per_cell_and_a_copy_never(store: MentionStore) -> None:
    hour = datetime(2026, 11, 20, 8, tzinfo=UTC)
    rows = [
        mention(n, published_at=hour + timedelta(minutes=n), first_seen_at=hour, author_key="loud", severity=float(n))
        for n in range(5)
    ]
    rows += [
        mention(10 + n, published_at=hour, first_seen_at=hour - timedelta(hours=3), severity=1.0) for n in range(4)
    ]
    rows.append(mention(20, published_at=hour + timedelta(minutes=59), first_seen_at=hour, story_id=rows[0].story_id))
    store.upsert(rows, now=NOW)
    store.mark_gone([rows[0].post_key], at=NOW)
    (cell,) = store.run(Counts(brand="Acme", start=hour, end=hour + timedelta(hours=1)))
    assert (cell.hour, cell.arrived, cell.mentions, cell.severity) == (hour, hour, 7, 0.0 + 1.0 + 2.0 + 4.0)
    assert store.run(Counts(brand="Acme", start=hour + timedelta(minutes=1), end=hour + timedelta(hours=1))) == []


def test_a_question_that_no_store_knows_is_refused(store: MentionStore) -> None:
    with pytest.raises(TypeError):
        store.run(object())  # type: ignore[arg-type]


def test_an_empty_store_answers(store: MentionStore) -> None:
    where = MentionFilter()
    assert list(store.run(Volume(where=where))) == []
    assert list(store.run(Top(where=where, by="site"))) == []
    assert list(store.run(Stories(where=where))) == []
    assert store.search(where, Page()).total == 0
    assert list(store.scan(where)) == []
    assert store.known([]) == {}
    assert store.upsert([], now=NOW) == WriteReport(saved=0, stale=0)


def test_a_story_whose_first_mention_is_outside_the_filter_counts_once(store: MentionStore) -> None:
    rows = [mention(number, story_id="a-story") for number in (9, 5, 4)] + [mention(3)]
    store.upsert(rows, now=NOW)
    store.mark_gone([rows[0].post_key], at=NOW)
    since = (rows[0].published_at, rows[1].published_at, rows[2].published_at, rows[3].published_at)
    asked = [MentionFilter(start=at, gone=gone) for at in since for gone in (False, True)]
    found = [(row.mentions, row.stories) for where in asked for row in store.run(Volume(where=where))]
    assert found == [(3, 2), (4, 2), (3, 2), (3, 2), (2, 2), (2, 2), (1, 1), (1, 1)]


def test_every_count_is_told_in_mentions_and_in_stories(store: MentionStore) -> None:
    hour = START.replace(minute=0)
    rows = [
        mention(
            number, story_id=f"s{number % 2}", published_at=hour + timedelta(minutes=number), first_seen_at=hour,
            source="press" if number < 2 else "blog", sentiment_label="negative", rating=1.0,
        )
        for number in range(5)
    ]  # fmt: skip
    store.upsert(rows, now=NOW)
    every = MentionFilter()
    bucket = SentimentByBucket(where=every)
    assert [(row.mentions, row.stories) for row in store.run(bucket)] == [(5, 2)]
    by_source = {row.value: (row.mentions, row.stories) for row in store.run(Top(where=every, by="source"))}
    assert by_source == {"press": (2, 2), "blog": (3, 0)}
    assert {row.source: (row.mentions, row.stories) for row in store.run(Health())} == by_source
    assert [(row.mentions, row.stories) for row in store.run(RatingHistogram(where=every))] == [(5, 2)]
    once = replace(every, copies=False)
    assert [(row.mentions, row.stories) for row in store.run(replace(bucket, where=once))] == [(2, 2)]
    asked = Counts(brand="Acme", start=hour, end=hour + timedelta(hours=1))
    for query, number in ((asked, 2), (replace(asked, copies=True), 5)):
        assert sum(cell.mentions for cell in store.run(query)) == number
    # The first of a story is outside what is asked: it began elsewhere, and is there all the same.
    late = every.between(hour + timedelta(minutes=2), NOW)
    assert [(row.mentions, row.stories) for row in store.run(replace(bucket, where=late))] == [(3, 0)]
    assert [(row.mentions, row.stories) for row in store.run(Volume(where=late))] == [(3, 2)]
    store.mark_gone([rows[0].post_key], at=NOW)
    assert [(row.mentions, row.stories) for row in store.run(bucket)] == [(4, 2)]  # the next one steps in
