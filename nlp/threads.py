"""What a reply is about when it names nobody: what its thread's title or opening post names."""

from collections.abc import Mapping, Sequence

from mentions.model import Post
from nlp.brands import BrandFinder, Named
from nlp.passage import join


class Threads:
    """The brands of the threads that a batch of posts belongs to.

    `openers` are known from the store: thread URL -> brands its opening post names. Opening posts in the batch
    itself are found here: the page that others hang under, or the first post of a thread.
    """

    def __init__(self, finder: BrandFinder, posts: Sequence[Post], openers: Mapping[str, tuple[str, ...]]) -> None:
        """Find the names in every post once."""
        self._finder = finder
        self._named = [finder.find(join(p.title, p.text), around=around(p)) for p in posts]
        self._place = {id(post): index for index, post in enumerate(posts)}
        self._titles: dict[str, frozenset[str]] = {}
        self._openers = {thread: frozenset(brands) for thread, brands in openers.items()}
        for post, named in zip(posts, self._named, strict=True):
            thread = opened(post)
            if thread:
                self._openers[thread] = frozenset(n.brand for n in named)

    def named(self, post: Post) -> tuple[Named, ...]:
        """Where the post itself names brands; places count as in `nlp.passage.join`."""
        return self._named[self._place[id(post)]]

    def brand(self, post: Post) -> str | None:
        """The one brand that the thread's title, the product or the opening post names, in this order; else None."""
        for brands in (self._title(post), self._openers.get(post.thread_url or "", frozenset())):
            if brands:
                return next(iter(brands)) if len(brands) == 1 else None
        return None

    def _title(self, post: Post) -> frozenset[str]:
        title = around(post)
        if title not in self._titles:
            self._titles[title] = frozenset(n.brand for n in self._finder.find(title)) if title else frozenset()
        return self._titles[title]


def around(post: Post) -> str:
    """What stands around a post: its thread's title and the product it reviews."""
    return "\n".join(part for part in (post.thread_title, post.product) if part)


def opened(post: Post) -> str | None:
    """The URL of the thread that this post opens, None for a reply."""
    if post.unit == "article":
        return post.thread_url or post.canonical_url
    if post.parent is None and post.thread_url and post.unit in ("post", "mail") and post.position == 0:
        return post.thread_url
    return None
