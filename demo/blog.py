"""Le Tiroir à vis: a blog with the markup of a classic WordPress theme, its feeds and its comments."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from demo.answer import RSS, Page
from demo.dates import PARIS
from demo.scenario import DemoPost, Scenario
from demo.shelf import Shelf, sheet

PER_PAGE = 8
FEED, COMMENT_FEED = 10, 50


@dataclass(frozen=True, slots=True)
class Node:
    """A comment and the answers to it."""

    post: DemoPost
    children: tuple["Node", ...]


def tree(comments: Sequence[DemoPost], parent: int | None = None) -> tuple[Node, ...]:
    """Comments under what they answer; the answer to a deleted comment moves up to the root."""
    known = {comment.id for comment in comments}
    level = [c for c in comments if (c.parent if c.parent in known else None) == parent]
    return tuple(Node(comment, tree(comments, comment.id)) for comment in level)


class Blog:
    """Addresses as WordPress makes them: `/2026/10/slug/`, `/page/2/`, `/feed/`, `/comments/feed/`."""

    name = "Le Tiroir à vis"

    def __init__(self, scenario: Scenario, url: str) -> None:
        """Reads the blog's share of the scenario."""
        self._shelf = Shelf(scenario, "blog", url)
        self._home = {post.thread: self._folder(post) for post in scenario.of("blog") if post.unit == "article"}

    @staticmethod
    def _folder(post: DemoPost) -> str:
        local = post.published.astimezone(PARIS)
        return f"/{local:%Y}/{local:%m}/{post.thread}/"

    def path(self, post: DemoPost) -> str:
        """`/2026/10/slug/`, or `/2026/10/slug/#comment-12`."""
        home = self._home[post.thread]
        return home if post.unit == "article" else f"{home}#comment-{post.id}"

    def page(self, path: str, query: Mapping[str, str], now: datetime) -> Page | None:
        """The page at `path`, None where there never was one."""
        fixed: Mapping[str, Callable[[], Page | None]] = {
            "/": lambda: self._listing(1, now),
            "/feed/": lambda: self._feed(query, now),
            "/comments/feed/": lambda: self._comment_feed(None, now),
            "/a-propos/": lambda: self._shelf.draw("blog/about.html", site=self, recent=self._recent(now)),
            "/sitemap.xml": lambda: self._sitemap(now),
        }
        if path in fixed:
            return fixed[path]()
        if found := re.fullmatch(r"/page/(\d{1,4})/", path):
            return self._listing(int(found[1]), now)
        found = re.fullmatch(r"(/\d{4}/\d{2}/([a-z0-9-]+)/)(feed/)?", path)
        return self._under(found[1], found[2], feed=bool(found[3]), now=now) if found else None

    def _sitemap(self, now: datetime) -> Page:
        changed = self._shelf.changed(now)
        rows = [(self.path(post), post.changed(now)) for post in self._articles(now)]
        return self._shelf.sitemap([("/", changed), *rows], changed)

    def _articles(self, now: datetime) -> list[DemoPost]:
        return [post for post in reversed(self._shelf.posts(now)) if post.unit == "article"]

    def _recent(self, now: datetime) -> list[DemoPost]:
        return self._articles(now)[:5]

    def _older(self, article: DemoPost, now: datetime) -> DemoPost | None:
        return next((post for post in self._articles(now) if post.published < article.published), None)

    def comments(self, now: datetime, thread: str | None = None) -> list[DemoPost]:
        """The comments of one article or of all whose article stands, oldest first."""
        open_articles = {post.thread for post in self._articles(now)}
        posts = self._shelf.posts(now, thread)
        return [post for post in posts if post.unit == "comment" and post.thread in open_articles]

    def title(self, post: DemoPost) -> str:
        """The title of the article that the post is or hangs under."""
        return self._shelf.threads[post.thread].title

    def tags(self, post: DemoPost) -> list[str]:
        """The tags of an article."""
        return list(self._shelf.threads[post.thread].facts.get("tags", ()))

    def _listing(self, number: int, now: datetime) -> Page | None:
        articles, current, count = sheet(self._articles(now), {"page": str(number)}, PER_PAGE)
        if current != number:
            return None
        return self._shelf.draw(
            "blog/listing.html", site=self, articles=articles, number=current, count=count, now=now,
            recent=self._recent(now), changed=self._shelf.changed(now),
        )  # fmt: skip

    def _under(self, home: str, key: str, *, feed: bool, now: datetime) -> Page | None:
        """An article or its comment feed: gone if it was taken down, absent if it was never there."""
        if self._home.get(key) != home or not self._shelf.was(now, key):
            return None
        article = next((post for post in self._shelf.posts(now, key) if post.unit == "article"), None)
        if article is None:
            return self._shelf.draw("blog/gone.html", status=410, site=self, recent=self._recent(now))
        if feed:
            return self._comment_feed(article, now)
        comments = self.comments(now, key)
        return self._shelf.draw(
            "blog/article.html", site=self, article=article, comments=tree(comments), total=len(comments),
            older=self._older(article, now), changed=self._shelf.changed(now, key),
        )  # fmt: skip

    def _feed(self, query: Mapping[str, str], now: datetime) -> Page | None:
        wanted = query.get("paged", "1")
        articles, current, _ = sheet(self._articles(now), {"page": wanted}, FEED)
        if str(current) != wanted:
            return None
        return self._shelf.draw(
            "blog/feed.xml", kind=RSS, site=self, articles=articles, now=now, changed=self._shelf.changed(now)
        )

    def _comment_feed(self, article: DemoPost | None, now: datetime) -> Page:
        comments = self.comments(now, article.thread if article else None)[: -COMMENT_FEED - 1 : -1]
        changed = self._shelf.changed(now, article.thread if article else None)
        return self._shelf.draw(
            "blog/comments.xml", kind=RSS, site=self, article=article, comments=comments, changed=changed
        )
