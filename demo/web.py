"""The demo web: four sites on loopback, one clock for all, and nothing of the future on any page."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from demo.answer import Page
from demo.blog import Blog
from demo.drafts import Site
from demo.forum import Forum
from demo.news import News
from demo.scenario import DemoPost, Scenario
from demo.shelf import PAGES, Place
from demo.shop import Shop

log = logging.getLogger(__name__)

SITES: Mapping[Site, Callable[[Scenario, str], Place]] = {"blog": Blog, "forum": Forum, "shop": Shop, "news": News}
ROBOTS = "User-agent: *\nDisallow: /ucp.php\nDisallow: /panier/\nAllow: /\n"
STATIC = {"/style.css": "text/css; charset=utf-8", "/favicon.svg": "image/svg+xml"}
LOST = "<!doctype html><html lang='fr'><head><meta charset='utf-8'><title>Page introuvable</title><link rel='stylesheet' href='/style.css'></head><body class='lost'><h1>Page introuvable</h1><p>Rien ici, ou pas encore. <a href='/'>Retour à l’accueil</a></p></body></html>"  # noqa: E501 - one small page


class DemoWeb:
    """Serves the scenario of `seed` while it is entered; `now` may be moved at any time, from any thread.

    `ports` gives fixed ports by site key (blog, forum, shop, news); a site without one takes a free port.
    """

    def __init__(self, seed: int, end: datetime, ports: Mapping[str, int] | None = None) -> None:
        """The clock stands at the beginning of the live days. OSError when a fixed port is taken."""
        self.scenario = Scenario(seed, end)
        self._now = self.scenario.live_from
        self._servers: dict[Site, Server] = {}
        self.places: dict[Site, Place] = {}
        self.urls: Mapping[str, str] = {}
        self._ports = ports or {}

    @property
    def now(self) -> datetime:
        """The moment that the sites show, aware."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("the clock of the demo web wants an aware datetime")
        self._now = moment.astimezone(UTC)

    def url(self, post: DemoPost) -> str:
        """Where a post of the scenario stands."""
        return self.urls[post.site].rstrip("/") + self.places[post.site].path(post)

    def __enter__(self) -> Self:
        try:
            for site, build in SITES.items():
                server = Server(self, site, self._ports.get(site, 0))
                self._servers[site] = server
                self.places[site] = build(self.scenario, f"http://127.0.0.1:{server.server_port}")
        except OSError:
            self._close()
            raise
        self.urls = {site: f"http://127.0.0.1:{server.server_port}/" for site, server in self._servers.items()}
        for site, server in self._servers.items():
            threading.Thread(target=server.serve_forever, args=(0.05,), name=f"demo-{site}", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.shutdown()
        self._close()

    def _close(self) -> None:
        for server in self._servers.values():
            server.server_close()
        self._servers.clear()

    def answer(self, site: Site, target: str) -> Page:
        """What the site answers to a request target (`/path?query`) now."""
        parts = urlsplit(target)
        if parts.path == "/robots.txt":
            line = f"Sitemap: {self.urls[site]}sitemap.xml\n" if site != "forum" else ""
            return Page(body=(ROBOTS + line).encode(), kind="text/plain; charset=utf-8")
        path = "/favicon.svg" if parts.path == "/favicon.ico" else parts.path
        if path in STATIC:
            return Page(body=(PAGES / path[1:]).read_bytes(), kind=STATIC[path])
        page = self.places[site].page(parts.path, dict(parse_qsl(parts.query)), self._now)
        return page or Page(body=LOST.encode(), status=404)


class Server(ThreadingHTTPServer):
    """One site on one loopback port."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, web: DemoWeb, site: Site, port: int) -> None:
        """Bind at once, so that the address is known before anything is served."""
        self.web, self.site = web, site
        super().__init__(("127.0.0.1", port), Visit)


class Visit(BaseHTTPRequestHandler):
    """One request; HTTP/1.0, so that no connection outlives it and closing never waits for a visitor."""

    server: Server
    timeout = 10

    def do_GET(self) -> None:
        """Answer with the page, or 304 when the visitor has it already."""
        page = self.server.web.answer(self.server.site, self.path)
        headers = page.headers()
        unchanged = page.unchanged({name.title(): text for name, text in self.headers.items()})
        self.send_response_only(304 if unchanged else page.status)
        self.send_header("Server", "vigie-demo")
        self.send_header("Date", format_datetime(self.server.web.now, usegmt=True))
        for name, value in headers.items():
            if not (unchanged and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and not unchanged:
            self.wfile.write(page.body)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of http.server
        """To the log, not to the terminal."""
        log.debug(format, *args)
