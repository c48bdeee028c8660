"""The command line at work: from a site to an export, and what stands in the way of it."""

import csv
import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flows_site import add_source, feed, serving

from alerts.message import trial_message
from state.database import State
from state.lock import hold
from state.records import Delivery

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.local

ROOT = Path(__file__).parents[2]


def test_the_steps_from_a_site_to_an_export(vigie: Run, config: Path, tmp_path: Path) -> None:
    pages = {"/feed": (200, "application/rss+xml", feed("Velmora ne répond jamais.", "Il pleut.", "=Velmora, bravo !"))}
    with serving(pages) as base:
        add_source(config, "breves", f"{base}/feed")
        code, out, _ = vigie("sources", "preview", "breves", "--limit", "2")
        assert code == 0
        assert [json.loads(line)["source"] for line in out.splitlines()] == ["breves", "breves"]
        assert vigie("crawl", "breves")[0] == 0
        assert "saved 2" in vigie("ingest")[1]
        assert vigie("crawl", "breves")[0] == 0
        assert "nothing to do" in vigie("ingest")[1]
    code, out, _ = vigie("mentions", "--format", "jsonl", "--text", "velmora AND NOT bravo")
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["Velmora ne répond jamais."]
    assert vigie("mentions", "--format", "csv", "-o", str(tmp_path / "m.csv"))[0] == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "m.csv").read_text(encoding="utf-8"))))
    assert {row["text"] for row in rows} == {"Velmora ne répond jamais.", "'=Velmora, bravo !"}
    code, out, _ = vigie("mentions", "show", rows[0]["id"])
    assert code == 0
    assert rows[0]["url"] in out
    for command in (
        ["status"],
        ["sources", "list"],
        ["sources", "explain", "breves"],
        ["incidents", "list"],
        ["watch"],
    ):
        assert vigie(*command)[0] == 0
    log = (tmp_path / "home" / "logs" / "vigie.log").read_text(encoding="utf-8")
    assert "ingest file=" in log


def test_a_failing_site_is_one_line_and_the_others_go_on(vigie: Run, config: Path) -> None:
    pages = {
        "/feed": (200, "application/rss+xml", feed("Velmora ne répond jamais.")),
        "/broken": (500, "text/html", "oops"),
        "/bomb": (200, "application/rss+xml", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>'),
    }
    with serving(pages) as base:
        for name, path in (("good", "/feed"), ("broken", "/broken"), ("bomb", "/bomb"), ("absent", "/nothing")):
            add_source(config, name, base + path)
        add_source(config, "down", "http://127.0.0.1:9/feed")
        code, out, err = vigie("run")
    assert code == 1
    lines = [line for line in err.splitlines() if line.startswith("vigie: ")]
    assert sorted(line.split()[1] for line in lines) == ["absent:", "bomb:", "broken:", "down:"]
    assert "saved 1" in out
    assert "Traceback" not in err


def test_a_trial_of_one_channel_harms_no_message_of_another(vigie: Run, config: Path) -> None:
    (config / "channels.yaml").write_text(
        "channels:\n  post: {kind: email, to: [a@example.org]}\n  hook: {kind: slack, webhook: env:NO_SUCH_VARIABLE}\n",
        encoding="utf-8",
    )
    (config / "rules.yaml").write_text("rules:\n  - {name: surge, tell: [post]}\n", encoding="utf-8")
    (config / "vigie.yaml").write_text("timezone: Europe/Paris\n", encoding="utf-8")
    url = f"sqlite:///{config.parent}/home/state.db"
    assert vigie("status")[0] == 0
    waiting = Delivery(
        key="k", subject="incident", step="opened", number=1, channel="post", recipient="a@example.org",
        payload=trial_message("post", "en").to_json(), created_at=datetime.now(UTC),
    )  # fmt: skip
    with State(url) as state:
        state.outbox.add([waiting])
    code, out, err = vigie("channels", "test", "hook")
    assert code == 1
    assert "not sent 1" in out
    assert "NO_SUCH_VARIABLE" in err
    with State(url) as state:
        assert [(row.channel, row.status) for row in state.outbox.list(subject="incident")] == [("post", "pending")]
        assert state.outbox.counts().get("dead") == 1


def test_a_second_run_says_who_holds_the_lock(vigie: Run, config: Path, tmp_path: Path) -> None:
    with hold(tmp_path / "home" / "locks" / "ingest", "vigie ingest"):
        code, _, err = vigie("ingest")
    assert code == 1
    assert "vigie ingest" in err
    assert vigie("ingest")[0] == 0


def test_a_corrupt_database_is_named(vigie: Run, config: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mentions.sqlite").write_bytes(b"this is no database " * 500)
    code, _, err = vigie("mentions")
    assert code == 1
    assert "mentions.sqlite" in err
    assert "Traceback" not in err


def test_sigterm_seals_what_was_read(config: Path, tmp_path: Path) -> None:
    """A source that never ends is interrupted: what it gave is ingested by the next command."""
    body = feed("Velmora ne répond jamais.")

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/feed":
                content = body.replace("{base}", base).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                return
            if self.path == "/robots.txt":
                self.send_error(404)
                return
            asked.set()
            over.wait(20)

        def log_message(self, *args: object) -> None:
            pass

    asked, over = threading.Event(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        add_source(config, "quick", f"{base}/feed")
        add_source(config, "slow", f"{base}/slow")
        command = [Path(sys.executable).with_name("vigie"), "--config", str(config), "crawl"]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert asked.wait(30)
        time.sleep(1.0)  # the quick source's items are on their way to the spool
        child.terminate()
        _, err = child.communicate(timeout=30)
        assert child.returncode == 130
        assert "interrupted" in err
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
    done = subprocess.run(
        [Path(sys.executable).with_name("vigie"), "--config", str(config), "ingest"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "saved 1" in done.stdout
