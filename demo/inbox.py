"""Where the demo's messages arrive: a mailbox and a Slack-like sink, both on loopback, both keeping everything."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
LARGEST = 1_000_000  # bytes of a payload


class Mailbox:
    """An SMTP server that stores each mail as `001.eml`, `002.eml` ... in a folder; `url` is for VIGIE_SMTP_URL."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Port 0 takes a free one."""
        self._folder, self._port = folder, port
        self._lock = threading.Lock()
        self.url = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._controller = Listener(self, hostname=HOST, port=self._port)
        self._controller.start()
        self.url = f"smtp://{HOST}:{self._controller.bound}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's name and signature
        """Keep the mail; aiosmtpd calls this once for each."""
        with self._lock:
            next_file(self._folder, "eml").write_bytes(envelope.original_content)
        return "250 kept"


class Listener(Controller):
    """aiosmtpd's controller, told to take a free port: its own self-check connects to the port it was given."""

    bound: int = 0

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.bound = self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class SlackSink:
    """Answers `ok` to every posted JSON payload, as Slack's incoming webhooks do, and keeps it in a folder."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Port 0 takes a free one."""
        self._folder, self._port = folder, port
        self._lock = threading.Lock()
        self.url = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._server = Sink((HOST, self._port), Hook)
        self._server.box = self
        self.url = f"http://{HOST}:{self._server.server_port}/services/demo"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-slack", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keep(self, body: bytes) -> None:
        """Write one payload, indented; ValueError when it is no JSON."""
        payload = json.loads(body)
        with self._lock:
            next_file(self._folder, "json").write_text(
                json.dumps(payload, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
            )


class Sink(ThreadingHTTPServer):
    """The server of a SlackSink."""

    daemon_threads = False
    box: SlackSink


class Hook(BaseHTTPRequestHandler):
    """One payload."""

    server: Sink
    timeout = 10

    def do_POST(self) -> None:
        """Keep it and answer as Slack does."""
        size = int(self.headers.get("Content-Length") or 0)
        status, word = 200, b"ok"
        try:
            self.server.box.keep(self.rfile.read(min(size, LARGEST)))
        except ValueError:
            status, word = 400, b"invalid_payload"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(word)))
        self.end_headers()
        self.wfile.write(word)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of http.server
        """The payloads are the log."""


def next_file(folder: Path, ending: str) -> Path:
    """`001.ending`, then the next number; a folder that already holds some is carried on."""
    numbers = [int(path.stem) for path in folder.glob(f"*.{ending}") if path.stem.isdigit()]
    return folder / f"{max(numbers, default=0) + 1:03d}.{ending}"
