"""The week in the embedded store."""

import random
from datetime import timedelta

import pytest
from reports_sample import mention
from reports_week import END, START

from mentions.model import LABELS
from mentions.sqlite import SqliteStore


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """A store, and the 600 mentions in it, of two weeks and two days."""
    rng = random.Random(7)
    rows = []
    for number in range(600):
        label = rng.choice(LABELS)
        at = START - timedelta(days=8) + timedelta(seconds=rng.randrange(16 * 86400))
        brand = rng.choice(["Mirabelle", "Mirabelle", "Cerisaie", "Sister"])
        rows.append(
            mention(
                number,
                at,
                brand=brand,
                role="competitor" if brand == "Cerisaie" else "own",
                source=rng.choice(["blog", "forum", "forum"]),
                sentiment_label=label,
                polarity={"negative": -1, "neutral": 0, "positive": 1}[label],
                severity=float(rng.randrange(100)) if label == "negative" else 0.0,
                author_key=f"a{rng.randrange(40)}",
                story_id=f"s{rng.randrange(400)}",
                crisis_labels=("product_safety",) if label == "negative" and rng.random() < 0.3 else (),
                gone_at=at if rng.random() < 0.05 else None,
            )
        )
    store = SqliteStore(tmp_path_factory.mktemp("store") / "mentions.sqlite")
    store.upsert(rows, now=END)
    yield store, rows
    store.close()
