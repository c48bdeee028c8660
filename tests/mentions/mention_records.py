"""Strategies and shorthand for records, shared by the tests of this room."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from mentions.errors import RejectedItem
from mentions.intake import IntakeOptions
from mentions.model import CRISIS_LABELS, LABELS, UNITS, Gone, Mention, Rating, RawItem

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OPTIONS = IntakeOptions(secret=b"secret")

times = st.integers(0, 2 * 10**9 * 10**6).map(
    lambda moment: datetime(1991, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
)
free_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(0, 2**40)
maybe = st.none


def outcome(call, *arguments):
    """What the call returns, or the rejection it raises."""
    try:
        return call(*arguments)
    except RejectedItem as error:
        return error


def raw(text="Très déçu par Acme.", **changes):
    values = {
        "source": "blog",
        "unit": "comment",
        "url": "https://blog.example.org/post",
        "text": text,
        "fetched_at": NOW,
        "extractor": "wordpress",
        "published": NOW - timedelta(hours=3),
        "published_rule": "feed",
        "published_precision": "second",
    }
    return RawItem(**{**values, **changes})


raw_items = st.builds(
    RawItem,
    source=names,
    unit=st.sampled_from(UNITS),
    url=names,
    text=free_text,
    fetched_at=times,
    extractor=names,
    thread_url=maybe() | names,
    thread_title=maybe() | free_text,
    parent=maybe() | names,
    native_id=maybe() | names,
    position=maybe() | counts,
    title=maybe() | free_text,
    author=maybe() | free_text,
    published=maybe() | times,
    published_rule=maybe() | names,
    published_precision=maybe() | st.sampled_from(["second", "minute", "day"]),
    edited=maybe() | times,
    rating=maybe() | st.builds(Rating, value=numbers, best=numbers),
    engagement=st.dictionaries(names, counts, max_size=3),
    product=maybe() | free_text,
)
gones = st.builds(Gone, source=names, url=names, seen_at=times, thread_url=maybe() | names, native_id=maybe() | names)

_probability = st.floats(0, 1)
mentions = st.builds(
    Mention,
    **dict.fromkeys(
        ("id", "post_id", "post_key", "brand", "source", "url", "canonical_url", "site", "published_rule"), names
    ),
    **dict.fromkeys(("content_hash", "near_key", "story_id", "pipeline", "model", "language"), names),
    **dict.fromkeys(("passage", "text", "search_text"), free_text),
    **dict.fromkeys(("title", "thread_title", "author_name", "product"), maybe() | free_text),
    **dict.fromkeys(("native_id", "parent", "thread_url", "author_key"), maybe() | names),
    **dict.fromkeys(("published_at", "fetched_at", "first_seen_at"), times),
    **dict.fromkeys(("edited_at", "indexed_at", "gone_at"), maybe() | times),
    **dict.fromkeys(("revision", "version", "published_hour", "published_weekday"), counts),
    **dict.fromkeys(("position", "replies", "likes", "shares", "views"), maybe() | counts),
    **dict.fromkeys(
        (
            "sentiment_score",
            "sentiment_negative",
            "sentiment_neutral",
            "sentiment_positive",
            "severity",
            "crisis_score",
        ),
        _probability,
    ),
    polarity=st.sampled_from([-1, 0, 1]),
    rating=maybe() | _probability,
    role=st.sampled_from(["own", "competitor"]),
    evidence=st.sampled_from(["named", "thread", "source"]),
    unit=st.sampled_from(UNITS),
    published_precision=st.sampled_from(["second", "minute", "day"]),
    sentiment_label=st.sampled_from(LABELS),
    crisis_labels=st.lists(st.sampled_from(CRISIS_LABELS), max_size=2).map(tuple),
    crisis_flags=st.lists(st.sampled_from(["hearsay", "resolved"]), max_size=2).map(tuple),
    aspects=st.lists(names, max_size=2).map(tuple),
    topics=st.lists(names, max_size=2).map(tuple),
)
