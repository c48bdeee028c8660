"""From a post and what was understood of it to the flat fields of a Mention."""

from typing import Any

from mentions.model import Post
from mentions.text import search_text
from nlp.classify import Probabilities

BEST = 5.0
PULL = 0.35  # how far a rating pulls the probabilities of the text
UNSURE = 0.6  # below this the text is ambiguous and the rating is heard
GOOD, BAD = 4.0, 2.0  # stars of 5 from which a rating speaks clearly


def stars(post: Post) -> float | None:
    """The rating on 0-5 whatever the scale of the site."""
    if post.rating is None or post.rating.best <= 0:
        return None
    return round(min(BEST, max(0.0, post.rating.value / post.rating.best * BEST)), 2)


def weigh_rating(judged: Probabilities, rating: float | None) -> Probabilities:
    """Sentiment with the rating heard, only where the text alone is ambiguous (likeliest label below UNSURE).

    Then the probabilities move by PULL toward the label of the stars: positive from 4, negative to 2, else neutral.
    A clear text keeps its own verdict: five stars under an angry text are a slip or a joke.
    """
    if rating is None or max(judged) >= UNSURE:
        return judged
    pulled = (rating <= BAD, BAD < rating < GOOD, rating >= GOOD)
    return Probabilities(*[(1 - PULL) * p + PULL * hit for p, hit in zip(judged, pulled, strict=True)])


def carried_over(post: Post) -> dict[str, Any]:
    """The fields of a Mention that are those of its post."""
    counts = post.engagement
    return {
        "post_id": post.id,
        "post_key": post.key,
        "source": post.source,
        "unit": post.unit,
        "url": post.url,
        "canonical_url": post.canonical_url,
        "site": post.site,
        "title": post.title,
        "text": post.text,
        "search_text": search_text(post.title, post.text),
        "published_at": post.published_at,
        "published_rule": post.published_rule,
        "published_precision": post.published_precision,
        "fetched_at": post.fetched_at,
        "first_seen_at": post.first_seen_at,
        "content_hash": post.content_hash,
        "near_key": post.near_key,
        "story_id": post.id,  # until ingestion has compared it with what is stored
        "revision": post.revision,
        "native_id": post.native_id,
        "parent": post.parent,
        "thread_url": post.thread_url,
        "thread_title": post.thread_title,
        "position": post.position,
        "author_key": post.author_key,
        "author_name": post.author_name,
        "edited_at": post.edited_at,
        "gone_at": post.gone_at,
        "product": post.product,
        "replies": counts.get("replies"),
        "likes": counts.get("likes"),
        "shares": counts.get("shares"),
        "views": counts.get("views"),
    }
