"""Walk of a forum: boards, threads, pages. Later only threads whose line on the board changed, from their last page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from config.models import ForumSource
from mentions.model import Gone
from spiders.extract_urls import first_page
from spiders.keys import item_key
from spiders.walk import Fetch, Forget, Memory, Page, Remember, Step, Trouble
from state.memory import Seen

THREAD = "thread:"
FIRST = "first:"
BOARD = "board:"
QUIET = 10  # unchanged threads in a row after which a board without marks is left
STALE_DAYS = 7.0
MAX_STALE = 5
SHORT_THREAD = 5  # pages; a thread that moves is read whole again once a day, a longer one once a week


@dataclass(slots=True)
class Reading:
    """One thread being read.

    `whole`: from its first page on; `met`: keys of its posts; `place`: its thread_url; `fresh`: posts not known
    before; `opener`: id of the first post of the page read last; `again`: its
    pages were read before in this crawl.
    """

    whole: bool
    met: set[str] = field(default_factory=set)
    place: str = ""
    fresh: int = 0
    opener: str = ""
    again: bool = False


class ForumWalk:
    """Rows kept, by URL of thread or board.

    `thread:` its last page, with the mark that the board showed and the id of the first post on that page;
    `first:` when it was read whole, and how many pages it had; `board:` that it is one.
    """

    def __init__(self, source: ForumSource, memory: Memory) -> None:
        """Nothing is asked before `start`."""
        self.source = source
        self.memory = memory
        self.marks: dict[str, str] = {}
        self.readings: dict[str, Reading] = {}
        self.boards: set[str] = set()
        self.met: set[str] = set()
        self.told: set[str] = set()
        self.closed: set[str] = set()
        self.quiet: dict[str, int] = {}

    def start(self) -> Iterator[Step]:
        """The boards, and a few threads that were not looked at for a week (edits, deletions)."""
        urls = [urljoin(self.source.url, board) for board in self.source.boards] or [self.source.url]
        for url in urls:
            yield from self._board(url, vital=True)
        stale = [row for row in self.memory.rows(THREAD) if self.memory.age_days(row.key) >= STALE_DAYS]
        for row in sorted(stale, key=lambda row: row.last_seen_at)[:MAX_STALE]:
            yield from self._thread(row.key.removeprefix(THREAD), None, "")

    def read(self, page: Page) -> Iterator[Step]:
        """A page of a board or of a thread, whatever we took it for."""
        if page.fetch.role == "thread":
            yield from self._read_thread(page)
        elif page.unchanged:
            yield from self._same_board(page)
        elif page.extraction.form == "thread":
            self.readings[page.fetch.origin] = Reading(whole=True)
            yield from self._read_thread(page)
        elif page.extraction.form == "board":
            yield from self._read_board(page)
        elif page.good and not page.repeated:
            yield Trouble(reason="no threads found: not a forum that Vigie can read", fatal=page.fetch.vital)

    def missed(self, fetch: Fetch) -> Iterable[Step]:
        """A thread that cannot be read whole says nothing of deletions."""
        self.readings.pop(fetch.origin, None)
        return ()

    def finish(self) -> Iterable[Step]:
        """Nothing more."""
        return ()

    def _board(self, url: str, *, vital: bool = False, number: int = 1) -> Iterator[Step]:
        if url in self.boards:
            return
        self.boards.add(url)
        yield Fetch(
            url=url, role="board", kind="forum", conditional=number == 1, vital=vital, number=number,
            origin=first_page(url), priority=2,
        )  # fmt: skip

    def _same_board(self, page: Page) -> Iterator[Step]:
        """An index that did not change may still lead to boards that did."""
        if page.fetch.vital:
            for row in self.memory.rows(BOARD):
                yield from self._board(row.url)

    def _read_board(self, page: Page) -> Iterator[Step]:
        links = page.extraction.links
        for url in links.boards if page.fetch.number == 1 and not self.source.boards else ():
            yield Remember(key=BOARD + url, url=url)
            yield from self._board(url)
        marks = dict(links.marks)
        met, self.met = self.met, self.met | set(links.threads)
        changed = 0
        for url in links.threads:
            row, mark = self.memory.get(THREAD + url), marks.get(url, "")
            if url in self.readings or (row is not None and mark and row.digest.partition(" ")[0] == mark):
                continue
            changed += row is None or bool(mark)
            self.marks[url] = mark
            yield from self._thread(url, row, "" if mark or row is None else page.fetch.origin)
        if changed or (not self.memory.settled and self.met > met):
            script = urlsplit(page.url).path
            topics = {urlsplit(url).path for url in links.threads} - {script}
            for url in links.next[:1]:
                if urlsplit(url).path not in topics:  # an arrow to a last post is not the next page
                    yield from self._board(url, number=page.fetch.number + 1)

    def _thread(self, url: str, row: Seen | None, group: str) -> Iterator[Step]:
        """From its first page, or from the last one that we know."""
        if url in self.readings:
            return
        if row is not None and self._due(url):
            row = None  # edits and deletions on its earlier pages
        self.readings[url] = Reading(whole=row is None or first_page(row.url) == row.url)
        yield Fetch(
            url=row.url if row else url, role="thread", kind="forum", conditional=row is not None, origin=url,
            group=group or None, priority=3,
        )  # fmt: skip

    def _due(self, url: str) -> bool:
        """True if a thread that moves was not read whole for long."""
        row = self.memory.get(FIRST + url)
        rest = 1.0 if row is None or int(row.digest) <= SHORT_THREAD else STALE_DAYS
        return self.memory.age_days(FIRST + url) >= rest

    def _read_thread(self, page: Page) -> Iterator[Step]:
        reading = self.readings.get(page.fetch.origin)
        if reading is None:
            return
        if page.gone or (page.good and not page.unchanged and not page.extraction.items and not page.repeated):
            yield from self._lost(page, reading)
            return
        if page.unchanged or not page.good:
            self._silence(page, reading)
            if page.unchanged:
                yield self._keep(page)
            return
        before = len(reading.met)
        self._place(page, reading)
        for item in page.extraction.items:
            key = item_key(item)
            if key:
                reading.fresh += not self.memory.knows(key)
                reading.met.add(key)
            yield item
        yield from self._holes(page, reading)
        if page.fetch.number == 1 and not reading.whole and self._shifted(page, reading):
            yield from self._again(page.fetch.origin)
            return
        following = page.extraction.links.next[:1] if len(reading.met) > before else ()
        if following and page.fetch.number < self.source.max_thread_pages:
            yield Fetch(
                url=following[0], role="thread", kind="forum", origin=page.fetch.origin, number=page.fetch.number + 1,
                priority=4, again=reading.again,
            )  # fmt: skip
            return
        yield from self._end(page, reading, complete=not following and not page.repeated)

    def _holes(self, page: Page, reading: Reading) -> Iterator[Step]:
        """Known posts that should stand between the first and the last post of this page and do not are gone."""
        numbers = [int(item.native_id or "") for item in page.extraction.items if (item.native_id or "").isdigit()]
        if len(numbers) < len(page.extraction.items) or numbers != sorted(numbers):
            return
        for row in list(self.memory.under(reading.place)):
            number = int(row.native_id or "") if (row.native_id or "").isdigit() else -1
            if numbers and numbers[0] < number < numbers[-1] and number not in numbers:
                yield from self._gone(row)

    def _shifted(self, page: Page, reading: Reading) -> bool:
        """True if a known page begins with another post than last time: something before it was taken out."""
        row = self.memory.get(THREAD + page.fetch.origin)
        before = row.digest.partition(" ")[2] if row else ""
        return bool(before) and before != reading.opener

    def _place(self, page: Page, reading: Reading) -> None:
        """Where the posts say that they stand; a page that does not begin with the opener is not the first one."""
        first = next(iter(page.extraction.items), None)
        if first is None:
            return
        reading.opener = first.native_id or ""
        if not reading.met:
            reading.place = first.thread_url or ""
            reading.whole = reading.whole and (first.position == 0 or page.url == reading.place)

    def _end(self, page: Page, reading: Reading, *, complete: bool) -> Iterator[Step]:
        """The last page is read: what was known and not met is gone, if the whole thread was read."""
        self._silence(page, reading)
        if reading.whole and complete:
            yield Remember(key=FIRST + page.fetch.origin, url=page.fetch.origin, digest=str(page.fetch.number))
            for row in list(self.memory.under(reading.place)):
                if row.key not in reading.met:
                    yield from self._gone(row)
        elif not reading.fresh and self.marks.get(page.fetch.origin):
            yield from self._again(page.fetch.origin)  # its line changed and nothing came: something left
            return
        yield self._keep(page)

    def _again(self, url: str) -> Iterator[Step]:
        self.readings[url] = Reading(whole=True, again=True)
        yield Fetch(url=url, role="thread", kind="forum", origin=url, priority=4, again=True)

    def _keep(self, page: Page) -> Remember:
        row = self.memory.get(THREAD + page.fetch.origin)
        mark = self.marks.get(page.fetch.origin) or (row.digest.partition(" ")[0] if row else "")
        opener = self.readings[page.fetch.origin].opener or (row.digest.partition(" ")[2] if row else "")
        return Remember(key=THREAD + page.fetch.origin, url=page.url, digest=f"{mark} {opener}")

    def _lost(self, page: Page, reading: Reading) -> Iterator[Step]:
        """A last page may vanish with its posts; a first page takes the thread with it."""
        if page.fetch.number > 1:
            return
        if page.fetch.url != page.fetch.origin:
            yield from self._again(page.fetch.origin)
            return
        if page.gone:
            yield Forget(key=THREAD + page.fetch.origin)
            for row in list(self.memory.under(reading.place or page.fetch.origin)):
                yield from self._gone(row)

    def _gone(self, row: Seen) -> Iterator[Gone]:
        if row.key in self.told:
            return
        self.told.add(row.key)
        yield Gone(
            source=self.source.name, url=row.url, seen_at=self.memory.now,
            thread_url=row.thread_url, native_id=row.native_id,
        )  # fmt: skip

    def _silence(self, page: Page, reading: Reading) -> None:
        group = page.fetch.group
        if group:
            self.quiet[group] = 0 if reading.fresh else self.quiet.get(group, 0) + 1
            if self.quiet[group] >= QUIET:
                self.closed.add(group)
