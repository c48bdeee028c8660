"""Walk of a feed: entries, the pages of short entries, the comment feeds of what the feed shows."""

from collections.abc import Iterable, Iterator

from config.models import BlogSource, FeedSource
from mentions.model import Gone, RawItem
from spiders.extract_feed import complete
from spiders.keys import item_digest, item_key, key_at
from spiders.walk import Fetch, Forget, Memory, Page, Remember, Step, Trouble

FORMS = frozenset({"feed", "json-feed"})
ENTRY = "entry:"
COMMENTS = "comments:"
PAGE_KIND = "blog"
MAX_COMMENT_FEEDS = 30
MAX_VANISHED = 20


class FeedWalk:
    """One feed (and a second page of it where the feed names one).

    Rows kept: `entry:KEY` (digest of the entry as the feed showed it) and `comments:KEY` (where its comments are).
    An entry that left the feed's window is asked for once if more left than came: then one was deleted.
    """

    def __init__(self, source: FeedSource | BlogSource, memory: Memory, *, url: str | None = None) -> None:
        """`url` stands for the source's own where a blog found its feed."""
        self.source = source
        self.memory = memory
        self.url = url or source.url
        self.full_text = source.full_text if isinstance(source, FeedSource) else "auto"
        self.window: dict[str, str] = {}
        self.fresh = 0
        self.pages = 0
        self.unchanged = False

    def start(self) -> Iterator[Step]:
        """The feed, and the comment feeds of the entries that stood in it last time."""
        vital = isinstance(self.source, FeedSource)
        yield Fetch(url=self.url, role="feed", kind="feed", conditional=True, vital=vital, priority=5)

    def read(self, page: Page) -> Iterable[Step]:
        """Any page that this walk asked for."""
        if page.fetch.role == "feed":
            return self._read_feed(page)
        if page.fetch.role == "entry":
            return self._read_entry(page)
        if page.fetch.role == "vanished":
            return self._read_vanished(page)
        return self._read_comments(page)

    def missed(self, fetch: Fetch) -> Iterable[Step]:
        """The short entry stands for the page that cannot be had."""
        if fetch.carry is not None:
            yield fetch.carry

    def finish(self) -> Iterable[Step]:
        """Entries that left the window: deleted ones are looked for when more left than came."""
        if self.unchanged or not self.window:
            return
        left = [row for row in self.memory.rows(ENTRY) if row.key.removeprefix(ENTRY) not in self.window]
        for row in left:
            yield Forget(key=row.key)
        if len(left) > self.fresh:
            for row in left[:MAX_VANISHED]:
                yield Fetch(url=row.url, role="vanished", method="HEAD", optional=True)
        self.window = {}

    def _read_feed(self, page: Page) -> Iterator[Step]:
        if page.unchanged:
            self.unchanged = True
            yield from self._comment_feeds_again()
            return
        if not page.good:
            return
        if page.extraction.form not in FORMS:
            feeds = [url for url in page.extraction.links.feeds if url != page.url]
            if feeds and page.fetch.number == 1:
                yield Fetch(url=feeds[0], role="feed", kind="feed", conditional=True, vital=page.fetch.vital, number=2)
            else:
                yield Trouble(reason="not a feed (neither RSS, Atom nor JSON Feed)", fatal=page.fetch.vital)
            return
        short = set(page.extraction.links.short)
        for item in page.extraction.items:
            yield from self._entry(item, short=item.url in short)
        yield from self._comment_feeds(page)
        self.pages += 1
        if not self.memory.settled and self.pages < self.source.max_pages and page.extraction.items:
            for url in page.extraction.links.next[:1]:
                yield Fetch(url=url, role="feed", kind="feed", number=page.fetch.number)

    def _entry(self, item: RawItem, *, short: bool) -> Iterator[Step]:
        key = item_key(item)
        if key is None or item.unit != "article":
            yield item
            return
        digest = item_digest(item)
        self.window[key] = item.url
        row = self.memory.get(ENTRY + key)
        if row is not None and row.digest == digest:
            return
        self.fresh += not self.memory.knows(key)
        if self.full_text == "always" or (short and self.full_text == "auto"):
            yield Fetch(url=item.url, role="entry", kind=PAGE_KIND, carry=item)
        else:
            yield item
            yield Remember(key=ENTRY + key, url=item.url, digest=digest)

    def _comment_feeds(self, page: Page) -> Iterator[Step]:
        if not self.source.comments:
            return
        for url in page.extraction.links.comment_feeds[:MAX_COMMENT_FEEDS]:
            yield Remember(key=COMMENTS + url, url=url)
            yield Fetch(url=url, role="comments", kind="feed", conditional=True, optional=True)
        current = set(page.extraction.links.comment_feeds)
        for row in self.memory.rows(COMMENTS):
            if row.url not in current:
                yield Forget(key=row.key)

    def _comment_feeds_again(self) -> Iterator[Step]:
        for row in self.memory.rows(COMMENTS) if self.source.comments else ():
            yield Fetch(url=row.url, role="comments", kind="feed", conditional=True, optional=True)

    def _read_comments(self, page: Page) -> Iterator[Step]:
        if page.good and not page.unchanged:
            yield from (item for item in page.extraction.items if item.unit == "comment")

    def _read_entry(self, page: Page) -> Iterator[Step]:
        entry = page.fetch.carry
        if entry is None:
            return
        articles = [item for item in page.extraction.items if item.unit == "article"] if page.good else []
        yield complete(entry, articles[0]) if articles else entry
        if page.good or page.gone:  # else the page is asked for again next time
            yield Remember(key=f"{ENTRY}{item_key(entry)}", url=entry.url, digest=item_digest(entry))
        if self.source.comments and page.good:
            yield from (item for item in page.extraction.items if item.unit == "comment")
            for url in page.extraction.links.next if page.extraction.form == "article" else ():
                yield Fetch(url=url, role="comments", kind=PAGE_KIND, optional=True, number=2)

    def _read_vanished(self, page: Page) -> Iterator[Step]:
        if not page.gone:
            return
        key = key_at(page.fetch.url)
        if key and self.memory.get(key):
            yield from gone_with_comments(self.source.name, page.fetch.url, self.memory)


def gone_with_comments(source: str, url: str, memory: Memory) -> Iterator[Gone]:
    """An article that is there no more, and the comments that hung under it."""
    yield Gone(source=source, url=url, seen_at=memory.now)
    for row in list(memory.under(url)):
        yield Gone(source=source, url=row.url, seen_at=memory.now, thread_url=url, native_id=row.native_id)
