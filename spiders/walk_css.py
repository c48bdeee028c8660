"""Walk of a page read by the source's own selectors, and of the pages after it."""

from collections.abc import Iterable, Iterator

from config.models import CssSource
from spiders.keys import item_digest, item_key
from spiders.walk import Fetch, Memory, Page, Step, Trouble


class CssWalk:
    """Follows `next` while pages show items not met before."""

    def __init__(self, source: CssSource, memory: Memory) -> None:
        """Nothing is asked before `start`."""
        self.source = source
        self.memory = memory
        self.met: set[tuple[str | None, str]] = set()

    def start(self) -> Iterator[Step]:
        """The first page."""
        yield Fetch(url=self.source.url, role="css", kind="css", conditional=True, vital=True)

    def read(self, page: Page) -> Iterator[Step]:
        """Items, then the next page."""
        if not page.good or page.unchanged:
            return
        if not page.extraction.items and page.fetch.number == 1 and not page.repeated:
            yield Trouble(reason=f"the selector {self.source.item!r} finds nothing", fatal=True)
        contents = {(item.native_id, item_digest(item)) for item in page.extraction.items}
        if contents <= self.met:
            return  # pages that go on for ever show the same under new addresses
        self.met |= contents
        keys = [key for key in map(item_key, page.extraction.items) if key]
        fresh = not self.memory.settled or any(not self.memory.knows(key) for key in keys)
        yield from page.extraction.items
        for url in page.extraction.links.next[:1] if fresh else ():
            yield Fetch(url=url, role="css", kind="css", number=page.fetch.number + 1)

    def missed(self, fetch: Fetch) -> Iterable[Step]:  # noqa: ARG002 - the protocol's
        """The spider counts the failure."""
        return ()

    def finish(self) -> Iterable[Step]:
        """Nothing more."""
        return ()
