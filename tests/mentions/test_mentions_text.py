"""Clean text: what was damaged is repaired, what was good stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.text import clean_line, clean_text, tokens

GOOD = [
    "Déçu par l’équipe à Paris : « réalité » 5 € — jamais plus !",
    "CAFÉ ÂGÉ, ÎLE, ÇA, NOËL, ÊTRE, PÂTÉ, Ô À È Ï",
    "L’été, « où ça ? » … œuvre, cœur, naïf, maïs, Haÿ",
    "Größe, Ärger, Straße, São Tomé, mañana, Übermut",
    "don't “quote” it’s R&D, AT&T, Q&A; a & b &c",
    "C'est 50 % plus cher à 3 €/mois, n° 5, 20 °C ±2 ½",
    "😡👎🏽 👩\u200d💻 🇫🇷 ❤️ 1️⃣",
    "中文 かが 한국어 Привет мир مرحبا",
    "if (a < b && c > d) { return x[0]; }",
    "L'Oréal® Acme™ ©2026",
]


@pytest.mark.parametrize("text", GOOD)
def test_good_text_is_left_alone(text):
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", GOOD[:4])
@pytest.mark.parametrize("wrong", ["sloppy-windows-1252", "latin-1"])  # as browsers read cp1252, as Python does
def test_utf8_read_as_western_is_repaired(text, wrong):
    assert clean_text(text.encode().decode(wrong)) == text


def test_only_the_damaged_line_is_touched():
    assert (
        clean_text("Très bien.\ntrÃ¨s bien.\n« Ã » est une lettre.") == "Très bien.\ntrès bien.\n« Ã » est une lettre."
    )


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("R&amp;D &amp;#8217; &eacute;t&eacute; &nbsp;!", "R&D ’ été !"),
        ("&amp;amp;amp;quot;x&quot;", '"x"'),
        ("x\x93quoted\x94 caf\xe9", "x“quoted” café"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("one  two\t three\u00a0!\u202f?", "one two three ! ?"),
        ("one\n \n\n\n  two \n three", "one\n\ntwo\nthree"),
        ("zero\u200bwidth so\u00adft \ufeffbom \u202eright\u202c", "zerowidth soft bom right"),
        ("nul\x00 bell\x07", "nul bell"),
        ("e\u0301te\u0301", "été"),
        ("e\u200b\u0301", "é"),
        ("half \ud83d, pair \ud83d\ude00", "half \ufffd, pair 😀"),
        ("joined\u200dword \u200d end\u200c", "joinedword end"),
        (" \n\t ", ""),
    ],
)
def test_repairs(damaged, text):
    assert clean_text(damaged) == text


def test_a_line_has_no_line_end():
    assert clean_line("  A title\n\non  two\nlines ") == "A title on two lines"


@given(st.text(max_size=80))
def test_clean_is_idempotent_and_encodable(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert once == once.strip()
    once.encode()
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(alphabet="&amp;#38x26lt <>éÃ©\u200d\u0301\n", max_size=60))
def test_clean_is_idempotent_on_nested_damage(text):
    once = clean_text(text)
    assert clean_text(once) == once


def test_deep_nesting_is_no_bomb():
    assert clean_text("&" + "amp;" * 100_000 + "lt;") == "<"


@pytest.mark.timeout(20)  # linear: some hundredths of a second; quadratic: minutes
@pytest.mark.parametrize(
    "poison",
    ["中\u200d", "1.", "Ã©", "â‚¬", "'", "d'", "@_", "#1", "&amp;", "&#38;", "\n ", "e\u0301", "👩\u200d", "\x93",
     "http://", "Ã ", "\ud83d", "🏴\U000e0067"],
)  # fmt: skip
def test_no_repetition_is_a_bomb(poison):
    repeated = poison[0] + (poison[1:] or poison) * 60_000 + "1a"
    for text in (repeated, poison * 60_000):
        tokens(clean_text(text))
