"""Walk of a blog or news site: finds by itself the WordPress API, else feed, sitemap and listing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urljoin

from config.models import BlogSource
from mentions.model import RawItem
from spiders.keys import key_at
from spiders.walk import Fetch, Memory, Page, Remember, Step, Trouble
from spiders.walk_feed import FORMS, FeedWalk, gone_with_comments
from spiders.walk_sitemap import ROLE as SITEMAP
from spiders.walk_sitemap import Sitemaps, chosen
from spiders.walk_wordpress import WordPressWalk

API = "api:"
NOTHING = "none:"
TALKS = "talks:"
REDISCOVER_DAYS = 7.0
MAX_CHECKS = 10
MAX_TALKS = 30
FEED_ROLES = frozenset({"feed", "entry", "vanished", "comments"})


class BlogWalk:
    """Rows kept: `api:` (where the API is), `none:KEY` (a page without article), `talks:` (pages carry comments)."""

    def __init__(self, source: BlogSource, memory: Memory) -> None:
        """Nothing is asked before `start`."""
        self.source = source
        self.memory = memory
        self.api: WordPressWalk | None = None
        self.feed = FeedWalk(source, memory)
        self.sitemaps = Sitemaps(source.url, memory.sitemaps, memory)
        self.by_hand = False
        self.candidates: dict[str, None] = {}
        self.following: str | None = None
        self.phase = 0
        self.listed: set[str | None] = set()
        self.routed = False

    def start(self) -> Iterator[Step]:
        """The API if we know where it is, else the home page."""
        row = self.memory.get(API)
        if row is not None and self.memory.age_days(API) < REDISCOVER_DAYS:
            yield from self._by_api(row.url)
        else:
            yield self._home()

    def read(self, page: Page) -> Iterator[Step]:
        """A page of any of the ways."""
        role = page.fetch.role
        if role.startswith("wp-") and self.api is not None:
            yield from self.api.read(page)
            yield from self._after_api()
        elif role in FEED_ROLES:
            yield from self._chosen(self.feed.read(page))
        elif role == SITEMAP:
            yield from self.sitemaps.read(page)
        elif role == "home":
            yield from self._read_home(page)
        elif role == "listing":
            self._list(page)
        elif role in {"article", "talk", "check"}:
            yield from self._read_article(page)

    def missed(self, fetch: Fetch) -> Iterator[Step]:
        """The API may fail: then by hand. A short entry stands for its page."""
        if fetch.role.startswith("wp-") and self.api is not None:
            yield from self.api.missed(fetch)
            yield from self._after_api()
        elif fetch.role in FEED_ROLES:
            yield from self.feed.missed(fetch)
        elif fetch.role == SITEMAP:
            self.sitemaps.complete = False

    def finish(self) -> Iterator[Step]:
        """First the pages that no feed told us, then further listing pages, then what may be gone."""
        if not self.by_hand:
            if self.api is not None and self.phase == 0:
                self.phase = 9
                yield from self.api.finish()
            return
        phases = (self._unread, self._further, self._unread, self._talks, self._leavers, self._nothing)
        while self.phase < len(phases):
            steps = list(phases[self.phase]())
            self.phase += 1
            if steps:
                yield from steps
                return

    def _home(self) -> Fetch:
        return Fetch(url=self.source.url, role="home", kind="blog", conditional=True, vital=True, priority=9)

    def _by_api(self, url: str) -> Iterator[Step]:
        self.api = WordPressWalk(self.source, self.memory, url)
        yield from self._chosen(self.api.start())

    def _after_api(self) -> Iterator[Step]:
        """When posts cannot be had from the API, everything else is tried; comments alone have their feed."""
        if self.api is None or self.by_hand:
            return
        if self.api.collections["posts"].failed:
            self.by_hand = True
            yield self._home()
        elif "comments" in self.api.collections and self.api.collections["comments"].failed:
            url = urljoin(self.source.url, "comments/feed/")
            yield Fetch(url=url, role="comments", kind="feed", conditional=True, optional=True)

    def _read_home(self, page: Page) -> Iterator[Step]:
        links = page.extraction.links
        if page.extraction.form in FORMS:
            self.by_hand, self.routed = True, True  # the address of a feed does for the one of its blog
            yield from self._chosen(self.feed.read(replace(page, fetch=replace(page.fetch, role="feed"))))
        elif links.api and self.api is None:
            yield Remember(key=API, url=links.api)
            yield from self._by_api(links.api)
        elif page.good:
            self.by_hand = True
            yield from self._routes(page)

    def _routes(self, page: Page) -> Iterator[Step]:
        links = page.extraction.links
        known = [row.url for row in self.memory.rows("route-feed:")] if page.unchanged else links.feeds[:1]
        for url in known[:1]:
            self.routed = True
            self.feed = FeedWalk(self.source, self.memory, url=url)
            yield Remember(key="route-feed:", url=url)
            yield from self.feed.start()
        comments = (
            [row.url for row in self.memory.rows("route-comments:")] if page.unchanged else links.comment_feeds[:1]
        )
        for url in comments if self.source.comments else ():
            yield Remember(key="route-comments:", url=url)
            yield Fetch(url=url, role="comments", kind="feed", conditional=True, optional=True)
        yield from self.sitemaps.start()
        self._list(page)
        if page.extraction.form == "article":
            yield from self._items(page)

    def _list(self, page: Page) -> None:
        """Articles of a listing page become candidates; the next page is followed while it shows new ones."""
        fresh = [url for url in page.extraction.links.articles if url not in self.candidates]
        self.candidates |= dict.fromkeys(fresh)
        unknown = [url for url in fresh if self._wanted(url)]
        following = page.extraction.links.next[:1]
        self.following = following[0] if following and (unknown or (fresh and not self.memory.settled)) else None

    def _wanted(self, url: str) -> bool:
        key = key_at(url)
        if key is None or not chosen(url, self.source.include, self.source.exclude):
            return False
        return not self.memory.knows(key) and self.memory.get(NOTHING + key) is None

    def _unread(self) -> Iterator[Step]:
        for url in (*self.candidates, *self.sitemaps.urls):
            if self._wanted(url) and url.rstrip("/") != self.source.url.rstrip("/"):
                yield Fetch(url=url, role="article", kind="blog")
        self.listed |= {key_at(url) for url in self.sitemaps.urls}
        self.sitemaps.urls = {}

    def _further(self) -> Iterator[Step]:
        """Listing pages beyond the first, where no sitemap told us of them."""
        if self.following and not self.listed:
            self.phase -= 1  # again, until a listing page shows nothing new
            yield Fetch(url=self.following, role="listing", kind="blog", optional=True)
            self.following = None

    def _talks(self) -> Iterator[Step]:
        """Pages of the newest articles, for comments that no feed carries."""
        feeds = list(self.memory.rows("comments:")) + list(self.memory.rows("route-comments:"))
        if not self.source.comments or feeds or (self.memory.settled and self.memory.get(TALKS) is None):
            return
        for url in list(self.feed.window.values())[:MAX_TALKS]:
            yield Fetch(url=url, role="talk", kind="blog", conditional=True, optional=True)

    def _leavers(self) -> Iterator[Step]:
        yield from self.feed.finish()
        if not self.listed or not self.sitemaps.complete:
            return
        left = [
            row for row in self.memory.articles() if row.key not in self.listed and row.key not in self.memory.units
        ]
        for row in sorted(left, key=lambda row: row.last_seen_at)[:MAX_CHECKS]:
            yield Fetch(url=row.url, role="check", method="HEAD", optional=True)

    def _nothing(self) -> Iterator[Step]:
        """A site that gave nothing at all the first time is no blog, or not one that we can read."""
        if self.memory.first and not (self.memory.units or self.routed or self.candidates or self.listed):
            yield Trouble(reason="no article, feed or sitemap found: not a blog that Vigie can read", fatal=True)

    def _read_article(self, page: Page) -> Iterator[Step]:
        key = key_at(page.fetch.url)
        if page.gone:
            if key and self.memory.get(key):
                yield from gone_with_comments(self.source.name, page.fetch.url, self.memory)
        elif page.good and not page.unchanged and page.fetch.role != "check":
            articles = [item for item in page.extraction.items if item.unit == "article"]
            if key and not articles and page.fetch.role == "article":
                yield Remember(key=NOTHING + key, url=page.fetch.url)
            yield from self._items(page)
            for url in page.extraction.links.next if self.source.comments else ():
                yield Fetch(url=url, role="talk", kind="blog", optional=True, number=page.fetch.number + 1)

    def _items(self, page: Page) -> Iterator[Step]:
        talk = page.fetch.role == "talk"
        for item in page.extraction.items:
            if item.unit == "comment" and self.source.comments:
                yield Remember(key=TALKS, url=self.source.url)
                yield item
            elif item.unit == "article" and not talk:
                yield item

    def _chosen(self, steps: Iterable[Step]) -> Iterator[Step]:
        """What the source's globs let through."""
        globs = self.source.include, self.source.exclude
        for step in steps:
            page = step.thread_url or step.url if isinstance(step, RawItem) else None
            if isinstance(step, Fetch) and step.role == "entry":
                page = step.url
            if page is None or chosen(page, *globs):
                yield step
