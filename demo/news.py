"""L'Écho de la Loise: a regional paper with an English page; listing, RSS, JSON-LD, two sitemaps."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from demo import dates
from demo.answer import RSS, XML, Page
from demo.dates import PARIS
from demo.drafts import slug
from demo.scenario import DemoPost, Scenario
from demo.shelf import Shelf, paragraphs, sheet

PER_PAGE, FEED = 10, 40
FRESH = timedelta(days=2)  # what a news sitemap may hold


class News:
    """Addresses: `/article/2026/10/20/slug-123.html`, `/rss.xml`, `/sitemap.xml`, `/sitemap-news.xml`."""

    name = "L’Écho de la Loise"

    def __init__(self, scenario: Scenario, url: str) -> None:
        """Reads the paper's share of the scenario."""
        self._shelf = Shelf(scenario, "news", url)
        self._places = {self.path(post): post.thread for post in scenario.of("news")}

    def path(self, post: DemoPost) -> str:
        """`/article/2026/10/20/slug-123.html`."""
        return f"/article/{post.published.astimezone(PARIS):%Y/%m/%d}/{post.thread}-{post.id}.html"

    def page(self, path: str, query: Mapping[str, str], now: datetime) -> Page | None:
        """The page at `path`, None where there never was one."""
        changed = self._shelf.changed(now)
        articles = self._shelf.posts(now)[::-1]
        if path == "/":
            return self._listing(articles, None, query, now)
        if found := re.fullmatch(r"/rubrique/([a-z-]+)/", path):
            here = [post for post in articles if slug(self.section(post)) == found[1]]
            return self._listing(here, found[1], query, now) if here else None
        if path == "/rss.xml":
            return self._shelf.draw("news/feed.xml", kind=RSS, site=self, articles=articles[:FEED], changed=changed)
        if path == "/sitemap.xml":
            rows = [(self.path(post), post.changed(now)) for post in articles]
            return self._shelf.sitemap([("/", changed), *rows], changed)
        if path == "/sitemap-news.xml":
            fresh = [post for post in articles if now - post.published < FRESH]
            return self._shelf.draw("news/sitemap.xml", kind=XML, site=self, articles=fresh)
        return self._article(path, now)

    def title(self, post: DemoPost) -> str:
        """The headline."""
        return self._shelf.threads[post.thread].title

    def section(self, post: DemoPost) -> str:
        """The section it stands in, as shown."""
        return self._shelf.threads[post.thread].place

    def sections(self, now: datetime) -> list[str]:
        """The sections that hold something at `now`."""
        return sorted({self.section(post) for post in self._shelf.posts(now)})

    def _listing(self, articles: list[DemoPost], section: str | None, query: Mapping[str, str], now: datetime) -> Page:
        shown, number, count = sheet(articles, query, PER_PAGE)
        return self._shelf.draw(
            "news/listing.html", site=self, articles=shown, number=number, count=count, section=section,
            base=f"/rubrique/{section}/" if section else "/", sections=self.sections(now),
            changed=self._shelf.changed(now),
        )  # fmt: skip

    def _article(self, path: str, now: datetime) -> Page | None:
        key = self._places.get(path)
        if key is None or not self._shelf.was(now, key):
            return None
        article = next(iter(self._shelf.posts(now, key)), None)
        if article is None:
            return self._shelf.draw("news/gone.html", status=410, site=self, sections=self.sections(now))
        others = [
            post for post in self._shelf.posts(now)[::-1] if post.thread != key and post.published < article.published
        ]
        return self._shelf.draw(
            "news/article.html", site=self, article=article, others=others[:4], sections=self.sections(now),
            markup=self._markup(article), changed=self._shelf.changed(now, key),
        )  # fmt: skip

    def _markup(self, post: DemoPost) -> str:
        """The article as JSON-LD (schema.org/NewsArticle), safe inside a script element."""
        address = f"{self._shelf.url}{self.path(post)}"
        made: dict[str, Any] = {
            "@context": "https://schema.org", "@type": "NewsArticle", "@id": address, "url": address,
            "mainEntityOfPage": address, "headline": self.title(post), "inLanguage": post.lang,
            "datePublished": dates.iso(post.published), "dateModified": dates.iso(post.edited_at or post.published),
            "author": {"@type": "Person", "name": post.author}, "articleSection": self.section(post),
            "publisher": {"@type": "NewsMediaOrganization", "name": self.name},
            "description": paragraphs(post.text)[0], "articleBody": post.text,
        }  # fmt: skip
        return json.dumps(made, ensure_ascii=False).replace("<", "\\u003c")
