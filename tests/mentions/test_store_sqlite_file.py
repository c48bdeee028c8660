"""The file of the embedded store: opened, locked, full, damaged, of another version, copied."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from embedded_store import EVERYTHING, check
from plain_mention import NOW, mention

from mentions import sqlite_connection, sqlite_schema
from mentions.errors import Stop, Transient
from mentions.sqlite import SqliteStore
from mentions.store import WriteReport

pytestmark = pytest.mark.local


def test_the_file_is_made_with_its_folder_for_its_owner_only(store: SqliteStore, path: Path) -> None:
    store.upsert([mention()], now=NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Path(f"{path}-wal").stat().st_mode & 0o777 == 0o600


def test_it_opens_again_with_what_it_held(path: Path) -> None:
    for version in (1, 2):
        store = SqliteStore(path)
        assert store.upsert([mention(version=version)], now=NOW).saved == 1
        store.close()
        store.close()
    check(path)


def test_a_locked_file_is_transient_and_nothing_is_written(path: Path, store: SqliteStore) -> None:
    store._database._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient, match="locked by another program"):
        store.upsert([mention()], now=NOW)
    assert store.get(mention().id) is None
    other.execute("ROLLBACK")
    other.close()
    assert store.upsert([mention()], now=NOW) == WriteReport(saved=1, stale=0)


def test_a_full_disk_is_transient_and_the_batch_is_not_half_there(path: Path, store: SqliteStore) -> None:
    store.upsert([mention(1000)], now=NOW)
    connection = store._database._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    batch = [mention(n, text=f"mot{n} " * 300) for n in range(300)]
    with pytest.raises(Transient, match="free disk space"):
        store.upsert(batch, now=NOW)
    assert [row.id for row in store.scan(EVERYTHING)] == [mention(1000).id]
    connection.execute("PRAGMA max_page_count = 1000000")
    assert store.upsert(batch, now=NOW).saved == 300
    check(path)


def spoiled(path: Path, how: str) -> None:
    store = SqliteStore(path)
    store.upsert([mention(n) for n in range(500)], now=NOW)
    store.close()
    content = path.read_bytes()
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "overwritten":
        path.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    else:
        path.write_bytes(b"this is a text file, not a database, and longer than a header of one hundred bytes" * 9)


@pytest.mark.parametrize("how", ["truncated", "overwritten", "text"])
def test_a_damaged_file_stops_with_its_name_and_the_way_back(path: Path, how: str) -> None:
    spoiled(path, how)

    def read_all() -> None:
        store = SqliteStore(path)
        try:
            list(store.scan(EVERYTHING))
        finally:
            store.close()

    with pytest.raises(Stop, match="done/") as raised:
        read_all()
    assert str(path) in str(raised.value)
    assert ".recover" in str(raised.value)


@pytest.mark.parametrize(
    ("pragma", "advice"), [("user_version = 99", "upgrade Vigie"), ("application_id = 7", "another program")]
)
def test_a_file_that_is_not_for_us_is_left_alone(path: Path, pragma: str, advice: str) -> None:
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    with pytest.raises(Stop, match=advice):
        SqliteStore(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM mention").fetchone() == (0,)
    connection.close()


def test_an_older_file_is_brought_up_in_one_transaction(path: Path, monkeypatch) -> None:
    store = SqliteStore(path)
    store.upsert([mention()], now=NOW)
    store.close()
    steps = (("CREATE TABLE extra (x)", "INSERT INTO extra VALUES (1)"), ("BROKEN",))
    now, done = sqlite_schema.VERSION, sqlite_schema.UPGRADES
    monkeypatch.setattr("mentions.sqlite_schema.UPGRADES", (*done, *steps))
    monkeypatch.setattr("mentions.sqlite_schema.VERSION", now + 2)
    with pytest.raises(sqlite3.OperationalError):
        SqliteStore(path)
    monkeypatch.setattr("mentions.sqlite_schema.UPGRADES", (*done, *steps[:1]))
    monkeypatch.setattr("mentions.sqlite_schema.VERSION", now + 1)
    for _ in range(2):
        store = SqliteStore(path)
        with store._database.read() as connection:
            assert connection.execute("SELECT x FROM extra").fetchall() == [(1,)]
        assert store.get(mention().id) is not None
        store.close()


def test_an_old_sqlite_or_one_without_full_text_is_named(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sqlite_connection, "OLDEST", (99, 0, 0))
    with pytest.raises(Stop, match=r"SQLite 99\.0\.0 or newer"):
        SqliteStore(path)
    assert not path.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Stop, match="check the folder"):
        SqliteStore(tmp_path / "file" / "mentions.db")


def test_a_copy_of_the_file_is_a_backup(path: Path, store: SqliteStore, tmp_path: Path) -> None:
    store.upsert([mention()], now=NOW)
    store.close()
    shutil.copy(path, tmp_path / "copy.db")
    again = SqliteStore(tmp_path / "copy.db")
    assert again.get(mention().id) is not None
    again.close()
