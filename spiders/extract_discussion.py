"""Threads by schema.org: DiscussionForumPosting and QAPage, JSON-LD and microdata.

Google asks later pages of a thread to repeat the opening post as main entity with the replies nested as `comment`,
so the opener is met on each page; its id makes it one.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mentions.model import RawItem
from spiders.extract_identity import own_id, with_ids
from spiders.extract_model import Page
from spiders.extract_people import clean_author
from spiders.extract_structured import Thing, address, counters, kinds, names, objects, prose, walk, word
from spiders.extract_text import pick, text_of
from spiders.extract_urls import first_page, offset_of

THREADS = ("DiscussionForumPosting", "QAPage", "Question", "FAQPage")  # an FAQ holds questions that nobody asked
REPLIES = ("comment", "suggestedAnswer", "acceptedAnswer")
DEEPEST = 20
QUOTES = "blockquote, .quote, aside.quote"


def read_discussion(page: Page) -> tuple[RawItem, ...]:
    """The posts of a thread page that describes itself; () if it does not."""
    postings = [thing for thing in walk(page.things, THREADS) if "FAQPage" not in kinds(thing)]
    roots = [
        entity
        for thing in postings
        for entity in (objects(thing.get("mainEntity")) if "QAPage" in kinds(thing) else [thing])
    ]
    roots = list(
        {(address(thing.get("@id")) or address(thing.get("url")) or id(thing)): thing for thing in roots}.values()
    )
    if not roots:
        return ()
    title = next((found for thing in roots if (found := word(thing.get("headline")) or word(thing.get("name")))), None)
    rows = [row for root in roots for row in _unfold(page, root, None, 0)]
    items = with_ids([item for item in rows if item.text])
    before = offset_of(page.url)
    repeated = len(roots) == 1 and before != 0  # later pages open with the first post of the thread
    return tuple(
        replace(
            item,
            thread_title=title,
            position=0 if repeated and index == 0 else None if before is None else before + index,
        )
        for index, item in enumerate(items)
    )


def _unfold(page: Page, thing: Thing, parent: str | None, depth: int) -> Iterator[RawItem]:
    item = _posting(page, thing, parent)
    yield item
    if depth < DEEPEST:
        for name in REPLIES:
            for reply in objects(thing.get(name)):
                yield from _unfold(page, reply, item.native_id if depth else None, depth + 1)


def _posting(page: Page, thing: Thing, parent: str | None) -> RawItem:
    stamp = page.date(word(thing.get("datePublished")) or word(thing.get("dateCreated")))
    edited = page.date(word(thing.get("dateModified")))
    thread = first_page(page.home)
    return page.item(
        stamp,
        "microdata" if thing.get("#node") is not None else "json-ld",
        unit="post",
        url=page.link(address(thing.get("url")), fragment=True) or thread,
        thread_url=thread,
        native_id=own_id(thing),
        parent=parent,
        text=_text(thing),
        author=clean_author(names(thing.get("author"))),
        edited=edited.at if edited and stamp and edited.at > stamp.at else None,
        engagement=counters(thing.get("interactionStatistic")) | _votes(thing),
        extractor="schema.org",
    )


def _text(thing: Thing) -> str:
    """The posting's own words: quotes out where the element is known."""
    node = thing.get("#node")
    for body in pick(node, "[itemprop~=text], [itemprop~=articleBody]")[:1] if node is not None else ():
        own = text_of(body, without=pick(body, QUOTES))
        if own:
            return own
    return prose(thing.get("text")) or prose(thing.get("articleBody")) or prose(thing.get("description"))


def _votes(thing: Thing) -> dict[str, Any]:
    count = word(thing.get("upvoteCount")) or ""
    return {"likes": int(count)} if count.isdigit() and len(count) < 10 else {}  # noqa: PLR2004 - sane counts
