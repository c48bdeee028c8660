"""Rubbish, bombs and cut pages: an answer or RejectedItem, and never a hang."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from config.models import Source
from mentions.errors import RejectedItem, Stop
from spiders.extract import extract
from spiders.extract_model import Extraction
from tests.spiders import golden

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KINDS = st.sampled_from([None, "feed", "blog", "forum", "reviews"])
BODIES = {name: golden.read(name)[0] for name in golden.names()}
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(body, url="https://site.example/a/b?page=2", **more):
    try:
        return extract(body, url, fetched_at=NOW, **more)
    except RejectedItem:
        return None


def timed(body, **more):
    start = time.process_time()
    found = read(body, **more)
    return found, time.process_time() - start


@FEW
@given(st.binary(max_size=3000), KINDS)
def test_any_bytes(body, kind):
    found = read(body, kind=kind)
    assert found is None or isinstance(found, Extraction)


@FEW
@given(st.sampled_from(sorted(BODIES)), st.floats(0, 1), st.binary(max_size=8), KINDS)
def test_cut_and_damaged_pages(name, where, noise, kind):
    body, at = BODIES[name], int(where * len(BODIES[name]))
    read(body[:at], kind=kind)
    read(body[:at] + noise + body[at:], kind=kind)


@FEW
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from(["@type", "@id", "@graph", "review", "comment", "author", "name", "url", "text", "datePublished", "reviewRating", "ratingValue", "mainEntity", "itemReviewed"]),
    inner | st.sampled_from(["Product", "Review", "Article", "DiscussionForumPosting", "QAPage", "Comment", "#a"]), max_size=5), max_leaves=25))  # fmt: skip
def test_any_json_ld(data):
    script = json.dumps(data).replace("<", "\\u003c")
    found = read(f'<html><body><script type="application/ld+json">{script}</script><p>x</p></body></html>'.encode())
    assert found is not None


@FEW
@given(st.recursive(st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from(["id", "link", "content", "rendered", "date_gmt", "author_name", "post", "_embedded", "version", "items", "url", "authors", "https://jsonfeed.org"]), inner, max_size=6)))  # fmt: skip
def test_any_json(data):
    read(json.dumps(data).encode())


@pytest.mark.parametrize("data", [
    [{"content": {"rendered": 5}, "link": 7, "date_gmt": []}],
    [{"content": {"rendered": "x"}, "author_name": None, "post": 1, "link": "https://a.example/#comment-1", "_embedded": {"up": {}}}],
    {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": 5, "authors": [None, 3], "content_html": ["x"]}, None, 4]},
    {"version": "https://jsonfeed.org/version/1.1", "items": {"a": 1}},
])  # fmt: skip
def test_json_of_the_wrong_shape(data):
    read(json.dumps(data).encode())


def test_empty_wordpress_answer_is_readable():
    assert read(b"[]").items == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n\0\0", b"just words", b"{not json", b'{"a": 1}', b"[" * 100_000],
)
def test_unreadable(body):
    with pytest.raises(RejectedItem, match="unreadable"):
        extract(body, "https://site.example/", fetched_at=NOW)


@pytest.mark.parametrize("body", [
    pytest.param(b"<div>" * 200_000 + b"x", id="200,000 nested divs"),
    pytest.param(b"<html>" + b"<div itemscope itemtype='http://schema.org/Review'>" * 2_500, id="nested microdata"),
    pytest.param(b"<html><script type='application/ld+json'>" + b'{"comment":' * 50_000 + b"1" + b"}" * 50_000 + b"</script>", id="nested JSON-LD"),
    pytest.param(b"<html><a href='" + b"a" * 2_000_000 + b"'>", id="one long attribute"),
    pytest.param(b"<html><p>" + b"a " * 1_000_000 + b"</p>", id="two million letters"),
    pytest.param(b"<html><p>" + b"\xe9" * 500_000 + b"</p>", id="bytes of no charset"),
    pytest.param(b"<html>" + b"<li id='comment-1' class='comment'>" * 3_000, id="comments in comments"),
    pytest.param(b"<html>" + b"".join(b"<li id='comment-%d' class='comment'><p class='comment-content'>x</p></li>" % n for n in range(2_000)), id="2,000 comments"),
    pytest.param(b"<html id='XF'>" + b"".join(b"<article class='message message--post' data-author='a' data-content='post-%d'><div class='bbWrapper'>x</div></article>" % n for n in range(1_000)), id="1,000 posts"),
    pytest.param(b"<rss><channel>" + b"<item><title>a</title>" * 1_500, id="unclosed feed items"),
    pytest.param(b"<rss><channel>" + b"<" * 100_000, id="feed of brackets"),
    pytest.param(b"<feed>" + b"<a:b>" * 5_000, id="feed of unknown names"),
    pytest.param(b"<html><time datetime='" + b"1:" * 100_000 + b"'>", id="endless date"),
])  # fmt: skip
def test_bombs_are_read_quickly(body):
    _, seconds = timed(body)
    assert seconds < 3  # CPU; each takes well under one on a quiet machine


def test_a_selector_that_is_no_css_stops_the_run():
    told = {"name": "x", "kind": "css", "url": "https://a.example/", "item": "li[", "fields": {"text": "p"}}
    source = TypeAdapter(Source).validate_python(told)
    with pytest.raises(Stop, match=r"source x: 'li\[' is not a CSS selector"):
        extract(b"<html><p>x</p></html>", "https://a.example/", source=source, fetched_at=NOW)


@pytest.mark.parametrize("url", ["https://[::1", "http://site.example:99999/", "http://"])
def test_hopeless_links_on_a_page_are_left_out(url):
    body = f'<html><body><h2><a href="{url}">x</a></h2><link rel=canonical href="{url}"><base href="{url}"><a rel=next href="{url}">n</a></body></html>'
    assert read(body.encode()).links.articles == ()


def test_control_characters_and_lone_surrogates_go():
    data = json.dumps(
        {
            "@type": "Review",
            "reviewBody": "Bad \ud83d kettle\x01",
            "author": "Jo\udc00",
            "reviewRating": {"ratingValue": 1},
        }
    )
    body = f'<html><body><script type="application/ld+json">{data}</script><p>a\x02b&#1;c&#x1F;d&#11;</p></body></html>'
    item = read(body.encode()).items[0]
    assert (item.text.encode(), item.author.encode()) == (b"Bad ? kettle\x01", b"Jo?")
