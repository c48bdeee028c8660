"""Articles: is the page one, and its title, author, dates and text (docs/adr/0005).

Structured data of the main entity first, then the markup that themes share, then trafilatura and htmldate. Listings
and home pages give no item, whatever their markup claims.
"""

import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import htmldate
import trafilatura

from mentions.model import RawItem
from spiders.extract_dates import Stamp
from spiders.extract_model import Page
from spiders.extract_people import clean_author
from spiders.extract_structured import ARTICLES, Thing, address, counters, names, prose, walk, word
from spiders.extract_text import Node, inline, pick, pick_one, pick_value, text_of
from spiders.extract_urls import first_page, same_site

LISTING = re.compile(
    r"(?:^|\s)(?:home(?:-template)?|blog|archive|category|tag|author|search|search-results|paged|tag-template|author-template)(?:\s|$)"
)
SINGLE = re.compile(r"(?:^|\s)(?:single|single-post|post-template|singular|postid-\d+)(?:\s|$)")
BODY = (
    "[itemprop~=articleBody]", ".e-content", ".entry-content", ".wp-block-post-content", ".gh-content", ".post-content",
    ".article-content", ".article-body", ".article__body", ".post-body", ".story-body",
)  # fmt: skip
JUNK = (
    ".sharedaddy, .jp-relatedposts, [class*=share-], [class*=sharing], [class*=social-], .related-posts, .post-tags, .tags-links, "
    ".newsletter, [class*=newsletter-], .wp-block-post-terms, .post-navigation, nav, aside, footer, form, .comments, #comments, .author-box, .advert, .ad"
)  # fmt: skip
BYLINE = (
    "[rel~=author] || .p-author .p-name || .p-author || .byline .author || .author .fn || .vcard .fn || [itemprop~=author] [itemprop~=name] || "
    "[itemprop~=author] || .wp-block-post-author-name || .wp-block-post-author__name || .byline-author || .entry-author || .post-author || "
    ".author-name || .article-author || .byline || .author"
)  # fmt: skip
WHEN = (
    "time.entry-date[datetime]@datetime || time.dt-published@datetime || .dt-published@datetime || time.published[datetime]@datetime || "
    "time[itemprop~=datePublished]@datetime || time[pubdate]@datetime || [itemprop~=datePublished]@content || .wp-block-post-date time@datetime || "
    "article header time[datetime]@datetime || article time[datetime]@datetime || main time[datetime]@datetime || abbr.published@title"
)  # fmt: skip
PUBLISHED = ("article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created",
             "dcterms.issued", "publish-date", "publishdate", "pubdate", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime")  # fmt: skip
IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})(?:[/-](\d{1,2}))?(?=[/-])")
ENOUGH = 140  # characters of text below which a page without any sign of an article is none
JUST_NOW = timedelta(minutes=10)
MEANT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Signs:
    """What a page shows of being an article: its main thing, its `meta` values, and how many teasers it has."""

    thing: Thing | None
    meta: dict[str, str]
    listing: bool


def read_signs(page: Page) -> Signs:
    """Collect the evidence once."""
    meta: dict[str, str] = {}
    for node in pick(page.tree, "meta[content]"):
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").lower()
        meta.setdefault(name, node.get("content").strip())
    things = list(walk(page.things, ARTICLES))
    main = next(
        (thing for thing in things if _is_page(page, thing)),
        things[0] if len(things) == 1 and not _elsewhere(page, things[0]) else None,
    )
    return Signs(main, meta, _is_listing(page, main, len(things)))


def _is_page(page: Page, thing: Thing) -> bool:
    urls = [page.link(address(thing.get(name))) for name in ("mainEntityOfPage", "url", "@id")]
    return any(
        url and first_page(url).rstrip("/") in (first_page(page.home).rstrip("/"), first_page(page.url).rstrip("/"))
        for url in urls
    )


def _elsewhere(page: Page, thing: Thing) -> bool:
    """The thing says that it is another page: a teaser."""
    told = page.link(address(thing.get("mainEntityOfPage")) or address(thing.get("url")))
    return told is not None and same_site(told, page.url)


def _is_listing(page: Page, main: Thing | None, articles: int) -> bool:
    classes = " ".join(node.get("class") or "" for node in pick(page.tree, "body"))
    if urlsplit(page.url).path in ("", "/") and not re.search(r"(?:^|&)p=\d", urlsplit(page.url).query):
        return True
    if SINGLE.search(classes) or (main is not None and _is_page(page, main)):
        return False
    if LISTING.search(classes) or (main is None and articles > 1):
        return True
    teasers = [
        node
        for node in pick(page.tree, "article, .h-entry, .hentry")
        if pick(node, "h1 a[href], h2 a[href], h3 a[href], a[rel~=bookmark]")
    ]
    linked = {pick_value(node, "h1 a@href || h2 a@href || h3 a@href || a[rel~=bookmark]@href") for node in teasers}
    return len(linked) > 2 and not pick(page.tree, "article h1, h1.entry-title, h1.p-name")  # noqa: PLR2004 - teasers


def read_article(page: Page, signs: Signs, *, certain: bool = False) -> RawItem | None:
    """The article of a page, or None if the page is none. `certain`: a feed has already said that it is one."""
    if signs.listing and not certain:
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
    if not text or (len(text) < ENOUGH and not (declared or certain)):
        return None
    return page.item(
        stamp, rule, unit="article", url=first_page(page.home), title=title_of(page, signs), text=text,
        author=author_of(page, signs), edited=_edited(page, signs, stamp), extractor=extractor,
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
    document = trafilatura.bare_extraction(
        deepcopy(page.tree), url=page.url, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    return "\n\n".join(line.strip() for line in (document.text if document else "").split("\n") if line.strip())


def title_of(page: Page, signs: Signs) -> str | None:
    """The headline; where it is longer than an <h1> it contains ("Headline - Site"), the <h1>."""
    heads = [head for node in pick(page.tree, "h1") if (head := inline(node))]
    told = (prose(signs.thing.get("headline")) or prose(signs.thing.get("name"))) if signs.thing else ""
    title = " ".join((told or signs.meta.get("og:title") or "").split())
    if not title:
        marked = pick_one(page.tree, "h1.entry-title || h1.p-name || h1.wp-block-post-title || article h1")
        node = pick_one(page.tree, "title")
        title = (inline(marked) if marked is not None else "") or " ".join(
            ((node.text if node is not None else "") or "").split()
        )
    folded = _fold(title)
    for head in heads:
        if len(head) > 3 and _fold(head) in folded:  # noqa: PLR2004 - "Hi!" is no headline
            return head
    site = signs.meta.get("og:site_name")
    if site and len(title) > len(site) + 3:
        title = re.sub(rf"\s+[|–—·-]\s+{re.escape(site)}$", "", title)
    return title or (heads[0] if heads else None)


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


def published(page: Page, signs: Signs) -> tuple[Stamp | None, str]:
    """The date of publication and the rule that found it. A "date" that is the moment of the fetch is believed
    only where a second signal agrees: many programs print their clock into `meta`.
    """
    told = (
        page.date(word(signs.thing.get("datePublished")) or word(signs.thing.get("dateCreated")))
        if signs.thing
        else None
    )
    metas = [stamp for name in PUBLISHED if (stamp := page.date(signs.meta.get(name)))]
    shown = page.date(pick_value(page.tree, WHEN))
    named = _from_url(page)
    candidates = [(told, "json-ld"), *((stamp, "meta") for stamp in metas[:1]), (shown, "time"), (named, "url")]
    known = [(stamp, rule) for stamp, rule in candidates if stamp]
    for stamp, rule in known:
        agreeing = sum(abs(stamp.at - other.at) < timedelta(days=1) for other, _ in known)
        if agreeing > 1 or not _is_clock(page, stamp, rule):
            return stamp, rule
    return _htmldate(page), "htmldate"


def _is_clock(page: Page, stamp: Stamp, rule: str) -> bool:
    age = page.fetched_at - stamp.at
    if rule == "meta":
        return age < timedelta(days=1)
    return age < JUST_NOW if rule != "json-ld" else age < -timedelta(days=1)


def _from_url(page: Page) -> Stamp | None:
    found = IN_URL.search(urlsplit(page.home).path)
    return page.date(f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}") if found and found[3] else None


def _htmldate(page: Page) -> Stamp | None:
    """The last resort, kept away from its traps: render-time `meta`, footers, bare years, today."""
    tree: Node = deepcopy(page.tree)
    for node in pick(
        tree, "meta, footer, [class*=footer], [id*=footer], [class*=copyright], script, #comments, .comments, aside"
    ):
        if node.getparent() is not None:
            node.drop_tree()
    found = htmldate.find_date(
        tree, original_date=True, extensive_search=False, outputformat="%Y-%m-%d",
        max_date=page.fetched_at.strftime("%Y-%m-%d"), min_date="1995-01-01",
    )  # fmt: skip
    stamp = page.date(found)
    if stamp is None or found.endswith("-01-01") or abs(page.fetched_at - stamp.at) < timedelta(days=2):
        return None
    return stamp


def _edited(page: Page, signs: Signs, stamp: Stamp | None) -> datetime | None:
    """A later `dateModified`, unless it is the moment of the fetch."""
    told = word(signs.thing.get("dateModified")) if signs.thing else None
    edited = page.date(
        told
        or signs.meta.get("article:modified_time")
        or pick_value(page.tree, "time.dt-updated@datetime || time.updated[datetime]@datetime")
    )
    if edited is None or stamp is None or edited.at - stamp.at <= MEANT or page.fetched_at - edited.at < JUST_NOW:
        return None
    return None if edited.precision == "day" and edited.at - stamp.at < timedelta(days=1) else edited.at
