"""What a store does, one habit per test, on every engine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from contract_sample import NOW, START, expressions, mention, mentions
from elastic_node import unavailable  # noqa: F401 - asked by tests that need a real Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.cursor import cursor_after
from mentions.filter import MentionFilter, Not, Phrase, Word
from mentions.grammar import QueryError, parse_text
from mentions.queries import Counts, Health, RatingHistogram, SentimentByBucket, Stories, Top, Volume
from mentions.store import EraseRequest, MentionStore, Page, WriteReport
from mentions.tokens import tokens

pytestmark = pytest.mark.local

EVERYTHING = MentionFilter(gone=True)


def ids(store: MentionStore, where: MentionFilter) -> list[str]:
    return [found.id for found in store.search(where, Page(size=1000)).mentions]


def texts(store: MentionStore, query: str) -> set[str]:
    return {found.text for found in store.search(MentionFilter(text=parse_text(query)), Page(size=1000)).mentions}


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
