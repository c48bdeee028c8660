"""Keys and digests: what may change without changing them, and what may not."""

import random
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.identity import author_key, content_hash, mention_id, post_id, post_key
from mentions.model import Rating
from mentions.near import near_distance, near_key

SPEECH = (
    "la batterie de mon téléphone est morte après trois mois et le service client ne répond jamais aux messages "
    "que nous avons envoyés depuis la semaine dernière alors que la garantie court encore sur ce modèle vendu cher "
    "dans leur boutique de Lyon où personne ne savait quoi dire sinon attendre un rappel qui n'est pas venu"
)
WORDS = SPEECH.split()


def test_keys_have_their_published_form():
    key = post_key("https://www.example.com/a", "12")
    assert key == "s4q5rcjsdjpe7biqjsdqrhtwp2"
    identity = post_id(key, datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))))
    assert identity == f"202512-{key}"
    assert mention_id(identity, "acme")[:7] == "202512-"
    assert len(mention_id(identity, "acme")) == 33
    assert mention_id(identity, "acme") != mention_id(identity, "other")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a", "https://www.example.com/a"),
        ("https://e.com/post", "https://e.com/post/comment-page-2"),
        ("https://e.com/threads/x.5/page-3", "https://e.com/threads/x.5"),
        ("https://e.com/viewtopic.php?start=10&t=5", "https://e.com/viewtopic.php?t=5"),
        ("https://e.com/topic?page=2", "https://e.com/topic"),
        ("https://e.com/topic?id=1&page=2", "https://e.com/topic?id=1"),
    ],
)
def test_a_comment_may_move_to_another_page_of_its_thread(one, other):
    assert post_key(one, "77") == post_key(other, "77")


def test_without_a_native_id_pages_are_different_posts():
    assert post_key("https://e.com/list?page=1", None) != post_key("https://e.com/list?page=2", None)


def test_native_id_and_url_do_not_run_together():
    assert post_key("https://e.com/a1", "2") != post_key("https://e.com/a", "12")
    assert post_key("https://e.com/a", None) != post_key("https://e.com/a", "0")
    assert post_key("https://e.com/a", None) == post_key("https://e.com/a", " ")


@pytest.mark.parametrize(
    "typeset",
    [
        "Il n’a pas dit “oui” — jamais… 3×2 « ok » !",
        'Il n\'a pas dit "oui" - jamais... 3x2 "ok"\u00a0!',
        "Il n'a\npas   dit ''oui'' -- jamais... 3x2 «\u202fok\u202f» !",
    ],
)
def test_typography_is_no_edit(typeset):
    assert content_hash(None, typeset, None) == content_hash(
        None, 'Il n\'a pas dit "oui" -- jamais... 3x2 "ok" !', None
    )


@pytest.mark.parametrize(
    "edited", ["Good product!", "good product", "Good product 😡", "Good próduct", "Good  products"]
)
def test_an_edit_is_an_edit(edited):
    assert content_hash(None, edited, None) != content_hash(None, "Good product", None)


def test_title_and_rating_count():
    base = content_hash("T", "text", Rating(value=4, best=5))
    assert base == content_hash("T", "text", Rating(value=4.0, best=5.0))
    assert len({base, content_hash("U", "text", Rating(value=4, best=5)), content_hash("T", "text", None)}) == 3
    assert content_hash("ab", "c", None) != content_hash("a", "bc", None)


def test_near_copies_are_near_and_others_far():
    rng = random.Random(5)
    for _ in range(40):
        text = rng.sample(WORDS, len(WORDS))
        copy = list(text)
        copy[rng.randrange(len(copy))] = "autrement"
        other = [f"{word}{rng.randrange(9)}" for word in rng.sample(WORDS, len(WORDS))]
        assert near_distance(near_key(" ".join(text)), near_key(" ".join(copy) + " !")) <= 10
        assert near_distance(near_key(" ".join(text)), near_key(" ".join(other))) >= 14


def test_near_key_sees_words_only():
    assert near_key("L’équipe d'Acme… répond !") == near_key("l'EQUIPE d’acme répond")
    assert near_key("") == near_key("... !") == "0" * 16
    assert len(near_key("merci")) == 16
    assert near_distance("0" * 16, "f" * 16) == 64


@given(st.text(max_size=200))
def test_near_key_is_always_64_bits(text):
    assert len(near_key(text)) == 16
    int(near_key(text), 16)


def test_near_key_is_the_same_on_every_machine():
    assert near_key("Le service client ne répond jamais.") == "83fbe1c27244c207"


def test_author_key_is_keyed_and_by_site():
    key = author_key(b"secret", "example.com", "Zoé Martin")
    assert len(key) == 32
    assert key == author_key(b"secret", "example.com", "  zoe\u0301  MARTIN ")
    others = {
        author_key(b"other", "example.com", "Zoé Martin"),
        author_key(b"secret", "example.org", "Zoé Martin"),
        author_key(b"secret", "example.com", "Zoe Martin"),
    }
    assert key not in others
    assert len(others) == 3


@given(st.text(), st.text(max_size=10))
def test_digests_take_any_text(text, native):
    post_key("https://e.com/" + text, native)
    author_key(b"s", "e.com", text)
    assert len(content_hash(text, text, None)) == 32
