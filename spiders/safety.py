"""What we never fetch: other schemes, odd ports, addresses that are not public (research: hostile pages).

Two guards, because each alone leaks: the middleware judges every URL, redirected ones too, by its text; the
resolver judges the address a name gives, at the moment of connecting, so that no rebinding fits in between.
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred

PORTS = frozenset({80, 443, 8080, 8443})
SCHEMES = frozenset({"http", "https"})
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Blocked(IgnoreRequest):
    """The guard refused an address; its text says why, for people."""


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that `host` spells, in any notation that a C library would accept (127.1, 0x7f.1, 2130706433)."""
    try:
        return ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """True for addresses of the open internet; an IPv4 address inside an IPv6 one is judged itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def is_loopback(host: str) -> bool:
    """True for a host that is this machine by its very spelling."""
    address = address_of(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)


def host_and_port(url: str) -> tuple[str, int]:
    """Host in lower case and port of a URL, the scheme's own if none is given; ValueError if there is none."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"no host in {url!r}")
    return parts.hostname.lower(), parts.port or (443 if parts.scheme == "https" else 80)


class Guard:
    """Which URLs one source may touch.

    `allow_private` opens the source's own host and port, nothing else. `others` are the private hosts of its
    neighbours in the same child, which the shared resolver lets through.
    """

    def __init__(self, url: str, *, allow_private: bool, others: frozenset[str] = frozenset()) -> None:
        """Read the source's own address."""
        self.home = host_and_port(url)
        self.allow_private = allow_private
        self.others = others - {self.home[0]}

    def check(self, url: str) -> None:
        """Raise Blocked unless `url` may be fetched."""
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES:
            raise Blocked(f"{parts.scheme or 'no'} scheme refused: only http and https")
        try:
            host, port = host_and_port(url)
        except ValueError as error:
            raise Blocked(f"unusable address: {error}") from error
        if (host, port) == self.home and self.allow_private:
            return
        address = address_of(host)
        private = is_loopback(host) or (address is not None and not is_public(address))
        if private or host in self.others:
            raise Blocked(f"{host} is a private address (a source may open its own with allow_private: true)")
        if port not in PORTS and (host, port) != self.home:
            raise Blocked(f"port {port} of {host} refused")


class GuardMiddleware:
    """Asks the Guard before each request leaves, robots.txt and redirected ones included."""

    def __init__(self, guard: Guard) -> None:
        """`guard` is the source's own."""
        self.guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        """The guard that the settings carry."""
        return cls(crawler.settings["VIGIE_GUARD"])

    def process_request(self, request: Request) -> None:
        """Raise Blocked, or let pass."""
        self.guard.check(request.url)


class PublicResolver(CachingThreadedResolver):
    """Refuses names that lead to addresses which are not public, but for the hosts in VIGIE_PRIVATE_HOSTS."""

    private: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "PublicResolver":
        """The resolver of the whole child."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.private = frozenset(crawler.settings.getlist("VIGIE_PRIVATE_HOSTS"))
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """Resolve, then judge the answer: the address returned is the one connected to."""
        found = super().getHostByName(name, timeout)
        return found if name.lower() in self.private else found.addCallback(self._judge, name)

    def _judge(self, answer: str, name: str) -> str:
        address = address_of(answer)
        if address is None or not is_public(address):
            raise Blocked(f"{name} leads to a private address (a source may open its own with allow_private: true)")
        return answer
