"""A scriptable site on loopback, and a crawl of it with everything real: child process, spool, state."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from config.models import Source, Vigie
from mentions.model import Gone, RawItem
from mentions.spool import Spool
from spiders.crawl import SourceOutcome, crawl
from spiders.spec import SOURCE, Limits
from state.database import State

FAST = Limits(budget=60, grace=3, timeout=5, retries=1, longest_wait=5, longest_delay=3)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """One answer. `stream` gives the body in pieces, for ever if it likes."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Callable[[], Iterator[bytes]] | None = None


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: float


class Site:
    """`pages` maps a path with its query to a Reply or to a function of the request; else 404, robots.txt too."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply | Callable[[Asked], Reply]] = {}
        self.log: list[Asked] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                asked = Asked(self.command, self.path, dict(self.headers), time.monotonic())
                site.log.append(asked)
                found = site.pages.get(self.path) or site.pages.get("*") or Reply(b"not here", 404)
                with suppress(OSError):  # the crawler may leave at any time
                    self.reply(found(asked) if callable(found) else found)

            def reply(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **reply.headers}.items():
                    self.send_header(name, value)
                if reply.stream is None:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                for piece in reply.stream() if reply.stream else (reply.body,):
                    self.wfile.write(piece)

            do_GET = do_HEAD = answer  # noqa: N815 - http.server looks for these names

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def paths(self) -> list[str]:
        """What was asked, robots.txt apart, in order."""
        return [asked.path for asked in self.log if asked.path != "/robots.txt"]

    def close(self) -> None:
        """Stop listening; a request that still hangs goes on in its own thread."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def source(name: str, kind: str, url: str, **more: Any) -> Source:
    """A source of three lines and what the test adds."""
    return SOURCE.validate_python({"name": name, "kind": kind, "url": url, "allow_private": True} | more)


@dataclass
class Desk:
    """A state and a spool in a folder, and a clock that stands still until moved."""

    home: Path
    now: datetime = START

    def __post_init__(self) -> None:
        self.state = State(f"sqlite:///{self.home}/state.db")
        self.spool = Spool(self.home / "spool")

    def crawl(self, *sources: Source, limits: Limits = FAST, workers: int = 4) -> list[SourceOutcome]:
        """Crawl, then move the clock on by an hour."""
        vigie = Vigie.model_validate({"crawler": {"workers": workers}})
        outcomes = crawl(
            sources, vigie=vigie, state=self.state, spool=self.spool, clock=lambda: self.now, limits=limits
        )
        self.now += timedelta(hours=1)
        return outcomes

    def take(self) -> list[RawItem | Gone]:
        """What the spool holds, taken out of it."""
        found: list[RawItem | Gone] = []
        for path in self.spool.sealed():
            for _, _, item in self.spool.read(path):
                assert isinstance(item, RawItem | Gone), item
                found.append(item)
            self.spool.ack(path)
        return found

    def close(self) -> None:
        self.state.close()


def entry(number: int, text: str = "", site: str = "", **more: str) -> str:
    """An RSS item, long enough to stand for its article."""
    text = text or f"Velmora a livré la commande {number} en retard. " * 20
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    when = format_datetime(datetime(2026, 2, 1, 12, tzinfo=UTC) + timedelta(hours=number))
    return (
        f"<item><title>Article {number}</title><link>{site}/a/{number}</link><guid>{site}/a/{number}</guid>"
        f"<pubDate>{when}</pubDate><author>Zoé Lemaître</author>{extra}"
        f"<description><![CDATA[<p>{text}</p>]]></description></item>"
    )


def rss(*items: str) -> Reply:
    """An RSS 2.0 feed."""
    body = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Site</title>{"".join(items)}</channel></rss>'
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml"})


def article(number: int, text: str = "") -> Reply:
    """A page with one article and its structured data."""
    text = text or f"Nordane a répondu au client {number}, qui attendait depuis trois semaines. " * 8
    data = {
        "@context": "https://schema.org", "@type": "BlogPosting", "headline": f"Article {number}", "articleBody": text,
        "datePublished": f"2026-02-{1 + number % 27:02d}T08:00:00+01:00", "author": {"@type": "Person", "name": "Inès Roux"},
    }  # fmt: skip
    html = (
        f"<html lang=fr><head><title>Article {number}</title>"
        f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
        f"<body><article><h1>Article {number}</h1><p>{text}</p></article></body></html>"
    )
    return Reply(html.encode())


def posts(*rows: tuple[int, str], following: str = "") -> bytes:
    """A plain page of posts for kind css."""
    body = "".join(
        f'<div class=post id="p{n}"><b>Kofi A.</b><time datetime="2026-02-03T10:{n % 60:02d}:00Z"></time><p>{text}</p>'
        f'<a class=link href="#p{n}">lien</a></div>'
        for n, text in rows
    )
    link = f'<a rel=next href="{following}">suite</a>' if following else ""
    return f"<html lang=fr><head><title>t</title></head><body>{body}{link}</body></html>".encode()


CSS = {
    "item": "div.post",
    "fields": {"text": "p", "author": "b", "date": "time@datetime", "id": "@id"},
    "next": "a[rel=next]",
}


def versioned(reply: Reply, *, etag: bool = False, modified: str | None = None) -> Callable[[Asked], Reply]:
    """The reply with validators, and 304 to whom knows it."""
    mark = f'"{md5(reply.body).hexdigest()}"'

    def answer(asked: Asked) -> Reply:
        known = {name.lower(): value for name, value in asked.headers.items()}
        headers = {
            **reply.headers,
            **({"ETag": mark} if etag else {}),
            **({"Last-Modified": modified} if modified else {}),
        }
        if (etag and known.get("if-none-match") == mark) or (modified and known.get("if-modified-since") == modified):
            return Reply(status=304, headers=headers)
        return Reply(reply.body, headers=headers)

    return answer
