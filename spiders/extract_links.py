"""Where a page leads: feeds, WordPress's API, the next page, articles of a listing, products of a catalogue."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urldefrag, urlsplit

from spiders.extract_model import Links, Page
from spiders.extract_structured import address, kinds, objects, walk
from spiders.extract_text import Node, inline, pick
from spiders.extract_urls import first_page, same_site

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
COMMENTS = re.compile(r"\b(?:comments?|commentaires?|replies)\b", re.IGNORECASE)
NEXT_TEXT = re.compile(
    r"(?:next|next page|suivante?s?|page suivante|older(?: posts| entries)?|articles plus anciens|weiter)?"
    r"\s?[›»→>]{0,2}",
    re.IGNORECASE,
)
# Classes of pagination blocks, by the words that engines and themes build them from; `page-body` is none of them.
PAGING = (
    "[class*=paginat], [class*=Paginat], [class*=pager], [class*=Pager], [class*=paging], [class*=pagenav], "
    "[class*=page-nav], [class*=pageNav], [class*=page-number], [class*=page-link], [class*=pagelink], .pages"
)
NEXT_PLACES = f":is({PAGING}, nav) a[href], li.next a[href], a.next[href]"
FURNITURE = re.compile(
    r"/(?:tags?|category|categories|categorie|author|auteur|authors|users?|member|members|login|logout|register|"
    r"account|accounts|basket|cart|panier|search|recherche|feed|feeds|rss|about|a-propos|contact|privacy|mentions-legales|legal|terms|"
    r"cgu|cgv|page|wp-admin|wp-login\.php|wp-json|archives?)(?:/|$)|\.(?:jpe?g|png|gif|webp|svg|pdf|zip|css|js|xml|json)$",
    re.IGNORECASE,
)  # fmt: skip
HEADED = (
    "h1 a[href], h2 a[href], h3 a[href], a[rel~=bookmark], .entry-title a[href], .post-title a[href], "
    "a.u-url[href], article > a[href], .post-card a[href]"
)
PRODUCT_BOX = (
    ".product_pod a[href], .product a[href], .product-item a[href], .product-card a[href], "
    ".product-miniature a[href], [itemtype$='/Product'] a[href], [itemtype$='/Product'] link[itemprop=url], "
    "a.product-link"
)
PRODUCT_PATH = re.compile(
    r"/(?:products?|produits?|p|dp|item|items|article|fiche)/[^/]+/?$|/catalogue/[^/]+_\d+/?$|-p-?\d+(?:\.html)?$",
    re.IGNORECASE,
)


def canonical(page: Page) -> str | None:
    """`rel=canonical`, unless it leads to another site or pretends that an inner page is the home page."""
    for node in pick(page.tree, "link[rel~=canonical][href]")[:1]:
        found = page.link(node.get("href"))
        if found and same_site(found, page.url):
            inner = urlsplit(page.url).path not in ("", "/")
            return None if inner and urlsplit(found).path in ("", "/") and not urlsplit(found).query else found
    return None


def head_links(page: Page) -> Links:
    """Feeds, comment feeds, the WordPress API: what the head of a page leads to."""
    feeds: list[str] = []
    comments: list[str] = []
    for node in pick(page.tree, "link[rel~=alternate][href], a[rel~=alternate][href]"):
        url = page.link(node.get("href"))
        if url is None or (node.get("type") or "").split(";")[0].strip().lower() not in FEED_TYPES:
            continue
        about = COMMENTS.search(node.get("title") or "") or COMMENTS.search(urlsplit(url).path)
        (comments if about or _is_own_feed(page, url) else feeds).append(url)
    api = next((page.link(node.get("href")) for node in pick(page.tree, 'link[rel="https://api.w.org/"][href]')), None)
    return Links(
        feeds=page.links(feeds),
        comment_feeds=page.links(comments),
        api=api,
        canonical=page.canonical,
    )


def _is_own_feed(page: Page, url: str) -> bool:
    """WordPress puts the feed of an article's comments right under the article (`/2026/11/slug/feed/`)."""
    path = urlsplit(first_page(page.home)).path.rstrip("/")
    own = path != "" and urlsplit(url).path == path + "/feed/"
    return own and bool(pick(page.tree, "body.single, body.single-post, #comments, #respond"))


def next_links(page: Page) -> tuple[str, ...]:
    """The following page of a list or thread, by `rel=next`, or a "next" link inside a pagination block."""
    found = pick(page.tree, "link[rel~=next][href], a[rel~=next][href]")
    if not found:
        found = [node for node in pick(page.tree, NEXT_PLACES) if _says_next(node)][:1]
    here = urldefrag(page.url)[0]
    return tuple(
        url for url in page.links(node.get("href") for node in found if node.get("href").strip()) if url != here
    )


def comment_pages(page: Page) -> tuple[str, ...]:
    """The other pages of an article's comments (`/comment-page-2/`, `?cpage=2`), as far as the page links to them."""
    hrefs = [node.get("href") for node in pick(page.tree, "a[href*=comment-page-], a[href*='cpage=']")]
    home, shown = first_page(page.home), {page.home, urldefrag(page.url)[0]}
    found = page.links(hrefs)
    return tuple(url for url in found if first_page(url) == home and url not in shown and "replytocom=" not in url)


def _says_next(node: Node) -> bool:
    label = inline(node)
    classes = f"{node.get('class') or ''} {node.getparent().get('class') or ''}".lower().split()
    if {"disabled", "previous", "prev"} & set(classes):
        return False
    return "next" in classes or bool(label and len(label) <= 30 and NEXT_TEXT.fullmatch(label))  # noqa: PLR2004


def article_links(page: Page) -> tuple[str, ...]:
    """Links of a listing that lead to its articles: headings and bookmarks first, no furniture."""
    return tuple(url for url in page.links(node.get("href") for node in pick(page.tree, HEADED)) if _inner(page, url))


def _inner(page: Page, url: str) -> bool:
    path = urlsplit(url).path
    return (
        same_site(url, page.url)
        and path.strip("/") != ""
        and not FURNITURE.search(path)
        and first_page(url) != first_page(page.url)
    )


def product_links(page: Page) -> tuple[str, ...]:
    """Product pages that a catalogue leads to: ItemList, boxes that themes use, then paths that look like products."""
    listed = [url for thing in walk(page.things, ("ItemList",)) for url in _listed(thing)]
    boxed = [node.get("href") for node in pick(page.tree, PRODUCT_BOX)]
    plain = [
        node.get("href")
        for node in pick(page.tree, "a[href]")
        if PRODUCT_PATH.search(urlsplit(page.link(node.get("href")) or "").path)
    ]
    boxes = [href for href in boxed if PRODUCT_PATH.search(urlsplit(page.link(href) or "").path)] or boxed
    return tuple(url for url in page.links([*listed, *(boxes or plain)]) if _inner(page, url))


def _listed(thing: dict[str, object]) -> Iterator[str]:
    for entry in objects(thing.get("itemListElement")):
        found = address(entry.get("url")) or address(entry.get("item"))
        if found and ("ListItem" in kinds(entry) or "Product" in kinds(entry)):
            yield found


def merge(one: Links, **more: tuple[str, ...]) -> Links:
    """Links with some lists replaced."""
    return replace(one, **more)  # type: ignore[arg-type]  # every keyword is a tuple field of Links
