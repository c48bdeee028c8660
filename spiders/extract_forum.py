"""Forum pages by engine row: posts of a thread, threads and boards of a board."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from mentions.model import RawItem
from spiders.engines import ENGINES, Engine
from spiders.extract_dates import Stamp
from spiders.extract_links import head_links, next_links
from spiders.extract_model import Extraction, Links, Page
from spiders.extract_people import clean_author
from spiders.extract_text import Node, pick, pick_one, pick_value, text_of
from spiders.extract_urls import first_page, offset_of

DIGITS = re.compile(r"(\d{1,18})\D*$")
RANK = re.compile(r"#?\s?([\d  ,.]{1,12})")
EDITED_BY = re.compile(
    r"(?:last edited by|dernière modification par|modifié (?:en dernier )?par|edited)\b", re.IGNORECASE
)
TIMES = re.compile(r",\s*(?:edited|modifié)\b.*$", re.IGNORECASE)
SAME = 5  # seconds: an edit date this close to the post is the post


def recognise(page: Page, wanted: str = "auto") -> tuple[str, Engine] | None:
    """The engine row of a page: the one wanted, or the first whose mark is there."""
    if wanted in ENGINES:
        return wanted, ENGINES[wanted]
    return next(((name, engine) for name, engine in ENGINES.items() if pick(page.tree, engine.detect)), None)


def read_thread(page: Page, name: str, engine: Engine) -> tuple[RawItem, ...]:
    """The posts of one thread page, each once, in page order."""
    thread, title = thread_url(page), thread_title(page, engine)
    found: dict[str, RawItem] = {}
    before = offset_of(page.url)
    for index, node in enumerate(pick(page.tree, engine.post)):
        if engine.hidden and engine.hidden in (node.get("class") or ""):
            continue
        rank = _rank(node, engine)
        position = rank - 1 if rank else (None if before is None else before + index)
        item = _post(page, node, name, engine)
        if item is not None and item.native_id not in found:
            found[item.native_id or ""] = replace(item, thread_url=thread, thread_title=title, position=position)
    return tuple(found.values())


def thread_url(page: Page) -> str:
    """The first page of the thread, as the canonical link or the address tells."""
    return first_page(page.home)


def thread_title(page: Page, engine: Engine) -> str | None:
    """The heading of the thread, without its labels; the page title at worst."""
    node = pick_one(page.tree, engine.title)
    if node is not None:
        title = " ".join(text_of(node, without=pick(node, ".label, .labelLink, .badge")).split())
        if title:
            return title
    node = pick_one(page.tree, "title")
    return " ".join((node.text or "").split()) or None if node is not None else None


def _post(page: Page, node: Node, name: str, engine: Engine) -> RawItem | None:
    body = pick_one(node, engine.text)
    if body is None:
        return None
    quotes = _outermost(pick(body, engine.quote))
    without = [*quotes, *(pick(body, engine.drop) if engine.drop else ())]
    text = text_of(body, without=without)
    number = DIGITS.search(pick_value(node, engine.native_id) or "")
    if not text or not number:  # a post that only quotes says nothing of its own
        return None
    stamp = post_date(page, node, engine)
    return page.item(
        stamp,
        f"engine:{name}",
        unit="post",
        url=_permalink(page, node, engine, number[1]),
        native_id=number[1],
        text=text,
        author=clean_author(pick_value(node, engine.author)),
        edited=_edited(page, node, engine, stamp),
        engagement=_likes(node, engine),
        extractor=f"engine:{name}",
    )


def _outermost(nodes: list[Node]) -> list[Node]:
    kept = set(nodes)
    return [node for node in nodes if not kept.intersection(node.iterancestors())]


def _permalink(page: Page, node: Node, engine: Engine, number: str) -> str:
    found = page.link(pick_value(node, engine.permalink), fragment=True) if engine.permalink else None
    if found:
        return found
    if engine is ENGINES["discourse"]:
        return thread_url(page).rstrip("/") + f"/{number}"
    return f"{thread_url(page)}#{node.get('id') or number}"


def post_date(page: Page, node: Node, engine: Engine) -> Stamp | None:
    """The first alternative of the row that is a date; in `by NAME » date` only what follows the name counts."""
    for choice in engine.date.split(" || "):
        value = pick_value(node, choice)
        stamp = page.date(_after_name(value, node, engine)) if value else None
        if stamp:
            return stamp
    return None


def _after_name(value: str, node: Node, engine: Engine) -> str:
    """A name may hold a date ("Nov 2019"): it is cut off before the date is read."""
    if "»" in value:
        return value.rpartition("»")[2]
    name = pick_value(node, engine.author)
    return value.partition(name)[2] if name and name in value and len(value) > len(name) else value


def _edited(page: Page, node: Node, engine: Engine, stamp: Stamp | None) -> datetime | None:
    """The date of the last edit; a text must say that it is one, for notices tell other things too."""
    for choice in engine.edited.split(" || ") if engine.edited else ():
        value = pick_value(node, choice)
        if not value or ("@" not in choice and not EDITED_BY.search(value)):
            continue
        edited = page.date(TIMES.sub("", value))
        if edited and not (stamp and (edited.at - stamp.at).total_seconds() <= SAME):
            return edited.at
    return None


def _rank(node: Node, engine: Engine) -> int | None:
    value = pick_value(node, engine.number) if engine.number else None
    found = RANK.search(value.removeprefix("post_")) if value else None
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return int(digits) if digits else None


def _likes(node: Node, engine: Engine) -> dict[str, int]:
    value = pick_value(node, engine.likes) if engine.likes else None
    found = re.search(r"\d{1,7}", value or "")
    return {"likes": int(found[0])} if found else {}


def read_board(page: Page, engine: Engine) -> Links:
    """Threads (with marks), boards and the next page of a board or forum index."""
    threads = _targets(page, engine.thread)
    boards = [url for url in _targets(page, engine.board) if url not in threads]
    return replace(
        head_links(page),
        next=follow(page, engine),
        threads=threads,
        boards=tuple(url for url in boards if url != first_page(page.url)),
        marks=tuple(_marks(page, engine)),
    )


def _targets(page: Page, css: str) -> tuple[str, ...]:
    for choice in css.split(" || "):
        found = pick(page.tree, choice)
        if found:
            urls = page.links(node.get("href") or pick_value(node, "a@href") for node in found)
            return tuple(dict.fromkeys(first_page(url) for url in urls))
    return ()


def _marks(page: Page, engine: Engine) -> Iterator[tuple[str, str]]:
    """What a board says of a thread's replies, as a short word: unchanged, the thread need not be read again."""
    for row in pick(page.tree, engine.row) if engine.row else ():
        anchor = pick_one(row, engine.thread)
        url = page.link(anchor.get("href")) if anchor is not None else None
        told = [pick_value(row, choice) or "" for choice in engine.mark.split(" || ")]
        if url and any(told):
            yield first_page(url), sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:16]


def follow(page: Page, engine: Engine) -> tuple[str, ...]:
    """The next page by the row's selector, else by general signs."""
    href = pick_value(page.tree, " || ".join(f"{choice}@href" for choice in engine.next.split(" || ")))
    found = page.links([href]) if href else ()
    here = {page.url, page.home}
    return tuple(url for url in found if url not in here) or next_links(page)


def forum_page(page: Page, name: str, engine: Engine) -> Extraction:
    """A thread when there are posts, else a board."""
    items = read_thread(page, name, engine)
    if items:
        return Extraction(items=items, links=replace(head_links(page), next=follow(page, engine)), form="thread")
    links = read_board(page, engine)
    return Extraction(links=links, form="board" if links.threads or links.boards else "page")
