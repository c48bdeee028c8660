"""One item becomes one post or is refused: its dates, rating, author, thread and link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mention_records import NOW, OPTIONS, outcome, raw

from mentions.errors import RejectedItem
from mentions.identity import post_key
from mentions.intake import IntakeOptions, draft
from mentions.model import Rating


@pytest.mark.parametrize(
    ("published", "precision", "expected"),
    [
        (None, None, (NOW, "fetched", "second")),
        (NOW + timedelta(minutes=9), "second", (NOW + timedelta(minutes=9), "feed", "second")),
        (NOW + timedelta(minutes=11), "second", (NOW, "fetched", "second")),
        (NOW + timedelta(hours=14), "day", (NOW, "feed", "day")),
        (NOW + timedelta(hours=30), "day", (NOW, "fetched", "second")),
        (datetime(2026, 11, 3, tzinfo=UTC), "day", (datetime(2026, 11, 3, tzinfo=UTC), "feed", "day")),
        (datetime(1970, 1, 1, tzinfo=UTC), "second", (NOW, "fetched", "second")),
        (datetime(1989, 12, 31, tzinfo=UTC), "day", (NOW, "fetched", "second")),
        (NOW.replace(tzinfo=None), "minute", (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "feed", "minute")),
    ],
)
def test_dates(published, precision, expected):
    options = IntakeOptions(secret=b"s", timezone="Europe/Paris")
    post = draft(raw(published=published, published_precision=precision), options)
    assert (post.published_at, post.published_rule, post.published_precision) == expected


def test_an_edit_date_must_follow_the_publication():
    assert draft(raw(edited=NOW - timedelta(hours=1)), OPTIONS).edited_at == NOW - timedelta(hours=1)
    assert draft(raw(edited=NOW - timedelta(hours=3)), OPTIONS).edited_at is None
    assert draft(raw(edited=NOW + timedelta(days=1)), OPTIONS).edited_at is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": " \n\u200b"}, "empty-text"),
        ({"text": "x" * 200_001}, "too-long"),
        ({"url": "nowhere"}, "bad-url"),
        ({"thread_url": "javascript:x"}, "bad-url"),
    ],
)
def test_rejected(changes, reason):
    with pytest.raises(RejectedItem) as caught:
        draft(raw(**changes), OPTIONS)
    assert caught.value.reason == reason


def test_a_rating_or_a_title_is_enough():
    assert draft(raw("", rating=Rating(value=1, best=5)), OPTIONS).text == ""
    assert draft(raw("", title="Nul &amp; cher"), OPTIONS).title == "Nul & cher"


def test_a_rating_out_of_its_scale_is_dropped():
    assert draft(raw(rating=Rating(value=8, best=5)), OPTIONS).rating is None
    assert draft(raw(rating=Rating(value=8, best=10)), OPTIONS).rating == Rating(value=8, best=10)
    with pytest.raises(RejectedItem):
        draft(raw("", rating=Rating(value=1, best=0)), OPTIONS)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Zoé  Martin", "Zoé Martin"),
        ("Zoé Martin <zoe@example.org>", "Zoé Martin"),
        ("noreply@example.org (Zoé Martin)", "Zoé Martin"),
        ("zoe.martin at example.org", None),
        ("zoe@example.org", None),
        ("Matt Atkins", "Matt Atkins"),
        ("@zoe_m", "@zoe_m"),
    ],
)
def test_author_names_hold_no_address(shown, name):
    kept = draft(raw(author=shown), replace(OPTIONS, keep_authors=True))
    assert kept.author_name == name
    assert kept.author_key is not None
    assert draft(raw(author=shown), OPTIONS).author_name is None
    assert draft(raw(author=shown), OPTIONS).author_key == kept.author_key


def test_an_address_does_not_change_the_pseudonym():
    keys = {draft(raw(author=shown), OPTIONS).author_key for shown in ("Zoé M", "zoé  m <z@e.org>", "ZOÉ M (z@e.org)")}
    assert len(keys) == 1
    assert draft(raw(author="a@e.org"), OPTIONS).author_key != draft(raw(author="b@e.org"), OPTIONS).author_key


@pytest.mark.parametrize("shown", [None, "", "Anonymous", "Anonyme", "Guest", "[deleted]", "Invité", "---"])
def test_nobody_is_no_author(shown):
    assert draft(raw(author=shown), OPTIONS).author_key is None


def test_the_thread_is_found_by_its_canonical_url():
    opener = draft(raw(unit="article", url="https://e.org/a/?utm_source=x"), OPTIONS)
    reply = draft(raw(url="https://e.org/a/#c2", thread_url="http://e.org/a/", native_id="c2"), OPTIONS)
    assert reply.thread_url == "http://e.org/a"
    assert opener.canonical_url == "https://e.org/a"
    assert post_key(reply.thread_url, None) == opener.key


def test_the_link_stays_as_the_site_wrote_it():
    post = draft(raw(url="https://me:pw@blog.example.org/post/?b=1&a=2#comment-7"), OPTIONS)
    assert post.url == "https://blog.example.org/post/?b=1&a=2#comment-7"
    assert post.site == "blog.example.org"


@given(st.text(max_size=40), st.text(max_size=20), st.none() | st.text(max_size=12))
def test_any_text_gives_a_post_or_a_rejection(text, author, native_id):
    post = outcome(draft, raw(text, author=author, native_id=native_id, title=author), OPTIONS)
    if isinstance(post, RejectedItem):
        assert post.reason == "empty-text"
    else:
        repr(post).encode()
        assert post.id == f"202611-{post.key}"
