"""Native ids for things that schema.org describes: the site's own number if it gives one, else a digest.

The digest is of author and date, so that an edited text keeps its id; where these do not tell two items of a page
apart (or are missing), the beginning of the text joins in. So two reviews on one page never collide.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from mentions.model import RawItem
from spiders.extract_structured import Thing, address, word
from spiders.extract_urls import comment_number

IN_PATH = re.compile(r"/(?:posts?|comments?|reviews?|answers?|replies|reply|avis)[-_/](\d{1,18})/?$", re.IGNORECASE)
IN_NODE = re.compile(r"[a-z_-]*?(\d{3,18})", re.IGNORECASE)  # small numbers in the page's own ids are often mere ranks
PREFIX = 80  # characters of the text that tell two items apart when author and date do not


def own_id(thing: Thing) -> str | None:
    """The id that the site gives: in `url`, `@id`, `identifier`, or the element's own id."""
    for place in (thing.get("url"), thing.get("@id")):
        url = address(place)
        found = comment_number(url) or _in_url(url)
        if found:
            return found
    identifier = word(thing.get("identifier"))
    if identifier and re.fullmatch(r"[\w.-]{1,64}", identifier):
        return identifier
    node = thing.get("#node")
    found_in_node = IN_NODE.fullmatch(node.get("id") or "") if node is not None else None
    return found_in_node[1] if found_in_node else None


def _in_url(url: str | None) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    query = dict(parse_qsl(parts.query))
    found = IN_PATH.search(parts.path)
    number = query.get("p") or query.get("pid") or query.get("post") or ""
    return found[1] if found else number if number.isdigit() else None


def with_ids(items: Sequence[RawItem]) -> tuple[RawItem, ...]:
    """Items with a native id each; true doubles (same id, or same author, date and text) only once."""
    bare = Counter(who for who, _ in {(_who_when(item), _start(item)) for item in items if item.native_id is None})
    kept: dict[str, RawItem] = {}
    for item in items:
        native = item.native_id
        if native is None:
            told = item.author is not None and item.published is not None and bare[_who_when(item)] == 1
            start = "" if told else _start(item)
            native = sha256(f"{_who_when(item)}\n{start}".encode("utf-8", "replace")).hexdigest()[:16]
        kept.setdefault(native, replace(item, native_id=native))
    return tuple(kept.values())


def _start(item: RawItem) -> str:
    return " ".join(item.text.split())[:PREFIX]


def _who_when(item: RawItem) -> str:
    return f"{item.author or ''}\n{item.published.isoformat() if item.published else ''}"
