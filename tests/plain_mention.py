"""A plain mention, any field of which may be changed; light enough for a child process."""

from datetime import UTC, datetime, timedelta

from mentions.model import Mention
from mentions.near import near_key
from mentions.tokens import search_text

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


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
