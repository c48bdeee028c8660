"""How filters, text and rows are spelt for Elasticsearch; what they mean there is the contract suite's to say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_mention import mention

from mentions.elastic_copies import Member, ranks
from mentions.elastic_queries import _bands_within
from mentions.elastic_rows import bands, document_of, external_version, mention_of, written
from mentions.elastic_where import MOST_TERMS, NONE, among, query_of, text_clause
from mentions.filter import And, MentionFilter, Not, Or, Phrase, Word
from mentions.near import near_distance

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
keys = st.integers(0, 2**64 - 1).map(lambda number: f"{number:016x}")


def test_a_document_gives_its_mention_back_to_the_microsecond() -> None:
    at = datetime(1, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    row = replace(mention(1), published_at=at, gone_at=NOW, aspects=("prix",), rating=2.5, title=None)
    document = document_of(row, NOW)
    assert mention_of(document) == replace(row, indexed_at=NOW)
    assert document["published_at"] == "0001-01-02T03:04:05.000006+00:00"
    assert document["published_us"] == -62135499354999994
    assert "title" not in document
    assert "topics" not in document


def test_the_later_of_publication_and_first_sight_is_the_arrival() -> None:
    early, late = NOW - timedelta(hours=5), NOW
    assert document_of(replace(mention(1), published_at=early, first_seen_at=late), NOW)["arrived_at"] == written(late)
    assert document_of(replace(mention(1), published_at=late, first_seen_at=early), NOW)["arrived_at"] == written(late)


def test_a_time_is_written_in_utc_and_needs_a_zone() -> None:
    assert written(datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-24T08:00:00+00:00"
    with pytest.raises(TypeError, match="zone"):
        written(datetime(2026, 11, 24))  # noqa: DTZ001 - that is what is wrong with it


def test_the_next_version_outranks_a_million_partial_updates() -> None:
    row = mention(1)
    assert external_version(replace(row, version=row.version + 1)) - external_version(row) > 1_000_000
    assert external_version(replace(row, version=2_000_000_999_999)) < 2**63


def test_a_filter_that_asks_nothing_hides_the_gone_only() -> None:
    assert query_of(MentionFilter()) == {
        "bool": {"filter": [], "must_not": [{"exists": {"field": "gone_at"}}]},
    }
    assert query_of(MentionFilter(gone=True)) == {"bool": {"filter": [], "must_not": []}}


def test_more_values_than_one_clause_takes_are_split() -> None:
    values = [str(number) for number in range(2 * MOST_TERMS + 1)]
    parts = among("author_key", values)["bool"]["should"]
    assert [value for part in parts for value in part["terms"]["author_key"]] == values
    assert all(len(part["terms"]["author_key"]) <= MOST_TERMS for part in parts)
    assert among("author_key", []) == NONE


def test_text_is_asked_by_terms_prefixes_and_phrases_only() -> None:
    word, prefix, phrase = Word("a"), Word("b", prefix=True), Phrase(("c", "d"))
    asked = str(text_clause(And((Or((word, prefix)), Not(phrase)))))
    assert "query_string" not in asked
    assert asked.count("'term'") == asked.count("'prefix'") == asked.count("'match_phrase'") == 1
    assert text_clause(phrase) == {"match_phrase": {"search_text": {"query": "c d"}}}


def test_an_unknown_time_field_is_refused() -> None:
    with pytest.raises(ValueError, match="use one of published_at"):
        query_of(MentionFilter(time_field="edited_at"))  # type: ignore[arg-type]


@given(key=keys, bits=st.sets(st.integers(0, 63), max_size=15), extra=st.integers(0, 3))
def test_near_keys_share_a_band_of_the_spellings_asked_for(key: str, bits: set[int], extra: int) -> None:
    other = f"{int(key, 16) ^ sum(1 << bit for bit in bits):016x}"
    assert near_distance(key, other) == len(bits)
    spellings = _bands_within(key, min(len(bits) + extra, 15))
    assert set(bands(other)) & set(spellings)


def test_distant_keys_are_looked_at_one_by_one() -> None:
    assert _bands_within("0" * 16, 16) == _bands_within("0" * 16, -1) == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.booleans()), max_size=8))
def test_ranks_name_one_first_and_one_first_of_the_living(drawn: list[tuple[str, int, bool]]) -> None:
    members = [
        Member("s", brand, at, str(number), "2026" if gone else None, None)
        for number, (brand, at, gone) in enumerate(drawn)
    ]
    found = dict(ranks(members))
    for brand in {member.brand for member in members}:
        mine = sorted((m for m in members if m.brand == brand), key=lambda m: (m.published_us, m.id))
        living = [m for m in mine if m.gone_at is None]
        assert [m for m in mine if found[m] == 0] == mine[:1]
        assert [m for m in living if found[m] < 2] == living[:1]
        assert all(found[m] == 2 for m in mine if m not in (*mine[:1], *living[:1]))
