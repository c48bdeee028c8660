"""The bar of issue 4: 500 random filters, asked of SQLite and of a real Elasticsearch, page by page."""

import random
from collections.abc import Iterator

import pytest
from contract_sample import fill, filters, mentions
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mentions.cursor import SORTS, cursor_after
from mentions.filter import MentionFilter
from mentions.sqlite import SqliteStore
from mentions.store import MentionStore, Page

pytestmark = [pytest.mark.local, pytest.mark.real("elastic")]

FILTERS = 500
PAGES = 3  # of each filter; one more begins after a mention drawn from the whole sample


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path_factory.mktemp("equal") / "mentions.db")
    fill(store, mentions())
    yield store
    store.close()


def differences(one: MentionStore, other: MentionStore, where: MentionFilter, page: Page) -> int:
    found = 0
    for _ in range(PAGES):
        left, right = one.search(where, page), other.search(where, page)
        found += left != right
        if left.cursor is None or left != right:
            break
        page = Page(size=page.size, sort=page.sort, cursor=left.cursor)
    return found


@pytest.mark.parametrize("loaded", ["elastic"], indirect=True)
def test_random_filters_give_the_same_pages_totals_and_cursors(
    loaded: MentionStore, embedded: SqliteStore, record_property
) -> None:
    counted = {"filters": 0, "matching": 0, "differences": 0}
    rows = mentions()
    rng = random.Random(4)

    @settings(
        max_examples=FILTERS, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(where=filters, sort=st.sampled_from(list(SORTS)), size=st.sampled_from((1, 7, 40)))
    def compare(where: MentionFilter, sort: str, size: int) -> None:
        counted["filters"] += 1
        counted["matching"] += embedded.search(where, Page(size=1)).total
        counted["differences"] += differences(embedded, loaded, where, Page(size=size, sort=sort))
        middle = Page(size=size, sort=sort, cursor=cursor_after(rng.choice(rows), sort))
        counted["differences"] += embedded.search(where, middle) != loaded.search(where, middle)

    compare()
    record_property("equal", counted)
    print(counted)  # noqa: T201 - the figure of the bar, shown by pytest -rP
    assert counted["filters"] >= FILTERS * 0.9
    assert counted["matching"] > 0
    assert counted["differences"] == 0
