from datetime import UTC, datetime

from config.models import Brand
from mentions.model import Post, Rating

NOON = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the night the clocks go back in Paris


def brand(name="Maison Aurélia", match=("Maison Aurélia", "Aurélia"), exclude=(), **more):
    return Brand(name=name, match=match, **{"not": exclude}, **more)


def post(text, *, number=1, title=None, unit="post", rating=None, **more):
    given = {
        "id": f"202610-{number:026d}",
        "key": f"{number:026d}",
        "source": "forum",
        "unit": unit,
        "url": f"https://forum.example/{number}",
        "canonical_url": f"https://forum.example/{number}",
        "site": "forum.example",
        "title": title,
        "text": text,
        "published_at": NOON,
        "published_rule": "feed",
        "published_precision": "second",
        "fetched_at": NOON,
        "first_seen_at": NOON,
        "content_hash": "c",
        "near_key": "00ff00ff00ff00ff",
        "rating": rating and Rating(value=rating[0], best=rating[1]),
    }
    return Post(**{**given, **more})
