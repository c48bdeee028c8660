"""The traps that eight real programs set (docs/adr/0005), each as a small page of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from mentions.errors import RejectedItem
from spiders.extract import extract
from tests.spiders import golden

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PARAGRAPHS = "".join(
    f"<p>Paragraph {number} about the Ardelle kettle, which has now been with us for quite a while and boils well.</p>"
    for number in range(6)
)


def read(html, url="https://site.example/2026/slug", **more):
    return extract(html.encode(), url, fetched_at=NOW, **more)


def page(head="", body="", attributes=""):
    return f"<!DOCTYPE html><html lang=en><head><title>Kettle news</title>{head}</head><body {attributes}><h1>Kettle news</h1>{body}</body></html>"


# 1. meta created / modified equal to the moment of the fetch
@pytest.mark.parametrize("name", ["created", "modified", "date", "article:published_time"])
@pytest.mark.parametrize("value", ["24th Nov 2026 11:58", "2026-11-24T11:59:30Z", "2026-11-24"])
def test_a_clock_in_meta_is_no_publication_date(name, value):
    html = page(
        f'<meta name="{name}" content="{value}"><meta property="og:type" content="article">',
        f"<article>{PARAGRAPHS}</article>",
    )
    assert read(html).items[0].published is None


def test_a_second_signal_makes_today_believable():
    html = page(
        '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-24T08:00:00Z">',
        f'<article><time datetime="2026-11-24T08:00:00Z">this morning</time>{PARAGRAPHS}</article>',
    )
    found = read(html).items[0]
    assert found.published == NOW - timedelta(hours=4)
    assert found.published_rule == "meta"


def test_the_written_date_wins_over_the_clock():
    html = page('<meta name="created" content="2026-11-24T11:58:00Z"><meta property="og:type" content="article">',
                f'<article><time class="entry-date" datetime="2025-03-03T08:15:00Z">3 March 2025</time>{PARAGRAPHS}</article>')  # fmt: skip
    assert read(html).items[0].published == datetime(2025, 3, 3, 8, 15, tzinfo=UTC)


def test_an_edit_at_the_moment_of_the_fetch_is_no_edit():
    html = page('<script type="application/ld+json">{"@type":"Article","headline":"Kettle news","datePublished":"2026-11-01T08:00:00Z",'
                '"dateModified":"2026-11-24T11:59:00Z"}</script>', f"<article>{PARAGRAPHS}</article>")  # fmt: skip
    found = read(html).items[0]
    assert (found.published.day, found.edited) == (1, None)


# 2. footers and listings
@pytest.mark.parametrize(
    "line", ["Powered by Board © 2013 - 2026 Board Team", "Online since 14 July 2013", "Last restart: 2026-11-20"]
)
def test_a_footer_date_is_no_publication_date(line):
    html = page(
        '<meta property="og:type" content="article">',
        f"<article>{PARAGRAPHS}</article><footer>{line}</footer><div class='site-footer'>{line}</div>",
    )
    found = read(html).items[0]
    assert (found.published, found.author) == (None, None)


@pytest.mark.parametrize("url", ["https://site.example/", "https://site.example", "https://site.example/?lang=fr"])
def test_a_home_page_is_no_article(url):
    html = page(
        '<meta property="og:type" content="article"><meta name="author" content="Owner">',
        f"<article><time datetime=2026-11-01></time>{PARAGRAPHS}</article>",
    )
    assert read(html, url).items == ()


def test_a_listing_is_no_article_but_leads_to_articles():
    teasers = "".join(
        f'<article><h2><a href="/post-{n}/">Post {n}</a></h2><time datetime="2026-11-0{n}">x</time><p>Teaser of post {n}, which says more.</p></article>'
        for n in range(1, 6)
    )
    found = read(page("", teasers, 'class="blog archive"'), "https://site.example/news/")
    assert (found.items, found.form) == ((), "listing")
    assert found.links.articles == tuple(f"https://site.example/post-{n}/" for n in range(1, 6))
    assert read(page("", teasers), "https://site.example/news/").items == ()


def test_several_articles_in_the_data_of_a_listing_are_no_article():
    data = (
        '{"@graph":['
        + ",".join(
            f'{{"@type":"BlogPosting","headline":"P{n}","url":"https://site.example/p{n}","datePublished":"2026-11-0{n}"}}'
            for n in range(1, 4)
        )
        + "]}"
    )
    html = page(f'<script type="application/ld+json">{data}</script>', PARAGRAPHS)
    assert read(html, "https://site.example/news").items == ()


# 3. paginated comments: canonical points to a comment page
def test_paginated_comments_keep_their_ids_and_their_article():
    found = golden.run("blog_wordpress")
    assert found.links.canonical.endswith("/comment-page-2/")
    assert {item.thread_url for item in found.items[1:]} == {"https://carnet.example/2026/11/ardelle-decue/"}
    assert found.items[0].url == "https://carnet.example/2026/11/ardelle-decue/"
    assert found.links.next == ("https://carnet.example/2026/11/ardelle-decue/comment-page-1/",)


# 4. comments never come from the article reader
def test_comments_are_items_of_their_own():
    article, *comments = golden.run("blog_wordpress").items
    assert len(comments) == 3
    assert not any(comment.text in article.text for comment in comments)


# 5. names as shown
@pytest.mark.parametrize("name", ["Priya N.", "Ameliedurand", "tom_hale", "W. Hartley", "Jean-Loup d’Arc"])
def test_names_keep_their_dots_and_their_case(name):
    html = page(
        '<meta property="og:type" content="article">',
        f'<article><p class="byline">By <span class="author">{name}</span></p>{PARAGRAPHS}</article>',
    )
    assert read(html).items[0].author == name


# 8. mail addresses in author fields
@pytest.mark.parametrize(
    "author",
    [
        "w.hartley＠example.test (W. Hartley)",
        "w.hartley@example.test (W. Hartley)",
        "W. Hartley <w.hartley@example.test>",
        "W. Hartley (w.hartley at) ",
    ][:3],
)
def test_mail_addresses_are_not_kept(author):
    feed = f"<rss><channel><item><title>T</title><link>https://site.example/a</link><author>{author.replace('<', '&lt;')}</author><description>Hello</description></item></channel></rss>"
    assert extract(feed.encode(), "https://site.example/feed", fetched_at=NOW).items[0].author == "W. Hartley"


def test_a_bare_mail_address_is_no_author():
    feed = "<rss><channel><item><title>T</title><link>https://site.example/a</link><author>w.hartley@example.test</author><description>Hello</description></item></channel></rss>"
    assert extract(feed.encode(), "https://site.example/feed", fetched_at=NOW).items[0].author is None


# forum feeds and shop feeds would double the posts
def test_a_forum_feed_leads_to_threads_and_gives_no_items():
    feed = "<rss><channel><item><title>Board • Topic</title><link>https://forum.example/t/1</link><pubDate>Sun, 13 Apr 2025 04:35:00 +0000</pubDate><description>Last post</description></item></channel></rss>"
    found = extract(feed.encode(), "https://forum.example/feed", kind="forum", fetched_at=NOW)
    assert (found.items, found.links.threads) == ((), ("https://forum.example/t/1",))


def test_entity_bomb():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9))
        + "]><rss><channel><title>&a8;</title></channel></rss>"
    )
    with pytest.raises(RejectedItem, match="entities"):
        extract(bomb.encode(), "https://site.example/feed", fetched_at=NOW)


def test_external_entity():
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title><link>https://a.example/</link></item></channel></rss>'
    with pytest.raises(RejectedItem, match="entities"):
        extract(bomb.encode(), "https://site.example/feed", fetched_at=NOW)


def test_a_feed_may_write_about_entities():
    feed = "<rss><channel><item><title>On XML</title><link>https://site.example/xml</link><description><![CDATA[Write <b>&lt;!ENTITY x&gt;</b> <!ENTITY y>]]></description></item></channel></rss>"
    assert "ENTITY" in extract(feed.encode(), "https://site.example/feed", fetched_at=NOW).items[0].text


def test_links_never_leave_http():
    html = page('<link rel=next href="file:///etc/passwd"><link rel=alternate type="application/rss+xml" href="ftp://x/feed"><link rel="https://api.w.org/" href="javascript:1">',
                '<h2><a href="data:text/html,x">x</a></h2><h2><a href="mailto:a@b.example">x</a></h2>')  # fmt: skip
    links = read(html, "https://site.example/news").links
    assert (links.next, links.feeds, links.api, links.articles) == ((), (), None, ())


@pytest.mark.parametrize(
    "name", ["pagination", "ipsPagination", "pager", "paging", "pagenav", "page-nav", "pageNav", "wp-pagenavi", "page-numbers", "pagelinks", "pages"]
)  # fmt: skip
def test_the_next_page_is_found_where_pages_are_numbered(name):
    html = page(body=f'<div class="{name} top"><a href="?page=1">1</a><a href="?page=2">Next ›</a></div>')
    assert read(html, "https://site.example/news").links.next == ("https://site.example/news?page=2",)


@pytest.mark.parametrize("name", ["page-body", "homepage", "page", "single-page page-id-12", "pagoda"])
def test_a_page_is_no_pagination(name):
    html = page(body='<div class="teaser"><a href="/elsewhere">Next</a></div>', attributes=f'class="{name}"')
    assert read(html, "https://site.example/news").links.next == ()


def test_an_faq_is_no_thread():
    data = '{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Where?","acceptedAnswer":{"@type":"Answer","text":"Here."}}]}'
    html = page(f'<script type="application/ld+json">{data}</script>')
    assert read(html).items == read(html, kind="forum").items == ()


def test_schema_wins_where_the_row_of_the_engine_finds_less():
    body, meta = golden.read("discourse")
    body = body.replace(b"class='topic-body crawler-post'", b"class='new-theme'").replace(b"id='post_", b"id='reply-")
    found = extract(body, meta["url"], fetched_at=NOW)
    assert [(item.extractor, item.author) for item in found.items] == [("schema.org", "maud"), ("schema.org", "j.p")]


def test_schema_fills_what_a_row_lacks():
    body, meta = golden.read("xenforo")
    bare = body.replace(b'datetime="2026-11-02T11:00:00-0500"', b"").replace(b">Today<", b"><")
    data = b'<script type="application/ld+json">{"@type":"DiscussionForumPosting","text":"x","comment":[{"@type":"Comment","url":"https://gadgets.example/posts/9023/","text":"y","datePublished":"2026-11-02T16:00:00Z"}]}</script></head>'
    found = extract(bare.replace(b"</head>", data), meta["url"], fetched_at=NOW).items[-1]
    assert (found.native_id, found.extractor, found.published_rule) == ("9023", "engine:xenforo2", "json-ld")


def test_a_feed_vouches_for_its_pages_but_not_for_the_home_page():
    teasers = "".join(f'<article><h2><a href="/other-{n}/">Other {n}</a></h2></article>' for n in range(4))
    html = page("", f"<div>{PARAGRAPHS}</div>{teasers}")
    assert read(html).items == ()
    assert read(html, kind="feed").items[0].text.startswith("Paragraph 0")
    assert read(html, "https://site.example/", kind="feed").items == ()
