"""The embedded store: upsert beside a plain executemany, and each named query at 200,000 mentions.

Run: python benchmarks/store.py [MENTIONS]. Synthetic French-like text of about 350 characters, 40 brands by Zipf's
law (the first holds 27 %), 400 sources by Zipf's law, 120 days, found within the hour, one mention in twenty a near
copy. Every query asks about the largest brand over all its 120 days unless the table says otherwise; times are
medians of warm runs, wall and CPU (on a busy machine only the second says much).
"""

import hashlib
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mentions.columns import micros
from mentions.filter import MentionFilter, Word
from mentions.model import CRISIS_LABELS, LABELS, UNITS, Mention
from mentions.queries import (
    Counts,
    EmergingTerms,
    Health,
    RatingHistogram,
    SentimentByBucket,
    Similar,
    Stories,
    Top,
    Volume,
    Worst,
)
from mentions.sqlite import SqliteStore
from mentions.sqlite_connection import Database
from mentions.sqlite_rows import WRITTEN, row_of
from mentions.sqlite_schema import ensure_schema
from mentions.store import Page

START = datetime(2026, 7, 27, tzinfo=UTC)
NOW = START + timedelta(days=120)
BATCH = 500
WRITES = 20_000
ROUNDS = 5
MAX_MS = {"EmergingTerms": 400.0}


def mentions(count: int) -> Iterator[Mention]:
    rng = random.Random(11)
    syllables = ["ba", "de", "li", "mo", "nu", "ra", "se", "ti", "vo", "xa", "che", "pli", "tron", "gue", "sil"]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(words))))
    brands = [f"brand{number:02d}" for number in range(40)]
    shares = list(itertools.accumulate(1 / (rank + 1) ** 1.1 for rank in range(len(brands))))
    sizes = list(itertools.accumulate(1 / (rank + 1) for rank in range(400)))
    story = ""
    for number in range(count):
        key = hashlib.sha256(str(number).encode()).hexdigest()[:26]
        story = story if number % 20 == 1 else f"202610-{key}"
        source = rng.choices(range(400), cum_weights=sizes)[0]
        label = rng.choices(LABELS, (3, 5, 2))[0]
        text = " ".join(rng.choices(words, cum_weights=weights, k=58))
        at = START + timedelta(seconds=rng.randrange(120 * 86_400))
        brand = rng.choices(brands, cum_weights=shares)[0]
        unit = rng.choice(UNITS)
        thread = f"https://www.site{source % 150}.example.org/2026/11/subject-{number % 9000}"
        yield Mention(
            id=f"202610-{hashlib.sha256(f'{key}{brand}'.encode()).hexdigest()[:26]}",
            post_id=f"202610-{key}",
            post_key=key,
            brand=brand,
            role="own",
            evidence="named",
            passage=text[:160],
            source=f"source-{source}",
            unit=unit,
            url=f"{thread}#post-{number}",
            canonical_url=thread,
            site=f"site{source % 150}.example.org",
            title=None,
            text=text,
            search_text=text,
            published_at=at,
            published_rule="feed",
            published_precision="second",
            published_hour=at.hour,
            published_weekday=at.weekday(),
            fetched_at=at + timedelta(hours=1),
            first_seen_at=at + timedelta(minutes=rng.randrange(60)),
            content_hash=key,
            near_key=f"{rng.getrandbits(64):016x}",
            story_id=story,
            revision=1,
            version=1_000_001,
            pipeline="2026.11-abcdef",
            model="lexicon",
            language=rng.choice(("fr", "en")),
            sentiment_label=label,
            sentiment_score=0.8,
            sentiment_negative=round(rng.random(), 4),
            sentiment_neutral=0.1,
            sentiment_positive=0.1,
            polarity=LABELS.index(label) - 1,
            severity=round(rng.random() * 100, 2),
            crisis_score=0.1,
            crisis_labels=(rng.choice(CRISIS_LABELS),) if rng.random() < 0.08 else (),
            native_id=str(number),
            thread_url=thread,
            author_key=hashlib.md5(str(rng.randrange(30_000)).encode()).hexdigest(),
            rating=rng.choice((1.0, 2.5, 4.0, 5.0)) if unit == "review" else None,
        )


def batches(found: list[Mention]) -> Iterator[list[Mention]]:
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))


def write_plain(rows: list[list[list[Any]]], path: Path) -> tuple[float, float]:
    """The floor: prepared rows, executemany, the same table, index, full text and commit per batch."""
    database = Database(path)
    ensure_schema(database)
    sql = f"INSERT INTO mention ({', '.join(WRITTEN)}) VALUES ({', '.join('?' * len(WRITTEN))})"
    wall, cpu = time.perf_counter(), time.process_time()
    for batch in rows:
        with database.write() as connection:
            connection.executemany(sql, batch)
    taken = time.perf_counter() - wall, time.process_time() - cpu
    database.close()
    return taken


def write_store(found: list[Mention], path: Path) -> tuple[float, float]:
    store = SqliteStore(path)
    wall, cpu = time.perf_counter(), time.process_time()
    for batch in batches(found):
        store.upsert(batch, now=NOW)
    taken = time.perf_counter() - wall, time.process_time() - cpu
    store.close()
    return taken


def compare_writes(found: list[Mention], folder: Path) -> float:
    rows = [[row_of(mention, micros(NOW)) for mention in batch] for batch in batches(found)]
    plain, ours, again = [], [], []
    newer = [replace(mention, version=mention.version + 1, severity=1.0) for mention in found]
    for number in range(ROUNDS):
        plain.append(write_plain(rows, folder / f"plain{number}.db"))
        ours.append(write_store(found, folder / f"ours{number}.db"))
        again.append(write_store(newer, folder / f"ours{number}.db"))
    print(f"{'write':24}{'mentions/s':>12}{'CPU s':>8}   {len(found):,} mentions, batches of {BATCH}")
    for name, taken in (("executemany", plain), ("upsert, new", ours), ("upsert, newer version", again)):
        wall, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
        print(f"{name:24}{len(found) / wall:12,.0f}{cpu:8.2f}")
    return statistics.median(p[0] / o[0] for p, o in zip(plain, ours, strict=True))


def questions(some_id: str) -> dict[str, tuple[Any, str]]:
    brand = MentionFilter(brands=("brand00",))
    day = brand.between(NOW - timedelta(days=1), NOW)
    month = brand.between(NOW - timedelta(days=31), NOW - timedelta(days=1))
    found: dict[str, tuple[Any, str]] = {
        "SentimentByBucket": (SentimentByBucket(where=brand), ""),
        "Volume": (Volume(where=brand), ""),
        "Worst": (Worst(where=brand, size=20), ""),
        "RatingHistogram": (RatingHistogram(where=brand), ""),
        "Stories": (Stories(where=brand), ""),
        "Similar": (Similar(mention_id=some_id), ""),
        "Health": (Health(), "all brands"),
        "Counts": (Counts(brand="brand00", start=NOW - timedelta(days=60), end=NOW), "60 days, as the watch asks"),
        "EmergingTerms": (EmergingTerms(where=day, against=month), "1 day against 30"),
    }
    for dimension in ("source", "site", "unit", "language", "crisis_label", "author_key", "thread_url"):
        found[f"Top by {dimension}"] = (Top(where=brand, by=dimension), "")
    return found


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Median wall and CPU milliseconds of warm runs."""
    ask()
    taken = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        taken.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    wall_ms, cpu_ms = zip(*taken, strict=True)
    return statistics.median(wall_ms), statistics.median(cpu_ms)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ratio = compare_writes(list(mentions(WRITES)), folder)
        print(f"upsert of new mentions is {ratio:.2f} of executemany (bar: 0.5)\n")
        path = folder / "full.db"
        store = SqliteStore(path)
        wall, cpu, stream = time.perf_counter(), time.process_time(), mentions(count)
        while batch := list(itertools.islice(stream, BATCH)):
            store.upsert(batch, now=NOW)
        store.close()
        size = path.stat().st_size / 1e6
        print(f"{count:,} mentions made and stored in {time.perf_counter() - wall:.0f} s", end=" ")
        print(f"({time.process_time() - cpu:.0f} s CPU), {size:,.0f} MB\n")
        store = SqliteStore(path)
        some = store.search(MentionFilter(brands=("brand00",)), Page(size=1)).mentions[0]
        rare = min(
            some.search_text.split(" "),
            key=lambda word: store.search(MentionFilter(text=Word(word)), Page(size=1)).total,
        )
        text = MentionFilter(brands=("brand00",), text=Word(rare))
        print(f"{'query':24}{'ms':>8}{'CPU ms':>8}")
        for title, (query, remark) in questions(some.id).items():
            wall_ms, cpu_ms = timed(lambda query=query: store.run(query))  # type: ignore[misc]
            late = "" if wall_ms <= MAX_MS.get(title, 50.0) else "  TOO SLOW"
            print(f"{title:24}{wall_ms:8.1f}{cpu_ms:8.1f}   {remark}{late}")
        for title, where in (
            ("search brand", MentionFilter(brands=("brand00",))),
            ("search all", MentionFilter()),
            ("search text", text),
        ):
            print("{:24}{:8.1f}{:8.1f}".format(title, *timed(lambda where=where: store.search(where, Page()))))  # type: ignore[misc]
        store.close()


if __name__ == "__main__":
    main()
