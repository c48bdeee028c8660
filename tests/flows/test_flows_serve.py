"""`vigie serve` for real: a Prefect server as our child, schedules that run, an end without orphans."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.template import write_template
from flows.serve import environment as serve_environment
from flows.serve import server
from mentions.errors import Stop
from state.database import State

ROOT = Path(__file__).parents[2]
VIGIE = Path(sys.executable).with_name("vigie")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def children_of(home: Path) -> list[int]:
    """Processes whose environment says that they work for this home."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if f"PREFECT_HOME={home}/prefect".encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue  # it ended, or is not ours to read
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to find orphans")
def test_schedules_run_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    write_template(tmp_path / "config")
    main = tmp_path / "config" / "vigie.yaml"
    main.write_text("schedules: {collect: 10s, watch: 10s}\n", encoding="utf-8")
    environment = {
        **os.environ,
        "VIGIE_HOME": str(tmp_path / "home"),
        "VIGIE_CONFIG": str(tmp_path / "config"),
        "PREFECT_API_URL": "http://127.0.0.1:9/api",  # somebody else's server, which must not be used
    }
    child = subprocess.Popen(
        [VIGIE, "serve"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert _watched(tmp_path / "home", seconds=240), "no scheduled watch finished"
    finally:
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert b"Traceback" not in errors
    deadline = time.monotonic() + 20
    while children_of(tmp_path / "home") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert children_of(tmp_path / "home") == []


def _watched(home: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (home / "state.db").exists():
            with State(f"sqlite:///{home}/state.db") as state:
                if state.runs.last("watch", status="ok"):
                    return True
        time.sleep(1)
    return False


def test_a_server_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.serve.sys.executable", "/bin/false")
    with pytest.raises(Stop, match=r"prefect\.log"), server(tmp_path, schedules=False):
        pass


def test_the_report_comes_on_monday_morning_of_each_brands_own_zone(tmp_path: Path) -> None:
    code = """
import flows.schedules
from config.models import Brand, Config
flows.schedules.serve = lambda *found, **_: [print(d.name, d.schedules[0].schedule.cron, d.schedules[0].schedule.timezone)
    for d in found if d.name.startswith(("report", "upkeep"))]
brands = (Brand(name="a", match="a", timezone="America/New_York"), Brand(name="b", match="b"),
    Brand(name="c", match="c", role="competitor", timezone="Asia/Tokyo"))
flows.schedules.keep(Config(brands=brands))
"""
    environment = {**os.environ, **serve_environment(tmp_path, "http://127.0.0.1:9/api")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "report-america-new_york 0 8 * * 1 America/New_York",
        "report-europe-paris 0 8 * * 1 Europe/Paris",
        "upkeep 30 3 * * * Europe/Paris",
    ]
