"""The command line: exit codes, one clear line an error, JSON lines and nothing else on stdout."""

import csv
import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from alerts.message import trial_message
from state.database import State
from state.lock import hold
from state.records import Delivery

pytestmark = pytest.mark.local

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]

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


def test_init_then_check_is_ok_and_init_again_changes_nothing(vigie: Run, tmp_path: Path) -> None:
    assert vigie("init", str(tmp_path / "config"))[0] == 0
    before = {path: path.read_bytes() for path in (tmp_path / "config").rglob("*.yaml")}
    code, out, _ = vigie("init", str(tmp_path / "config"))
    assert code == 0
    assert "nothing was changed" in out
    assert {path: path.read_bytes() for path in (tmp_path / "config").rglob("*.yaml")} == before
    code, out, err = vigie("check")
    assert (code, err) == (0, "")
    assert out.endswith("ok\n")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("sources/a.yaml", "name: a\nkind: feed\nurl: http://x.example/\nevry: 1h\n", "sources/a.yaml:4"),
        ("sources/a.yaml", "name: a\nkind: fead\nurl: http://x.example/\n", "'feed'"),
        ("sources/a.yaml", "name: a\nkind: feed\nurl: http://x.example/\nmax_pages: many\n", "sources/a.yaml:4"),
        ("rules.yaml", "rules:\n  - name: r\n    tell: [nobody]\n", "rules.yaml"),
        ("brands.yaml", "brands: [\n", "brands.yaml"),
    ],
)
def test_a_wrong_configuration_is_exit_2_with_file_and_line(
    vigie: Run, config: Path, file: str, text: str, expected: str
) -> None:
    (config / file).write_text(text, encoding="utf-8")
    for command in (["check"], ["crawl"], ["run"]):
        code, out, err = vigie(*command)
        assert code == 2
        assert expected in err
        assert "Traceback" not in err
        assert out == ""
    assert not (config.parent / "home" / "mentions.sqlite").exists()


def test_a_wrong_example_is_told_by_check(vigie: Run, config: Path) -> None:
    brands = "brands:\n  - name: Velmora\n    match: [Velmora]\n    examples: {positive: ['Nobody is named here.']}\n"
    (config / "brands.yaml").write_text(brands, encoding="utf-8")
    code, _, err = vigie("check")
    assert code == 2
    assert "Nobody is named here." in err


def test_unknown_names_are_told_with_the_right_ones(vigie: Run, config: Path) -> None:
    code, _, err = vigie("crawl", "exampel")
    assert code == 2
    assert "example" in err
    code, _, err = vigie("mentions", "--label", "angry")
    assert code == 2
    assert "negative, neutral, positive" in err
    code, _, err = vigie("mentions", "--text", '(incendie "a')
    assert code == 2
    assert "--text" in err
    assert vigie("--config", "nowhere", "check")[0] == 2
    assert vigie("mentions", "show", "202611-nothing")[0] == 1
    assert vigie("incidents", "show", "nothing")[0] == 1
    code, _, err = vigie("channels", "test", "nobody")
    assert code == 2
    assert "outbox" in err


def test_extract_prints_json_lines_and_nothing_else(vigie: Run, tmp_path: Path) -> None:
    page = tmp_path / "feed.xml"
    page.write_text(
        feed("Velmora ne répond jamais.", "Il pleut.").replace("{base}", "https://x.example"), encoding="utf-8"
    )
    code, out, _ = vigie("extract", str(page), "--url", "https://x.example/feed")
    assert code == 0
    items = [json.loads(line) for line in out.splitlines()]
    assert [item["text"] for item in items] == ["Velmora ne répond jamais.", "Il pleut."]
    assert items[0]["published"] == "2026-11-03T09:12:00Z"
    assert vigie("extract", str(tmp_path / "absent.html"), "--url", "https://x.example/")[0] == 2


def test_analyse_keeps_order_and_marks_bad_lines(vigie: Run, tmp_path: Path) -> None:
    lines = [
        {"id": 1, "text": "Velmora est une arnaque, je suis furieux.", "brand": "Velmora"},
        "not json",
        {"id": 2, "text": "Excellent service, thank you Velmora!", "lang": "en", "brand": "Velmora"},
        {"id": 3, "text": "I loved it.", "brand": "an absent (brand"},
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    code, out, err = vigie("analyse", str(source), "--model", "lexicon", "-o", str(target))
    assert (code, out) == (1, "")
    assert "1 bad line" in err
    answers = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [answer.get("id", answer.get("line")) for answer in answers] == [1, 2, 2, 3]
    assert answers[0]["sentiment"]["label"] == "negative"
    assert answers[2]["sentiment"]["label"] == "positive"
    assert sum(answers[0]["sentiment"]["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert 0 <= answers[0]["severity"] <= 100


def test_analyse_reads_with_the_row_that_is_asked_for(vigie: Run, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": 1, "text": "Excellent service, thank you!"}) + "\n", encoding="utf-8")
    code, out, _ = vigie("analyse", str(source), "--model", "lexicon")
    assert code == 0
    assert json.loads(out)["model"].startswith("lexicon-")
    code, out, err = vigie("analyse", str(source), "--model", "magic")
    assert (code != 0, out) == (True, "")
    assert "choose one of model, lexicon, onnx" in err
    code, out, err = vigie("analyse", str(source), "--model", "model", "--folder", str(tmp_path))
    assert (code != 0, out) == (True, "")
    assert "card.json cannot be read" in err
    assert "--model lexicon" in err
    assert "Traceback" not in err


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
