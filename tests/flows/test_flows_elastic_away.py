"""A team's store that is away or in a storm: one clear line, exit code 1, the spool keeps what waits."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mentions.model import RawItem
from mentions.spool import Spool
from state.database import State

pytestmark = pytest.mark.local
Run = Callable[..., tuple[int, str, str]]
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: Path) -> Spool:
    """A spool of one file, and an address where nobody listens."""
    monkeypatch.setenv("VIGIE_STORE", "elastic")
    monkeypatch.setenv("VIGIE_ELASTIC_URL", "http://user:hush@127.0.0.1:9")
    spool = Spool(tmp_path / "home" / "spool")
    with spool.open("forum", NOW) as writer:
        writer.write(
            RawItem(
                source="forum",
                unit="post",
                url="https://forum.example.org/t/1",
                text="Velmora ne répond jamais.",
                fetched_at=NOW,
                extractor="test",
            )
        )
    return spool


@pytest.mark.parametrize("words", [("ingest",), ("mentions",), ("status",), ("dlq", "list")], ids=" ".join)
def test_one_line_and_the_spool_is_kept(vigie: Run, away: Spool, words: tuple[str, ...]) -> None:
    code, out, err = vigie(*words)
    if words[0] == "dlq":
        assert (code, out) == (0, "no dead letters\n")  # they are on our own disk
        return
    assert code == 1
    assert err.count("\n") == 1
    assert err.startswith("vigie: Elasticsearch at http://127.0.0.1:9 is not there (connection refused)")
    assert "hush" not in out + err
    assert away.depth() == 1
    assert ("spool: 1 file waiting" in out) == (words[0] == "status")  # what is known here is told all the same


@pytest.mark.usefixtures("away")
def test_the_run_is_recorded_as_failed_with_the_reason(vigie: Run, tmp_path: Path) -> None:
    vigie("ingest")
    with State(f"sqlite:///{tmp_path}/home/state.db") as state:
        run = state.runs.last("ingest")
    assert run is not None
    assert run.status == "failed"
    assert "connection refused" in (run.reason or "")
