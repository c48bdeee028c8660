"""Articles: is the page one, and its title, author, dates and text (docs/adr/0005).

Structured data of the main entity first, then the markup that themes share, then trafilatura and htmldate. Listings
and home pages give no item, whatever their markup claims.
"""

import re
from copy import deepcopy

from mentions.model import RawItem
from spiders.extract_model import Page
from spiders.extract_people import clean_author
from spiders.extract_published import edited, published
from spiders.extract_signs import Signs
from spiders.extract_structured import counters, names, prose
from spiders.extract_text import Node, inline, pick, pick_one, pick_value, text_of
from spiders.extract_urls import first_page

BODY = (
    "[itemprop~=articleBody]", ".e-content", ".entry-content", ".wp-block-post-content", ".gh-content", ".post-content",
    ".article-content", ".article-body", ".article__body", ".post-body", ".story-body",
)  # fmt: skip
JUNK = (
    ".sharedaddy, .jp-relatedposts, [class*=share-], [class*=sharing], [class*=social-], .related-posts, "
    ".post-tags, .tags-links, .newsletter, [class*=newsletter-], .wp-block-post-terms, .post-navigation, "
    "nav, aside, footer, form, .comments, #comments, .author-box, .advert, .ad"
)
BYLINE = (
    "[rel~=author] || .p-author .p-name || .p-author || .byline .author || .author .fn || .vcard .fn || "
    "[itemprop~=author] [itemprop~=name] || [itemprop~=author] || .wp-block-post-author-name || "
    ".wp-block-post-author__name || .byline-author || .entry-author || .post-author || .author-name || "
    ".article-author || .byline || .author || article address a || article address || "
    "article a[href*='/author/'] || article a[href*='/auteur/']"
)
ENOUGH = 140  # characters of text below which a page without any sign of an article is none


def read_article(page: Page, signs: Signs, *, certain: bool = False) -> RawItem | None:
    """The article of a page, or None if the page is none. `certain`: a feed has already said that it is one."""
    if signs.home or (signs.listing and not certain):
        return None
    stamp, rule = published(page, signs)
    declared = (
        signs.thing is not None
        or signs.meta.get("og:type", "").lower() == "article"
        or bool(pick(page.tree, ".h-entry .e-content, body.single-post"))
    )
    if not (declared or certain or stamp):
        return None
    text, extractor = body_text(page, signs)
    title = title_of(page, signs)
    text = text.removeprefix(f"{title}\n\n")
    if not text or (len(text) < ENOUGH and not (declared or certain)):
        return None
    return page.item(
        stamp, rule, unit="article", url=first_page(page.home), title=title, text=text,
        author=author_of(page, signs), edited=edited(page, signs, stamp), extractor=extractor,
        engagement=counters(signs.thing.get("interactionStatistic")) if signs.thing else {},
    )  # fmt: skip


def body_text(page: Page, signs: Signs) -> tuple[str, str]:
    """The text, and what found it. The body that themes mark wins: it is what the site's own feed carries."""
    for css in BODY:
        found = pick(page.tree, css)
        if len(found) == 1 and len(text := text_of(found[0], without=pick(found[0], JUNK))) >= ENOUGH:
            return text, "article"
    told = prose(signs.thing.get("articleBody")) if signs.thing else ""
    found_text = _trafilatura(page)
    return (told, "json-ld") if len(told) > len(found_text) else (found_text, "trafilatura")


def _trafilatura(page: Page) -> str:
    import trafilatura  # noqa: PLC0415 - feeds, forums and reviews do without

    document = trafilatura.bare_extraction(
        deepcopy(page.tree), url=page.url, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    text = str(getattr(document, "text", None) or "")
    return "\n\n".join(line.strip() for line in text.split("\n") if line.strip())


def title_of(page: Page, signs: Signs) -> str | None:
    """The headline; where it is longer than a heading it contains ("Headline - Site"), the heading."""
    told = (prose(signs.thing.get("headline")) or prose(signs.thing.get("name"))) if signs.thing else ""
    title = " ".join((told or signs.meta.get("og:title") or "").split())
    if not title:
        marked = pick_one(page.tree, "h1.entry-title || h1.p-name || h1.wp-block-post-title || article h1")
        heading = signs.heading if marked is None else marked
        title = inline(heading) if heading is not None else _title(page)
    heads = [inline(node) for node in pick(page.tree, "h1") if not _leads_home(page, node)]
    heads += [inline(signs.heading)] if signs.heading is not None else []
    for head in sorted(heads, key=len, reverse=True):
        if len(head) > 3 and _fold(head) in _fold(title):  # noqa: PLR2004 - "Hi!" is no headline
            return head
    site = signs.meta.get("og:site_name")
    if site and len(title) > len(site) + 3:
        title = re.sub(rf"\s+[|–—·-]\s+{re.escape(site)}$", "", title)
    return title or (heads[0] if heads else None)


def _title(page: Page) -> str:
    node = pick_one(page.tree, "title")
    return " ".join((node.text or "").split()) if node is not None else ""


def _leads_home(page: Page, heading: Node) -> bool:
    """The name of the site, as many themes print it on every page."""
    url = page.link(pick_value(heading, "a@href"))
    return url is not None and first_page(url).rstrip("/") != first_page(page.home).rstrip("/")


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def author_of(page: Page, signs: Signs) -> str | None:
    """As shown: structured data, then byline markup, then `meta`; trafilatura drops dots and re-cases logins."""
    told = clean_author(names(signs.thing.get("author"))) if signs.thing else None
    if told:
        return told
    scope = next(iter(pick(page.tree, "article, .h-entry, .hentry, main")), page.tree)
    shown = clean_author(pick_value(scope, BYLINE)) or clean_author(
        pick_value(page.tree, "article [rel~=author] || .byline || [rel~=author]")
    )
    return shown or clean_author(signs.meta.get("author") or signs.meta.get("article:author"))
