"""A site on loopback with a feed, and the source that reads it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Brèves</title>
<link>{base}</link><description>d</description>
{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{base}{path}</link><pubDate>Tue, 03 Nov 2026 09:12:00 GMT</pubDate>
<description>{text}</description></item>"""


@contextmanager
def serving(pages: dict[str, tuple[int, str, str]]) -> Iterator[str]:
    """A loopback site: path to (status, type, body); `{base}` in a body is its address."""

    class Visit(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = pages.get(self.path, (404, "text/plain", "no"))
            content = body.replace("{base}", base).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
    base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def feed(*texts: str) -> str:
    items = [
        ITEM.replace("{path}", f"/{n}").replace("{title}", f"Note {n}").replace("{text}", t)
        for n, t in enumerate(texts)
    ]
    return FEED.replace("{items}", "\n".join(items))


def add_source(config: Path, name: str, url: str, kind: str = "feed") -> None:
    lines = f"name: {name}\nkind: {kind}\nurl: {url}\nallow_private: true\n"
    if kind == "feed":
        lines += "full_text: never\n"
    (config / "sources" / f"{name}.yaml").write_text(lines, encoding="utf-8")
