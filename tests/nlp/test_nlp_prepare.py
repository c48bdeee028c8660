"""The text as the model reads it: the same line in training and at run time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.prepare import prepare


@pytest.mark.parametrize(
    ("text", "target", "line"),
    [
        ("Tom &amp; Jerry&#39;s &lt;3", None, "Tom & Jerry's <3"),
        (r"don\u2019t open the link\u002c caf\u00e9", None, "don't open the link, café"),
        (r"so angry \ud83d\ude21", None, "so angry 😡"),
        ("merci @jean_dupont et @x!", None, "merci @user et @user !"),
        ("voir https://a.example/b?c=d, ou www.x.example http", None, "voir [url] ou [url] [url]"),
        ("Nuuuuuul !!!!!! looool", None, "Nuuul !!! loool"),
        ("un\x00 deux\u200b\ttrois\n\nquatre", None, "un deux trois quatre"),
        ("e\u0301te\u0301 É", None, "été É"),
        ("J'adore Nova, nova et NOVA !", "Nova", "J'adore [T] , [T] et [T] !"),
        ("Novalis n'est pas innova", "Nova", "Novalis n'est pas innova"),
        ("merci @nova et #Nova, pas @autre", "Nova", "merci [T] et [T] , pas @user"),
        ("chez Maison  Aurélia ou #MaisonAurélia", "Maison Aurélia", "chez [T] ou [T]"),
        ("l’Aurélia d'Aurélia's", "Aurélia", "l' [T] d' [T] 's"),
        ("@SouthwestAir late again", "@SouthwestAir", "[T] late again"),
        ("[T] is forged, Nova too", "Nova", "(T) is forged, [T] too"),
        ("C++ (a+b) is odd", "C++", "[T] (a+b) is odd"),
        ("😡😡", "😡", "😡😡"),
        ("", "Nova", ""),
    ],
)
def test_what_becomes_of_a_text(text, target, line):
    assert prepare(text, target) == line


@pytest.mark.parametrize(
    ("text", "target", "others", "line"),
    [
        ("left Nova for @Zentro, and Zentro's app", "Nova", ["Zentro"], "left [T] for [MASK] , and [MASK] 's app"),
        ("Nova Tel beats Nova", "Nova", ["Nova Tel"], "[MASK] beats [T]"),
        ("Nova Tel beats Nova", "Nova Tel", ["Nova"], "[T] beats [MASK]"),
        ("Nova and Nova", "Nova", ["Nova", ""], "[T] and [T]"),
        ("Zentro is fine", "Nova", ["Zentro"], "Zentro is fine"),
        ("Nova, T and Mask", "Nova", ["T", "Mask"], "[T] , [MASK] and [MASK]"),
        ("Nova or nova", "nova", ["Nova"], "[T] or [T]"),
        ("[MASK] [SEP] [CLS] [PAD] [UNK] Nova", "Nova", [], "(MASK) (SEP) (CLS) (PAD) (UNK) [T]"),
    ],
)
def test_brands_that_are_not_meant_are_marked_beside_the_target(text, target, others, line):
    assert prepare(text, target, others) == line


@given(st.text(max_size=120), st.none() | st.text(max_size=12))
def test_a_line_is_one_line_and_the_same_twice(text, target):
    line = prepare(text, target)
    assert line == prepare(text, target)
    assert line == " ".join(line.split())
    assert not re.search(r"[\x00-\x1f\x7f\u200b\ud800-\udfff]", line)
    assert not re.search(r"(.)\1{3}", line)
    assert target or "[T]" not in line


@given(st.text(alphabet="abé !.@#T[]😡", max_size=60))
def test_without_a_target_a_line_is_read_as_itself(text):
    line = prepare(text, None)
    assert prepare(line, None) == line
