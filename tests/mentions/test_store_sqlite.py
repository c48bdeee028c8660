"""What only the embedded store must do: refuse bad rows and files, forget for good, stay small in memory."""

import os
import shutil
import sqlite3
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import mentions.sqlite as engine
from mentions import sqlite_connection, sqlite_schema
from mentions.columns import micros, moment
from mentions.errors import Stop, Transient
from mentions.filter import MentionFilter, Word
from mentions.model import CRISIS_LABELS, Mention
from mentions.near import near_key
from mentions.sqlite import SqliteStore
from mentions.sqlite_rows import CRISIS_BIT
from mentions.store import EraseRequest, Page, WriteReport
from mentions.tokens import search_text

pytestmark = pytest.mark.local

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
EVERYTHING = MentionFilter(gone=True)


def mention(number: int = 0, text: str = "Acme répond vite", **changes: object) -> Mention:
    values: dict[str, object] = {
        "id": f"202611-{number:05}",
        "post_id": f"202611-p{number:05}",
        "post_key": f"p{number:05}",
        "brand": "Acme",
        "role": "own",
        "evidence": "named",
        "passage": text,
        "source": "blog",
        "unit": "post",
        "url": f"https://blog.example.org/{number}#p",
        "canonical_url": f"https://blog.example.org/{number}",
        "site": "blog.example.org",
        "title": None,
        "text": text,
        "search_text": search_text(text),
        "published_at": NOW - timedelta(minutes=number),
        "published_rule": "feed",
        "published_precision": "second",
        "published_hour": 10,
        "published_weekday": 1,
        "fetched_at": NOW,
        "first_seen_at": NOW,
        "content_hash": "hash",
        "near_key": near_key(text),
        "story_id": f"202611-p{number:05}",
        "revision": 1,
        "version": 1_000_001,
        "pipeline": "a",
        "model": "lexicon",
        "language": "fr",
        "sentiment_label": "neutral",
        "sentiment_score": 0.6,
        "sentiment_negative": 0.3,
        "sentiment_neutral": 0.6,
        "sentiment_positive": 0.1,
        "polarity": 0,
        "severity": 10.0,
        "crisis_score": 0.0,
    }
    return Mention(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "mentions.db"


@pytest.fixture
def store(path: Path):
    opened = SqliteStore(path)
    yield opened
    opened.close()


def check(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.execute("INSERT INTO mention_text (mention_text, rank) VALUES ('integrity-check', 1)")
    connection.close()


def plan(store: SqliteStore, where: MentionFilter) -> str:
    found = engine.condition(where)
    with store._database.read() as connection:
        rows = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT count(*) FROM mention WHERE {found.sql}", found.parameters
        )
        return " ".join(row[3] for row in rows)


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


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "half a pair \ud83d"},
        {"severity": float("nan")},
        {"rating": "five"},
        {"likes": 2**70},
        {"published_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - the naive time is the point
        {"fetched_at": "2026-01-01"},
        {"near_key": "no digits"},
        {"crisis_labels": ("no_such_label",)},
        {"site": None},
    ],
)
def test_a_poison_mention_is_rejected_and_the_others_are_stored(store: SqliteStore, path: Path, changes: dict) -> None:
    bad = mention(1, **changes)
    report = store.upsert([mention(0), bad, mention(2)], now=NOW)
    assert (report.saved, report.stale, [name for name, _ in report.rejected]) == (2, 0, [bad.id])
    assert report.rejected[0][1]
    assert {row.id for row in store.scan(EVERYTHING)} == {mention(0).id, mention(2).id}
    check(path)


def test_a_poison_update_leaves_the_old_row_and_its_index(store: SqliteStore, path: Path) -> None:
    store.upsert([mention(text="ancien")], now=NOW)
    report = store.upsert([mention(text="nouveau", version=9_000_000, severity=float("nan"))], now=NOW)
    assert len(report.rejected) == 1
    assert store.search(MentionFilter(text=Word("ancien")), Page()).total == 1
    assert store.search(MentionFilter(text=Word("nouveau")), Page()).total == 0
    check(path)


def test_facts_and_filters_are_answered_by_the_covering_index(store: SqliteStore) -> None:
    where = MentionFilter(
        brands=("Acme",), sources=("a", "b"), authors=("x",), crisis_labels=CRISIS_LABELS[:2], copies=False
    )
    for asked in (where, replace(where, severity_from=1.0, start=NOW, pipelines=("p",), threads=("t", "u"))):
        assert "COVERING INDEX mention_facts (brand=?" in plan(store, asked)


def test_the_bits_of_crisis_labels_never_change() -> None:
    """They are in files already written: a new label goes to the end, none is ever moved or taken out."""
    assert list(CRISIS_BIT)[:11] == [
        "boycott_call",
        "product_safety",
        "data_security",
        "fraud_deception",
        "legal_regulatory",
        "discrimination_harassment",
        "labour_conflict",
        "service_outage",
        "service_failure",
        "ethics_governance",
        "environment_animal",
    ]
    assert list(CRISIS_BIT.values()) == [1 << place for place in range(len(CRISIS_BIT))]


@pytest.mark.parametrize("year", [1, 1969, 1970, 2026, 9999])
def test_times_are_exact(year: int) -> None:
    at = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert moment(micros(at)) == at
    assert micros(at) == micros(at - timedelta(microseconds=1)) + 1


def residue(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.iterdir() if text.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    "way", [{"author_key": "0123secret"}, {"url": "https://a.example.org/page"}, {"source": "hush"}]
)
def test_erasure_leaves_no_byte(store: SqliteStore, path: Path, way: dict[str, str]) -> None:
    secret = {
        "text": "Confidentielxyzzy aveu",
        "author_key": "0123secret",
        "author_name": "Jeannexyzzy",
        "source": "hush",
        "thread_url": "https://a.example.org/page",
        "title": "Titrexyzzy",
    }
    store.upsert([mention(n) for n in range(400)], now=NOW)
    store.upsert([mention(400 + n, **secret) for n in range(40)], now=NOW)
    store.upsert([mention(400 + n, **{**secret, "text": "Autrexyzzy"}, version=2_000_001) for n in range(20)], now=NOW)
    assert set(residue(path.parent, "xyzzy")) <= {"mentions.db", "mentions.db-wal"} != set()
    assert store.erase(EraseRequest(**way)) == 40
    assert residue(path.parent, "xyzzy") == []
    assert residue(path.parent, next(iter(way.values()))) == []
    assert store.search(EVERYTHING, Page()).total == 400
    check(path)


def test_erasure_tells_when_a_reader_holds_old_pages(store: SqliteStore, path: Path, monkeypatch) -> None:
    store._database._connection.execute("PRAGMA busy_timeout = 50")
    store.upsert([mention()], now=NOW)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM mention").fetchone()
    with pytest.raises(Transient, match=r"run the erasure again|locked"):
        store.erase(EraseRequest(source="blog"))
    reader.execute("COMMIT")
    reader.close()
    store.erase(EraseRequest(source="blog"))
    assert residue(path.parent, "Acme") == []


def test_retention_works_in_slices_and_gives_the_space_back(store: SqliteStore, path: Path, monkeypatch) -> None:
    monkeypatch.setattr(engine, "_SLICE", 50)
    store.upsert([mention(n, text=f"mot{n} " * 100) for n in range(320)], now=NOW)
    with store._database.alone() as connection:
        (before,) = connection.execute("PRAGMA page_count").fetchone()
        assert store.drop_before(date(2026, 11, 25)) == 320
        (after,) = connection.execute("PRAGMA page_count").fetchone()
    assert after < before / 3
    check(path)


def test_a_scan_holds_few_mentions_at_once(store: SqliteStore, monkeypatch) -> None:
    monkeypatch.setattr(engine, "_SCAN_IDS", 64)
    monkeypatch.setattr(engine, "_SCAN_ROWS", 16)
    store.upsert([mention(n, text="lourd " * 2000) for n in range(300)], now=NOW)
    tracemalloc.start()
    try:
        assert sum(1 for _ in store.scan(EVERYTHING)) == 300
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 12_000 * 3 * 4  # a whole batch in its rows, mentions and the batch before; all would be 10 MB


def test_a_scan_goes_on_while_others_write(path: Path, store: SqliteStore, monkeypatch) -> None:
    monkeypatch.setattr(engine, "_SCAN_IDS", 10)
    monkeypatch.setattr(engine, "_SCAN_ROWS", 5)
    other = SqliteStore(path)
    store.upsert([mention(n) for n in range(40)], now=NOW)
    seen = []
    for number, row in enumerate(store.scan(EVERYTHING)):
        seen.append(row.id)
        if number == 3:
            other.remove([mention(38).id])
            other.upsert([mention(50)], now=NOW)
    other.close()
    assert seen == sorted({*(mention(n).id for n in range(40)), mention(50).id} - {mention(38).id})


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
