"""`vigie kibana deploy` as a child process, killed in the middle, run again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "dashboards"))  # the stub is that room's

from stub_kibana import KEY, StubKibana, serving

from dashboards.boards import boards

pytestmark = pytest.mark.local

ROOT = Path(__file__).parents[2]


def deploying(kibana: StubKibana, home: Path, *words: str) -> subprocess.Popen[str]:
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")},
        "VIGIE_HOME": str(home),
        "VIGIE_KIBANA_URL": kibana.url,
        "VIGIE_KIBANA_API_KEY": KEY,
    }
    command = [sys.executable, "-c", "from flows.cli import main; main()", "kibana", "deploy", *words]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = child.communicate(timeout=60)
    return child.returncode, out, err


def cut_off(kibana: StubKibana, home: Path, at: str, number: int, *words: str) -> tuple[int, str, str]:
    """Send the signal while the write of a board waits for its answer."""
    kibana.holds = f"PUT .*{at}"
    kibana.reached.clear()
    kibana.released.clear()
    child = deploying(kibana, home, *words)
    assert kibana.reached.wait(30)
    child.send_signal(number)
    came = ended(child)
    kibana.holds = ""
    kibana.released.set()
    return came


def test_it_goes_on_from_where_it_was_cut_off(tmp_path: Path) -> None:
    """Killed while boards are made; interrupted while they are replaced, three written and none remembered."""
    with serving(StubKibana()) as kibana:
        assert cut_off(kibana, tmp_path, "vigie-sources", signal.SIGKILL)[0] == -signal.SIGKILL
        code, out, err = ended(deploying(kibana, tmp_path))
        assert (code, err) == (0, "")
        assert set(kibana.spaces["default"].boards) == {board.id for board in boards("fr")}
        assert out.count("unchanged") >= 2
        code, _, err = cut_off(kibana, tmp_path, "vigie-competitors", signal.SIGTERM, "--language", "en")
        assert (code, "interrupted" in err) == (130, True)
        code, _, err = ended(deploying(kibana, tmp_path, "--language", "en"))
        assert (code, err) == (0, "")
        titles = {name: board["title"] for name, board in kibana.spaces["default"].boards.items()}
        assert titles == {board.id: board.dashboard.title for board in boards("en")}
