"""First mentions of stories, found by the terms of a sketch: the same on every engine."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from contract_sample import NOW, START, mention, mentions
from elastic_node import unavailable  # noqa: F401 - asked by the suite before a row that needs the node
from memory import MemoryStore

from mentions.model import Mention
from mentions.store import EraseRequest, MentionStore
from mentions.stories import COMMON, sketch, terms_of
from mentions.tokens import search_text

FIRST = "Velmora rappelle quarante mille bouilloires vendues en France et en Belgique depuis le mois de mars dernier"
SECOND = "Nordane ouvre douze magasins de centre-ville avant la fin de la prochaine année selon un communiqué de la direction"


def of(text: str) -> tuple[str, ...]:
    return sketch(mention(text=text).search_text.split())


def named(store: MentionStore, *sketches: Sequence[str]) -> list[str]:
    return [founder.story_id for founder in store.founders(sketches)]


def story(row: Mention, of: Mention) -> Mention:
    return replace(row, story_id=of.story_id)


def test_the_sample_gives_the_same_founders_as_the_reference(loaded: MentionStore, reference: MemoryStore) -> None:
    sketches = sorted({terms for row in mentions(400) if (terms := terms_of(row))})
    found = reference.founders(sketches)
    assert len(found) > 50
    assert loaded.founders(sketches) == found
    for one in sketches[::9]:
        assert loaded.founders([one]) == reference.founders([one])


def test_only_first_mentions_are_found_with_what_is_compared(store: MentionStore) -> None:
    said = search_text("Rappel", FIRST)
    first, brand = (
        mention(1, name, text=FIRST, title="Rappel", unit="article", search_text=said) for name in ("Acme", "zenith")
    )
    store.upsert([first, brand, story(mention(2, text=FIRST), first), mention(3, text=SECOND)], now=NOW)
    (founder,) = store.founders([of(FIRST)])
    assert (founder.story_id, founder.unit, founder.title) == (first.post_id, "article", "Rappel")
    assert founder.search_text == first.search_text
    assert named(store, of(FIRST), of(SECOND)) == sorted([first.post_id, mention(3).post_id])
    assert store.founders([of("Personne n'a jamais rien dit de tel ici, ni ailleurs, ni avant, ni après")]) == []
    assert store.founders([]) == store.founders([()]) == []


def test_of_many_the_four_that_share_most_come(store: MentionStore) -> None:
    words = FIRST.split()
    cut = {mention(n).post_id: mention(n, text=" ".join(words[: len(words) - n])) for n in range(7)}
    store.upsert(list(cut.values()), now=NOW)
    asked = of(FIRST)
    shared = {name: len(set(asked) & set(terms_of(row))) for name, row in cut.items()}
    best = sorted(shared, key=lambda name: (-shared[name], name))[:4]
    assert named(store, asked) == sorted(best)


def test_a_term_that_many_hold_finds_nothing_until_fewer_do(store: MentionStore) -> None:
    rows = [mention(n, text=FIRST) for n in range(COMMON + 1)]
    store.upsert(rows[:-1], now=NOW)
    assert len(named(store, of(FIRST))) == 4
    store.upsert(rows[-1:], now=NOW)
    assert named(store, of(FIRST)) == []
    store.remove([rows[0].id])
    assert len(named(store, of(FIRST))) == 4


def test_an_edit_changes_what_a_founder_is_found_by(store: MentionStore) -> None:
    row = mention(1, text=FIRST)
    store.upsert([row], now=NOW)
    edited = replace(mention(1, text=SECOND), revision=2, version=2_000_001)
    store.upsert([edited], now=NOW)
    assert named(store, of(FIRST)) == []
    assert named(store, of(SECOND)) == [row.post_id]
    store.upsert([row], now=NOW)  # an older reading, which is stale
    assert named(store, of(FIRST)) == []
    store.upsert([replace(edited, version=2_000_002, story_id="another")], now=NOW)
    assert named(store, of(SECOND)) == []


def test_tombstones_are_found_and_what_was_deleted_is_not(store: MentionStore) -> None:
    row = mention(1, text=FIRST, author_key="me")
    old = mention(2, text=SECOND, published_at=START)
    store.upsert([row, old], now=NOW)
    store.mark_gone([row.post_key], at=NOW)
    assert named(store, of(FIRST)) == [row.post_id]
    assert store.erase(EraseRequest(author_key="me")) == 1
    assert named(store, of(FIRST)) == []
    assert store.drop_before(NOW.date()) == 1
    assert named(store, of(SECOND)) == []
    store.upsert([row], now=NOW)
    assert named(store, of(FIRST)) == [row.post_id]


@pytest.mark.parametrize("brands", [("Acme",), ("zenith", "Acme")])
def test_a_known_post_tells_its_story(store: MentionStore, brands: tuple[str, ...]) -> None:
    rows = [replace(mention(1, brand), story_id="202611-first") for brand in brands]
    store.upsert(rows, now=NOW)
    assert store.known([rows[0].post_key])[rows[0].post_key].story_id == "202611-first"
