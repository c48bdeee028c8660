"""HTML, XML or JSON in, raw items and links out. Pure: no network, no clock, no files (docs/adr/0005)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from config.models import CssSource, ForumSource, ReviewsSource, Source
from mentions.errors import RejectedItem, Stop
from mentions.model import RawItem
from mentions.urls import site_of
from spiders.extract_article import read_article
from spiders.extract_comments import read_comments
from spiders.extract_css import read_css
from spiders.extract_dates import stated_zone
from spiders.extract_decode import decode
from spiders.extract_discussion import read_discussion
from spiders.extract_feed import complete, parse_json, read_feed, read_json_feed
from spiders.extract_forum import forum_page, recognise
from spiders.extract_links import article_links, canonical, comment_pages, head_links, next_links, product_links
from spiders.extract_model import Extraction, Links, Page
from spiders.extract_reviews import read_reviews
from spiders.extract_signs import read_signs
from spiders.extract_sitemap import is_sitemap, read_sitemap
from spiders.extract_structured import read_things
from spiders.extract_text import parse_html, pick, text_of
from spiders.extract_wordpress import read_wordpress, wordpress_form

__all__ = ["Extraction", "Links", "complete", "extract"]

FEED_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|feed|RDF|channel)[\s>]")
ZONE_PLACES = "footer, #footer, #page-footer, .footerbar, .navbar, #footer_time, .copyright, .rightside"


def extract(
    body: bytes,
    url: str,
    *,
    kind: str | None = None,
    source: Source | None = None,
    fetched_at: datetime,
    content_type: str | None = None,
    charset: str | None = None,
) -> Extraction:
    """Read one response body that came from `url`.

    `kind` is a kind of source (feed, blog, forum, reviews, css) or None to recognise the page by itself; `source`
    gives the name on the items (else the site), the time zone of naive dates and the selectors of kind css.
    `content_type` and `charset` are what the HTTP header said. With kind forum a feed or sitemap gives links to
    threads and no items, with kind reviews links to products: their entries would double the posts. Kind feed
    takes an HTML page for the article that an entry led to. Raises RejectedItem("unreadable") for a body that no
    reader understands (empty, binary, entity declarations), Stop for a selector that is no CSS.
    """
    wanted = kind or (source.kind if source else None)
    text, notes = decode(body, charset=charset, content_type=content_type)
    zone = source.timezone.info if source and source.timezone else None
    page = Page(
        url=url,
        source=source.name if source else site_of(url),
        fetched_at=fetched_at,
        text=text,
        zone=zone or UTC,
        rating_best=source.rating_best if isinstance(source, ReviewsSource | CssSource) else 5.0,
    )
    found = _read(page, wanted, source, zone, content_type or "")
    return replace(found, notes=(*notes, *found.notes))


def _read(page: Page, kind: str | None, source: Source | None, zone: tzinfo | None, content_type: str) -> Extraction:
    start = page.text[:2000].lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "["):
        return _json(page, kind)
    if FEED_ROOT.search(start) and "<html" not in start.lower().partition("<rss")[0].partition("<feed")[0]:
        return for_kind(read_feed(page), kind)
    if is_sitemap(start):
        return read_sitemap(page, kind)
    if start.startswith("<?xml") and "<!entity" in start.lower():
        raise RejectedItem("unreadable", "the document declares entities: refused, it may be a bomb")
    if "<" not in start and "html" not in content_type:
        raise RejectedItem("unreadable", "neither HTML, XML nor JSON")
    return _html(page, kind, source, zone)


def _json(page: Page, kind: str | None) -> Extraction:
    data = parse_json(page.text)
    form = wordpress_form(data)
    if form:
        return read_wordpress(page, data, form)
    if isinstance(data, dict) and "jsonfeed.org" in str(data.get("version")):
        return for_kind(read_json_feed(page, data), kind)
    if data == []:
        return Extraction(form="empty")
    raise RejectedItem("unreadable", "JSON, but neither a JSON Feed nor an answer of WordPress")


def for_kind(found: Extraction, kind: str | None) -> Extraction:
    """Feeds of forums and shops only lead to threads and products: their entries are these posts again."""
    if kind not in ("forum", "reviews"):
        return found
    leads = found.links.articles
    threads, products = (leads, ()) if kind == "forum" else ((), leads)
    links = Links(next=found.links.next, threads=threads, products=products)
    return replace(found, items=(), links=links)


def _html(page: Page, kind: str | None, source: Source | None, zone: tzinfo | None) -> Extraction:
    tree = parse_html(page.text)
    base = next((page.link(node.get("href")) for node in pick(tree, "base[href]")), None)
    page = replace(page, tree=tree, language=tree.get("lang"), base=base)
    page = replace(page, canonical=canonical(page), zone=zone or stated(page) or UTC)
    if kind == "css" and isinstance(source, CssSource):
        try:
            return read_css(page, source)
        except ValueError as error:
            raise Stop(f"source {source.name}: {error}; correct the selector in its file") from error
    known = _engine(page, source) if kind in (None, "forum") else Extraction()
    if known.form == "board" or (known.items and all(item.author and item.published for item in known.items)):
        return known  # nothing that structured data could add, and reading it costs more than all the rest
    things, notes = read_things(tree, page.url)
    page = replace(page, things=tuple(things))
    if kind in (None, "forum"):
        found = _forum(page, known)
        found = _other(page) if kind is None and not found.items else found
    else:
        found = _shop(page) if kind == "reviews" else _blog(page, kind)
    return replace(found, notes=(*notes, *found.notes))


def stated(page: Page) -> tzinfo | None:
    """The zone that the page states in its footer or bars."""
    for node in pick(page.tree, ZONE_PLACES):
        zone = stated_zone(text_of(node)[:5000])
        if zone is not None:
            return zone
    return None


def _engine(page: Page, source: Source | None) -> Extraction:
    row = recognise(page, source.engine if isinstance(source, ForumSource) else "auto")
    return forum_page(page, *row) if row else Extraction()


def _forum(page: Page, known: Extraction) -> Extraction:
    """What schema.org says of a thread, where it says more than the engine's row; else it fills the gaps."""
    told = read_discussion(page)
    if len(told) > len(known.items) + bool(known.items):  # later pages repeat the opener
        return Extraction(items=told, links=replace(head_links(page), next=next_links(page)), form="thread")
    if known == Extraction():
        return replace(known, links=replace(head_links(page), next=next_links(page)))
    return replace(known, items=tuple(_filled(item, told) for item in known.items))


def _other(page: Page) -> Extraction:
    """Shop, article or listing: the first reader that finds something of its own."""
    found = _shop(page)
    return found if found.items else _blog(page, None)


def _filled(item: RawItem, told: tuple[RawItem, ...]) -> RawItem:
    """An engine's post, its missing author or date taken from the structured data of the same post."""
    if item.author and item.published:
        return item
    twin = next((other for other in told if other.native_id == item.native_id), None)
    if twin is None:
        return item
    item = replace(item, author=item.author or twin.author)
    if item.published:
        return item
    return replace(
        item,
        published=twin.published,
        published_rule=twin.published_rule,
        published_precision=twin.published_precision,
    )


def _shop(page: Page) -> Extraction:
    items = read_reviews(page)
    form = "product" if items or pick(page.tree, "meta[property='og:type'][content=product]") else "catalogue"
    links = replace(head_links(page), products=product_links(page), next=next_links(page))
    return Extraction(items=items, links=links, form=form)


def _blog(page: Page, kind: str | None) -> Extraction:
    signs = read_signs(page)
    article = read_article(page, signs, certain=kind == "feed")
    if article is None:
        links = replace(head_links(page), articles=article_links(page), next=next_links(page))
        return Extraction(links=links, form="listing" if links.articles or links.next else "page")
    comments = read_comments(page, article.title)
    links = replace(head_links(page), next=comment_pages(page))  # rel=next leads to another article here
    return Extraction(items=(article, *comments), links=links, form="article")
