"""Intake: the same posts whatever the order of arrival, however often a file is replayed, however a URL is written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mention_records import NOW, OPTIONS, raw

from mentions.intake import draft, fold, key_of, settle
from mentions.model import Gone
from mentions.store import Known

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
