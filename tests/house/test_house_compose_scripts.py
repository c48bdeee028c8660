"""The scripts of the stack, run for real: the set-up against a server that answers as Elasticsearch's security does."""

import base64
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

COMPOSE = Path(__file__).parents[2] / "compose"
PASSWORD = "correct-horse-battery"
pytestmark = pytest.mark.local


class Security(ThreadingHTTPServer):
    """Users and API keys of a small Elasticsearch; every body it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.keys: dict[str, dict[str, Any]] = {}  # id -> {encoded, body}
        self.passwords: dict[str, str] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Security

    def log_message(self, *_: object) -> None:
        pass

    def _say(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(size)) if size else {}
        sent = self.headers.get("Authorization", "")
        if self.path == "/_security/_authenticate":
            known = {f"ApiKey {key['encoded']}" for key in self.server.keys.values()}
            return self._say(200 if sent in known else 401, {})
        if sent != "Basic " + base64.b64encode(f"elastic:{PASSWORD}".encode()).decode():
            return self._say(401, {"error": "security_exception"})
        if self.command == "POST" and (user := re.fullmatch(r"/_security/user/(\w+)/_password", self.path)):
            self.server.passwords[user[1]] = body["password"]
            return self._say(200, {})
        if self.command == "POST" and self.path == "/_security/api_key":
            number = f"id{len(self.server.keys)}"
            encoded = base64.b64encode(f"{number}:secret+/{number}".encode()).decode()
            self.server.keys[number] = {"encoded": encoded, "body": body}
            return self._say(200, {"id": number, "name": body["name"], "api_key": "x", "encoded": encoded})
        if self.command == "PUT" and (found := self.path.removeprefix("/_security/api_key/")) in self.server.keys:
            self.server.keys[found]["body"] |= body
            return self._say(200, {"updated": True})
        return self._say(400, {"error": f"no such thing: {self.command} {self.path}"})

    do_GET = do_POST = do_PUT = _handle  # noqa: N815 - the names that http.server calls


@pytest.fixture
def security() -> Iterator[Security]:
    with Security() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _set_up(server: Security, keys: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    given = {
        "PATH": os.environ["PATH"],
        "ELASTIC_URL": server.url,
        "KEYS": str(keys),
        "KEYS_OWNER": f"{os.getuid()}:{os.getgid()}",
        "ELASTIC_PASSWORD": PASSWORD,
        "KIBANA_SYSTEM_PASSWORD": "staple-staple-staple",
    }
    return subprocess.run(
        ["bash", COMPOSE / "setup.sh"], env=given | changed, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_first_run_gives_the_password_and_two_keys_for_their_reader_only(security: Security, tmp_path: Path) -> None:
    done = _set_up(security, tmp_path, VIGIE_ELASTIC_PREFIX="blue", VIGIE_KIBANA_SPACE="marketing")
    assert (done.returncode, done.stderr) == (0, "")
    assert security.passwords == {"kibana_system": "staple-staple-staple"}
    by_name = {key["body"]["name"]: key for key in security.keys.values()}
    assert set(by_name) == {"vigie-elastic", "vigie-kibana"}
    for name in ("elastic", "kibana"):
        file = tmp_path / name
        assert file.read_text() == by_name[f"vigie-{name}"]["encoded"]
        assert file.stat().st_mode & 0o077 == 0
        assert file.read_text() not in done.stdout
    roles = json.dumps([key["body"]["role_descriptors"] for key in security.keys.values()])
    assert '"blue-*"' in roles
    assert '"space:marketing"' in roles
    assert '"vigie-*"' not in roles


def test_a_second_run_keeps_keys_that_work_and_brings_their_privileges_up_to_date(
    security: Security, tmp_path: Path
) -> None:
    _set_up(security, tmp_path)
    before = (tmp_path / "elastic").read_text()
    security.keys["id0"]["body"]["role_descriptors"] = {"an older one": {}}
    done = _set_up(security, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(security.keys) == 2
    assert (tmp_path / "elastic").read_text() == before
    assert security.keys["id0"]["body"]["role_descriptors"] == json.loads((COMPOSE / "elastic-key.json").read_text())


def test_a_key_that_was_taken_back_is_made_anew(security: Security, tmp_path: Path) -> None:
    _set_up(security, tmp_path)
    security.keys = {"other": {"encoded": "none", "body": {}}}
    assert _set_up(security, tmp_path).returncode == 0
    assert {(tmp_path / name).read_text() for name in ("elastic", "kibana")} <= {
        key["encoded"] for key in security.keys.values()
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ELASTIC_PASSWORD": ""}, "ELASTIC_PASSWORD: at least 16"),
        ({"ELASTIC_PASSWORD": "changeme"}, "ELASTIC_PASSWORD: at least 16"),
        ({"KIBANA_SYSTEM_PASSWORD": 'a"quote"that"breaks"JSON'}, "KIBANA_SYSTEM_PASSWORD: at least 16"),
        ({"ELASTIC_PASSWORD": "another-long-password"}, "refuses ELASTIC_PASSWORD: the data volume was made with"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_made(
    security: Security, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    done = _set_up(security, tmp_path, **changed)
    assert done.returncode == 1
    assert done.stderr.startswith("setup: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert security.keys == {}


def test_the_entry_gives_kibanas_key_to_kibana_commands_only(tmp_path: Path) -> None:
    (tmp_path / "elastic").write_text("EEE==")
    (tmp_path / "kibana").write_text("KKK==")
    fake = tmp_path / "vigie"
    fake.write_text('#!/bin/sh\necho "$VIGIE_ELASTIC_API_KEY/$VIGIE_KIBANA_API_KEY/$*"\n')
    fake.chmod(0o755)

    def say(*words: str, keys: Path = tmp_path) -> str:
        given = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "KEYS": str(keys)}
        done = subprocess.run([COMPOSE / "vigie.sh", *words], env=given, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert say("serve") == "EEE==//serve"
    assert say("kibana", "deploy", "--space", "x y") == "EEE==/KKK==/kibana deploy --space x y"
    assert say("status", keys=tmp_path / "absent") == "//status"


def test_fresh_secrets_fill_every_empty_line_and_differ() -> None:
    def values() -> dict[str, str]:
        done = subprocess.run(["sh", COMPOSE / "new-env.sh"], capture_output=True, text=True, check=True)
        return dict(line.split("=", 1) for line in done.stdout.splitlines() if line[:1] not in {"#", ""})

    first, second = values(), values()
    made = [name for name in first if re.fullmatch(r"[0-9a-f]{48}", first[name])]
    assert len(made) >= 8
    assert len({first[name] for name in made} | {second[name] for name in made}) == 2 * len(made)
    assert all(first.values())
