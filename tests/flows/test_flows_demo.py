"""The demo, whole, as a newcomer starts it: what the summary promises, twice the same, never over foreign files."""

import email.policy
import json
import os
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from flows.demo_place import erase
from mentions.errors import Stop

VIGIE = Path(sys.executable).with_name("vigie")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def demo(folder: Path) -> tuple[dict[str, Any], str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    done = subprocess.run(
        [VIGIE, "demo"], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads((folder / "var" / "demo" / "summary.json").read_text(encoding="utf-8")), done.stdout


def test_the_demo_shows_the_whole_chain_and_twice_the_same(tmp_path: Path) -> None:
    summary, shown = demo(tmp_path)
    onset = datetime.fromisoformat(summary["planted_onset"])
    assert sum(sum(labels.values()) for labels in summary["mentions"].values()) >= 400
    opened = [datetime.fromisoformat(incident["opened_at"]) for incident in summary["incidents"]]
    assert opened
    assert all(onset <= moment <= onset + timedelta(hours=6) for moment in opened[:1])
    assert min(opened) >= onset
    steps = {(message["channel"], message["step"]) for message in summary["messages"]}
    assert {("crisis-mail", "opened"), ("crisis-slack", "opened"), ("crisis-mail", "report")} <= steps
    root = tmp_path / "var" / "demo"
    mails = [
        BytesParser(policy=email.policy.default).parsebytes(path.read_bytes()) for path in (root / "mail").iterdir()
    ]
    assert all(mail.get_body(("html",)) and mail.get_body(("plain",)) for mail in mails)
    assert len(list((root / "slack").iterdir())) == sum(
        channel == "crisis-slack" for channel, _ in map(tuple, _pairs(summary))
    )
    _commands_work_as_printed(shown, tmp_path)
    again, _ = demo(tmp_path)
    for changing in ("seconds", "store", "paths"):
        del summary[changing], again[changing]
    assert again == summary


def _pairs(summary: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["channel"], message["step"]) for message in summary["messages"]]


def _commands_work_as_printed(shown: str, folder: Path) -> None:
    commands = [line.strip() for line in shown.partition("Type next")[2].splitlines() if line.strip()]
    assert len(commands) >= 3
    for command in commands:
        done = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout.strip()


def test_the_demo_never_erases_what_it_did_not_write(tmp_path: Path) -> None:
    precious = tmp_path / "demo" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("ten years", encoding="utf-8")
    with pytest.raises(Stop, match="no demo wrote"):
        erase(tmp_path / "demo")
    assert precious.read_text(encoding="utf-8") == "ten years"
