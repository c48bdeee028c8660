"""A small world for the watch: a configuration, a store that fills hour by hour, and its crawls."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.models import Config
from mentions.identity import mention_id, post_id, post_key
from mentions.model import Mention
from state.records import Run

START = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TELL = ("box",)


def config(**rule) -> Config:
    return Config.model_validate(
        {
            "brands": [{"name": "Aubépine", "match": ["Aubépine"]}],
            "rules": [{"name": "surge", "tell": list(TELL), **rule}],
            "channels": {"box": {"kind": "file", "folder": "messages", "language": "fr"}},
            "sources": [{"name": "forum", "kind": "forum", "url": "http://127.0.0.1/forum"}],
        }
    )


def mention(number: int, at: datetime, *, negative: bool, seen: datetime | None = None, **changes) -> Mention:
    key = post_key(f"http://127.0.0.1/forum/{number}", None)
    post = post_id(key, at)
    text = f"Aubépine {'la batterie a explosé, rappel' if negative else 'marche bien'} {number}"
    base = Mention(
        id=mention_id(post, "Aubépine"), post_id=post, post_key=key, brand="Aubépine", role="own", evidence="named",
        passage=text, source="forum", unit="post", url=f"http://127.0.0.1/forum/{number}",
        canonical_url=f"http://127.0.0.1/forum/{number}", site="127.0.0.1", title=None, text=text,
        search_text=text.casefold(), published_at=at, published_rule="css", published_precision="second",
        published_hour=at.hour, published_weekday=at.weekday(), fetched_at=seen or at, first_seen_at=seen or at,
        content_hash=str(number), near_key=f"{number:016x}", story_id=f"story-{number}", revision=1, version=1_000_001,
        pipeline="1", model="test", language="fr", sentiment_label="negative" if negative else "positive",
        sentiment_score=0.9, sentiment_negative=0.9 if negative else 0.05, sentiment_neutral=0.05,
        sentiment_positive=0.05 if negative else 0.9, polarity=-1 if negative else 1, severity=60.0 if negative else 0.0,
        crisis_score=0.5, crisis_labels=("product_safety",) if negative else (), author_key=f"author-{number % 97}",
    )  # fmt: skip
    return replace(base, **changes)


def weeks(days: int, *, per_hour: float = 1.5, share: float = 0.15, seed: int = 1, seen=None) -> list[Mention]:
    """Ordinary chatter with a daily rhythm from START on."""
    draw = random.Random(seed)
    found = []
    for hour in range(days * 24):
        rate = per_hour * (1.4 if 8 <= hour % 24 < 22 else 0.3)
        for _ in range(poisson(draw, rate)):
            at = START + (hour + draw.random()) * HOUR
            when = seen(at) if seen else at
            found.append(mention(len(found), at, negative=draw.random() < share, seen=when))
    return found


def crisis(at: datetime, hours: int, per_hour: int, *, first: int = 100_000) -> list[Mention]:
    """So many negatives an hour, evenly, from `at` on."""
    return [
        mention(first + n, at + n * HOUR / per_hour + timedelta(seconds=1), negative=True)
        for n in range(hours * per_hour)
    ]


def poisson(draw: random.Random, mean: float) -> int:
    total, count = draw.expovariate(1.0), 0
    while total < mean:
        total, count = total + draw.expovariate(1.0), count + 1
    return count


def history(state, start: datetime, end: datetime, *, kind="backfill") -> None:
    """One finished back-fill of [start, end)."""
    state.runs.start(Run(id=f"{kind}-{end:%d%H}", kind=kind, source="forum", started_at=end))
    state.runs.finish(f"{kind}-{end:%d%H}", "ok", end, {}, covers_from=start, covers_to=end)


def crawl(state, at: datetime, status="ok") -> None:
    state.runs.start(Run(id=f"crawl-{at:%m%d%H%M}", kind="crawl", source="forum", started_at=at))
    state.runs.finish(f"crawl-{at:%m%d%H%M}", status, at, {})


def boxes(home) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((home / "messages").glob("*.json"))]
