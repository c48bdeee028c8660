"""Walk of a shop or review site: a product page with its further pages, or a catalogue that leads to products."""

from collections.abc import Iterator

from config.models import ReviewsSource
from spiders.keys import item_key
from spiders.walk import Fetch, Memory, Page, Remember, Step, Trouble
from spiders.walk_sitemap import ROLE as SITEMAP
from spiders.walk_sitemap import Sitemaps, chosen

PRODUCT = "product:"
NOTHING = "none:"


class ReviewsWalk:
    """Rows kept: `product:URL` for pages with reviews or a product, `none:URL` for pages of a sitemap without."""

    def __init__(self, source: ReviewsSource, memory: Memory) -> None:
        """Nothing is asked before `start`."""
        self.source = source
        self.memory = memory
        self.sitemaps = Sitemaps(source.url, memory.sitemaps, memory)
        self.asked: set[str] = set()
        self.searched = False
        self.found = 0

    def start(self) -> Iterator[Step]:
        """The address of the source, and the products found by former crawls."""
        yield Fetch(url=self.source.url, role="shop", kind="reviews", conditional=True, vital=True, priority=5)
        for row in self.memory.rows(PRODUCT):
            yield from self._product(row.url)

    def read(self, page: Page) -> Iterator[Step]:
        """A product, a catalogue or a sitemap."""
        if page.fetch.role == SITEMAP:
            yield from self.sitemaps.read(page)
        elif page.good and not page.unchanged:
            yield from self._read(page)

    def missed(self, fetch: Fetch) -> Iterator[Step]:  # noqa: ARG002 - the protocol's
        """The spider counts the failure."""
        yield from ()

    def finish(self) -> Iterator[Step]:
        """Without any product so far: the sitemap; then its pages."""
        if not self.searched and not self.found and not any(self.memory.rows(PRODUCT)):
            self.searched = True
            yield from self.sitemaps.start()
            return
        urls, self.sitemaps.urls = list(self.sitemaps.urls), {}
        for url in urls:
            if self.memory.get(NOTHING + url) is None:
                yield from self._product(url)
        if self.searched and not urls and not self.found and not self.memory.units and self.memory.first:
            self.found = -1
            yield Trouble(reason="no product and no review found on it", fatal=True)

    def _product(self, url: str) -> Iterator[Step]:
        if url in self.asked or not chosen(url, self.source.include, self.source.exclude):
            return
        self.asked.add(url)
        known = self.memory.get(PRODUCT + url) is not None
        yield Fetch(url=url, role="product", kind="reviews", conditional=known)

    def _read(self, page: Page) -> Iterator[Step]:
        links = page.extraction.links
        fresh = sum(not self.memory.knows(key) for key in map(item_key, page.extraction.items) if key)
        yield from page.extraction.items
        if page.extraction.items or page.extraction.form == "product":
            self.found += 1
            if page.fetch.role == "product":
                yield Remember(key=PRODUCT + page.fetch.url, url=page.fetch.url)
            if fresh or not self.memory.settled:
                yield from self._further(page, "reviews-page")
        elif page.fetch.role == "product":
            yield Remember(key=NOTHING + page.fetch.url, url=page.fetch.url)
        if page.fetch.role == "shop" and page.extraction.form != "product":
            unknown = [url for url in links.products if url not in self.asked]
            for url in unknown:
                self.found += 1
                yield from self._product(url)
            if unknown:
                yield from self._further(page, "shop")

    def _further(self, page: Page, role: str) -> Iterator[Step]:
        for url in page.extraction.links.next[:1]:
            yield Fetch(url=url, role=role, kind="reviews", number=page.fetch.number + 1, priority=page.fetch.priority)
