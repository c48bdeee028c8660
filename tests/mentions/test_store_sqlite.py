"""What only the embedded store must do: refuse bad rows, answer from its index, forget for good, stay small in memory."""

import sqlite3
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from embedded_store import EVERYTHING, check
from plain_mention import NOW, mention

import mentions.sqlite as engine
from mentions.columns import micros, moment
from mentions.errors import Transient
from mentions.filter import MentionFilter, Word
from mentions.model import CRISIS_LABELS
from mentions.sqlite import SqliteStore
from mentions.sqlite_rows import CRISIS_BIT
from mentions.store import EraseRequest, Page

pytestmark = pytest.mark.local


def plan(store: SqliteStore, where: MentionFilter) -> str:
    found = engine.condition(where)
    with store._database.read() as connection:
        rows = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT count(*) FROM mention WHERE {found.sql}", found.parameters
        )
        return " ".join(row[3] for row in rows)


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
