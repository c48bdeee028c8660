"""The demo's eight weeks as mentions, with the truth of its scenario for judgements, and the runs that would have read them."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboards.documents import incident_document, run_document
from demo.scenario import DemoPost, Scenario
from mentions.model import LABELS, Mention
from mentions.near import near_key
from mentions.tokens import search_text
from state.records import Incident, Run

SCENARIO = Scenario(7)
NOW = SCENARIO.end
HOUR = timedelta(hours=1)
SOURCES = {"blog": "tiroir", "forum": "copeaux", "shop": "remise", "news": "echo"}


def mentions() -> list[Mention]:
    """One for each post about a brand that a visitor sees at the end; what was deleted is gone."""
    return [_mention(post) for post in SCENARIO.posts if post.about in {"own", "rival"} and post.published <= NOW]


def _mention(post: DemoPost) -> Mention:
    key = _digest(post.site, post.id)
    brand, label = SCENARIO.brands[post.about], LABELS[post.mood + 1]
    url = f"https://{post.site}.example/{post.thread}#{post.id}"
    probabilities = {f"sentiment_{each}": 0.8 if each == label else 0.1 for each in LABELS}
    concern = ("product_safety",) if post.crisis else ("service_failure",) if post.mood < 0 else ()
    shown: dict[str, Any] = {} if post.rating is None else {"rating": float(post.rating), "product": post.thread}
    month = f"{post.published:%Y%m}"
    return Mention(
        id=f"{month}-{_digest(key, brand)}", post_id=f"{month}-{key}", post_key=key,
        brand=brand, role="own" if post.about == "own" else "competitor", evidence="named", passage=post.text[:200],
        source=SOURCES[post.site], unit=post.unit, url=url, canonical_url=url, site=f"{post.site}.example",
        title=post.title, text=post.text, search_text=search_text(post.text),
        published_at=post.published, published_rule="feed", published_precision="second",
        published_hour=post.published.hour, published_weekday=post.published.weekday(),
        fetched_at=post.published + HOUR, first_seen_at=post.published + HOUR,
        content_hash=_digest(post.text), near_key=near_key(post.text), story_id=f"s-{near_key(post.text)}",
        revision=1, version=1_000_001, pipeline="p", model="truth", language=post.lang,
        sentiment_label=label, sentiment_score=0.8, **probabilities, polarity=post.mood,
        severity=70.0 if post.crisis else 20.0 if post.mood < 0 else 0.0, crisis_score=0.9 if concern else 0.1,
        crisis_labels=concern, author_key=_digest(post.author), indexed_at=NOW,
        gone_at=post.deleted_at if post.deleted_at and post.deleted_at <= NOW else None, **shown,
    )  # fmt: skip


def incidents() -> Iterator[dict[str, Any]]:
    """The planted crisis, told in two steps."""
    opened = SCENARIO.planted_onset + 3 * HOUR
    yield incident_document(
        Incident(
            id="crisis", brand=SCENARIO.brands["own"], family="negative:surge", rule="surge", tier="critical",
            state="open", opened_at=opened, updated_at=opened + 12 * HOUR, score=4.0, peak_score=4.0,
            window_hours=24, observed=80, expected=1.8, step=2,
        ),
        role="own", url=None,
    )  # fmt: skip


def runs() -> Iterator[dict[str, Any]]:
    """Two days of readings every three hours; one source fails once."""
    for n in range(16):
        at = NOW - 3 * n * HOUR
        for source in SOURCES.values():
            bad = n == 2 and source == "echo"
            yield run_document(
                Run(id=f"{source}-{n}", kind="crawl", source=source, started_at=at, finished_at=at + timedelta(minutes=1),
                    status="failed" if bad else "ok", counters={"items": 0 if bad else 5},
                    reason="the site answers 503" if bad else None),
                before=at - 3 * HOUR,
            )  # fmt: skip
        yield run_document(
            Run(id=f"ingest-{n}", kind="ingest", started_at=at, finished_at=at + timedelta(seconds=20), status="ok",
                counters={"saved": 12, "rejected:date": 1}),
            before=None,
        )  # fmt: skip


def _digest(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:26]
