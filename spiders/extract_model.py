"""What extraction hands back: the items of one page and the links worth following."""

from dataclasses import dataclass

from mentions.model import RawItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Absolute http(s) URLs found on a page, each list in page order, without fragments and without doubles.

    `next` are further pages of the same thing (page 2 of a thread, of a board, of a feed); `threads` and
    `boards` belong to forums; `articles` to feeds and listings, with `short` those of a feed whose entry is too short to stand for the article; `products` to
    catalogues; `feeds` are alternates of the page; `comment_feeds` belong to articles; `api` is the root of a
    WordPress REST API (ends with a slash); `canonical` is what the page says its own address is.
    """

    next: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
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

    `form` is what the body was taken for: feed, json-feed, wordpress-posts, wordpress-comments, wordpress-users,
    thread, board, product, article, listing, css, sitemap, page (nothing recognised).
    """

    items: tuple[RawItem, ...] = ()
    links: Links = Links()
    notes: tuple[str, ...] = ()
    form: str = "page"
