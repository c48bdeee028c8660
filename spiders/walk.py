"""The words between a walk (which pages to ask for, per kind of source, pure) and the spider that fetches them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from mentions.model import Gone, RawItem
from spiders.extract_model import Extraction
from state.memory import Seen, SourceMemory

Method: TypeAlias = Literal["GET", "HEAD"]

WHOLE = "whole:"  # row that stands while the last crawl was complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A page wanted. `role` is the walk's own word for it and comes back with the page, as does `carry`.

    `kind` is what extraction is told, None for pages it should recognise itself. `conditional`: send our
    validators, take 304 or the same body as unchanged. `vital`: the source has failed if this page cannot be read.
    `optional`: its absence says nothing. `raw`: not for extraction. `again`: though fetched before. `closable`:
    401 and 403 are an answer too. `group`: dropped
    unfetched once the walk has closed the group.
    """

    url: str
    role: str
    kind: str | None = None
    method: Method = "GET"
    conditional: bool = False
    vital: bool = False
    optional: bool = False
    raw: bool = False
    again: bool = False
    closable: bool = False
    priority: int = 0
    group: str | None = None
    carry: RawItem | None = None
    origin: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came of a Fetch. `url` after redirects; header names in lower case; `unchanged`: nothing new in it."""

    fetch: Fetch
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    unchanged: bool = False
    repeated: bool = False
    extraction: Extraction = field(default_factory=Extraction)

    @property
    def gone(self) -> bool:
        """The site says that this page exists no more."""
        return self.status in {404, 410}

    @property
    def good(self) -> bool:
        """Read, or known to be unchanged."""
        return self.unchanged or 200 <= self.status < 300  # noqa: PLR2004 - HTTP


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """A row of the walk's own memory (`key` starts with a word and a colon), kept with the seen items."""

    key: str
    url: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """A row of the walk's own memory that is of no more use."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """The walk cannot do its work: one clause for people. `fatal`: the source has failed."""

    reason: str
    fatal: bool = False


Step: TypeAlias = Fetch | RawItem | Gone | Remember | Forget | Trouble


class Walk(Protocol):
    """Which pages of a source to read, and what to make of them."""

    def start(self) -> Iterable[Step]:
        """The first pages."""

    def read(self, page: Page) -> Iterable[Step]:
        """A page that was answered, whatever the status."""

    def missed(self, fetch: Fetch) -> Iterable[Step]:
        """A page that could not be had at all (network, robots.txt, guard)."""

    def finish(self) -> Iterable[Step]:
        """Called when nothing is left to fetch; may ask for more."""


class Memory:
    """What was known before this crawl, and what this crawl has added."""

    def __init__(self, known: SourceMemory, now: datetime) -> None:
        """`now` is the time of this crawl."""
        self.known = known
        self.now = now
        self.units: dict[str, str] = {}  # key -> unit, of every item met in this crawl
        self.first = not known.seen
        # Only after a crawl that left nothing out may "all of this page is known" mean that the rest is known too.
        self.settled = WHOLE in known.seen
        self.sitemaps: dict[str, list[str]] = {}  # host -> what its robots.txt advertises

    def get(self, key: str) -> Seen | None:
        """The row of former crawls."""
        return self.known.seen.get(key)

    def knows(self, key: str) -> bool:
        """True if the item was met before, or just now."""
        return key in self.units or key in self.known.seen

    def rows(self, prefix: str) -> Iterator[Seen]:
        """The walk's own rows that start with `prefix`."""
        return (row for row in self.known.seen.values() if row.key.startswith(prefix))

    def under(self, thread_url: str) -> Iterator[Seen]:
        """Known items that hang under a page."""
        return (row for row in self.known.seen.values() if row.thread_url == thread_url and ":" not in row.key)

    def articles(self) -> Iterator[Seen]:
        """Known items that stand by themselves."""
        return (row for row in self.known.seen.values() if row.thread_url is None and ":" not in row.key)

    def age_days(self, key: str) -> float:
        """Days since the row was written, infinite if there is none."""
        row = self.known.seen.get(key)
        return (self.now - row.last_seen_at).total_seconds() / 86400 if row else float("inf")
