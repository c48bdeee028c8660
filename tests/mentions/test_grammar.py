"""What people may type in a text query, and what they are told when it cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.filter import And, Not, Or, Phrase, Word
from mentions.grammar import DEEPEST, QueryError, parse_text
from mentions.tokens import tokens

a, b, c = Word("a1"), Word("b2"), Word("c3")


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("a1", a),
        ("a1 b2", And((a, b))),
        ("a1 AND b2 c3", And((a, b, c))),
        ("a1 OR b2 c3", Or((a, And((b, c))))),
        ("(a1 OR b2) c3", And((Or((a, b)), c))),
        ("a1 NOT b2", And((a, Not(b)))),
        ("NOT a1 OR b2", Or((Not(a), b))),
        ("NOT (a1 b2)", Not(And((a, b)))),
        ("NOT NOT a1", Not(Not(a))),
        ("a1 and b2", And((a, Word("and"), b))),
        ('"a1 b2"', Phrase(("a1", "b2"))),
        ("« a1 b2 »", Phrase(("a1", "b2"))),
        ("“AND”", Word("and")),
        ("l'Équipe", Phrase(("l", "equipe"))),
        ("rembours*", Word("rembours", prefix=True)),
        ("DÉÇ*", Word("dec", prefix=True)),
        ("#Tag @acme_help 😡", And((Word("#tag"), Word("@acme_help"), Word("😡")))),
    ],
)
def test_reads(query: str, expression: object) -> None:
    assert parse_text(query) == expression


@pytest.mark.parametrize(
    ("query", "position", "advice"),
    [
        ("", 1, "at least one"),
        ("  ", 1, "at least one"),
        ("a1 OR", 6, "missing at the end"),
        ("NOT", 4, "missing at the end"),
        ("AND a1", 1, "in quotes"),
        ("a1 AND OR b2", 8, "before OR"),
        ("(a1", 1, "never closed"),
        ("a1)", 3, "without its ("),
        ("a1 ()", 5, "before )"),
        ('a1 "b2', 4, "never closed"),
        ("a1 & b2", 4, "remove it"),
        ("a1 l'éq*", 4, "single one"),
        ("a1 *", 4, "remove it"),
        ("(" * (DEEPEST + 2) + "a1" + ")" * (DEEPEST + 2), DEEPEST + 2, "levels"),
        ("a1 " * 300, 601, "shorten"),
    ],
)
def test_says_where_and_what_to_do(query: str, position: int, advice: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse_text(query)
    assert raised.value.position == position
    assert f"character {position}:" in str(raised.value)
    assert advice in str(raised.value)


@given(st.text(alphabet="abé'’\"()*#@ \n😡", max_size=30) | st.text())
def test_any_string_is_read_or_refused(query: str) -> None:
    place = 1
    try:
        parse_text(query)
    except QueryError as error:
        place = error.position
    assert 1 <= place <= len(query) + 1


@given(st.text(min_size=1).filter(lambda text: '"' not in text and not set("“”„«»") & set(text)))
def test_a_quoted_text_is_its_tokens(text: str) -> None:
    found = tokens(text)
    if not found:
        with pytest.raises(QueryError):
            parse_text(f'"{text}"')
    else:
        assert parse_text(f'"{text}"') == (Word(found[0]) if len(found) == 1 else Phrase(found))
