"""What a page shows of being an article, and whether it is a listing or a home page instead."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from spiders.extract_model import Page
from spiders.extract_structured import ARTICLES, Thing, address, walk
from spiders.extract_text import pick, pick_value
from spiders.extract_urls import first_page, same_site

LISTING = re.compile(
    r"(?:^|\s)(?:home(?:-template)?|blog|archive|category|tag|author|search|search-results|paged|tag-template|"
    r"author-template)(?:\s|$)"
)
HOME = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|accueil|blog|news|actualites?)(?:\.\w{2,5})?/?)?",
    re.IGNORECASE,
)
SINGLE = re.compile(r"(?:^|\s)(?:single|single-post|post-template|singular|postid-\d+)(?:\s|$)")


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
    here = urlsplit(page.url)
    if HOME.fullmatch(here.path) and not re.search(r"(?:^|&)p=\d", here.query):
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
