"""Walk of WordPress's REST API: complete lists of posts and comments, later only what changed, and what is gone.

A later crawl asks by HEAD, whose answers have no body: how many posts were modified since the last one seen
(`modified_after`), how many there are in all (`X-WP-Total`); only a difference makes it read. Comments have no
date of modification: the words of the newest hundred are compared with those of last time, which shows new and
edited ones alike; older edits are found by reading all of them again once in a week.
Source: WordPress REST API handbook (pagination, posts, comments).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from config.models import BlogSource
from mentions.model import Gone
from spiders.keys import key_at
from spiders.walk import Fetch, Memory, Page, Remember, Step, Trouble

PER_PAGE = 100
FULL_READ_DAYS = 7.0
SETTLED = timedelta(seconds=2)
MARK = "wp-mark:"
FULL = "wp-full:"
RECENT = "wp-recent:"


@dataclass(slots=True)
class Collection:
    """Posts or comments of one blog: where we are in reading them.

    `mark`: the newest stamp met (GMT, naive); `words`: by number, date and text digest of what was read.
    """

    name: str
    stamp: str
    embed: str
    mark: str = ""
    failed: bool = False
    listed: set[str] = field(default_factory=set)
    words: dict[int, tuple[str, str]] = field(default_factory=dict)
    recent: str = ""


class WordPressWalk:
    """The REST API at `api` (ends with a slash); `works` turns false when posts cannot be read by it."""

    def __init__(self, source: BlogSource, memory: Memory, api: str) -> None:
        """Nothing is asked before `start`."""
        self.source = source
        self.memory = memory
        self.api = api
        posts = Collection("posts", "modified_gmt", "author")
        comments = Collection("comments", "date_gmt", "up")
        self.collections = {one.name: one for one in ((posts, comments) if source.comments else (posts,))}
        self.links: dict[str, str] = {}

    def start(self) -> Iterator[Step]:
        """Everything, or what changed since last time."""
        for one in self.collections.values():
            row = self.memory.get(MARK + one.name)
            if row is None or self.memory.age_days(FULL + one.name) >= FULL_READ_DAYS:
                yield self._page(one, 1)
            else:
                one.mark = row.digest
                yield self._changes(one)

    def read(self, page: Page) -> Iterable[Step]:
        """An answer of the API; `fetch.origin` names the collection."""
        one = self.collections[page.fetch.origin]
        if not page.good:
            return self._refused(one, page)
        readers = {
            "wp-full": self._read, "wp-modified": self._read, "wp-newest": self._read, "wp-named": self._read,
            "wp-changed": self._changed, "wp-recent": self._recent, "wp-total": self._total, "wp-list": self._list,
        }  # fmt: skip
        return readers[page.fetch.role](one, page)

    def missed(self, fetch: Fetch) -> Iterable[Step]:
        """The spider counts the failure; a page of a list that is missing makes the list useless."""
        self.collections[fetch.origin].failed = True
        return ()

    def finish(self) -> Iterable[Step]:
        """How far we came, once all was read."""
        for one in self.collections.values():
            if one.mark and not one.failed:
                yield Remember(key=MARK + one.name, url=self._url(one, {}), digest=self._settled(one.mark))
                recent = one.recent or digest_of(one.words)
                if one.name == "comments" and recent:
                    yield Remember(key=RECENT, url=self._url(one, {}), digest=recent)

    def _url(self, one: Collection, query: dict[str, str]) -> str:
        if self.source.since and "include" not in query:
            query = {"after": f"{self.source.since.isoformat()}T00:00:00Z"} | query
        glue = "&" if "?" in self.api else "?"
        return f"{self.api}wp/v2/{one.name}" + (glue + urlencode(query) if query else "")

    def _page(self, one: Collection, number: int, role: str = "full", query: dict[str, str] | None = None) -> Fetch:
        asked = {"per_page": str(PER_PAGE), "page": str(number), "orderby": "id", "order": "asc", "_embed": one.embed}
        url = self._url(one, asked | (query or {}))
        return Fetch(url=url, role=f"wp-{role}", origin=one.name, number=number, priority=3, closable=True)

    def _changes(self, one: Collection) -> Fetch:
        if one.name == "posts":
            return self._count(one, "changed", {"modified_after": one.mark + "Z"})
        asked = {"per_page": str(PER_PAGE), "orderby": "date_gmt", "order": "desc", "_fields": "id,date_gmt,content"}
        url = self._url(one, asked)
        return Fetch(url=url, role="wp-recent", origin=one.name, priority=3, closable=True, raw=True)

    def _count(self, one: Collection, role: str, query: dict[str, str]) -> Fetch:
        url = self._url(one, {"per_page": "1", "_fields": "id"} | query)
        return Fetch(url=url, role=f"wp-{role}", origin=one.name, method="HEAD", priority=3, closable=True)

    def _refused(self, one: Collection, page: Page) -> Iterator[Step]:
        one.failed = True
        yield Trouble(reason=f"the WordPress API answers {page.status} for {one.name}")

    def _read(self, one: Collection, page: Page) -> Iterator[Step]:
        if page.extraction.form not in {f"wordpress-{one.name}", "page", "empty"} and page.body.strip() != b"[]":
            one.failed = True
            yield Trouble(reason=f"the WordPress API gives no {one.name}")
            return
        yield from page.extraction.items
        known = [self.memory.get(key) is not None for entry in _entries(page.body) if (key := self._key(one, entry))]
        for entry in _entries(page.body):
            one.mark = max(one.mark, str(entry.get(one.stamp) or ""))
        one.words |= words_of(page.body)
        role = page.fetch.role
        last = role == "wp-newest" and (not known or known[-1])  # what is older was read before
        pages = int(page.headers.get("x-wp-totalpages") or 1)
        if page.fetch.number < pages and not last:
            here, there = (f"&page={number}&" for number in (page.fetch.number, page.fetch.number + 1))
            url = page.fetch.url.replace(here, there)
            yield Fetch(url=url, role=role, origin=one.name, number=page.fetch.number + 1, priority=3)
        elif role in {"wp-modified", "wp-newest"}:
            yield self._count(one, "total", {})
        elif role == "wp-full":
            yield Remember(key=FULL + one.name, url=self._url(one, {}))
            yield from self._missing(one)

    def _changed(self, one: Collection, page: Page) -> Iterator[Step]:
        if _total(page):
            yield self._page(one, 1, "modified", {"modified_after": one.mark + "Z"})
        else:
            yield self._count(one, "total", {})

    def _recent(self, one: Collection, page: Page) -> Iterator[Step]:
        """The words of the newest comments: as last time, or some are new, edited or gone."""
        one.recent = digest_of(words_of(page.body))
        row = self.memory.get(RECENT)
        if one.recent and (row is None or row.digest != one.recent):
            yield self._page(one, 1, "newest", {"orderby": "date_gmt", "order": "desc"})
        else:
            yield from self._total(one, page)

    def _total(self, one: Collection, page: Page) -> Iterator[Step]:
        if _total(page) != len(self._known(one)):
            yield self._ids(one, 1)

    def _ids(self, one: Collection, number: int) -> Fetch:
        asked = {"per_page": str(PER_PAGE), "page": str(number), "orderby": "id", "order": "asc", "_fields": "id,link"}
        return Fetch(url=self._url(one, asked), role="wp-list", origin=one.name, number=number, priority=3, raw=True)

    def _list(self, one: Collection, page: Page) -> Iterator[Step]:
        unknown = []
        for entry in _entries(page.body):
            key = self._key(one, entry)
            if key:
                one.listed.add(key)
            if key and not self.memory.knows(key):
                unknown.append(str(entry.get("id")))
        if unknown:
            yield self._page(one, 1, "named", {"include": ",".join(unknown)})
        if page.fetch.number < int(page.headers.get("x-wp-totalpages") or 1):
            yield self._ids(one, page.fetch.number + 1)
        else:
            yield from self._gone(one, one.listed)

    def _key(self, one: Collection, entry: dict[str, object]) -> str | None:
        native_id = str(entry.get("id")) if one.name == "comments" else None
        return key_at(str(entry.get("link") or ""), native_id)

    def _known(self, one: Collection) -> set[str]:
        """Keys of the collection's items, those of this crawl included."""
        comments = one.name == "comments"
        old = {k for k, r in self.memory.known.seen.items() if ":" not in k and (r.thread_url is not None) == comments}
        unit = "comment" if comments else "article"
        return old | {key for key, item_unit in self.memory.units.items() if item_unit == unit}

    def _missing(self, one: Collection) -> Iterator[Step]:
        """After a full read, what was known and was not met."""
        if not one.failed:
            yield from self._gone(one, set(self.memory.units))

    def _gone(self, one: Collection, there: set[str]) -> Iterator[Step]:
        for key in self._known(one) - there:
            row = self.memory.get(key)
            if row is not None:
                yield Gone(
                    source=self.source.name, url=row.url, seen_at=self.memory.now,
                    thread_url=row.thread_url, native_id=row.native_id,
                )  # fmt: skip

    def _settled(self, mark: str) -> str:
        """A stamp of just now is taken back a little: another change may carry the same second."""
        at = datetime.fromisoformat(mark)
        recent = self.memory.now.replace(tzinfo=None) - at < SETTLED
        return (at - SETTLED).isoformat() if recent else mark


def _entries(body: bytes) -> Iterator[dict[str, object]]:
    """The objects of a JSON list, none if it is not one."""
    try:
        found = json.loads(body)
    except ValueError:
        return
    if isinstance(found, list):
        yield from (entry for entry in found if isinstance(entry, dict))


def words_of(body: bytes) -> dict[int, tuple[str, str]]:
    """Date and digest of the text of each comment of an answer, by number."""
    found = {}
    for entry in _entries(body):
        content, number = entry.get("content"), entry.get("id")
        if isinstance(number, int) and isinstance(content, dict):
            text = str(content.get("rendered") or "").encode("utf-8", "replace")
            found[number] = (str(entry.get("date_gmt") or ""), sha256(text).hexdigest())
    return found


def digest_of(words: Mapping[int, tuple[str, str]]) -> str:
    """One word for the newest hundred of them; empty if there are none."""
    newest = sorted(((at, number, text) for number, (at, text) in words.items()), reverse=True)[:PER_PAGE]
    return sha256(json.dumps(newest).encode()).hexdigest()[:16] if newest else ""


def _total(page: Page) -> int:
    return int(page.headers.get("x-wp-total") or 0)
