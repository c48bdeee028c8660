"""What extraction hands back, and what every reader knows about the page it reads."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from mentions.model import RawItem
from spiders.extract_dates import Order, Stamp, parse_date
from spiders.extract_text import Node
from spiders.extract_urls import without_session

MAX_URL = 2000  # characters; longer ones are traps


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Absolute http(s) URLs found on a page, each list in page order, without fragments and without doubles.

    `next`: further pages of the same thing (page 2 of a thread, of a board, of a feed). `threads`, `boards`: of
    a forum; `marks` gives, by thread URL, a word that changes when the board shows a new reply there. `articles`:
    of a feed or listing; `short`: those whose entry is too short to stand for the article. `products`: of a
    catalogue. `feeds`: alternates of the page. `comment_feeds`: of articles. `api`: root of a WordPress REST API,
    ends with a slash. `canonical`: what the page says its own address is.
    """

    next: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    boards: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    comment_feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    api: str | None = None
    canonical: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What one body says: items in page order, links to follow, notes for people.

    `form` is what the body was taken for: feed, json-feed, wordpress-posts, wordpress-comments, thread, board,
    product, catalogue, article, listing, css, sitemap, page (nothing recognised).
    """

    items: tuple[RawItem, ...] = ()
    links: Links = Links()
    notes: tuple[str, ...] = ()
    form: str = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One decoded body and the facts of its response, as every reader wants them.

    `zone` is that of dates without one; `base` is where relative links start (`<base href>`);
    `tree` is None for feeds and JSON; `things` are its structured data.
    """

    url: str
    source: str
    fetched_at: datetime
    text: str = ""
    tree: Node = None
    zone: tzinfo = UTC
    rating_best: float = 5.0
    language: str | None = None
    canonical: str | None = None
    base: str | None = None
    things: tuple[dict[str, Any], ...] = ()

    @property
    def home(self) -> str:
        """The address that identifies the page: the canonical one if it says so, else its own."""
        return self.canonical or urldefrag(self.url)[0]

    def date(self, text: str | None, order: Order | None = None) -> Stamp | None:
        """A date of this page; without a zone it is read in the page's zone."""
        american = order is None and (self.language or "").lower() in ("en-us", "en_us")
        return parse_date(text, zone=self.zone, now=self.fetched_at, order="MDY" if american else order)

    def link(self, href: str | None, *, fragment: bool = False) -> str | None:
        """An absolute http(s) URL, or None for anything else (mailto, javascript, file, rubbish)."""
        if not isinstance(href, str) or not href or len(href) > MAX_URL:
            return None
        try:
            joined = urljoin(self.base or self.url, href.strip())
            parts = urlsplit(joined)
            _ = parts.port  # raises on a port that is no number
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        joined = without_session(joined)
        return joined if fragment else urldefrag(joined)[0]

    def item(self, stamp: Stamp | None, rule: str, **fields: Any) -> RawItem:
        """A raw item of this page; its date comes from `stamp`, found by `rule`."""
        told: dict[str, Any] = {
            name: sound(value) if isinstance(value, str) else value for name, value in fields.items()
        }
        return RawItem(
            source=self.source,
            fetched_at=self.fetched_at,
            published=stamp.at if stamp else None,
            published_rule=rule if stamp else None,
            published_precision=stamp.precision if stamp else None,
            **told,
        )

    def links(self, hrefs: Any) -> tuple[str, ...]:
        """Absolute URLs in order, without doubles and without what is no http(s) URL."""
        return tuple(dict.fromkeys(url for url in map(self.link, hrefs) if url))


def sound(text: str) -> str:
    """The text without lone surrogates: JSON can write them, UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
