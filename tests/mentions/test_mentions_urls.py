"""Canonical URLs: one spelling per page, never two pages under one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mention_records import outcome

from mentions.errors import RejectedItem
from mentions.urls import canonical_url, site_of, without_credentials

SAME_PAGE = [
    ("HTTPS://Www.Example.COM/Path", "https://www.example.com/Path"),
    ("https://example.com:443/a", "https://example.com/a"),
    ("http://example.com:80", "http://example.com/"),
    ("http://example.com:8080/", "http://example.com:8080/"),
    ("https://user:secret@example.com/a", "https://example.com/a"),
    ("https://example.com./a", "https://example.com/a"),
    ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
    ("https://example.com/a/./b/../c/", "https://example.com/a/c"),
    ("https://example.com/../../a", "https://example.com/a"),
    ("https://example.com/%7euser/%c3%a9%2fx", "https://example.com/~user/%C3%A9%2Fx"),
    ("https://example.com/100%", "https://example.com/100%25"),
    ("https://example.com/a//", "https://example.com/a"),
    ("https://example.com/index.php", "https://example.com/"),
    ("https://example.com/shop/index.html#top", "https://example.com/shop"),
    ("https://example.com/index.php?topic=4.0", "https://example.com/?topic=4.0"),
    ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
    ("https://example.com/a?x=2&x=1", "https://example.com/a?x=2&x=1"),
    ("https://example.com/a?q=x%20y", "https://example.com/a?q=x+y"),
    ("https://example.com/a?", "https://example.com/a"),
    ("https://example.com/a?UTM_Source=x&utm_medium=y&fbclid=z", "https://example.com/a"),
    ("https://example.com/a?at_medium=rss&at_campaign=1&xtor=RSS-3208", "https://example.com/a"),
    ("https://example.com/a?mc_cid=1&mc_eid=2&igshid=3&ref_src=4&_ga=5&yclid=6&msclkid=7", "https://example.com/a"),
    ("https://example.com/a?gclid=1&id=7", "https://example.com/a?id=7"),
    ("https://example.com/a;jsessionid=0A1B?x=1", "https://example.com/a?x=1"),
    ("https://example.com/a?PHPSESSID=abc&sid=0123456789abcdef0123456789abcdef", "https://example.com/a"),
    ("https://example.com/post/?replytocom=12#respond", "https://example.com/post"),
    ("https://example.com/a?amp=1", "https://example.com/a"),
    ("http://[::1]:8000/a", "http://[::1]:8000/a"),
    ("  https://example.com/a\n", "https://example.com/a"),
]


@pytest.mark.parametrize(("url", "canonical"), SAME_PAGE)
def test_one_spelling_per_page(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com/story?sid=12", "https://example.com/story?sid=13"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/search?s=acme", "https://example.com/search?s=other"),
        ("https://example.com/guitar/amp", "https://example.com/guitar"),
        ("https://example.com/?amp=marshall", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com/"),
        ("https://example.com/index.php/a", "https://example.com/a"),
        ("https://example.com/a?format=%26b", "https://example.com/a?format=&b"),
    ],
)
def test_two_pages_stay_two(one, other):
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "example.com/a",
        "//example.com/a",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.com/",
        "http://",
        "http:///a",
        "http://a b/",
        "http://example.com:port/",
        "http://example.com:99999/",
        "http://[::1/",
        "http://a..b/",
        "http://<script>/",
        "http://\ud800.example/",
        "https://example.com/" + "a" * 9_000,
    ],
)
def test_hopeless_urls_are_rejected(url):
    with pytest.raises(RejectedItem) as caught:
        canonical_url(url)
    assert caught.value.reason == "bad-url"


def test_site_forgets_www_and_default_port():
    assert site_of("https://WWW.Example.com:443/a") == "example.com"
    assert site_of("http://www.example.com:8080/a") == "example.com:8080"
    assert site_of("http://[::1]:8000/") == "[::1]:8000"


def test_credentials_never_stay():
    assert without_credentials("https://me:pw@example.com/a@b#p1") == "https://example.com/a@b#p1"
    assert without_credentials("https://example.com/a@b") == "https://example.com/a@b"
    assert without_credentials("https://example.com?mail=a@b") == "https://example.com?mail=a@b"


PIECES = st.text(alphabet="aZé/.?&=%2e20+;:@ ~#-_u\u0301", max_size=30)


@given(PIECES, PIECES)
def test_canonical_is_idempotent(path, query):
    once = canonical_url(f"https://Example.com/{path}?{query}")
    assert canonical_url(once) == once
    assert once.isascii()


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_rejected(text):
    once = outcome(canonical_url, text)
    if isinstance(once, RejectedItem):
        assert once.reason == "bad-url"
    else:
        assert canonical_url(once) == once


@given(
    st.dictionaries(st.sampled_from(["a", "b", "page", "id"]), st.sampled_from(["1", "2", "x"]), max_size=4),
    st.lists(st.sampled_from(["utm_source=a", "fbclid=b", "gclid=c", "xtor=d", "PHPSESSID=e"]), max_size=3),
    st.randoms(use_true_random=False),
)
def test_trackers_and_order_never_matter(own, noise, random):
    fields = [f"{name}={value}" for name, value in own.items()]
    shuffled = [*fields, *noise]
    random.shuffle(shuffled)
    assert canonical_url("https://e.com/x?" + "&".join(shuffled)) == canonical_url(
        "https://e.com/x?" + "&".join(fields)
    )
