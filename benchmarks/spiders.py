"""CPU per page of our spiders against a bare Scrapy spider: same settings, same parser calls, items to JSONL.

    python benchmarks/spiders.py [--pages 300] [--runs 3]

CPU seconds of all processes of the crawler (child, and for ours the parent with spool and state), start-up included;
the site runs in a process of its own and is not counted. Bar: at most 1.5 times the bare spider.
"""

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config.models import Source, Vigie
from mentions.spool import Spool
from spiders.crawl import crawl
from spiders.spec import SOURCE
from state.database import State

BAR = 1.5
PROSE = """la commande est arrivée en retard et le service client ne répond plus
depuis trois jours alors que Velmora avait promis"""
WORDS = PROSE.split()


def prose(seed: int, length: int) -> str:
    return " ".join(WORDS[(seed * 7 + n * n) % len(WORDS)] for n in range(length))


def article(number: int) -> bytes:
    body = "".join(f"<p>{prose(number + n, 70)}.</p>" for n in range(12))
    data = {
        "@context": "https://schema.org", "@type": "BlogPosting", "headline": f"Article {number}",
        "datePublished": "2026-02-03T08:00:00+01:00", "author": {"@type": "Person", "name": "Inès Roux"},
    }  # fmt: skip
    side = "".join(f"<li><a href='/a/{n}'>{prose(n, 5)}</a></li>" for n in range(40))
    return (
        f"<html lang=fr><head><title>Article {number}</title>"
        f"<script type='application/ld+json'>{json.dumps(data)}</script></head>"
        f"<body><nav><ul>{side}</ul></nav><article><h1>Article {number}</h1>{body}</article></body></html>"
    ).encode()


def feed(pages: int, root: str) -> bytes:
    items = "".join(
        f"<item><title>Article {n}</title><link>{root}/a/{n}</link><pubDate>Tue, 03 Feb 2026 07:00:00 GMT</pubDate>"
        f"<description>{prose(n, 20)}</description></item>"
        for n in range(pages)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def thread(number: int) -> bytes:
    posts = "".join(
        f'<div id="p{number * 100 + n}" class="post"><div class="inner"><div class="postprofile"><dt>Maëva</dt></div>'
        f'<div class="postbody"><p class="author">par <strong class="username">Maëva B.</strong> '
        f'<time datetime="2026-02-05T10:{n:02d}:00+00:00"></time></p>'
        f'<div class="content">{prose(number * 20 + n, 80)}.</div></div></div></div>'
        for n in range(20)
    )
    return (
        f'<html lang=fr><body id="phpbb"><h2 class="topic-title"><a>Fil {number}</a></h2>{posts}</body></html>'.encode()
    )


def board(pages: int) -> bytes:
    rows = "".join(
        f'<li class=row><a class=topictitle href="/viewtopic.php?t={n}">Fil {n}</a><dd class=posts>20</dd></li>'
        for n in range(pages)
    )
    return f'<html lang=fr><body id="phpbb"><ul class="topiclist topics">{rows}</ul></body></html>'.encode()


def serve(pipe: Connection, pages: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = bodies.get(self.path)
            self.send_response(200 if body else 404)
            kind = "application/rss+xml" if self.path == "/feed" else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    root = f"http://127.0.0.1:{server.server_address[1]}"
    bodies = {"/feed": feed(pages, root), "/": board(pages)}
    bodies |= {f"/a/{n}": article(n) for n in range(pages)}
    bodies |= {f"/viewtopic.php?t={n}": thread(n) for n in range(pages)}
    pipe.send(root)
    server.serve_forever()


BARE = """
import json, sys
from dataclasses import asdict
from datetime import UTC, datetime
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from config.models import Vigie
from mentions.codec import to_json
from spiders.extract import extract
from spiders.extract_feed import complete
from spiders.settings import source_settings
from spiders.spec import SOURCE, Limits, spec_for
source = SOURCE.validate_json(sys.argv[1])
out = open(sys.argv[2], "w", encoding="utf-8")
def write(item):
    out.write(json.dumps(to_json(item), ensure_ascii=False) + "\\n")
class Bare(scrapy.Spider):
    name = "bare"
    start_urls = [source.url]
    def read(self, response, kind):
        return extract(response.body, response.url, kind=kind, source=source, fetched_at=datetime.now(UTC),
                       content_type="text/html", charset="utf-8")
    def parse(self, response):
        if source.kind == "feed":
            for entry in self.read(response, "feed").items:
                yield scrapy.Request(entry.url, self.article, cb_kwargs={"entry": entry})
        else:
            for url in self.read(response, "forum").links.threads:
                yield scrapy.Request(url, self.thread)
    def article(self, response, entry):
        write(complete(entry, self.read(response, "blog").items[0]))
    def thread(self, response):
        for item in self.read(response, "forum").items:
            write(item)
settings = source_settings(source, spec_for((), Vigie(), Limits(), None))
del settings["DOWNLOADER_MIDDLEWARES"], settings["TWISTED_DNS_RESOLVER"]
process = AsyncCrawlerProcess(settings)
process.crawl(Bare)
process.start()
out.close()
"""


def cpu(work: Callable[[], int]) -> tuple[float, int]:
    """CPU seconds of this process and its ended children during `work`, and what it returned."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    count = work()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True)), count


def ours(source: Source) -> int:
    with tempfile.TemporaryDirectory() as folder:
        state, spool = State(f"sqlite:///{folder}/state.db"), Spool(Path(folder) / "spool")
        [outcome] = crawl([source], vigie=Vigie(), state=state, spool=spool, clock=lambda: datetime.now(UTC))
        state.close()
        return outcome.items


def bare(source: Source) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "items.jsonl"
        given = SOURCE.dump_json(source).decode()
        subprocess.run(
            [sys.executable, "-c", BARE, given, str(out)],
            check=True,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": "."},
        )
        return out.read_text(encoding="utf-8").count("\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve, args=(there, given.pages), daemon=True)
    server.start()
    root = here.recv()
    worst = 0.0
    print(f"{'source':8} {'pages':>5} {'items':>6} {'bare ms/page':>13} {'ours ms/page':>13} {'ratio':>6}  bar {BAR}")
    for kind, path in (("feed", "/feed"), ("forum", "/")):
        more = {"full_text": "always"} if kind == "feed" else {}
        source = SOURCE.validate_python(
            {
                "name": kind,
                "kind": kind,
                "url": root + path,
                "allow_private": True,
                "max_pages": given.pages + 10,
                **more,
            }
        )
        rounds = [(cpu(partial(bare, source)), cpu(partial(ours, source))) for _ in range(given.runs)]
        if len({count for pair in rounds for _, count in pair}) != 1:
            raise SystemExit(f"the two spiders do not find the same: {rounds}")
        plain, full = (statistics.median(pair[which][0] for pair in rounds) for which in (0, 1))
        ratio = statistics.median(pair[1][0] / pair[0][0] for pair in rounds)
        worst = max(worst, ratio)
        pages = given.pages + 1
        print(
            f"{kind:8} {pages:5} {rounds[0][0][1]:6} {plain * 1000 / pages:13.1f} {full * 1000 / pages:13.1f}"
            f" {ratio:6.2f}"
        )
    server.terminate()
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
