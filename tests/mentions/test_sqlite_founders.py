"""What finding the founder of a story costs: nothing of how many copies it has."""

from dataclasses import replace
from datetime import timedelta

import pytest
from plain_mention import NOW, mention

from mentions.sqlite import SqliteStore
from mentions.stories import terms_of

pytestmark = pytest.mark.local

TEXT = "Acme rappelle quarante mille bouilloires vendues en France et en Belgique depuis le mois de mars dernier"


def steps(store: SqliteStore, sketch: tuple[str, ...]) -> int:
    """Instructions of SQLite's machine, in hundreds."""
    told: list[None] = []
    with store._database.read() as connection:
        connection.set_progress_handler(lambda: told.append(None), 100)
    (founder,) = store.founders([sketch])
    with store._database.read() as connection:
        connection.set_progress_handler(None, 0)
    assert founder.search_text.startswith("acme rappelle")
    return len(told)


def test_a_founder_of_many_copies_is_found_as_quickly_as_one_of_few(store: SqliteStore) -> None:
    first = mention(0, text=TEXT)
    first = replace(first, story_id=first.post_id)
    copies = [
        replace(mention(n, text=TEXT, published_at=NOW + timedelta(minutes=n)), story_id=first.post_id)
        for n in range(1, 601)
    ]
    store.upsert([first, *copies[:5]], now=NOW)
    few = steps(store, terms_of(first))
    store.upsert(copies, now=NOW)
    assert steps(store, terms_of(first)) <= few + 2
