"""RSS, Atom and JSON Feed: articles, or the comments of a comment feed. Bytes only, never a URL (docs/adr/0005)."""

import calendar
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser

from mentions.errors import RejectedItem
from mentions.model import RawItem
from spiders.extract_dates import Stamp
from spiders.extract_model import Extraction, Links, Page
from spiders.extract_people import clean_author
from spiders.extract_text import fragment, pick, plain, text_of
from spiders.extract_urls import comment_number, first_page

SHORT = 600  # characters: a summary below this seldom is the article
TINY = 40  # characters: full content below this is a mere hint
CUT = re.compile(
    r"(?:\[?(?:…|\.\.\.|&hellip;)\]?|\b(?:read more|continue reading|lire (?:la suite|plus)|en savoir plus)\W{0,3})$",
    re.IGNORECASE,
)
BADGE = re.compile(
    r"^(?:The post .{1,300} (?:appeared first|first appeared) on .{1,200}|"
    r"L[’'ea ]{1,2} ?article .{1,300} est apparu en premier sur .{1,200})\.?$"
)
REPLY = re.compile(r"^\s*(?:In reply to|En réponse à)\s*$", re.IGNORECASE)
COMMENT_ON = re.compile(
    r"^(?:Comments? on:?|Commentaires? sur\s?:?)\s+(?P<title>.{1,400}?)(?:\s+(?:by|par)\s+(?P<who>[^:]{1,100}))?$",
    re.IGNORECASE,
)
MEANT = timedelta(seconds=60)  # an edit closer than this to the publication is the publishing itself


def read_feed(page: Page) -> Extraction:
    """The entries of RSS or Atom; RejectedItem("unreadable") for entity declarations or no feed at all."""
    head = re.split(r"<[A-Za-z]", page.text, maxsplit=1)[0]
    if "<!ENTITY" in head or "<!entity" in head:
        raise RejectedItem("unreadable", "the feed declares entities: refused, it may be a bomb")
    body = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", page.text, count=1).lstrip()
    try:
        parsed = feedparser.parse(
            io.BytesIO(body.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": page.url},
        )
    except (RecursionError, ValueError, AttributeError, TypeError, KeyError, AssertionError) as error:
        raise RejectedItem("unreadable", f"the feed cannot be parsed: {error}") from error
    if not parsed.get("version") and not parsed.entries:
        raise RejectedItem("unreadable", "XML, but neither RSS nor Atom")
    notes = (f"the feed is not well-formed: {parsed.bozo_exception}",) if parsed.bozo else ()
    feed = dict(parsed.feed)
    if not str(parsed.get("version")).startswith("atom"):  # RFC 4287 4.1.1: the feed's author is that of its entries
        feed |= {"authors": [], "author": ""}
    return _gather(page, feed, list(parsed.entries), notes)


def _gather(
    page: Page, feed: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], notes: tuple[str, ...]
) -> Extraction:
    pairs = [(entry, page.link(entry.get("link") or _permalink(entry), fragment=True)) for entry in entries]
    linked = [(entry, link) for entry, link in pairs if link]
    if len(linked) < len(pairs):
        notes += (f"entries without a link: {len(pairs) - len(linked)}",)
    author = _author(feed)
    comments = bool(linked) and sum(comment_number(link) is not None for _, link in linked) * 2 > len(linked)
    items: list[RawItem] = []
    short: list[str] = []
    for entry, link in linked:
        item, cut = (_comment(page, feed, entry, link), False) if comments else _article(page, entry, link, author)
        if item is not None:
            items.append(item)
        if cut:
            short.append(link)
    follow = [one.get("href") for one in feed.get("links", []) if one.get("rel") == "next"]
    links = Links(
        next=page.links(follow),
        articles=() if comments else page.links(link for _, link in linked),
        short=page.links(short),
        comment_feeds=page.links(entry.get("wfw_commentrss") for entry in entries),
    )
    return Extraction(items=tuple(items), links=links, notes=notes, form="feed")


def _permalink(entry: Mapping[str, Any]) -> str | None:
    guid = str(entry.get("id") or "")
    return guid if guid.startswith(("http://", "https://")) else None


def _markup(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest content, as HTML, and whether it is the entry's content rather than its summary."""
    contents = [
        str(one.get("value") or "")
        for one in entry.get("content", [])
        if "html" in str(one.get("type") or "html") or "text" in str(one.get("type"))
    ]
    full = max(contents, key=len, default="")
    summary = str(entry.get("summary") or "")
    return (full, True) if len(full) >= len(summary) and full else (summary, False)


def _article(page: Page, entry: Mapping[str, Any], link: str, author: str | None) -> tuple[RawItem | None, bool]:
    markup, full = _markup(entry)
    text = strip_badge(plain(markup))
    cut = bool(CUT.search(text)) or len(text) < (TINY if full else SHORT)
    title = plain(str(entry.get("title") or "")) or None
    if not text and not title:
        return None, True
    stamp, edited = _dates(page, entry)
    item = page.item(
        stamp, "feed", unit="article", url=link, title=title, text=text or title or "",
        author=_author(entry) or author, edited=edited, extractor="feed", engagement=_replies(entry),
    )  # fmt: skip
    return item, cut


def strip_badge(text: str) -> str:
    """The text without the line that WordPress adds to feeds only ("The post X appeared first on Y")."""
    body, _, last = text.rpartition("\n\n")
    return body if body and BADGE.match(last) else text


def _replies(entry: Mapping[str, Any]) -> dict[str, int]:
    count = str(entry.get("slash_comments") or "")
    return {"replies": int(count)} if re.fullmatch(r"\d{1,9}", count) else {}


def _author(entry: Mapping[str, Any]) -> str | None:
    authors = [clean_author(str(one.get("name") or "")) for one in entry.get("authors", []) if one]
    found = ", ".join(dict.fromkeys(name for name in authors if name))
    return found or clean_author(str(entry.get("author") or ""))


def _dates(page: Page, entry: Mapping[str, Any]) -> tuple[Stamp | None, datetime | None]:
    published = _stamp(page, entry, "published") or _stamp(page, entry, "created")
    updated = _stamp(page, entry, "updated") if "updated" in entry else None
    if published is None:
        return updated, None
    return published, updated.at if updated and updated.at - published.at > MEANT else None


def _stamp(page: Page, entry: Mapping[str, Any], name: str) -> Stamp | None:
    if name not in entry:
        return None
    stamp = page.date(str(entry.get(name) or ""))
    parsed = entry.get(f"{name}_parsed")
    if stamp or not parsed:
        return stamp
    try:
        return Stamp(datetime.fromtimestamp(calendar.timegm(parsed), UTC), "second")
    except (ValueError, TypeError, OverflowError):
        return None


def _comment(page: Page, feed: Mapping[str, Any], entry: Mapping[str, Any], link: str) -> RawItem | None:
    text, parent = split_reply(_markup(entry)[0])
    if not text:
        return None
    on = COMMENT_ON.match(plain(str(entry.get("title") or "")))
    channel = COMMENT_ON.match(plain(str(feed.get("title") or "")))
    stamp, _ = _dates(page, entry)
    return page.item(
        stamp, "feed", unit="comment", url=link, thread_url=first_page(link), native_id=comment_number(link),
        parent=parent, thread_title=(on or channel or {"title": None})["title"], text=text,
        author=_author(entry) or clean_author(on["who"] if on else None), extractor="feed",
    )  # fmt: skip


def split_reply(markup: str) -> tuple[str, str | None]:
    """A comment's text without WordPress's "In reply to NAME." and the number of the comment replied to."""
    tree = fragment(markup)
    if tree is None:
        return plain(markup), None
    for anchor in pick(tree, "a[href]")[:1]:
        holder = anchor.getparent()
        before = holder.text if anchor.getprevious() is None else None
        number = comment_number(anchor.get("href"))
        if number and before and REPLY.match(before) and holder.index(anchor) == 0:
            rest = (anchor.tail or "").removeprefix(".").lstrip()
            holder.text, anchor.tail = rest, None
            holder.remove(anchor)
            return text_of(tree), number
    return text_of(tree), None


def read_json_feed(page: Page, data: Mapping[str, Any]) -> Extraction:
    """JSON Feed 1.1 (jsonfeed.org), already parsed."""
    entries = [_from_json(one) for one in entries_of(data.get("items") or [])]
    feed = {
        "title": data.get("title"),
        "links": [{"rel": "next", "href": data.get("next_url")}],
        "authors": _people(data),
    }
    return replace(_gather(page, feed, entries, ()), form="json-feed")


def _from_json(one: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Feed item in feedparser's words."""
    content = one.get("content_html") or "<br>".join(
        str(one.get("content_text") or "").replace("<", "&lt;").splitlines()
    )
    one = {name: value for name, value in one.items() if isinstance(value, str | list | dict) or name == "id"}
    entry = {
        "link": one.get("url") or one.get("external_url"),
        "id": one.get("id"),
        "title": one.get("title"),
        "content": [{"value": content, "type": "text/html"}] if content else [],
        "summary": one.get("summary"),
        "authors": _people(one),
    }
    dates = {"published": one.get("date_published"), "updated": one.get("date_modified")}
    return entry | {name: value for name, value in dates.items() if value}


def _people(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """`authors` of version 1.1, `author` of version 1."""
    authors = one.get("authors") or [one.get("author")]
    return [who for who in authors if isinstance(who, dict)] if isinstance(authors, list) else []


def complete(entry: RawItem, page: RawItem) -> RawItem:
    """One item from a short feed entry and its page: text from the page, date and author from the feed."""
    return replace(
        page,
        url=entry.url,
        title=entry.title or page.title,
        text=page.text if len(page.text) >= len(entry.text) else entry.text,
        author=entry.author or page.author,
        published=entry.published or page.published,
        published_rule=entry.published_rule or page.published_rule,
        published_precision=entry.published_precision or page.published_precision,
        edited=entry.edited or page.edited,
        engagement=page.engagement or entry.engagement,
    )


def parse_json(text: str) -> Any:
    """JSON of any shape; RejectedItem("unreadable") when it is none or nested beyond reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RejectedItem("unreadable", f"not JSON: {error}") from error


def entries_of(data: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON list, or the object itself."""
    yield from (one for one in (data if isinstance(data, list) else [data]) if isinstance(one, dict))
