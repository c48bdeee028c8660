"""robots.txt as RFC 9309 asks: 4xx means free, 5xx or no answer means stay out; Crawl-delay is honoured."""

import logging
from typing import Any

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from spiders.failure import describe

logger = logging.getLogger(__name__)


class RobotsForbidden(IgnoreRequest):
    """robots.txt asks us not to read this page, or cannot be read itself; the text says which."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, but strict on 5xx and silence, and obeying Crawl-delay up to VIGIE_LONGEST_DELAY seconds."""

    def __init__(self, crawler: Crawler) -> None:
        """`closed` holds, by host, why its robots.txt keeps us out; `sitemaps` what it advertises."""
        super().__init__(crawler)
        self.longest_delay = crawler.settings.getfloat("VIGIE_LONGEST_DELAY")
        self.closed: dict[str, str] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse in words that a person understands."""
        reason = self.closed.get(urlparse_cached(request).netloc)
        if reason:
            raise RobotsForbidden(reason)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsForbidden("robots.txt forbids it") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:  # noqa: PLR2004 - HTTP
            self.closed[netloc] = f"robots.txt answers {response.status}: stay out for now (RFC 9309)"
        elif response.status >= 400:  # noqa: PLR2004 - HTTP: no rules at all, whatever the error page says
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)
        parser: Any = self._parsers[netloc]
        self._slow_down(parser, netloc)
        spider: Any = self.crawler.spider
        spider.sitemaps[netloc] = list(getattr(parser.rp, "sitemaps", ()))

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self.closed[netloc] = describe(exc)
        super()._robots_error(exc, netloc)

    def _slow_down(self, parser: RobotParser, netloc: str) -> None:
        theirs = parser.crawl_delay(self._robotstxt_useragent or self._default_useragent) or 0.0
        ours = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        if theirs <= ours:
            return
        if theirs > self.longest_delay:
            logger.warning("%s asks for %g s between pages; %g s it is", netloc, theirs, self.longest_delay)
        downloader: Any = self.crawler.engine.downloader
        delay = min(theirs, self.longest_delay)
        downloader.per_slot_settings[netloc] = {"delay": delay, "jitter": 0}
        if netloc in downloader.slots:
            downloader.slots[netloc].delay, downloader.slots[netloc].jitter = delay, 0
