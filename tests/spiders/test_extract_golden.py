"""Every golden page reads as its expected.jsonl says, and one thing reached by several ways is one thing."""

import pytest

from mentions.urls import canonical_url
from tests.spiders import golden


@pytest.mark.parametrize("name", golden.names())
def test_page_reads_as_expected(name):
    expected = (golden.PAGES / name / "expected.jsonl").read_text(encoding="utf-8")
    assert golden.lines(name) == expected, "run python -m tests.spiders.golden --update and read the difference"


def items(name, unit):
    return {item.native_id: item for item in golden.run(name).items if item.unit == unit}


def test_an_article_is_the_same_by_feed_page_and_rest():
    found = [golden.run(name).items[0] for name in ("feed_rss", "blog_wordpress", "wordpress_posts")]
    facts = {
        (canonical_url(item.url), item.native_id, item.title, item.text, item.author, item.published) for item in found
    }
    assert len(facts) == 1
    assert {(item.unit, item.native_id) for item in found} == {("article", None)}


def test_a_comment_is_the_same_by_feed_page_and_rest():
    for number in ("12", "15"):
        found = [items(name, "comment")[number] for name in ("feed_comments", "blog_wordpress", "wordpress_comments")]
        assert (
            len({(item.url, item.thread_url, item.text, item.author, item.published, item.parent) for item in found})
            == 1
        )


def test_every_date_is_aware_and_says_its_rule():
    for name in golden.names():
        for item in golden.run(name).items:
            assert (item.published is None) == (item.published_rule is None) == (item.published_precision is None)
            assert item.published is None or item.published.utcoffset().total_seconds() == 0


def test_native_ids_do_not_collide_on_a_page():
    for name in golden.names():
        keys = [(canonical_url(item.url), item.native_id) for item in golden.run(name).items]
        assert len(keys) == len(set(keys)), name
