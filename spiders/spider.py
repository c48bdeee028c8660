"""The one Scrapy spider: fetches what a walk asks for, extracts, and tells the parent what is new."""

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from mentions.codec import to_json
from mentions.errors import RejectedItem
from mentions.model import Gone, RawItem
from spiders.channel import Channel
from spiders.extract import extract
from spiders.failure import describe, describe_status
from spiders.keys import item_digest, item_key, key_at
from spiders.kinds import KINDS
from spiders.politeness import Halted, forbids_archive, pause_after
from spiders.spec import Spec, Task, seen_row, validator_row
from spiders.verdict import Facts, complete, judge
from spiders.walk import Fetch, Forget, Memory, Page, Remember, Step, Trouble
from state.memory import Seen, Validator

logger = logging.getLogger(__name__)

EXCERPT = 300
CLOSED = frozenset({401, 403})
REFRESH_DAYS = 1.0


class SourceSpider(Spider):
    """Reads one source. What the middlewares need to know of the source stands here."""

    def __init__(self, task: Task, spec: Spec, channel: Channel) -> None:
        """Fresh for each crawl."""
        super().__init__(name=task.source.name)
        self.source = task.source
        self.spec = spec
        self.limits = spec.limits
        self.channel = channel
        self.memory = Memory(task.memory, self.now())
        self.walk = KINDS[self.source.kind](self.source, self.memory)
        self.sitemaps = self.memory.sitemaps
        self.paused_until: dict[str, float] = {}
        self.not_before: datetime | None = None
        self.strikes = task.memory.strikes
        self.refused = False
        self.halted: str | None = None
        self.pages = 0
        self.cut = False
        self.good = 0
        self.fatal: str | None = None
        self.losses: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.validators: dict[str, Validator] = {}
        self.bodies: set[bytes] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SourceSpider":
        """Listen to the end of the queue and of the crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.closed_by, signal=signals.spider_closed)
        return spider

    def now(self) -> datetime:
        """The time that items carry: virtual in the demo."""
        return self.spec.now or datetime.now(UTC)

    def real_now(self) -> datetime:
        """The time that HTTP dates are in."""
        return datetime.now(UTC)

    def admit(self, request: Request) -> None:
        """Raise Halted if this request is no longer wanted; count it against max_pages the first time."""
        fetch: Fetch | None = request.meta.get("fetch")
        if self.halted:
            raise Halted(self.halted)
        if fetch is None or request.meta.get("vigie_admitted"):
            return
        if fetch.group and fetch.group in getattr(self.walk, "closed", ()):
            raise Halted("no longer wanted")
        if self.pages >= self.source.max_pages:
            self.cut = True
            raise Halted("max_pages reached")
        self.pages += 1
        request.meta["vigie_admitted"] = True

    def pause(self, netloc: str, seconds: float) -> None:
        """Nothing is asked of this host for so long."""
        self.paused_until[netloc] = max(self.paused_until.get(netloc, 0.0), monotonic() + seconds)

    def halt(self, reason: str) -> None:
        """End the crawl of this source: nothing more is fetched."""
        self.halted = self.halted or reason

    def refuse(self, reason: str) -> None:
        """The host does not want us: leave, and stay away longer each time."""
        if not self.refused:
            self.refused = True
            self.not_before = self.now() + pause_after(self.strikes)
            self.strikes += 1
            self.halt(f"{reason}: left alone until {self.not_before:%Y-%m-%d %H:%M} UTC")

    async def start(self) -> AsyncIterator[Request]:
        """The first pages of the walk."""
        for request in self.follow(self.walk.start()):
            yield request

    def read(self, response: Response) -> Iterator[Request]:
        """An answer, whatever its status."""
        fetch: Fetch = response.meta["fetch"]
        page = self._page(fetch, response)
        self._count(page)
        yield from self.follow(self.walk.read(page), archive=not forbids_archive(page.headers, page.body))

    def failed(self, failure: Failure) -> Iterator[Request]:
        """No answer at all."""
        fetch: Fetch = failure.request.meta["fetch"]  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]  # Twisted types it as possibly None
        steps = self.walk.missed(fetch)
        if isinstance(error, Halted):
            list(steps)  # the walk should know; what it would make of a page it could not have is not wanted
            return
        self._lose(fetch, describe(error))
        yield from self.follow(steps)

    def follow(self, steps: Iterable[Step], *, archive: bool = True) -> Iterator[Request]:
        """Do what the walk says; requests are Scrapy's business."""
        for step in steps:
            if isinstance(step, Fetch):
                yield self._request(step)
            elif isinstance(step, RawItem):
                self._emit(step if archive else replace(step, text=excerpt(step.text)))
            elif isinstance(step, Trouble):
                if step.fatal:
                    self.fatal = self.fatal or step.reason
                self.notes.append(step.reason)
            else:
                self._tell(step)
        self.channel.flush()

    def idle(self) -> None:
        """Nothing left to fetch: the walk may have more."""
        engine = self.crawler.engine
        requests = [] if self.halted or self.fatal or engine is None else list(self.follow(self.walk.finish()))
        for request in requests:
            engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def closed_by(self, reason: str) -> None:
        """Tell the parent how it ended."""
        stats = self.crawler.stats.get_stats()
        errors = int(stats.get("spider_exceptions/count", 0) or 0)
        facts = Facts(
            finish=reason, good=self.good, fatal=self.fatal, losses=self.losses, halted=self.halted,
            cut=self.source.max_pages if self.cut else None, errors=errors, notes=self.notes,
        )  # fmt: skip
        status, clause = judge(facts)
        whole = complete(facts, status)
        if status == "failed" and self.not_before and clause != self.halted:
            clause = f"{clause}: left alone until {self.not_before:%Y-%m-%d %H:%M} UTC"
        if status == "ok" and not self.refused:
            self.strikes, self.not_before = 0, None
        self.channel.send(
            self.source.name,
            end={
                "status": status, "reason": clause, "complete": whole, "strikes": self.strikes,
                "not_before": self.not_before.isoformat() if self.not_before else None,
                "validators": [validator_row(row) for row in self.validators.values()] if whole else [],
                "stats": {key: value for key, value in stats.items() if isinstance(value, int)},
            },
        )  # fmt: skip
        self.channel.flush()

    def _request(self, fetch: Fetch) -> Request:
        headers = {}
        known = self.memory.known.validators.get(fetch.url) if fetch.conditional else None
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return Request(
            fetch.url, method=fetch.method, headers=headers, priority=fetch.priority, meta={"fetch": fetch},
            callback=self.read, errback=self.failed, dont_filter=fetch.vital or fetch.again,
        )  # fmt: skip

    def _page(self, fetch: Fetch, response: Response) -> Page:
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        page = Page(fetch=fetch, url=response.url, status=response.status, headers=headers, body=response.body)
        if response.status == 304:  # noqa: PLR2004 - HTTP
            return replace(page, unchanged=True)
        if not page.good or fetch.method == "HEAD" or not response.body:
            return page
        digest = sha256(response.body)
        if self._same(fetch, headers, digest.hexdigest()):
            return replace(page, unchanged=True)
        if fetch.number > 1 and not fetch.again and digest.digest() in self.bodies:
            return replace(page, repeated=True)  # pages that go on for ever show the same again
        self.bodies.add(digest.digest())
        return page if fetch.raw else self._extracted(page, headers.get("content-type", ""))

    def _same(self, fetch: Fetch, headers: dict[str, str], digest: str) -> bool:
        """True if the body is the one of last time; keeps its validators."""
        if not fetch.conditional:
            return False
        self.validators[fetch.url] = Validator(
            url=fetch.url, etag=headers.get("etag"), last_modified=headers.get("last-modified"), body_hash=digest,
            checked_at=self.now(),
        )  # fmt: skip
        known = self.memory.known.validators.get(fetch.url)
        return known is not None and known.body_hash == digest

    def _extracted(self, page: Page, content_type: str) -> Page:
        kind, _, rest = content_type.partition(";")
        charset = rest.partition("charset=")[2].split(";")[0].strip(" \"'") or None
        try:
            extraction = extract(
                page.body, page.url, kind=page.fetch.kind, source=self.source, fetched_at=self.now(),
                content_type=kind.strip().lower() or None, charset=charset,
            )  # fmt: skip
        except RejectedItem as error:
            logger.info("%s cannot be read: %s", page.url, error.detail or error.reason)
            if page.fetch.vital:
                self.fatal = self.fatal or f"cannot be read: {error.detail or error.reason}"
            return page
        return replace(page, extraction=extraction)

    def _count(self, page: Page) -> None:
        if page.good:
            self.good += 1
        elif page.fetch.vital or not (page.gone or (page.fetch.closable and page.status in CLOSED)):
            self._lose(page.fetch, describe_status(page.status, page.headers.get("location", "")))

    def _lose(self, fetch: Fetch, clause: str) -> None:
        """A page is lost; for the source's own address that is all."""
        if fetch.vital and clause != self.halted:
            self.fatal = self.fatal or clause
        elif not fetch.optional:
            self.losses.append((fetch.url, clause))

    def _emit(self, item: RawItem) -> None:
        key = item_key(item)
        if key is None or key in self.memory.units:
            return
        self.memory.units[key] = item.unit
        digest = item_digest(item)
        known = self.memory.get(key)
        same = known is not None and known.digest == digest
        if same and self.memory.age_days(key) < REFRESH_DAYS:
            return
        row = seen_row(
            Seen(
                key=key, digest=digest, url=item.url, thread_url=item.thread_url if item.unit != "article" else None,
                native_id=item.native_id, last_seen_at=self.now(),
            )
        )  # fmt: skip
        since = self.source.since
        if same or (since and item.published and item.published.date() < since):
            self.channel.send(self.source.name, seen=row)
        else:
            self.channel.send(self.source.name, item=to_json(item), seen=row)

    def _tell(self, step: Gone | Remember | Forget) -> None:
        if isinstance(step, Gone):
            key = key_at(step.url, step.native_id)
            self.channel.send(self.source.name, gone=to_json(step), key=key)
        elif isinstance(step, Forget):
            self.channel.send(self.source.name, forget=step.key)
        else:
            row = Seen(
                key=step.key, digest=step.digest, url=step.url, thread_url=None, native_id=None, last_seen_at=self.now()
            )
            self.channel.send(self.source.name, seen=seen_row(row))


def excerpt(text: str) -> str:
    """What may be kept of a page that asks not to be archived: its beginning, cut at a word."""
    if len(text) <= EXCERPT:
        return text
    return text[:EXCERPT].rsplit(maxsplit=1)[0] + " …"
