"""Customer reviews by schema.org (JSON-LD, microdata): rating, author, date, title, text, product."""

import re
from collections.abc import Iterator
from typing import Any

from mentions.model import Rating, RawItem
from spiders.extract_identity import own_id, with_ids
from spiders.extract_model import Page
from spiders.extract_people import clean_author
from spiders.extract_structured import Thing, address, counters, kinds, names, objects, prose, walk, word
from spiders.extract_urls import first_page

REVIEWS = frozenset(("Review", "UserReview", "CriticReview", "EmployerReview", "Recommendation", "MediaReview"))
NUMBER = re.compile(r"\d{1,5}(?:[.,]\d{1,3})?")
SCALES = (5.0, 10.0, 20.0, 100.0)  # what sites count to, when they do not say


def read_reviews(page: Page) -> tuple[RawItem, ...]:
    """The reviews that the structured data of a page carries, in page order; () if there is none."""
    about = _products(page)
    found = [
        item for review, product in _reviews(page) if (item := _review(page, review, product or about)) is not None
    ]
    return with_ids(found)


def _products(page: Page) -> Thing | None:
    """The main product of the page: what reviews without an `itemReviewed` are about."""
    return next((thing for thing in walk(page.things, ("Product", "ProductGroup")) if word(thing.get("name"))), None)


def _reviews(page: Page) -> Iterator[tuple[Thing, Thing | None]]:
    """Every review with the thing it hangs under; a review met twice (by two paths) is given twice."""
    stack: list[tuple[Any, Thing | None, int]] = [(thing, None, 0) for thing in reversed(page.things)]
    whole = {thing["@id"]: thing for thing in page.things if isinstance(thing.get("@id"), str)}
    seen: set[int] = set()
    while stack:
        thing, owner, depth = stack.pop()
        thing = whole.get(str(thing.get("@id")), thing)  # a graph may mention it before it says it
        if id(thing) in seen or depth > 12:  # noqa: PLR2004 - deeper nesting means nothing
            continue
        seen.add(id(thing))
        if kinds(thing) & REVIEWS:
            yield thing, next((about for about in objects(thing.get("itemReviewed")) if word(about.get("name"))), owner)
            continue
        holder = thing if word(thing.get("name")) else owner
        inner = [entry for name, value in thing.items() if name != "#node" for entry in objects(value)]
        stack += [(entry, holder, depth + 1) for entry in reversed(inner)]


def _review(page: Page, thing: Thing, product: Thing | None) -> RawItem | None:
    title = prose(thing.get("headline")) or prose(thing.get("name")) or None
    text = prose(thing.get("reviewBody")) or prose(thing.get("description")) or prose(thing.get("text"))
    rating = read_rating(thing.get("reviewRating"), page.rating_best)
    if not (text or title) or not (rating or text):
        return None
    name = prose(product.get("name")) if product else None
    thread = first_page(page.home)
    stamp = page.date(word(thing.get("datePublished")) or word(thing.get("dateCreated")))
    return page.item(
        stamp,
        "microdata" if thing.get("#node") is not None else "json-ld",
        unit="review",
        url=_permalink(page, thing) or thread,
        thread_url=thread,
        thread_title=name,
        product=name,
        native_id=own_id(thing),
        title=title if text and title not in (name, text) else None,
        text=text or title or "",
        author=clean_author(names(thing.get("author"))),
        rating=rating,
        engagement=counters(thing.get("interactionStatistic")),
        extractor="schema.org",
    )


def _permalink(page: Page, thing: Thing) -> str | None:
    return page.link(address(thing.get("url")), fragment=True)


def read_rating(value: Any, default_best: float) -> Rating | None:
    """`{"ratingValue": "4,5", "bestRating": "5"}`, `"4/5"` or 4; None if it is no rating.

    Without `bestRating` the scale is the default, or the next common one that holds the value.
    """
    for entry in [value] if not isinstance(value, list) else value:
        told = word(entry.get("ratingValue")) if isinstance(entry, dict) else word(entry)
        numbers = [float(number.replace(",", ".")) for number in NUMBER.findall(told or "")[:2]]
        if not numbers:
            continue
        best = NUMBER.search(word(entry.get("bestRating")) or "") if isinstance(entry, dict) else None
        top = float(best[0].replace(",", ".")) if best else numbers[1] if len(numbers) > 1 else 0.0
        if "%" in (told or ""):
            top = 100.0
        if top <= 0:
            top = (
                default_best
                if numbers[0] <= default_best
                else next((scale for scale in SCALES if scale >= numbers[0]), 0.0)
            )
        if 0 <= numbers[0] <= top:
            return Rating(value=numbers[0], best=top)
    return None
