"""Blogs without a feed, with one of little use, or that are none."""

from dataclasses import replace

import pytest

from tests.spiders.loopback import Reply, article, entry, rss, source

pytestmark = pytest.mark.local


def blog_pages(site, numbers, *, sitemap=True):
    links = "".join(f'<h2><a href="/a/{number}">Article {number}</a></h2>' for number in numbers)
    site.pages["/"] = Reply(f"<html lang=fr><body><main>{links}</main></body></html>".encode())
    if sitemap:
        locs = "".join(f"<url><loc>{site.url}/a/{number}</loc></url>" for number in numbers)
        body = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locs}<url><loc>{site.url}/contact</loc></url></urlset>'
        site.pages["/plan.xml"] = Reply(body.encode(), headers={"Content-Type": "application/xml"})
        site.pages["/robots.txt"] = Reply(f"User-agent: *\nSitemap: {site.url}/plan.xml\n".encode())
    for number in numbers:
        site.pages[f"/a/{number}"] = article(number)
    site.pages["/contact"] = Reply(b"<html><body><p>Nous joindre</p></body></html>")


def test_a_blog_without_feed_is_read_by_its_sitemap(site, desk):
    blog_pages(site, range(1, 13))
    blog = source("b", "blog", site.url + "/")
    [first] = desk.crawl(blog)
    assert (first.status, first.items) == ("ok", 12)
    [second] = desk.crawl(blog)
    assert (second.items, second.responses) == (0, 2)  # home page and sitemap
    desk.take()
    del site.pages["/a/5"]
    numbers = [*range(1, 5), *range(6, 14)]
    blog_pages(site, numbers)
    [third] = desk.crawl(blog)
    assert (third.items, third.gone) == (1, 1)
    assert {item.url for item in desk.take()} == {f"{site.url}/a/5", f"{site.url}/a/13"}


def test_a_blog_without_sitemap_is_paged_through(site, desk):
    for page, numbers in enumerate(([1, 2, 3], [4, 5, 6], [7]), start=1):
        links = "".join(f'<h2><a href="/a/{number}">Article {number}</a></h2>' for number in numbers)
        after = f'<link rel=next href="/page/{page + 1}">' if page < 3 else ""
        path = "/" if page == 1 else f"/page/{page}"
        site.pages[path] = Reply(f"<html lang=fr><head>{after}</head><body>{links}</body></html>".encode())
    for number in range(1, 8):
        site.pages[f"/a/{number}"] = article(number)
    blog = source("b", "blog", site.url + "/")
    [first] = desk.crawl(blog)
    assert (first.status, first.items) == ("ok", 7)
    [second] = desk.crawl(blog)
    assert (second.items, site.paths().count("/page/2")) == (0, 1)


def test_globs_choose_the_articles(site, desk):
    blog_pages(site, range(1, 13))
    desk.crawl(source("b", "blog", site.url + "/", include=["/a/1*"], exclude=["/a/11"]))
    assert {item.url.rpartition("/")[2] for item in desk.take()} == {"1", "10", "12"}


def test_where_the_api_of_wordpress_is_closed_the_feed_and_the_sitemap_do(site, desk):
    blog_pages(site, range(1, 5))
    head = f'<link rel="https://api.w.org/" href="{site.url}/wp-json/"><link rel=alternate type=application/rss+xml href="/feed">'
    home = site.pages["/"]
    site.pages["/"] = replace(home, body=home.body.replace(b"<body>", f"<head>{head}</head><body>".encode()))
    site.pages["/feed"] = rss(*(entry(number, site=site.url) for number in (4, 3)))
    site.pages["*"] = Reply(b'{"code":"rest_forbidden"}', 401, {"Content-Type": "application/json"})
    [outcome] = desk.crawl(source("b", "blog", site.url + "/"))
    assert (outcome.status, outcome.items) == ("ok", 4)
    assert "401" in outcome.reason
    extractors = {item.url.rpartition("/")[2]: item.extractor for item in desk.take()}
    assert extractors["4"] == extractors["3"] == "feed"


def test_one_request_at_a_time_and_host(site, desk):
    import threading
    import time

    lock, inside, most = threading.Lock(), [0], [0]

    def page(asked):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.05)  # long enough for a second request to come in
        with lock:
            inside[0] -= 1
        return article(int(asked.path.rpartition("/")[2]))

    blog_pages(site, range(1, 9))
    site.pages |= {f"/a/{number}": page for number in range(1, 9)}
    desk.crawl(source("b", "blog", site.url + "/"))
    assert most == [1]


def test_a_blog_may_be_given_by_the_address_of_its_feed(site, desk):
    site.pages["/feed"] = rss(entry(1, site=site.url), entry(2, site=site.url))
    [outcome] = desk.crawl(source("b", "blog", site.url + "/feed"))
    assert (outcome.status, outcome.items) == ("ok", 2)


def test_a_site_without_any_article_is_said_to_be_none(site, desk):
    site.pages["/"] = Reply(b"<html><body><p>Bientot ici</p></body></html>")
    [outcome] = desk.crawl(source("b", "blog", site.url + "/"))
    assert (outcome.status, outcome.items) == ("failed", 0)
    assert "not a blog" in outcome.reason
