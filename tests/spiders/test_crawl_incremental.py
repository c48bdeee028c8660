"""Second crawls: nothing new costs next to nothing, an edit comes again, what is gone is told once."""

from dataclasses import replace

import pytest

from mentions.model import Gone, RawItem
from tests.spiders.loopback import CSS, Reply, article, entry, posts, rss, source, versioned

pytestmark = pytest.mark.local


MODIFIED = "Mon, 02 Mar 2026 08:00:00 GMT"


@pytest.mark.parametrize("how", [{"etag": True}, {"modified": MODIFIED}, {}])
def test_an_unchanged_feed_is_asked_once_and_gives_nothing(site, desk, how):
    """By ETag, by Last-Modified, and by the body where the server knows neither."""
    site.pages["/"] = versioned(rss(entry(1), entry(2)), **how)
    feed = source("f", "feed", site.url + "/")
    [first] = desk.crawl(feed)
    [second] = desk.crawl(feed)
    assert (first.items, second.items, second.responses) == (2, 0, 1)
    assert second.bodies == (0 if how else 1)
    assert len(desk.take()) == 2


def test_an_edited_entry_comes_again_and_a_new_one_too(site, desk):
    feed = source("f", "feed", site.url + "/")
    site.pages["/"] = rss(entry(1, site=site.url), entry(2, site=site.url))
    desk.crawl(feed)
    desk.take()
    site.pages["/"] = rss(
        entry(1, "Corrigé : " + "le colis est arrivé. " * 40, site=site.url),
        entry(2, site=site.url),
        entry(3, site=site.url),
    )
    [outcome] = desk.crawl(feed)
    assert sorted(item.title for item in desk.take()) == ["Article 1", "Article 3"]
    assert outcome.gone == 0


def test_an_entry_that_left_the_middle_of_the_window_is_looked_for(site, desk):
    feed = source("f", "feed", site.url + "/")
    for number in (1, 2, 3):
        site.pages[f"/a/{number}"] = article(number)
    site.pages["/"] = rss(*(entry(number, site=site.url) for number in (3, 2, 1)))
    desk.crawl(feed)
    desk.take()
    site.pages["/"] = rss(*(entry(number, site=site.url) for number in (3, 1)))
    del site.pages["/a/2"]
    desk.crawl(feed)
    assert [item.url for item in desk.take() if isinstance(item, Gone)] == [f"{site.url}/a/2"]
    [outcome] = desk.crawl(feed)
    assert (outcome.items, outcome.gone) == (0, 0)


def test_entries_that_slide_off_a_full_window_are_not_gone(site, desk):
    feed = source("f", "feed", site.url + "/")
    site.pages["/"] = rss(*(entry(number, site=site.url) for number in (3, 2, 1)))
    desk.crawl(feed)
    site.pages["/"] = rss(*(entry(number, site=site.url) for number in (5, 4, 3)))
    [outcome] = desk.crawl(feed)
    assert (outcome.items, outcome.gone, outcome.responses) == (2, 0, 1)


def test_a_short_entry_and_its_page_are_one_article(site, desk):
    site.pages["/"] = rss(entry(1, "Résumé…", site=site.url))
    site.pages["/a/1"] = article(1)
    feed = source("f", "feed", site.url + "/")
    desk.crawl(feed)
    [item] = desk.take()
    assert item.text.startswith("Nordane a répondu au client 1")
    assert (item.author, item.published_rule) == ("Zoé Lemaître", "feed")
    [again] = desk.crawl(feed)
    assert (again.items, again.responses) == (0, 1)


def test_the_page_of_a_short_entry_that_was_down_is_read_next_time(site, desk):
    """The entry stands in for it; when the page can be read the text grows: an edit, nothing lost."""
    site.pages["/"] = rss(entry(1, "Résumé…", site=site.url))
    site.pages["/a/1"] = Reply(status=503)
    feed = source("f", "feed", site.url + "/", full_text="always")
    [first] = desk.crawl(feed)
    assert (first.status, first.items) == ("partial", 1)
    assert "HTTP 503" in first.reason
    site.pages["/a/1"] = article(1)
    [second] = desk.crawl(feed)
    assert (second.status, second.items) == ("ok", 1)
    assert [len(item.text) < 20 for item in desk.take()] == [True, False]


def test_comment_feeds_are_followed_though_the_feed_itself_stands_still(site, desk):
    comment = '<?xml version="1.0"?><rss version="2.0"><channel><title>Comments on: Article 1</title>{}</channel></rss>'
    one = "<item><title>By: Tom</title><link>{}/a/1#comment-{}</link><pubDate>Tue, 03 Feb 2026 10:00:00 +0000</pubDate><description>Avis {}</description></item>"
    link = f'<wfw:commentRss xmlns:wfw="http://wellformedweb.org/CommentAPI/">{site.url}/a/1/feed</wfw:commentRss>'
    item = entry(1, site=site.url).replace("</item>", link + "</item>")
    site.pages["/"] = versioned(rss(item), etag=True)
    first = one.format(site.url, 7, "sept")
    site.pages["/a/1/feed"] = Reply(comment.format(first).encode(), headers={"Content-Type": "application/rss+xml"})
    feed = source("f", "feed", site.url + "/")
    desk.crawl(feed)
    assert sorted(item.unit for item in desk.take()) == ["article", "comment"]
    both = first + one.format(site.url, 8, "huit")
    site.pages["/a/1/feed"] = Reply(comment.format(both).encode(), headers={"Content-Type": "application/rss+xml"})
    desk.crawl(feed)
    assert [(item.native_id, item.text) for item in desk.take()] == [("8", "Avis huit")]


def test_a_failed_crawl_remembers_no_validator(site, desk):
    """Else the feed would answer 304 next time and the articles behind it would be lost."""
    site.pages["/"] = versioned(rss(entry(1, "Résumé…", site=site.url), entry(2, "Résumé…", site=site.url)), etag=True)
    site.pages["/a/1"] = article(1)
    site.pages["/a/2"] = Reply(status=500)
    feed = source("f", "feed", site.url + "/")
    desk.crawl(feed)
    assert not desk.state.crawls.load("f").validators


def test_since_leaves_out_what_is_older(site, desk):
    site.pages["/"] = rss(entry(1), entry(24 * 20))
    desk.crawl(source("f", "feed", site.url + "/", since="2026-02-10"))
    assert [item.title for item in desk.take()] == ["Article 480"]


def test_a_catalogue_leads_to_products_and_their_reviews(site, desk):
    import json

    def product(number, reviews):
        data = {
            "@context": "https://schema.org", "@type": "Product", "name": f"Velmora {number}",
            "review": [
                {"@type": "Review", "reviewBody": text, "datePublished": "2026-02-04", "author": f"Kofi {stars}",
                 "reviewRating": {"@type": "Rating", "ratingValue": stars, "bestRating": 5}}
                for text, stars in reviews
            ],
        }  # fmt: skip
        return Reply(
            f'<html lang=fr><head><script type="application/ld+json">{json.dumps(data)}</script></head><body><h1>p</h1></body></html>'.encode()
        )

    site.pages["/"] = Reply(
        b'<html><body><div class=product><a href="/product/1">un</a></div><div class=product><a href="/product/2">deux</a></div></body></html>'
    )
    site.pages["/product/1"] = product(1, [("Casse en trois jours, service absent", 1), ("Tient bien la route", 4)])
    site.pages["/product/2"] = product(2, [("Correct pour le prix", 3)])
    shop = source("s", "reviews", site.url + "/")
    desk.crawl(shop)
    assert sorted((item.product, item.rating.value) for item in desk.take()) == [
        ("Velmora 1", 1),
        ("Velmora 1", 4),
        ("Velmora 2", 3),
    ]
    site.pages["/product/2"] = product(2, [("Correct pour le prix", 3), ("Je ne recommande pas", 2)])
    desk.crawl(shop)
    assert [item.rating.value for item in desk.take()] == [2]


def test_pages_of_selectors_are_left_at_what_is_known(site, desk):
    page = {
        "/": Reply(posts((3, "trois"), following="/2")),
        "/2": Reply(posts((2, "deux"), following="/3")),
        "/3": Reply(posts((1, "un"))),
    }
    site.pages |= page
    css = source("c", "css", site.url + "/", **CSS)
    [first] = desk.crawl(css)
    assert first.items == 3
    site.log.clear()
    site.pages["/"] = replace(page["/"], body=page["/"].body + b"<!-- bonjour -->")
    [second] = desk.crawl(css)
    assert (second.items, site.paths()) == (0, ["/"])


def test_sources_of_one_host_share_a_child_and_take_turns(site, desk):
    site.pages["/1"] = rss(entry(1, site=site.url))
    site.pages["/2"] = rss(entry(2, site=site.url))
    outcomes = desk.crawl(*(source(f"f{n}", "feed", f"{site.url}/{n}") for n in (1, 2)))
    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    assert sorted(item.title for item in desk.take() if isinstance(item, RawItem)) == ["Article 1", "Article 2"]


def test_a_clock_that_stands_still_dates_the_items(site, desk):
    site.pages["/"] = rss(entry(1))
    now = desk.now
    desk.crawl(source("f", "feed", site.url + "/"))
    assert [item.fetched_at for item in desk.take()] == [now]


def test_a_redirect_that_is_not_followed_names_where_it_leads(site, desk):
    site.pages["/"] = Reply(status=302, headers={"Location": "file:///etc/passwd"})
    [outcome] = desk.crawl(source("f", "feed", site.url + "/"))
    assert (outcome.status, outcome.reason) == ("failed", "redirects to file:///etc/passwd, which is not followed")
