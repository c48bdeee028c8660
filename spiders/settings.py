"""Scrapy's settings, hardened: its defaults read local files, eat 1 GiB pages and ignore robots.txt."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from config.models import Source
from spiders.safety import Guard, host_and_port, is_loopback
from spiders.spec import Spec

ROBOT = "Vigie"
SAFE: Mapping[str, Any] = {
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": ROBOT,
    "CONCURRENT_REQUESTS": 1,  # without a delay, Scrapy 2.19 overruns the limit per domain
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_HANDLERS": {"file": None, "data": None, "ftp": None, "s3": None},
    "COOKIES_ENABLED": False,
    "REDIRECT_MAX_TIMES": 5,
    "METAREFRESH_ENABLED": False,
    "HTTPERROR_ALLOW_ALL": True,
    "HTTPPROXY_ENABLED": False,
    "REFERRER_POLICY": "no-referrer",
    "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],
    "RETRY_PRIORITY_ADJUST": -1,
    "URLLENGTH_LIMIT": 2083,
    "DEPTH_LIMIT": 0,  # walks count their own steps; pages of a long thread are one deeper each
    "STATS_DUMP": False,
    "EXTENSIONS": {"scrapy.extensions.memusage.MemoryUsage": None, "spiders.footprint.OwnMemory": 0},
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "spiders.politeness.GateMiddleware": 50,
        "spiders.safety.GuardMiddleware": 90,
        "spiders.robots.RobotsMiddleware": 100,
        "spiders.politeness.RefusalMiddleware": 560,
        "spiders.politeness.CountMiddleware": 990,
    },
}


def user_agent(contact: str) -> str:
    """Who we are and where to complain, e.g. `Vigie/2026.11.0 (+https://example.org/crawler)`."""
    release = f"{ROBOT}/{version('vigie')}"
    if not contact:
        return release
    return f"{release} (+{'mailto:' if '@' in contact and ':' not in contact else ''}{contact})"


def delay_of(source: Source, default: float) -> float:
    """Seconds between two requests to a host: the source's own word, else none on loopback, else the default."""
    if source.delay is not None:
        return source.delay.total_seconds()
    return 0.0 if is_loopback(host_and_port(source.url)[0]) else default


def private_hosts(spec: Spec) -> frozenset[str]:
    """Hosts that sources of this child open by `allow_private`."""
    return frozenset(host_and_port(task.source.url)[0] for task in spec.tasks if task.source.allow_private)


def process_settings(spec: Spec) -> dict[str, Any]:
    """What one process shares: reactor, resolver, log."""
    return {
        "TWISTED_DNS_RESOLVER": "spiders.safety.PublicResolver",
        "VIGIE_PRIVATE_HOSTS": sorted(private_hosts(spec)),
        "DNS_TIMEOUT": min(10.0, spec.limits.timeout),
        "LOG_LEVEL": "INFO",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
    }


def source_settings(source: Source, spec: Spec) -> dict[str, Any]:
    """Everything for the crawl of one source."""
    limits = spec.limits
    return (
        process_settings(spec)
        | dict(SAFE)
        | {
            "VIGIE_GUARD": Guard(source.url, allow_private=source.allow_private, others=private_hosts(spec)),
            "VIGIE_LONGEST_DELAY": limits.longest_delay,
            "USER_AGENT": user_agent(spec.contact),
            "DEFAULT_REQUEST_HEADERS": {
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.5",
                "Accept-Language": ", ".join((*spec.languages, "*;q=0.5")),
            },
            "DOWNLOAD_DELAY": delay_of(source, spec.delay),
            "DOWNLOAD_TIMEOUT": limits.timeout,
            "DOWNLOAD_MAXSIZE": limits.page_bytes,
            "DOWNLOAD_WARNSIZE": limits.page_bytes // 4,
            "RETRY_TIMES": limits.retries,
            "CLOSESPIDER_TIMEOUT": limits.budget,
            "MEMUSAGE_LIMIT_MB": limits.memory_mb,
        }
    )
