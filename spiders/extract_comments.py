"""Comments under an article: schema.org, h-entry, and the lists that WordPress themes and their kin print."""

import re
from collections.abc import Iterator
from dataclasses import replace

from mentions.model import RawItem
from spiders.extract_identity import own_id, with_ids
from spiders.extract_model import Page
from spiders.extract_people import clean_author
from spiders.extract_structured import Thing, address, counters, names, objects, prose, walk, word
from spiders.extract_text import Node, pick, pick_one, pick_value, text_of
from spiders.extract_urls import comment_number, first_page

COMMENT = (
    "[id^=comment-], [id^=div-comment-], [id^=li-comment-], .u-comment, .p-comment, .h-cite, li.comment, "
    "article.comment, div.comment"
)
ID = re.compile(r"(?:(?:li|div)-)?(?:comment|c)[-_]?(\d{1,18})", re.IGNORECASE)
LINKBACK = re.compile(r"\b(?:pingback|trackback)\b")
NOT_ONE = re.compile(
    r"\b(?:comment-respond|comment-form|comments?-(?:list|area|count|title|meta|author|content|body))\b"
)
AUTHOR = (
    ".wp-block-comment-author-name || .comment-author .fn || .comment-author [itemprop=name] || .p-author || "
    "[itemprop=author] || .fn || cite || .comment-author || .comment__author || .author || .username"
)
DATE = (
    "time[datetime]@datetime || .dt-published@datetime || .comment-metadata a || .comment-meta a || "
    ".commentmetadata a || .comment-date || .date || time || .comment-metadata || .comment-meta"
)
TEXT = (
    ".wp-block-comment-content || .comment-content || .comment_content || [itemprop=text] || .e-content || "
    ".p-content || .comment-text || .comment-body .text || .comment__content || .comment-body || .content"
)
META = (
    ".comment-meta, .comment-metadata, .commentmetadata, .comment-author, .reply, .comment-reply-link, "
    ".comment-awaiting-moderation, .comment-edit-link, .says, form"
)


def read_comments(page: Page, title: str | None) -> tuple[RawItem, ...]:
    """The comments of an article page, in page order, each once (WordPress shows one of them on several pages)."""
    found = list(_schema(page)) or list(_lists(page))
    return tuple(replace(item, thread_title=title) for item in with_ids(found))


def _schema(page: Page) -> Iterator[RawItem]:
    stack: list[tuple[Thing, str | None, int]] = []
    stack += [(thing, None, 0) for thing in walk(page.things, ("Comment", "UserComments"))][::-1]
    while stack:
        thing, parent, depth = stack.pop()
        item = _from_thing(page, thing, parent)
        if item.text:
            yield item
        if depth < 20:  # noqa: PLR2004 - deeper nesting means nothing
            inner = [*objects(thing.get("comment")), *objects(thing.get("suggestedAnswer"))]
            stack += [(reply, item.native_id, depth + 1) for reply in reversed(inner)]


def _from_thing(page: Page, thing: Thing, parent: str | None) -> RawItem:
    native, above = own_id(thing), next(iter(objects(thing.get("parentItem"))), None)
    stamp = page.date(
        word(thing.get("datePublished")) or word(thing.get("dateCreated")) or word(thing.get("commentTime"))
    )
    node = thing.get("#node")
    return page.item(
        stamp,
        "microdata" if node is not None else "json-ld",
        unit="comment",
        url=page.link(address(thing.get("url")), fragment=True) or _permalink(page, native),
        thread_url=first_page(page.home),
        native_id=native,
        parent=parent or (own_id(above) if above else None),
        text=prose(thing.get("text")) or prose(thing.get("commentText")) or prose(thing.get("description")),
        author=clean_author(names(thing.get("author")) or names(thing.get("creator"))),
        engagement=counters(thing.get("interactionStatistic")),
        extractor="schema.org",
    )


def _permalink(page: Page, native: str | None) -> str:
    return first_page(page.home) + (f"#comment-{native}" if native else "")


def _lists(page: Page) -> Iterator[RawItem]:
    """Elements that are comments by id or class; the outermost of each id, so that a comment counts once."""
    numbers: dict[Node, str | None] = {}
    above: dict[Node, Node | None] = {}
    taken: set[str] = set()
    for node in pick(page.tree, COMMENT):
        number, classes = comment_id(node), node.get("class") or ""
        if LINKBACK.search(classes) or number in taken or (number is None and NOT_ONE.search(classes)):
            continue
        outer = next((up for up in node.iterancestors() if up in numbers), None)
        if number is None and not _stands_alone(node, outer):
            continue
        numbers[node], above[node] = number, outer
        taken |= {number} if number else set()
    inner: dict[Node, list[Node]] = {}
    for node, outer in above.items():
        inner.setdefault(outer, []).append(node)
    for node, outer in above.items():
        item = _from_node(page, node, numbers[node], numbers[outer] if outer is not None else None, inner.get(node, []))
        if item is not None:
            yield item


def _stands_alone(node: Node, outer: Node | None) -> bool:
    """A comment without an id: no mere wrapper inside one already taken, and with a text of its own."""
    if outer is not None and not any(
        "children" in (up.get("class") or "") or up.tag in ("ol", "ul") for up in _between(node, outer)
    ):
        return False
    return pick_one(node, TEXT) is not None


def _between(node: Node, above: Node) -> Iterator[Node]:
    for up in node.iterancestors():
        if up is above:
            return
        yield up


def comment_id(node: Node) -> str | None:
    """`12` of `comment-12`, `li-comment-12`, `div-comment-12`."""
    found = ID.fullmatch(node.get("id") or "")
    return found[1] if found else None


def _from_node(page: Page, node: Node, number: str | None, parent: str | None, inside: list[Node]) -> RawItem | None:
    replies = pick(node, "ol.children, ul.children, .children")
    body = pick_one(node, TEXT)
    holder = node if body is None else body
    text = text_of(holder, without=[*inside, *replies, *pick(holder, META)])
    if not text or (number is None and pick(node, "form textarea")):
        return None
    own = [a.get("href") for a in pick(node, "a[href*='#']") if number and comment_number(a.get("href")) == number]
    link = page.link(own[0], fragment=True) if own else None
    link = link or page.link(pick_value(node, "a.u-url@href"), fragment=True)
    stamp = next((stamp for choice in DATE.split(" || ") if (stamp := page.date(pick_value(node, choice)))), None)
    return page.item(
        stamp, "html", unit="comment", url=link or _permalink(page, number), thread_url=first_page(page.home),
        native_id=number, parent=parent, text=text, author=clean_author(pick_value(node, AUTHOR)), extractor="comments",
    )  # fmt: skip
