"""What a page shows of being an article, and whether it is a listing or a home page instead."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from spiders.extract_model import Page
from spiders.extract_structured import ARTICLES, Thing, address, walk
from spiders.extract_text import Node, pick, pick_one, pick_value
from spiders.extract_urls import first_page, same_site

LISTING = re.compile(
    r"(?:^|\s)(?:home(?:-template)?|blog|archive|category|tag|author|search|search-results|paged|tag-template|"
    r"author-template)(?:\s|$)"
)
HOME = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|accueil|blog|news|actualites?)(?:\.\w{2,5})?/?)?",
    re.IGNORECASE,
)
ENTRY = "article, .h-entry, .hentry, .post"
MANY = 3  # entries with headings of their own: several articles in one page
SINGLE = re.compile(r"(?:^|\s)(?:single|single-post|post-template|singular|postid-\d+)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Headings:
    """Headings of entries: the one that links to the page itself, those without link, how many lead elsewhere."""

    itself: Node | None
    unlinked: tuple[Node, ...]
    teasers: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What a page shows of being an article (main thing, `meta`, heading), a listing or a home page."""

    thing: Thing | None
    meta: dict[str, str]
    listing: bool
    home: bool
    heading: Node | None


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
    headings = read_headings(page)
    listing = _is_listing(page, main, len(things), headings, meta.get("og:type", "").lower())
    heading = headings.itself if headings.itself is not None else next(iter(headings.unlinked), None)
    return Signs(main, meta, listing, is_home(page.url), heading)


def is_home(url: str) -> bool:
    """The front page of a site, of a language or of its news: never an article, whatever its markup claims."""
    here = urlsplit(url)
    return HOME.fullmatch(here.path) is not None and not re.search(r"(?:^|&)p=\d", here.query)


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


def _is_listing(page: Page, main: Thing | None, articles: int, headings: Headings, kind: str) -> bool:
    classes = " ".join(node.get("class") or "" for node in pick(page.tree, "body"))
    if headings.itself is not None or SINGLE.search(classes) or (main is not None and _is_page(page, main)):
        return False
    if LISTING.search(classes) or (main is None and articles > 1):
        return True
    if kind == "article":
        return False
    return len(headings.unlinked) >= MANY or (headings.teasers > 0 and not headings.unlinked)


def read_headings(page: Page) -> Headings:
    """The first heading of each entry on the page, by where it leads."""
    itself: Node | None = None
    unlinked: list[Node] = []
    teasers: set[str] = set()
    own = {first_page(url).rstrip("/") for url in (page.home, page.url)}
    for entry in pick(page.tree, ENTRY):
        heading = pick_one(entry, "h1, h2, h3")
        if heading is None:
            continue
        around = next((up for up in heading.iterancestors("a") if up.get("href")), None)
        url = page.link(pick_value(heading, "a@href") or (around.get("href") if around is not None else None))
        if url is None:
            unlinked.append(heading)
        elif first_page(url).rstrip("/") in own:
            itself = heading if itself is None else itself
        elif same_site(url, page.url):
            teasers.add(url)
    return Headings(itself, tuple(unlinked), len(teasers))
