"""Opening the memory: schema, versions, damage, locks."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from state_moments import NOW

from mentions.errors import Stop, Transient
from state import database
from state.database import State
from state.lock import hold
from state.memory import MemoryChanges, Validator
from state.migrations.upgrade import configuration
from state.schema import REVISIONS, metadata

pytestmark = pytest.mark.local


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/state.db"


def test_state_migrations_lead_to_the_tables_the_code_works_with(tmp_path):
    State(url(tmp_path)).close()
    engine = create_engine(url(tmp_path))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []
    script = ScriptDirectory.from_config(configuration())
    assert tuple(reversed([each.revision for each in script.walk_revisions()])) == REVISIONS


def test_state_makes_the_folder_it_lives_in_and_opens_twice(tmp_path):
    for _ in range(2):
        with State(url(tmp_path / "deep" / "er")) as state:
            assert state.runs.list() == []


def test_state_refuses_a_database_from_the_future(tmp_path):
    State(url(tmp_path)).close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(Stop, match=r"state\.db was written by a newer Vigie \(schema 9999"):
        State(url(tmp_path))


@pytest.mark.parametrize("rubbish", [b"not a database, " * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_state_names_a_damaged_file_and_what_to_do(tmp_path, rubbish):
    (tmp_path / "state.db").write_bytes(rubbish)
    with pytest.raises(Stop, match=r"state\.db is damaged .*move it away"):
        State(url(tmp_path))


def test_state_without_permission_or_sense_stops(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop, match="VIGIE_DATABASE_URL"):
        State(url(tmp_path / "file"))
    (tmp_path / "state.db").mkdir()
    with pytest.raises(Stop, match="cannot be opened"):
        State(url(tmp_path))
    for nonsense in ("rubbish", "sqlite3000:///x"):
        with pytest.raises(Stop, match="VIGIE_DATABASE_URL"):
            State(nonsense)


def test_state_locked_by_another_program_is_transient_and_recovers(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with State(url(tmp_path)) as state:
        other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient, match="busy"):
            state.posts.forget(["a"])
        assert state.runs.list() == []  # readers do not wait
        other.execute("COMMIT")
        other.close()
        state.posts.forget(["a"])


def test_state_on_a_full_disk_is_transient_and_keeps_nothing_half(tmp_path):
    big = tuple(
        Validator(url=f"http://127.0.0.1/{n}", etag="x" * 2000, last_modified=None, body_hash=None, checked_at=NOW)
        for n in range(400)
    )
    with State(url(tmp_path)) as state:
        with state._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
            connection.rollback()
        with pytest.raises(Transient, match=r"disk that holds .*state\.db is full"):
            state.crawls.commit("source", MemoryChanges(validators=big))
        assert state.crawls.load("source").validators == {}


def test_state_import_is_light():
    code = "import sys, state.database; print([m for m in ('alembic', 'pydantic', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_lock_names_its_holder_and_falls_when_the_holder_is_killed(tmp_path):
    path = tmp_path / "home" / "lock"
    code = (
        "import sys, time; from pathlib import Path; from state.lock import hold\n"
        "with hold(Path(sys.argv[1]), 'vigie run'):\n    print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "held\n"
    try:
        with pytest.raises(Stop, match=rf"vigie run is already running \(process {child.pid}, since 20"):
            hold(path, "vigie crawl").__enter__()
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    with hold(path, "vigie crawl"):
        assert json.loads(path.read_text()) == {"pid": os.getpid(), "command": "vigie crawl"}
    with hold(path, "vigie crawl"), pytest.raises(Stop, match="vigie crawl"), hold(path, "again"):
        raise AssertionError("two holders")
