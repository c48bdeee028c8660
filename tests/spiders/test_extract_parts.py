"""The small readers: ratings, names, addresses, ids, text, links, short entries, and the cost of a page."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.model import Rating, RawItem
from spiders.extract import complete, extract
from spiders.extract_feed import split_reply
from spiders.extract_identity import with_ids
from spiders.extract_people import clean_author
from spiders.extract_reviews import read_rating
from spiders.extract_structured import resolve, walk
from spiders.extract_text import parse_html, pick, plain, text_of
from spiders.extract_urls import comment_number, first_page, offset_of
from tests.spiders import golden

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def item(**more):
    return RawItem(
        **{
            "source": "s",
            "unit": "review",
            "url": "https://a.example/p",
            "text": "Text",
            "fetched_at": NOW,
            "extractor": "x",
        }
        | more
    )


@pytest.mark.parametrize(("value", "expected"), [
    ({"ratingValue": "4,5", "bestRating": "5"}, (4.5, 5)),
    ({"ratingValue": "4.5"}, (4.5, 5)),
    ({"ratingValue": 8}, (8, 10)),
    ({"ratingValue": "14"}, (14, 20)),
    ({"ratingValue": "72"}, (72, 100)),
    ({"ratingValue": "90%"}, (90, 100)),
    ({"ratingValue": "0", "worstRating": 0}, (0, 5)),
    ({"ratingValue": 4, "bestRating": None}, (4, 5)),
    ([{"@type": "Rating"}, {"ratingValue": "3"}], (3, 5)),
    ("3/5", (3, 5)), ("4,5 sur 5", (4.5, 5)), (2, (2, 5)),
])  # fmt: skip
def test_ratings_as_sites_write_them(value, expected):
    assert read_rating(value, 5.0) == Rating(value=expected[0], best=expected[1])


@pytest.mark.parametrize(
    "value",
    [None, "", {}, [], "five", {"ratingValue": "7", "bestRating": "5"}, {"ratingValue": None}, {"bestRating": 5}, True],
)
def test_no_rating(value):
    assert read_rating(value, 5.0) is None


def test_without_a_best_the_source_decides():
    assert read_rating({"ratingValue": "4"}, 10.0) == Rating(value=4, best=10)


@pytest.mark.parametrize(("shown", "name"), [
    ("Priya N.", "Priya N."), ("By Priya N.", "Priya N."), ("par Zoé", "Zoé"), ("Posted by tom_h", "tom_h"), ("Joël a dit :", "Joël"),
    ("Publié par L'équipe", "L'équipe"), ("  A\n B ", "A B"), ("Bypass", "Bypass"), ("Parker", "Parker"), ("De Gaulle", "De Gaulle"),
    ("Jo <jo@example.org>", "Jo"), ("jo@example.org (Jo)", "Jo"), ("jo at example", "jo at example"), ("@jo", "@jo"),
    ("jo@example.org", None), ("https://x.example/author/jo", None), ("", None), (None, None), ("—", None), ("x" * 101, None),
])  # fmt: skip
def test_names(shown, name):
    assert clean_author(shown) == name


@given(st.text(max_size=200))
def test_names_hold_no_mail_address(text):
    name = clean_author(f"{text} someone@example.org")
    assert name is None or "someone@example.org" not in name


@pytest.mark.parametrize(("url", "first"), [
    ("https://a.example/2026/11/x/comment-page-2/#comment-9", "https://a.example/2026/11/x/"),
    ("https://a.example/t/x.5/page-3", "https://a.example/t/x.5/"),
    ("https://a.example/t/x.5/page-3#post-9", "https://a.example/t/x.5/"),
    ("https://a.example/viewtopic.php?f=2&t=31&start=15&sid=abc", "https://a.example/viewtopic.php?t=31"),
    ("https://a.example/viewforum.php?f=2&start=25", "https://a.example/viewforum.php?f=2"),
    ("https://a.example/topic/x-9/?post=56#56", "https://a.example/topic/x-9/"),
    ("https://a.example/page/2/", "https://a.example/"),
    ("https://a.example/?p=12", "https://a.example/?p=12"),
    ("https://a.example/homepage-2", "https://a.example/homepage-2"),
    ("https://a.example/x?q=%C3%A9", "https://a.example/x?q=%C3%A9"),
])  # fmt: skip
def test_first_page(url, first):
    assert first_page(url) == first
    assert first_page(first) == first


def test_offsets():
    assert [
        offset_of(f"https://a.example/{rest}")
        for rest in ("viewtopic.php?t=1&start=20", "t/x", "t/x?page=1", "t/x?page=2", "t/x/page-2", "viewtopic.php?p=7")
    ] == [20, 0, 0, None, None, None]


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://a.example/x#comment-12", "12"),
        ("/x#c12", "12"),
        ("#post-9", "9"),
        ("#56", "56"),
        ("#avis-501", "501"),
        ("#comments", None),
        ("https://a.example/12", None),
        ("https://[x#p1", "1"),
        (None, None),
    ],
)
def test_comment_numbers(url, number):
    assert comment_number(url) == number


def test_an_edited_text_keeps_the_id():
    when = datetime(2026, 11, 1, tzinfo=UTC)
    before = with_ids([item(author="Jo", published=when, text="Bad."), item(author="Al", published=when)])
    after = with_ids(
        [item(author="Jo", published=when, text="Bad. Edit: they answered."), item(author="Al", published=when)]
    )
    assert [one.native_id for one in before] == [one.native_id for one in after]


def test_two_items_of_one_author_and_moment_never_collide():
    when = datetime(2026, 11, 1, tzinfo=UTC)
    found = with_ids([item(author="Anonymous", published=when, text=text) for text in ("One.", "Two.", "Two.")])
    assert [one.text for one in found] == ["One.", "Two."]  # a true double counts once
    assert len({one.native_id for one in found}) == 2


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "A", "B"]), st.sampled_from([None, NOW]), st.sampled_from(["x", "y", "z"])),
        max_size=12,
    )
)
def test_ids_tell_all_different_items_apart(rows):
    found = with_ids([item(author=author, published=published, text=text) for author, published, text in rows])
    assert {(one.author, one.published, one.text) for one in found} == set(rows)
    assert len({one.native_id for one in found}) == len(found) == len(set(rows))


def test_doubles_in_two_markups_do_not_change_ids():
    when = datetime(2026, 11, 1, tzinfo=UTC)
    once = with_ids([item(author="Jo", published=when)])
    assert with_ids([item(author="Jo", published=when), item(author="Jo", published=when)]) == once


def test_text_keeps_paragraphs_and_drops_the_rest():
    tree = parse_html(
        "<div><p>One<br>two &amp; <b>three</b></p><script>x</script><blockquote>Not mine</blockquote><p>Four <img class=emoji alt='👍'></p><ul><li>a<li>b</ul></div>"
    )
    assert text_of(tree, without=pick(tree, "blockquote")) == "One\ntwo & three\n\nFour 👍\n\na\nb"


def test_plain_text_is_not_taken_for_markup():
    assert plain("a < b and b > c") == "a < b and b > c"
    assert plain("R&D, AT&T & co") == "R&D, AT&T & co"
    assert plain("<p>x</p><p>y</p>") == "x\n\ny"


def test_a_reply_in_a_comment_feed_names_its_parent():
    assert split_reply('<p>In reply to <a href="https://a.example/x#comment-12">Jo</a>.</p><p>Yes.</p>') == (
        "Yes.",
        "12",
    )
    assert split_reply('<p>En réponse à <a href="https://a.example/x#comment-12">Jo</a>.</p>\n<p>Oui.</p>') == (
        "Oui.",
        "12",
    )
    assert split_reply('<p>See <a href="https://a.example/x#comment-12">Jo</a>.</p>') == ("See Jo.", None)


def test_references_resolve_without_cycles():
    things = resolve(
        [
            {"@id": "#a", "@type": "Article", "author": {"@id": "#b"}},
            {"@id": "#b", "@type": "Person", "name": "Jo", "worksFor": {"@id": "#a"}},
        ]
    )
    assert things[0]["author"]["name"] == "Jo"
    assert len(list(walk(things, ("Person",)))) == 2


def test_a_short_entry_takes_its_text_from_the_page_and_keeps_its_date_and_author():
    feed = golden.run("feed_rss").items[1]
    page = item(
        unit="article",
        url="https://carnet.example/2026/11/resume/?x",
        text="The whole article, " * 9,
        author="Wrong",
        published=NOW,
        published_rule="htmldate",
        published_precision="day",
    )
    both = complete(feed, page)
    assert (both.url, both.text, both.author, both.published_rule) == (feed.url, page.text, "W. Hartley", "feed")


def test_times_of_a_forum_are_in_the_zone_it_states():
    posts = golden.run("phpbb_old").items
    assert posts[0].published == datetime(2025, 11, 3, 2, 15, tzinfo=UTC)  # 9:15 pm, UTC - 5


def test_quotes_belong_to_their_author():
    for name in ("phpbb_new", "phpbb_old", "xenforo", "discourse", "machina_fr", "qa_page"):
        texts = " ".join(post.text for post in golden.run(name).items if post.position != 0)
        for quoted in (
            "chauffe dès la première",
            "all over the counter today and",
            "back cover lifts",
            "asks for my password again",
            "part demain",
        ):
            assert quoted not in texts, name


def test_a_mark_changes_when_someone_replies():
    body, meta = golden.read("phpbb_board")

    def marks(body):
        return dict(extract(body, meta["url"], fetched_at=NOW).links.marks)

    before, viewed = marks(body), marks(body.replace(b"1604", b"1605"))
    replied = marks(body.replace(b"p=330#p330", b"p=340#p340").replace(b">15 <", b">16 <"))
    assert before == viewed
    assert [before[url] == replied[url] for url in before] == [False, True]


def test_kind_css_without_a_match_says_so():
    body, meta = golden.read("css_reviews")
    from pydantic import TypeAdapter

    from config.models import Source

    source = TypeAdapter(Source).validate_python(meta["source"] | {"item": "article.gone"})
    found = extract(body, meta["url"], source=source, fetched_at=NOW)
    assert (found.items, found.notes) == ((), ("the selector 'article.gone' matches nothing",))


@pytest.mark.parametrize(
    "name",
    ["phpbb_new", "xenforo", "discourse", "machina_fr", "reviews_jsonld", "blog_wordpress", "wordpress_comments"],
)
def test_a_page_costs_milliseconds(name):
    golden.run(name)  # selectors are compiled once
    start = time.process_time()
    for _ in range(5):
        golden.run(name)
    assert (time.process_time() - start) / 5 < 0.03  # 2 to 8 ms on a quiet machine
