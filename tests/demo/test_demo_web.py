"""The four sites over HTTP: nothing of the future, conditional requests, edits, deletions, sound links and markup."""

import json
import re
from datetime import UTC, timedelta
from urllib.parse import urljoin, urlsplit

import feedparser
import httpx
import pytest
from lxml import etree
from lxml import html as lxml_html

from demo.scenario import END, DemoPost
from demo.web import DemoWeb

pytestmark = pytest.mark.local
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def web():
    with DemoWeb(1, END) as entered:
        yield entered


@pytest.fixture(autouse=True)
def at_the_end(web):
    """Every test begins at the end of the scenario, whatever the one before did to the clock."""
    web.now = END


@pytest.fixture(scope="module")
def visitor():
    with httpx.Client(timeout=20, trust_env=False) as client:
        yield client


def walk(web: DemoWeb, client: httpx.Client) -> dict[str, httpx.Response]:
    """Every page that links lead to from the four roots, the sitemaps and the feeds."""
    todo = list(web.urls.values())
    todo += [url + path for url in web.urls.values() for path in ("robots.txt", "favicon.ico", "style.css")]
    todo += [web.urls[site] + "sitemap.xml" for site in ("blog", "shop", "news")]
    todo.append(web.urls["news"] + "sitemap-news.xml")
    read: dict[str, httpx.Response] = {}
    while todo:
        url = todo.pop().split("#")[0]
        if url in read:
            continue
        read[url] = answer = client.get(url)
        kind = answer.headers["Content-Type"]
        links: list[str] = []
        if kind.startswith("text/html"):
            links = lxml_html.fromstring(answer.text).xpath("//a/@href | //link/@href")
        elif "xml" in kind and not kind.startswith("image/"):
            tree = etree.fromstring(answer.content)
            links = tree.xpath("//*[local-name()='loc' or local-name()='link' or local-name()='commentRss']/text()")
        todo += [urljoin(url, link) for link in links if urlsplit(urljoin(url, link)).hostname == "127.0.0.1"]
    return read


@pytest.fixture(scope="module")
def whole(web, visitor):
    web.now = END
    return walk(web, visitor)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", page)


def shown_text(answer: httpx.Response) -> str:
    return words(lxml_html.fromstring(answer.text).text_content())


def of(web: DemoWeb, site: str) -> list[DemoPost]:
    return [post for post in web.scenario.posts if post.site == site]


def test_every_link_resolves_and_no_host_is_foreign(whole):
    assert len(whole) > 150
    assert {url: answer.status_code for url, answer in whole.items() if answer.status_code != 200} == {}
    for answer in whole.values():
        assert set(re.findall(r"https?://([^/:\"'<\s]+)", answer.text)) <= {
            "127.0.0.1", "schema.org", "www.sitemaps.org", "www.w3.org", "purl.org", "wellformedweb.org", "www.google.com",
        }  # fmt: skip


def test_every_post_that_stands_is_on_a_page(web, whole):
    pages = dict.fromkeys(web.urls, "")
    for url, answer in whole.items():
        if answer.headers["Content-Type"].startswith("text/html"):
            site = next(name for name, root in web.urls.items() if url.startswith(root))
            pages[site] += shown_text(answer)
    for post in web.scenario.posts:
        if post.shown(END):
            text = words(post.at(END).text.split("\n\n")[0])
            assert text in pages[post.site], post
    for post in web.scenario.posts:
        if post.deleted_at:
            assert words(post.text) not in pages[post.site]


def test_pages_are_sound_html_in_a_stated_language(whole):
    for url, answer in whole.items():
        if answer.headers["Content-Type"].startswith("text/html"):
            assert answer.text.lower().startswith("<!doctype html>"), url
            tree = lxml_html.document_fromstring(answer.text)
            assert tree.get("lang"), url
            assert tree.findtext(".//title"), url
            ids = tree.xpath("//@id")
            assert len(ids) == len(set(ids)), url
            for block in tree.xpath("//script[@type='application/ld+json']/text()"):
                assert json.loads(block)["@context"] == "https://schema.org"
            opened, closed = (
                len(re.findall(pattern, answer.text)) for pattern in (r"<(?:div|ol|ul|li)\b", r"</(?:div|ol|ul|li)>")
            )
            assert opened == closed, url


def test_feeds_parse_with_authors_and_dates(web, whole):
    for site, path in (("blog", "feed/"), ("blog", "comments/feed/"), ("news", "rss.xml")):
        feed = feedparser.parse(whole[web.urls[site] + path].content)
        assert not feed.bozo
        assert len(feed.entries) >= 10
        known = {post.author for post in of(web, site)}
        for entry in feed.entries:
            assert entry.author in known
            assert entry.published_parsed
            assert entry.link.startswith(web.urls[site])
    article = feedparser.parse(whole[web.urls["blog"] + "feed/"].content).entries[0]
    assert article.content[0].value.startswith("<p>")
    assert "&lt;" not in article.content[0].value


def test_nothing_of_the_future_is_served(web, visitor):
    web.now = web.scenario.planted_onset - HOUR
    try:
        pages = walk(web, visitor)
        everything = dict.fromkeys(web.urls, "")
        for url, answer in pages.items():
            assert answer.status_code == 200, url
            site = next(name for name, root in web.urls.items() if url.startswith(root))
            text = answer.text if "xml" in answer.headers["Content-Type"] else shown_text(answer)
            everything[site] += words(text)
        for post in web.scenario.posts:
            if post.published > web.now:
                assert words(post.text)[:60] not in everything[post.site], post
                if post.unit == "article":
                    assert visitor.get(web.url(post)).status_code == 404
                    assert post.title not in everything[post.site]
            if post.edited_text and post.edited_at > web.now:
                assert words(post.edited_text)[-60:] not in everything[post.site]
    finally:
        web.now = END


def test_before_the_beginning_the_sites_stand_empty(web, visitor):
    web.now = web.scenario.start - HOUR
    try:
        pages = walk(web, visitor)
        assert {answer.status_code for answer in pages.values()} == {200}
    finally:
        web.now = END


def test_conditional_requests_by_etag_and_by_date(web, visitor, whole):
    for url, answer in whole.items():
        again = visitor.get(url, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b""), url
    url = web.urls["blog"] + "feed/"
    stamp = whole[url].headers["Last-Modified"]
    assert visitor.get(url, headers={"If-Modified-Since": stamp}).status_code == 304
    assert visitor.get(url, headers={"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}).status_code == 200
    assert visitor.get(url, headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert visitor.get(url, headers={"If-None-Match": '"other"', "If-Modified-Since": stamp}).status_code == 200


def test_a_quiet_hour_changes_no_validator_and_a_new_post_does(web, visitor):
    post = next(post for post in web.scenario.posts if post.crisis and post.site == "forum")
    topic = web.url(post).split("#")[0]
    try:
        web.now = post.published + timedelta(seconds=1)
        before = visitor.get(topic).headers["ETag"]
        web.now = post.published + timedelta(seconds=2)
        assert visitor.get(topic).headers["ETag"] == before
        web.now = END - HOUR
        assert visitor.get(topic, headers={"If-None-Match": before}).status_code == 200
    finally:
        web.now = END


def test_an_edited_post_reads_otherwise_from_its_hour_on(web, visitor):
    post = next(post for post in web.scenario.posts if post.edited_at and post.site == "forum")
    page = web.url(post).split("#")[0]
    try:
        web.now = post.edited_at - HOUR
        before = visitor.get(page).text
        web.now = post.edited_at + HOUR
        after = visitor.get(page).text
    finally:
        web.now = END
    assert "Dernière modification" not in before
    assert "Dernière modification" in after
    assert "ÉDIT du soir" in after
    assert "ÉDIT du soir" not in before


def test_a_deleted_article_is_gone_for_good_and_leaves_the_sitemap(web, visitor):
    article = next(post for post in web.scenario.posts if post.deleted_at and post.unit == "article")
    sitemap = web.urls[article.site] + "sitemap.xml"
    try:
        web.now = article.deleted_at - HOUR
        assert visitor.get(web.url(article)).status_code == 200
        assert web.url(article) in visitor.get(sitemap).text
        web.now = article.deleted_at
        assert visitor.get(web.url(article)).status_code == 410
        assert web.url(article) not in visitor.get(sitemap).text
    finally:
        web.now = END


def test_a_deleted_forum_post_vanishes_and_its_permalink_too(web, visitor):
    post = next(post for post in web.scenario.posts if post.deleted_at and post.site == "forum")
    opener = next(other for other in web.scenario.posts if other.thread == post.thread)
    try:
        web.now = post.deleted_at - timedelta(seconds=1)
        assert visitor.get(web.url(post)).status_code == 200
        web.now = post.deleted_at
        assert visitor.get(web.url(post)).status_code == 404
        assert visitor.get(web.url(opener)).status_code == 200
    finally:
        web.now = END


@pytest.mark.parametrize(
    "target",
    ["/nothing", "/viewtopic.php?t=999999", "/viewtopic.php?t=x&start=-1", "/page/99/", "/2026/10/no-such/",
     "/viewforum.php?f=9", "/produits/no/", "/%00", "/viewtopic.php?start=%F0%9F%92%A9", "/../../etc/passwd"],
)  # fmt: skip
def test_what_never_was_is_not_found(web, visitor, target):
    for root in web.urls.values():
        assert visitor.get(root.rstrip("/") + target).status_code == 404


def test_head_and_the_virtual_date(web, visitor):
    answer = visitor.head(web.urls["blog"])
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) > 500
    assert answer.headers["Date"] == END.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_robots_allow_us_and_name_the_sitemap(web, visitor):
    text = visitor.get(web.urls["blog"] + "robots.txt").text
    assert f"Sitemap: {web.urls['blog']}sitemap.xml" in text
    assert "Disallow: /\n" not in text


def test_all_reviews_stand_in_the_markup_page_by_page(web, whole):
    found = {}
    for url, answer in whole.items():
        if "/produits/" in url:
            block = lxml_html.fromstring(answer.text).xpath("//script[@type='application/ld+json']/text()")[0]
            for review in json.loads(block).get("review", []):
                found[review["@id"]] = (review["reviewRating"]["ratingValue"], review["author"]["name"])
    wanted = {web.url(post): (post.rating, post.author) for post in of(web, "shop") if post.shown(END)}
    assert found == wanted


def test_a_fixed_port_is_taken_and_given_back():
    with DemoWeb(1, END) as first:
        port = int(first.urls["blog"].rstrip("/").rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"), DemoWeb(1, END, {"blog": port}):
            pass
    with DemoWeb(1, END, {"blog": port}) as second:
        assert second.urls["blog"] == f"http://127.0.0.1:{port}/"


def test_the_clock_wants_a_zone(web):
    with pytest.raises(ValueError, match="aware"):
        web.now = END.replace(tzinfo=None)
