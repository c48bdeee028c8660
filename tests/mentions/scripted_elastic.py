"""A loopback Elasticsearch that answers bulk requests by script: storms, dropped connections, poisoned documents.

Without a script it does what the real one does with indices, versions, merges and deletions
(tests/real/test_real_elastic_bulk.py compares both).
"""

import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mentions.dead_letters import DeadLetters
from mentions.elastic_bulk import Action, BulkWriter, Limits
from mentions.elastic_client import connect

INDEX = "vigie-mentions-v1-2026.11.01"
Docs = dict[tuple[str, str], tuple[int, Any]]
ERRORS = {
    400: "document_parsing_exception",
    401: "security_exception",
    403: "cluster_block_exception",
    413: "content_too_long",
    429: "es_rejected_execution_exception",
    500: "null_pointer_exception",
    503: "unavailable_shards_exception",
}


@dataclass(frozen=True)
class Step:
    """What happens to one bulk request. `items`: id -> status (and type) instead of what would be done with it.

    `drop`: "before" nothing is done, "after" all is done and not answered, "half" half of it is done, not answered,
    "cut" all is done and half of the answer sent. `answer` replaces the answer.
    """

    status: int | None = None
    type: str | None = None
    drop: str | None = None
    delay: float = 0.0
    items: Mapping[str, int | tuple[int, str]] = field(default_factory=dict)
    answer: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ScriptedElastic:
    """Its state. `indices` None: every index exists. `poison`: ids whose documents are refused for good."""

    url: str = ""
    script: list[Step] = field(default_factory=list)
    otherwise: Step = Step()
    indices: set[str] | None = None
    poison: set[str] = field(default_factory=set)
    max_bytes: int = 100_000_000
    nodes: int = 1
    docs: Docs = field(default_factory=dict)
    requests: list[list[tuple[str, str]]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    written: Counter = field(default_factory=Counter)
    flying: int = 0
    most_flying: int = 0
    on_bulk: Callable[[], object] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, index: str) -> None:
        """What a writer is given as `create_partition`."""
        with self.lock:
            if self.indices is not None:
                self.indices.add(index)

    def bulk(self, body: bytes) -> tuple[Step, bytes]:
        operations = list(operations_of(body))
        with self.lock:
            step = self.script.pop(0) if self.script else self.otherwise
            self.requests.append([(kind, meta["_id"]) for kind, meta, _ in operations])
            self.sizes.append(len(body))
            if len(body) > self.max_bytes:
                return Step(status=413), b""
            if step.status or step.drop == "before":
                return step, b""
            if step.drop == "half":
                operations = operations[: len(operations) // 2]
            items = [{kind: self._do(kind, meta, doc, step)} for kind, meta, doc in operations]
        return step, json.dumps(
            {"errors": any("error" in next(iter(i.values())) for i in items), "items": items}
        ).encode()

    def _do(self, kind: str, meta: Mapping[str, Any], doc: Any, step: Step) -> dict[str, Any]:
        fault = step.items.get(meta["_id"])
        if fault is not None:
            status, name = fault if isinstance(fault, tuple) else (fault, ERRORS[fault])
            return error(status, name)
        if self.indices is not None and meta["_index"] not in self.indices:
            return error(404, "index_not_found_exception")
        if meta["_id"] in self.poison and kind == "index":
            return error(400, "document_parsing_exception")
        answer = apply(self.docs, kind, meta, doc)
        if answer["status"] < 300:
            self.written[meta["_id"]] += 1
        return answer


def error(status: int, name: str) -> dict[str, Any]:
    return {"status": status, "error": {"type": name, "reason": f"scripted {name}", "caused_by": {"reason": "script"}}}


def operations_of(body: bytes) -> Iterator[tuple[str, dict[str, Any], Any]]:
    lines = iter(body.decode().split("\n")[:-1])
    for line in lines:
        ((kind, meta),) = json.loads(line).items()
        yield kind, meta, None if kind == "delete" else json.loads(next(lines))


def apply(docs: Docs, kind: str, meta: Mapping[str, Any], doc: Any) -> dict[str, Any]:
    """One operation on the documents, as Elasticsearch does it."""
    key = (meta["_index"], meta["_id"])
    version, before = docs.get(key, (0, None))
    if "version" in meta and meta["version"] <= version:
        return error(409, "version_conflict_engine_exception")
    after = meta.get("version", version + 1)
    if kind == "index":
        docs[key] = (after, doc)
        return {"status": 200 if version else 201, "result": "updated" if version else "created"}
    if kind == "delete":
        gone = docs.pop(key, None)
        return {"status": 200 if gone else 404, "result": "deleted" if gone else "not_found"}
    if before is None:
        return error(404, "document_missing_exception")
    merged = {**before, **doc["doc"]}
    if merged == before:
        return {"status": 200, "result": "noop"}
    docs[key] = (after, merged)
    return {"status": 200, "result": "updated"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two packets
    elastic: ScriptedElastic

    def do_PUT(self) -> None:  # the client sends bulks so
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw
        elastic = self.elastic
        with elastic.lock:
            elastic.flying += 1
            elastic.most_flying = max(elastic.most_flying, elastic.flying)
        try:
            step, answer = elastic.bulk(body)
            elastic.on_bulk()
            time.sleep(step.delay)
        finally:
            with elastic.lock:
                elastic.flying -= 1
        self._answer(step, answer)

    def do_POST(self) -> None:
        self.do_PUT()

    def _answer(self, step: Step, answer: bytes) -> None:
        if step.drop and step.drop != "cut":
            self.close_connection = True
            return
        status = step.status or 200
        if status >= 300:
            name = step.type or ERRORS[status]
            answer = json.dumps({"error": {"type": name, "reason": f"scripted {name}"}, "status": status}).encode()
        self._send(status, answer if step.answer is None else step.answer, step)

    def do_GET(self) -> None:
        self._send(200, json.dumps({"nodes": {str(n): {"name": str(n)} for n in range(self.elastic.nodes)}}).encode())

    def _send(self, status: int, body: bytes, step: Step = Step()) -> None:
        self.send_response(status)
        headers = {
            "X-Elastic-Product": "Elasticsearch",
            "Content-Type": "application/vnd.elasticsearch+json;compatible-with=9",
            "Content-Length": str(len(body)),
        }
        for name, value in {**headers, **step.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if step.drop == "cut":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that go away are what the tests are about


@contextmanager
def scripted_elastic(*script: Step, **state: Any) -> Iterator[ScriptedElastic]:
    """A server that lives as long as the block."""
    elastic = ScriptedElastic(script=list(script), **state)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"elastic": elastic}))
    elastic.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield elastic
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Hours:
    """A clock that only sleeping moves, and chance that always says the same."""

    def __init__(self, chance: float = 1.0) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.chance = chance
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
            self.slept.append(seconds)

    def random(self) -> float:
        return self.chance


@contextmanager
def bulk_writer(
    elastic: ScriptedElastic, hours: Hours, dead: DeadLetters | None = None, **limits: Any
) -> Iterator[BulkWriter]:
    """A writer to this server, its client closed at the end."""
    client = connect(elastic.url)
    try:
        yield BulkWriter(
            client,
            create_partition=elastic.create,
            dead=dead,
            limits=Limits(**limits),
            clock=hours.clock,
            sleep=hours.sleep,
            random=hours.random,
        )
    finally:
        client.close()


def index(*ids: object, version: int | None = 1) -> list[Action]:
    """Small documents with these ids."""
    return [Action("index", INDEX, str(key), {"n": str(key)}, version) for key in ids]
