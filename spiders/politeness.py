"""Manners that Scrapy lacks: wait as Retry-After tells, leave a host that refuses us, one slot per host and port.

RFC 9110 section 10.2.3 (Retry-After), RFC 6585 section 4 (429). No disguise is ever tried on a host that refuses.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from spiders.spider import SourceSpider

BAN_PAUSES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
FIRST_REST = 1.0  # seconds before a failed page is tried again, doubled each time
REFUSALS = frozenset({403, 429, 503})
WAITING = frozenset({429, 503})
CHALLENGE = re.compile(
    rb"<title>\s*(just a moment|attention required|access denied|un instant)|cf-chl-|_cf_chl", re.IGNORECASE
)
NOARCHIVE = re.compile(r"\b(noarchive|none)\b", re.IGNORECASE)
META_ROBOTS = re.compile(rb"<meta\s[^>]{0,200}?name\s*=\s*[\"']?(?:robots|vigie)[\"'\s][^>]{0,300}>", re.IGNORECASE)


class Halted(IgnoreRequest):
    """The crawl of this source is over, or the walk no longer wants this page: not a failure of the page."""


def pause_after(strikes: int) -> timedelta:
    """How long a host that refused us `strikes` times before is left alone."""
    return BAN_PAUSES[min(strikes, len(BAN_PAUSES) - 1)]


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, None if it says nothing readable."""
    value = value.strip()
    if value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when - now).total_seconds()) if when.tzinfo else None


def is_challenge(response: Response) -> bool:
    """True for the interstitial of a bot wall, whatever its status."""
    return bool(response.headers.get("cf-mitigated")) or bool(CHALLENGE.search(response.body[:20_000]))


def forbids_archive(headers: Mapping[str, str], body: bytes) -> bool:
    """True if X-Robots-Tag or the page's robots meta asks for `noarchive`: only an excerpt may be kept."""
    if NOARCHIVE.search(headers.get("x-robots-tag", "")):
        return True
    tags = META_ROBOTS.findall(body[:65_536])
    return any(NOARCHIVE.search(tag.decode("latin-1").lower().partition("content")[2]) for tag in tags)


class GateMiddleware:
    """Nearest the engine: stops a source that is over, holds back while a Retry-After runs, sets the slot."""

    def __init__(self, crawler: Crawler) -> None:
        """`crawler.spider` is there by the first request."""
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GateMiddleware":
        """The gate of one source."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Halted, or let pass when it is time."""
        spider: SourceSpider = self.crawler.spider  # type: ignore[assignment]
        spider.admit(request)
        netloc = urlparse_cached(request).netloc
        request.meta["download_slot"] = netloc
        retried = int(request.meta.get("retry_times", 0))
        if retried > int(request.meta.get("vigie_rested", 0)):  # Scrapy itself tries again at once
            request.meta["vigie_rested"] = retried
            spider.pause(netloc, FIRST_REST * 2 ** (retried - 1))
        if (wait := spider.paused_until.get(netloc, 0.0) - monotonic()) > 0:
            await asyncio.sleep(wait)
            await self.process_request(request)  # the pause may have grown meanwhile, or the crawl have ended


class RefusalMiddleware:
    """Reads 403, 429, 503 and bot walls: waits if told to for a short while, else ends the source."""

    def __init__(self, crawler: Crawler) -> None:
        """The limits are the spider's."""
        self.crawler = crawler
        self.in_a_row = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RefusalMiddleware":
        """The judge of one source."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The response itself, or the request again after the pause that the host asks for."""
        spider: SourceSpider = self.crawler.spider  # type: ignore[assignment]
        walled = response.status in REFUSALS and is_challenge(response)
        if response.status not in REFUSALS:
            self.in_a_row = 0
            return response
        self.in_a_row += 1
        header = response.headers.get("Retry-After")
        wait = retry_after(header.decode("latin-1"), spider.real_now()) if header else None
        if wait is not None and response.status in WAITING:
            again = self._wait(request, wait, spider)
            if again is not None:
                return again
        if walled or self.in_a_row >= spider.limits.refusals:
            spider.refuse("a bot wall stands before it" if walled else f"refused {self.in_a_row} times in a row")
        return response

    def _wait(self, request: Request, wait: float, spider: "SourceSpider") -> Request | None:
        tries = int(request.meta.get("vigie_waits", 0))
        if wait > spider.limits.longest_wait:
            spider.not_before = spider.now() + timedelta(seconds=min(wait, BAN_PAUSES[-1].total_seconds() * 7))
            spider.halt(f"it asks to come back after {spider.not_before:%Y-%m-%d %H:%M} UTC (Retry-After)")
            return None
        if tries >= spider.limits.retries:
            return None
        netloc = urlparse_cached(request).netloc
        spider.pause(netloc, wait)
        return request.replace(dont_filter=True, meta={**request.meta, "vigie_waits": tries + 1})


class CountMiddleware:
    """Nearest the wire: counts answers and bodies, robots.txt apart."""

    def __init__(self, crawler: Crawler) -> None:
        """Counts into the crawler's stats."""
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CountMiddleware":
        """The counter of one source."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response, counted."""
        stats = self.crawler.stats
        if urlparse_cached(request).path != "/robots.txt":
            stats.inc_value("vigie/responses")
            stats.inc_value(f"vigie/status/{response.status}")
            if response.body:
                stats.inc_value("vigie/bodies")
        return response
