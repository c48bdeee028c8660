"""The one tokeniser: readers find what writers wrote, however each types it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.text import search_text, tokens

SAMPLES = [
    ("L'équipe d’Acme n'a pas dit qu’il", "l equipe d acme n a pas dit qu il"),
    ("aujourd'hui, j'espère", "aujourdhui j espere"),
    ("don't, they’re, Acme's, I'll, O'Brien, rock'n'roll", "dont they re acme s i ll obrien rocknroll"),
    ("'quoted' “double” «guillemets»", "quoted double guillemets"),
    ("Œuvre, cœur, straße, Łódź, İstanbul, naïve", "oeuvre coeur strasse lodz istanbul naive"),
    ("@acme_fr #BoycottAcme C# #1 jean@acme.fr", "@acme_fr #boycottacme c 1 jean acme fr"),
    ("4,5/5 n°5 1.000,50 € 2026-11-24 3.", "4.5 5 n 5 1.000.50 2026 11 24 3"),
    ("porte-monnaie e-mail snake_case __init__", "porte monnaie e mail snake case init"),
    ("Acme™ ®2026 x² ½ ﬁn Ｆｕｌｌ", "acme 2026 x2 1 2 fin full"),
    ("😡😡 ❤️❤ 👍🏽 👍", "😡 😡 ❤ ❤ 👍 👍"),
    ("👩🏽\u200d💻 🇫🇷🇩🇪 1️⃣ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
     "👩\u200d💻 🇫🇷 🇩🇪 1⃣ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    ("bad😡very", "bad 😡 very"),
    ("see https://www.acme.com/late-delivery?utm_source=x#top now", "see acme com late delivery now"),
    ("中文 かが 한국어 Привет", "中 文 か が 한국어 привет"),
    ("   ...!?  ", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), SAMPLES)
def test_tokens(text, line):
    assert " ".join(tokens(text)) == line


@pytest.mark.parametrize("wrapped", ["l'équipe", "l’équipe", "L‘EQUIPE", "lʼéquipe", "l`équipe"])
def test_every_apostrophe_is_the_same(wrapped):
    assert tokens(wrapped) == ("l", "equipe")


def test_search_text_joins_what_there_is():
    assert search_text("Un Titre", None, "", "du texte") == "un titre du texte"


ALPHABET = set("abcdefghijklmnopqrstuvwxyz0123456789@#_.*")
ODD = st.text(alphabet="aÉßœ'’.,1½#@_-*\"() \u0301\u20e3\ufe0f\u200d😡👩💻🏽🇫🇷中がİŉ\U000e0067", max_size=40)


@given(st.one_of(st.text(max_size=60), ODD))
def test_tokens_read_again_are_the_same(text):
    once = tokens(text)
    assert tokens(" ".join(once)) == once


@given(st.one_of(st.text(max_size=60), ODD))
def test_alphabet(text):
    for token in tokens(text):
        assert 1 <= len(token) <= 64
        assert {character for character in token if character.isascii()} <= ALPHABET
        assert not any(character.isspace() for character in token)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_space_between_texts_is_a_border(one, other):
    assert tokens(f"{one} \n {other}") == tokens(one) + tokens(other) or "://" in one
