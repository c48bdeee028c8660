"""A real WordPress 6.5, three lines of YAML: everything, then nothing twice, then edits and deletions."""

import os
import shutil
import subprocess
from datetime import datetime

import pytest

from config.models import Vigie
from mentions.identity import content_hash
from mentions.model import Gone
from spiders.crawl import preview
from tests.real import programs
from tests.spiders.loopback import Desk, source

pytestmark = pytest.mark.real("wordpress")


def unavailable() -> str | None:
    return programs.unavailable("wordpress")


class Blog:
    """One WordPress with a database of its own."""

    def __init__(self, work, folder, url):
        self.work, self.folder, self.url = work, folder, url
        self.source = source("blog", "blog", url + "/")

    def change(self, what: str, number: int, text: str = "") -> None:
        subprocess.run(
            ["php", str(programs.HERE / "wordpress/change.php"), str(self.work / "site"), what, str(number), text],
            env={**os.environ, "WP_DB_DIR": str(self.folder)}, check=True,
        )  # fmt: skip


@pytest.fixture
def blog(tmp_path):
    work = programs.prepared("wordpress")
    folder = tmp_path / "database"
    shutil.copytree(work / "database", folder)
    port, site = programs.free_port(), work / "site"
    command = ["php", "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", "-t", str(site)]
    with programs.serving(
        [*command, str(programs.HERE / "wordpress/router.php")],
        port=port, cwd=site, env={"WP_DB_DIR": str(folder)}, log=tmp_path / "php.log",
    ) as url:  # fmt: skip
        yield Blog(work, folder, url)


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.close()


def said(text: str) -> str:
    """Blind to what WordPress does to quotes, dashes and paragraphs."""
    return content_hash(None, text, None)


def expected(work):
    """(unit, text digest, author, date, digest of the article's text) of every post and comment of the corpus."""
    openers = {row["thread"]: said(row["text"]) for row in programs.truth(work, "post") if row["position"] == 0}
    for row in programs.truth(work, "article", "post"):
        comment = row.get("position", 0) > 0
        when = datetime.fromisoformat(row["date"])
        yield (
            "comment" if comment else "article",
            said(row["text"]),
            row["author"],
            when,
            openers[row["thread"]] if comment else None,
        )


def found(items):
    """The same of what was crawled; a comment's article is looked up by its address."""
    articles = {item.url: said(item.text) for item in items if item.unit == "article"}
    for item in items:
        yield (
            item.unit,
            said(item.text),
            item.author,
            item.published,
            articles[item.thread_url] if item.thread_url else None,
        )


def test_all_posts_and_comments_are_read(blog, desk):
    [outcome] = desk.crawl(blog.source)
    items = desk.take()
    assert (outcome.status, outcome.items) == ("ok", 148)
    assert [item.unit for item in items].count("article") == 52
    assert sorted(map(str, found(items))) == sorted(map(str, expected(blog.work)))
    assert all(item.url.startswith(blog.url + "/2025/") for item in items)
    assert all(item.url.endswith(f"#comment-{item.native_id}") for item in items if item.unit == "comment")


def test_a_second_crawl_finds_nothing_and_fetches_next_to_nothing(blog, desk):
    desk.crawl(blog.source)
    [outcome] = desk.crawl(blog.source)
    assert (outcome.status, outcome.items, outcome.gone) == ("ok", 0, 0)
    assert outcome.bodies <= 2


def test_edits_deletions_and_news_are_seen(blog, desk):
    desk.crawl(blog.source)
    items = desk.take()
    comment = next(item for item in items if item.native_id == "40")
    loser = next(item for item in items if item.unit == "article" and not any(o.thread_url == item.url for o in items))
    blog.change("edit-post", 10, "Texte corrigé : Velmora a finalement remboursé.")
    blog.change("edit-comment", 60, "Commentaire corrigé sur Nordane.")
    blog.change("delete-comment", 40)
    blog.change("add-comment", 44, "Un avis tout neuf sur Nordane.")
    blog.change("delete-post", number_of(blog, loser))
    [outcome] = desk.crawl(blog.source)
    changes = desk.take()
    assert {item.text for item in changes if not isinstance(item, Gone)} == {
        "Texte corrigé : Velmora a finalement remboursé.",
        "Un avis tout neuf sur Nordane.",
        "Commentaire corrigé sur Nordane.",
    }
    assert {(gone.url, gone.native_id) for gone in changes if isinstance(gone, Gone)} == {
        (comment.url, "40"),
        (loser.url, None),
    }
    assert outcome.status == "ok"
    [again] = desk.crawl(blog.source)
    assert (again.items, again.gone) == (0, 0)
    assert again.bodies <= 2


def number_of(blog, article) -> int:
    """The number of a post, asked of WordPress itself."""
    import json
    from urllib.request import urlopen

    slug = article.url.rstrip("/").rpartition("/")[2]
    with urlopen(f"{blog.url}/wp-json/wp/v2/posts?slug={slug}&_fields=id") as answer:
        return json.load(answer)[0]["id"]


def test_its_feed_alone_gives_the_newest_posts_and_their_comments(blog, desk):
    feed = source("feed", "feed", blog.url + "/feed/")
    [outcome] = desk.crawl(feed)
    items = desk.take()
    articles = [item for item in items if item.unit == "article"]
    assert (outcome.status, len(articles)) == ("ok", 10)
    assert set(found(items)) <= set(expected(blog.work))
    [again] = desk.crawl(feed)
    assert (again.items, again.bodies) == (0, 0)


def test_a_preview_shows_each_unit_once(blog):
    items = list(preview(blog.source, vigie=Vigie(), limit=None))
    assert sorted(map(str, found(items))) == sorted(map(str, expected(blog.work)))
