"""Intake: the same posts whatever the order of arrival, however often a file is replayed, however a URL is written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mention_records import NOW, outcome, raw

from mentions.errors import RejectedItem
from mentions.identity import post_key
from mentions.intake import IntakeOptions, draft, fold, key_of, settle
from mentions.model import Gone, Rating
from mentions.store import Known

OPTIONS = IntakeOptions(secret=b"secret")
PIPELINE = "lexicon-1"


def known_of(post, pipeline=PIPELINE, **changes):
    known = Known(
        post_id=post.id,
        content_hash=post.content_hash,
        revision=post.revision,
        pipeline=pipeline,
        fetched_at=post.fetched_at,
        first_seen_at=post.first_seen_at,
        brands=("acme",),
        published_at=post.published_at,
        published_rule=post.published_rule,
        published_precision=post.published_precision,
    )
    return replace(known, **changes)


class Memory:
    """The least store that honours `settle`."""

    def __init__(self):
        self.posts = {}

    def take(self, items):
        fates = []
        posts, dropped = fold([draft(item, OPTIONS) for item in items])
        for post in posts:
            stored = self.posts.get(post.key)
            settled, fate = settle(post, known_of(stored) if stored else None, PIPELINE)
            fates.append(fate)
            if fate in ("new", "edited", "again"):
                self.posts[post.key] = settled
            else:
                times = {"first_seen_at": settled.first_seen_at, "fetched_at": settled.fetched_at}
                self.posts[post.key] = replace(stored, **times)
        assert len(fates) + dropped == len(items)
        return fates

    def facts(self):
        return {key: (post.id, post.text, post.title, post.first_seen_at) for key, post in self.posts.items()}


# One post is fetched several times, edited now and then; its date is stated, or unknown for ever. Another shares its page.
SIGHTINGS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", None]),
        st.integers(0, 5),
        st.sampled_from(["Déçu.", "Très déçu !", "Content finalement."]),
    ),
    min_size=1,
    max_size=8,
)


def sighting(native_id, hour, text, **changes):
    return raw(text, native_id=native_id, fetched_at=NOW + timedelta(hours=hour), **changes)


@given(SIGHTINGS, st.randoms(use_true_random=False), st.data(), st.booleans())
def test_order_and_batches_do_not_matter(sightings, random, data, dated):
    changes = {} if dated else {"published": None}
    items = [sighting(*one, **changes) for one in sightings]
    whole = Memory()
    whole.take(items)
    shuffled = list(items)
    random.shuffle(shuffled)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(items)), max_size=3)))
    pieces = Memory()
    for start, end in zip([0, *cuts], [*cuts, len(items)], strict=True):
        pieces.take(shuffled[start:end])
    assert pieces.facts() == whole.facts()


@given(SIGHTINGS)
def test_replay_changes_nothing(sightings):
    items = [sighting(*one) for one in sightings]
    memory = Memory()
    memory.take(items)
    before = dict(memory.posts)
    fates = memory.take(items)
    assert set(fates) == {"unchanged"}
    assert memory.posts == before


@given(SIGHTINGS)
def test_replay_item_by_item_changes_nothing(sightings):
    items = [sighting(*one) for one in sightings]
    memory = Memory()
    memory.take(items)
    before = dict(memory.posts)
    for item in items:
        assert set(memory.take([item])) <= {"unchanged", "stale"}
    assert memory.posts == before


def test_draft_is_a_function():
    assert draft(raw(), OPTIONS) == draft(raw(), OPTIONS)


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example.org/post/?utm_source=rss&utm_medium=feed",
        "https://blog.example.org/post#comment-7",
        "https://BLOG.Example.ORG/post",
        "https://blog.example.org/post/",
        "http://www.blog.example.org:80/post/index.php?fbclid=x",
    ],
)
def test_the_id_survives(url):
    assert draft(raw(url=url), OPTIONS).id == draft(raw(), OPTIONS).id


def test_a_comment_keeps_its_id_when_its_permalink_moves():
    thread = "https://blog.example.org/post/"
    urls = [f"{thread}#comment-7", f"{thread}comment-page-2/#comment-7", "https://blog.example.org/?p=5#comment-7"]
    items = [raw(url=url, native_id="7", thread_url=thread) for url in urls]
    gone = Gone(source="blog", url=urls[1], thread_url=thread, native_id="7", seen_at=NOW)
    assert {key_of(item) for item in [*items, gone]} == {draft(items[0], OPTIONS).key}


def test_the_id_has_no_source_in_it():
    assert draft(raw(source="other"), OPTIONS).id == draft(raw(), OPTIONS).id


@given(st.lists(st.integers(0, 10**6).map(str), unique=True, min_size=2, max_size=20))
def test_two_comments_on_one_page_never_collide(native_ids):
    drafts = [draft(raw("+1", native_id=native_id), OPTIONS) for native_id in native_ids]
    assert len({post.key for post in drafts}) == len(native_ids)
    assert fold(drafts) == (drafts, 0)


def test_a_better_date_keeps_the_id_and_is_taken():
    first = draft(raw(published=None), OPTIONS)
    assert (first.published_at, first.published_rule, first.id[:6]) == (NOW, "fetched", "202611")
    later = draft(raw(published=datetime(2026, 9, 1, tzinfo=UTC), fetched_at=NOW + timedelta(days=1)), OPTIONS)
    assert later.id != first.id
    post, fate = settle(later, known_of(first), PIPELINE)
    assert fate == "edited"
    assert (post.id, post.revision, post.first_seen_at) == (first.id, 2, NOW)
    assert (post.published_at, post.published_rule) == (datetime(2026, 9, 1, tzinfo=UTC), "feed")


def test_a_worse_date_is_not_taken():
    first = draft(raw(), OPTIONS)
    later = draft(raw("Edited.", published=None, fetched_at=NOW + timedelta(days=40)), OPTIONS)
    post, fate = settle(later, known_of(first), PIPELINE)
    assert fate == "edited"
    assert (post.id, post.published_at, post.published_rule) == (first.id, first.published_at, "feed")


def test_an_undated_post_keeps_the_date_of_its_first_sight():
    first = draft(raw(published=None), OPTIONS)
    later = draft(raw("Edited.", published=None, fetched_at=NOW + timedelta(days=40)), OPTIONS)
    known = replace(known_of(first), published_at=None, published_rule=None, published_precision=None)
    assert settle(later, known, PIPELINE)[0].published_at == NOW
    assert fold([later, first])[0][0].published_at == NOW


def test_fold_takes_the_month_of_the_stated_date():
    undated = draft(raw(published=None, fetched_at=NOW), OPTIONS)
    dated = draft(raw(published=datetime(2026, 9, 1, tzinfo=UTC), fetched_at=NOW + timedelta(hours=1)), OPTIONS)
    posts, dropped = fold([dated, undated])
    assert dropped == 1
    assert (posts[0].id[:6], posts[0].first_seen_at) == ("202609", NOW)


def test_fates():
    post = draft(raw(), OPTIONS)
    later = draft(raw(fetched_at=NOW + timedelta(hours=1)), OPTIONS)
    edit = draft(raw("Edited.", fetched_at=NOW + timedelta(hours=1)), OPTIONS)
    old = draft(raw("Older.", fetched_at=NOW - timedelta(hours=1)), OPTIONS)
    assert settle(post, None, PIPELINE) == (post, "new")
    assert settle(post, known_of(post), PIPELINE)[1] == "unchanged"
    assert settle(later, known_of(post), PIPELINE)[1] == "unchanged"
    assert settle(later, known_of(post), "lexicon-2")[1] == "again"
    assert settle(later, known_of(post), "lexicon-2")[0].revision == 1
    assert settle(edit, known_of(post, revision=3), PIPELINE)[1] == "edited"
    assert settle(edit, known_of(post, revision=3), PIPELINE)[0].revision == 4
    assert settle(old, known_of(post), PIPELINE)[1] == "stale"
    assert settle(old, known_of(post), "lexicon-2")[1] == "stale"
    assert settle(old, known_of(post), PIPELINE)[0].first_seen_at == old.first_seen_at


def test_a_tombstone_is_lifted_by_a_later_sight_only():
    post = draft(raw(), OPTIONS)
    back = draft(raw(fetched_at=NOW + timedelta(days=2)), OPTIONS)
    assert settle(back, known_of(post, gone=True), PIPELINE)[1] == "edited"
    assert settle(back, known_of(post, gone=True), PIPELINE)[0].revision == 2
    assert settle(post, known_of(post, gone=True), PIPELINE)[1] == "stale"
    assert settle(post, known_of(post, gone=True), "lexicon-2")[1] == "stale"


def test_a_disappearance_finds_its_post():
    gone = Gone(source="blog", url="https://blog.example.org/post/?utm_source=x#c", seen_at=NOW, native_id=" 7 ")
    assert key_of(gone) == draft(raw(native_id="7"), OPTIONS).key == key_of(raw(native_id="7"))


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
