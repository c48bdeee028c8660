"""What a search finds, and how it is turned over page by page, on every engine."""

import pytest
from contract_sample import EVERYTHING, NOW, expressions, ids, mention
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.cursor import cursor_after
from mentions.filter import MentionFilter, Not, Phrase, Word
from mentions.grammar import QueryError, parse_text
from mentions.store import MentionStore, Page
from mentions.tokens import tokens

pytestmark = pytest.mark.local


def texts(store: MentionStore, query: str) -> set[str]:
    return {found.text for found in store.search(MentionFilter(text=parse_text(query)), Page(size=1000)).mentions}


def test_text_is_found_as_people_type_it(store: MentionStore) -> None:
    written = [
        "L'équipe d'Acme est très déçue",
        "Remboursé ! 😡 #arnaque @acme_help",
        "C++ et 4,5 étoiles, aujourd’hui",
        "",
    ]
    store.upsert([mention(n, text=text) for n, text in enumerate(written)], now=NOW)
    assert texts(store, "equipe") == texts(store, "L'ÉQUIPE") == texts(store, "éq*") == {written[0]}
    assert texts(store, '"tres decue"') == {written[0]}
    assert texts(store, '"decue tres"') == set()
    assert texts(store, "😡") == texts(store, "#arnaque AND @acme_help") == {written[1]}
    assert texts(store, "4,5") == texts(store, "aujourd'hui etoile*") == {written[2]}
    assert texts(store, "NOT (équipe OR 😡)") == {written[2], ""}
    assert texts(store, "équipe OR 😡 NOT #arnaque") == {written[0]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.text(alphabet="aé😡👍🏽1⃣#@*_'’\"().,-+/ \t\x00", max_size=25))
def test_every_token_of_a_text_finds_it(store: MentionStore, text: str) -> None:
    row = mention(post_key="probe", text=text.encode(errors="replace").decode(), version=1)
    store.remove([row.id])
    store.upsert([row], now=NOW)
    found = tokens(row.text)
    for token in found:
        assert ids(store, MentionFilter(text=Word(token))) == [row.id]
        assert ids(store, MentionFilter(text=Word(token[:1], prefix=True))) == [row.id]
    if found:
        assert ids(store, MentionFilter(text=Phrase(found))) == [row.id]
        assert ids(store, MentionFilter(text=Not(Phrase(found)))) == []


QUERIES = st.lists(
    st.sampled_from(
        ["AND", "OR", "NOT", "(", ")", '"', "*", "a*", "NEAR(", "l'été", "😡", "^a", "{x}:", "-b", "\x00", "a+b"]
    )
    | st.text(max_size=6),
    max_size=8,
).map(" ".join)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_any_query_is_answered_or_refused(store: MentionStore, query: str) -> None:
    try:
        expression = parse_text(query)
    except QueryError:
        return  # what it says is tested with the grammar
    assert store.search(MentionFilter(text=expression), Page()).total == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=expressions)
def test_a_filter_and_its_negation_share_the_store(loaded: MentionStore, expression: object) -> None:
    def total(where: MentionFilter) -> int:
        return loaded.search(where, Page(size=1)).total

    yes, no = MentionFilter(text=expression, gone=True), MentionFilter(text=Not(expression), gone=True)
    assert total(yes) + total(no) == total(EVERYTHING)


@pytest.mark.parametrize("sort", ["newest", "oldest", "worst"])
def test_a_wrong_cursor_is_refused_with_what_to_do(store: MentionStore, sort: str) -> None:
    store.upsert([mention(n) for n in range(3)], now=NOW)
    other = cursor_after(mention(), "oldest" if sort != "oldest" else "worst")
    cut = store.search(EVERYTHING, Page(size=1, sort=sort)).cursor[:-4]
    for cursor in ("", "x", "é", "WzFd", "bnVsbA", "W10", other, cut):
        with pytest.raises(ValueError, match="start without a cursor"):
            store.search(EVERYTHING, Page(size=1, sort=sort, cursor=cursor))


@pytest.mark.parametrize("page", [Page(size=0), Page(size=10_001), Page(sort="best")])
def test_an_impossible_page_is_refused(store: MentionStore, page: Page) -> None:
    with pytest.raises(ValueError, match=r"ask for 1 to|use one of"):
        store.search(EVERYTHING, page)


def test_the_last_page_has_no_cursor(store: MentionStore) -> None:
    store.upsert([mention(n) for n in range(4)], now=NOW)
    hits = store.search(EVERYTHING, Page(size=2))
    assert hits.cursor is not None
    assert store.search(EVERYTHING, Page(size=2, cursor=hits.cursor)).cursor is None
    assert store.search(MentionFilter(brands=("nobody",)), Page()).cursor is None
