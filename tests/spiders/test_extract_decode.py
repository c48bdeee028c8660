"""Charsets: what is declared, what the bytes are, and what is no text at all."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.errors import RejectedItem
from spiders.extract_decode import INFLATED, decode

FRENCH = "<p>Déçue : « l’été dernier, à Besançon, où j’étais » — 12 € jetés, ça suffit !</p>" * 5


def test_plain_utf8():
    assert decode(FRENCH.encode()) == (FRENCH, ())


@pytest.mark.parametrize("declared", ["utf-8", None])
def test_cp1252_that_claims_to_be_utf8(declared):
    text, notes = decode(FRENCH.encode("cp1252"), charset=declared)
    assert text == FRENCH
    assert "cp1252" in notes[0]


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "ascii"])
def test_utf8_that_claims_to_be_something_else(declared):
    text, notes = decode(FRENCH.encode(), content_type=f"text/html; charset={declared}")
    assert text == FRENCH
    assert "read as utf-8" in notes[0]


def test_latin1_means_cp1252_on_the_web():
    assert decode(FRENCH.encode("cp1252"), charset="iso-8859-1")[0] == FRENCH


def test_meta_counts_when_the_header_is_silent():
    page = '<html><head><meta charset="windows-1251"></head><body>' + "Отзывы о чайнике. " * 20
    assert decode(page.encode("windows-1251"))[0] == page


@pytest.mark.parametrize("name", ["utf-16", "utf-8-sig", "utf-32"])
def test_byte_order_marks_win(name):
    assert decode(FRENCH.encode(name), charset="iso-8859-1")[0] == FRENCH


def test_one_damaged_byte_does_not_change_the_charset():
    body = FRENCH.encode() * 20
    text, notes = decode(body[:50] + b"\xe9" + body[50:], charset="iso-8859-1")
    assert text.count("\ufffd") == 1
    assert "Besançon" in text
    assert notes


def test_a_page_cut_in_the_middle_of_a_letter():
    body = ("<p>été</p>" * 300 + "é").encode()
    assert decode(body[:-1], charset="utf-8")[0].startswith("<p>été</p>")


@pytest.mark.parametrize(
    "body",
    [b"", b"  \n\0\0", b"%PDF-1.7 ...", b"\x89PNG\r\n", b"\x1f\x8b\x08\0\0", bytes(range(32)) * 40, b"\0\0\0 <p>"[:3]],
)
def test_binary_and_empty_bodies_are_unreadable(body):
    with pytest.raises(RejectedItem, match="unreadable"):
        decode(body)


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=30),
    st.sampled_from(["utf-8", None, "iso-8859-1", "shift_jis", "utf-7", "nonsense"]),
)
def test_utf8_is_read_as_utf8_whatever_is_declared(text, declared):
    if text.strip():
        assert decode(text.encode(), charset=declared)[0] == text


@given(st.binary(max_size=2000), st.sampled_from(["utf-8", None, "iso-2022-jp", "utf-16", "big5"]))
def test_any_bytes_give_text_or_unreadable(body, declared):
    try:
        text, _ = decode(body, charset=declared)
    except RejectedItem:
        return
    assert text.strip()
    assert "\0" not in text


def test_a_gzip_file_is_unpacked_but_not_a_bomb():
    page = "<p>Café Brumier</p>".encode()
    assert decode(gzip.compress(page)) == decode(page)
    with pytest.raises(RejectedItem, match="cut short or larger"):
        decode(gzip.compress(bytes(INFLATED + 1)))
    with pytest.raises(RejectedItem, match="cut short or larger"):
        decode(gzip.compress(page * 100)[:-9])
