"""A strict stub Kibana on loopback: what it does not know, it refuses. Versions from 8.19 to 9.5, spaces, privileges."""

import base64
import copy
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stub_objects import Contents, Refused

KEY = "c3R1Yjprb2JhbGQ="
ROUTE = re.compile(r"(?:/s/(?P<space>[a-z0-9_-]+))?(?P<path>/api/.+)")
RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NEEDS = {"dashboards": "dashboard", "alerting": "rule", "actions": "rule"}


@dataclass
class Fault:
    """An answer given instead of the real one, `times` times, to what matches after `skip` of them."""

    matches: Callable[[str, str], bool]
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0


@dataclass
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def writes(self) -> bool:
        """An export is a POST and changes nothing."""
        return self.method in {"PUT", "POST", "DELETE"} and "_export" not in self.path


class StubKibana:
    """Its state is open to tests; `answer` plans faults; `official` has boards judged by Kibana's own document too."""

    def __init__(self, version: str = "9.5.4", *, official: bool = False) -> None:
        self.version, self.official = version, official
        self.spaces: dict[str, Contents] = {"default": Contents(), "marketing": Contents()}
        self.credentials = {f"ApiKey {KEY}", "Basic " + base64.b64encode("élo:p@ss".encode()).decode()}
        self.forbidden: set[str] = set()  # dashboard, index-pattern, tag, rule
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.holds = ""  # what is like this waits for `released`; `reached` tells that it came
        self.reached, self.released = threading.Event(), threading.Event()
        self.url = ""
        self.pauses: list[float] = []
        self._lock = threading.Lock()

    @property
    def number(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def writes(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked if one.writes]

    def answer(self, pattern: str, status: int, body: Any = None, **more: Any) -> None:
        """Answer the next request whose `METHOD /path` is like `pattern` with this."""
        raw = (
            body
            if isinstance(body, bytes)
            else json.dumps(body or {"statusCode": status, "message": "planned"}).encode()
        )
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        self.faults.append(Fault(lambda m, p: bool(re.search(pattern, f"{m} {p}")), status, raw, headers, **more))

    def edit(self, board_id: str, change: Callable[[dict[str, Any]], None], space: str = "default") -> None:
        """As a person does in the editor: the data of a board of the API, else the attributes of its object."""
        contents = self.spaces[space]
        if board_id in contents.boards:
            data = copy.deepcopy(contents.boards[board_id])
            change(data)
            contents.boards[board_id] = data
            contents.settle(board_id)
        else:
            change(contents.objects["dashboard", board_id]["attributes"])

    def respond(self, asked: Asked, raw: bytes) -> tuple[int, bytes, dict[str, str]]:
        """The answer to one request."""
        if self.holds and re.search(self.holds, f"{asked.method} {asked.path}"):
            self.reached.set()
            self.released.wait(30)
        with self._lock:
            self.asked.append(asked)
            path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
            for fault in self.faults:
                if fault.times and fault.matches(asked.method, path):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault.status, fault.body, fault.headers
            try:
                status, body = self._routed(asked, path, query, raw)
            except Refused as refused:
                status, body = refused.status, refused.body
        if isinstance(body, list) and "_export" in path:
            return (
                status,
                b"\n".join(json.dumps(line).encode() for line in body),
                {"Content-Type": "application/ndjson"},
            )
        return status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"}

    def _routed(self, asked: Asked, path: str, query: dict[str, list[str]], raw: bytes) -> tuple[int, Any]:
        if asked.method != "GET" and "kbn-xsrf" not in asked.headers:
            raise Refused(400, "Request must contain a kbn-xsrf header.")
        known = asked.headers.get("authorization") in self.credentials
        if path == "/api/status":
            told = {"name": "stub", "version": {"number": self.version}} if known else {}
            return 200, {**told, "status": {"overall": {"level": "available"}}}
        if not known:
            raise Refused(401, "[security_exception]: unable to authenticate")
        found = ROUTE.fullmatch(path)
        if found is None:
            raise Refused(404, "Not Found")
        if found["path"].startswith("/api/spaces/space"):
            return 200, self._space(found["path"].removeprefix("/api/spaces/space").lstrip("/"))
        contents = self.spaces.get(found["space"] or "default")
        if contents is None:
            raise Refused(404, "Not Found")
        area = found["path"].split("/")[2]
        if NEEDS.get(area) in self.forbidden:
            raise Refused(
                403, f"API [{asked.method} {found['path']}] is unauthorized for user, this action is granted by"
            )
        return self._in_space(contents, asked.method, found["path"], query, raw, asked.headers.get("content-type", ""))

    def _space(self, name: str) -> Any:
        if not name:
            return [{"id": space, "name": space} for space in self.spaces]
        if name not in self.spaces:
            raise Refused(404, "Not Found")
        return {"id": name, "name": name}

    def _in_space(
        self, contents: Contents, method: str, path: str, query: dict[str, list[str]], raw: bytes, kind: str
    ) -> tuple[int, Any]:
        name = path.rsplit("/", 1)[1]
        if path == "/api/saved_objects/_export" and method == "POST":
            return 200, contents.export(json.loads(raw))
        if path == "/api/saved_objects/_import" and method == "POST":
            return 200, self._import(contents, _file(raw, kind), overwrite=query.get("overwrite") == ["true"])
        if path == f"/api/dashboards/{name}" and self.number >= (9, 4):
            if method == "PUT":
                return contents.put_board(name, raw, self.number, official=self.official), contents.read_board(name)
            return 200, contents.read_board(name)
        if path == f"/api/alerting/rule/{name}":
            return 200, _kept(contents.rules, name, method, raw, fixed={"rule_type_id", "consumer", "enabled"})
        if path == f"/api/actions/connector/{name}":
            if method == "POST" and not RANDOM.fullmatch(name):
                raise Refused(400, "Predefined IDs are not allowed for saved objects with encrypted attributes")
            return 200, _kept(contents.connectors, name, method, raw, fixed={"connector_type_id"})
        raise Refused(404, "Not Found")

    def _import(self, contents: Contents, lines: list[dict[str, Any]], *, overwrite: bool) -> dict[str, Any]:
        refused = sorted({line["type"] for line in lines} & self.forbidden)
        if refused:
            raise Refused(403, f"Unable to bulk_create {','.join(refused)}")
        others = (other for other in self.spaces.values() if other is not contents)
        elsewhere = {key for other in others for key in other.objects}
        return contents.load(lines, overwrite=overwrite, version=self.number, elsewhere=elsewhere)


def _file(raw: bytes, kind: str) -> list[dict[str, Any]]:
    if not kind.startswith("multipart/form-data"):
        raise Refused(415, "Unsupported Media Type")
    form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    parts: list[Message] = form.get_payload()  # type: ignore[assignment]
    file = next(part for part in parts if part.get_param("name", header="content-disposition") == "file")
    if not str(file.get_filename()).endswith(".ndjson"):
        raise Refused(400, "Invalid file extension")
    return [json.loads(line) for line in bytes(file.get_payload(decode=True)).splitlines() if line.strip()]


def _kept(store: dict[str, Any], name: str, method: str, raw: bytes, *, fixed: set[str]) -> Any:
    """Rules and connectors: POST makes, PUT changes all but what is fixed."""
    if method == "GET":
        if name not in store:
            raise Refused(404, f"Saved object [alert/{name}] not found")
        return store[name]
    body = json.loads(raw)
    if method == "POST":
        if name in store:
            raise Refused(409, f"Saved object [alert/{name}] conflict")
        store[name] = {"id": name, **body}
    else:
        if fixed & set(body):
            raise Refused(400, f"[request body.{min(fixed & set(body))}]: definition for this key is missing")
        store[name] |= body
    return store[name]


@contextmanager
def serving(kibana: StubKibana, *, tls: ssl.SSLContext | None = None) -> Iterator[StubKibana]:
    """The stub on an ephemeral port of loopback."""

    class Visit(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body, more = kibana.respond(Asked(self.command, self.path, headers), raw)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names of http.server

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that hang up are part of the tests
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    kibana.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    try:
        yield kibana
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
