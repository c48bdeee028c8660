"""When an article was published and edited, kept away from the traps of pages that print their clock."""

import re
from copy import deepcopy
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from spiders.extract_dates import Stamp
from spiders.extract_model import Page
from spiders.extract_signs import Signs
from spiders.extract_structured import word
from spiders.extract_text import Node, pick, pick_value

WHEN = (
    "time.entry-date[datetime]@datetime || time.dt-published@datetime || .dt-published@datetime || "
    "time.published[datetime]@datetime || time[itemprop~=datePublished]@datetime || "
    "time[pubdate]@datetime || [itemprop~=datePublished]@content || .wp-block-post-date time@datetime || "
    "article header time[datetime]@datetime || article time[datetime]@datetime || "
    "main time[datetime]@datetime || abbr.published@title"
)
PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued"),
    *("dcterms.created", "dcterms.issued", "publish-date", "publishdate", "pubdate", "parsely-pub-date"),
    "sailthru.date",
)
IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})(?:[/-](\d{1,2}))?(?=[/-])")
JUST_NOW = timedelta(minutes=10)
MEANT = timedelta(seconds=60)


def published(page: Page, signs: Signs) -> tuple[Stamp | None, str]:
    """The date of publication and the rule that found it.

    A "date" that is the moment of the fetch is believed only where a second signal agrees: many programs print
    their clock into `meta`.
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
    import htmldate  # noqa: PLC0415 - most dates are found without

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
    if stamp is None or str(found).endswith("-01-01") or abs(page.fetched_at - stamp.at) < timedelta(days=2):
        return None
    return stamp


def edited(page: Page, signs: Signs, stamp: Stamp | None) -> datetime | None:
    """A later `dateModified`, unless it is the moment of the fetch."""
    told = word(signs.thing.get("dateModified")) if signs.thing else None
    found = page.date(
        told
        or signs.meta.get("article:modified_time")
        or pick_value(page.tree, "time.dt-updated@datetime || time.updated[datetime]@datetime")
    )
    if found is None or stamp is None or found.at - stamp.at <= MEANT or page.fetched_at - found.at < JUST_NOW:
        return None
    return None if found.precision == "day" and found.at - stamp.at < timedelta(days=1) else found.at
