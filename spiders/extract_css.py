"""Kind `css`: items by the selectors that an analyst wrote."""

import re
from collections.abc import Mapping
from dataclasses import replace

from config.models import CssField, CssSource
from mentions.model import Rating, RawItem
from spiders.extract_dates import Stamp
from spiders.extract_identity import with_ids
from spiders.extract_model import Extraction, Links, Page
from spiders.extract_people import clean_author
from spiders.extract_reviews import read_rating
from spiders.extract_text import Node, pick, pick_one, pick_value, text_of
from spiders.extract_urls import first_page

LONGEST = 10_000  # characters that a user's regular expression may run over


def read_css(page: Page, source: CssSource) -> Extraction:
    """One item per match of `item`; notes say how many had no text and which selectors found nothing."""
    nodes = pick(page.tree, source.item)
    found = [item for node in nodes if (item := _item(page, source, node)) is not None]
    notes = [] if nodes else [f"the selector {source.item!r} matches nothing"]
    if len(found) < len(nodes):
        notes.append(f"items without text: {len(nodes) - len(found)} of {len(nodes)}")
    items = with_ids(found) if source.unit != "article" else tuple(found)
    return Extraction(items=items, links=_links(page, source), notes=tuple(notes), form="css")


def _links(page: Page, source: CssSource) -> Links:
    if not source.next:
        return Links()
    css = source.next if "@" in source.next else f"{source.next}@href"
    found = pick_value(page.tree, css)
    return Links(next=tuple(url for url in page.links([found]) if url != page.url))


def _item(page: Page, source: CssSource, node: Node) -> RawItem | None:
    fields = source.fields
    text = field_text(node, fields.text)
    if not text:
        return None
    url = page.link(field_value(node, fields.url, href=True), fragment=True)
    stamp = _date(page, node, fields.date)
    item = page.item(
        stamp, "css", unit=source.unit, url=url or page.home, text=text, title=field_value(node, fields.title),
        author=clean_author(field_value(node, fields.author)), native_id=field_value(node, fields.id),
        rating=_rating(node, fields.rating, source.rating_best), extractor="css",
    )  # fmt: skip
    return item if source.unit == "article" else replace(item, thread_url=first_page(page.home))


def as_field(field: CssField | str | None) -> CssField | None:
    """A plain string is a selector."""
    return CssField(css=field) if isinstance(field, str) else field


def field_value(node: Node, field: CssField | str | None, *, href: bool = False) -> str | None:
    """One line: the attribute or text, then the first group of the regular expression (or its whole match)."""
    wanted = as_field(field)
    if wanted is None:
        return None
    css = wanted.css if "@" in wanted.css or not href else f"{wanted.css}@href"
    value = pick_value(node, css)
    if value is None or not wanted.regex:
        return value
    found = re.search(wanted.regex, value[:LONGEST])
    return (found[1] if found.re.groups else found[0]) if found else None


def field_text(node: Node, field: CssField | str) -> str:
    """The text of an item keeps its paragraphs, unless a regular expression or an attribute cuts it."""
    wanted = as_field(field)
    if wanted is None:
        return ""
    if wanted.regex or "@" in wanted.css:
        return field_value(node, wanted) or ""
    found = pick_one(node, wanted.css)
    return text_of(found) if found is not None else ""


def _date(page: Page, node: Node, field: CssField | str | None) -> Stamp | None:
    wanted = as_field(field)
    return page.date(field_value(node, wanted), wanted.order) if wanted else None


def _rating(node: Node, field: CssField | str | None, best: float) -> Rating | None:
    wanted = as_field(field)
    value = field_value(node, wanted)
    if wanted is None or value is None:
        return None
    mapped = _mapped(value, wanted.map) if wanted.map else None
    if wanted.map:
        return Rating(value=mapped, best=best) if mapped is not None and 0 <= mapped <= best else None
    return read_rating({"ratingValue": value, "bestRating": str(best)}, best)


def _mapped(value: str, table: Mapping[str, float]) -> float | None:
    """The whole value, else the one of its words that the map knows (`star-rating Three`)."""
    if value in table:
        return table[value]
    return next((table[word] for word in value.split() if word in table), None)
