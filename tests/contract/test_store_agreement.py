"""Whatever is asked, every engine answers as lists and loops do."""

from datetime import timedelta

import pytest
from contract_sample import BRANDS, START, filters, mentions, wide
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory import MemoryStore

from mentions.cursor import SORTS
from mentions.filter import MentionFilter
from mentions.queries import (
    Counts,
    EmergingTerms,
    Health,
    Query,
    RatingHistogram,
    SentimentByBucket,
    Similar,
    Stories,
    Top,
    Volume,
    Worst,
)
from mentions.store import MentionStore, Page

pytestmark = pytest.mark.local

DIMENSIONS = ("source", "site", "unit", "language", "brand", "crisis_label", "author_key", "thread_url")
some = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def every_page(store: MentionStore, where: MentionFilter, sort: str, size: int) -> list[object]:
    found: list[object] = []
    cursor = None
    while True:
        hits = store.search(where, Page(size=size, sort=sort, cursor=cursor))
        assert len(hits.mentions) == size or hits.cursor is None
        found += [(hits.total, mention) for mention in hits.mentions]
        cursor = hits.cursor
        if cursor is None:
            return found


@some
@given(where=filters, sort=st.sampled_from(list(SORTS)))
def test_pages_totals_and_scans_agree(
    loaded: MentionStore, reference: MemoryStore, where: MentionFilter, sort: str
) -> None:
    assert every_page(loaded, where, sort, 300) == every_page(reference, where, sort, 5000)
    assert list(loaded.scan(where)) == list(reference.scan(where))


@pytest.mark.parametrize("sort", SORTS)
def test_small_pages_miss_and_repeat_nothing_among_ties(
    loaded: MentionStore, reference: MemoryStore, sort: str
) -> None:
    where = MentionFilter(brands=BRANDS[:1], gone=True)
    assert every_page(loaded, where, sort, 7) == every_page(reference, where, sort, 5000)


def test_the_sample_holds_what_it_promises(reference: MemoryStore) -> None:
    rows = list(reference.rows.values())
    assert len(rows) > 1800
    assert len({row.published_at for row in rows}) < len(rows) * 0.8
    assert 50 < sum(row.gone_at is not None for row in rows) < 300
    assert len({row.story_id for row in rows}) < len(rows) - 100
    assert {row.published_at.year for row in rows} >= {1, 1969, 2026, 9999}


def queries(where: st.SearchStrategy[MentionFilter]) -> dict[str, st.SearchStrategy[Query[object]]]:
    size = st.integers(1, 12)
    ids = [row.id for row in mentions(300)]
    return {
        "sentiment": st.builds(SentimentByBucket, where=where, minutes=st.sampled_from((15, 60))),
        "volume": st.builds(Volume, where=where),
        "top": st.builds(
            Top,
            where=where,
            by=st.sampled_from(DIMENSIONS),
            size=size,
            order=st.sampled_from(("mentions", "negative")),
        ),
        "worst": st.builds(Worst, where=where, size=size),
        "emerging": st.builds(
            EmergingTerms,
            where=where,
            against=where,
            size=size,
            least=st.integers(0, 3),
            sample=st.sampled_from((20, 5000)),
        ),
        "ratings": st.builds(RatingHistogram, where=where),
        "stories": st.builds(Stories, where=where, size=size, least=st.integers(1, 3)),
        "similar": st.builds(
            Similar, mention_id=st.sampled_from([*ids, "nobody"]), distance=st.integers(0, 20), size=size
        ),
        "health": st.builds(Health, where=where),
        "counts": st.builds(
            Counts,
            brand=st.sampled_from(BRANDS),
            start=st.integers(0, 900).map(lambda half: START + timedelta(minutes=30 * half)),
            end=st.integers(0, 900).map(lambda half: START + timedelta(minutes=30 * half + 7)),
            copies=st.booleans(),
        ),
    }


@pytest.mark.parametrize("name", queries(wide))
def test_queries_agree(loaded: MentionStore, reference: MemoryStore, name: str) -> None:
    @some
    @given(query=queries(filters | wide)[name])
    def agree(query: Query[object]) -> None:
        assert list(loaded.run(query)) == list(reference.run(query))

    agree()
