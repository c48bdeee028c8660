"""What a visitor of one site can see at a moment, and how its pages are drawn."""

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import jinja2

from demo import dates
from demo.answer import HTML, XML, Page
from demo.drafts import Site, Thread, slug
from demo.scenario import DemoPost, Scenario

PAGES = Path(__file__).parent / "pages"
T = TypeVar("T")


class Place(Protocol):
    """One of the four sites."""

    name: str

    def page(self, path: str, query: Mapping[str, str], now: datetime) -> Page | None:
        """The page at `path`, None where there never was one."""

    def path(self, post: DemoPost) -> str:
        """Where the post stands, from the root, with its anchor."""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, parted by blank lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def markup(text: str) -> str:
    """A text as the HTML that a feed carries, escaped once inside."""
    return "\n".join(f"<p>{html.escape(part, quote=False)}</p>" for part in paragraphs(text))


def ink() -> jinja2.Environment:
    """The templates of demo/pages, with the dates of the house."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    made.filters |= {
        "iso": dates.iso, "long_date": dates.long_date, "long_time": dates.long_time,
        "forum_date": dates.forum_date,
        "rfc822": dates.rfc822, "paragraphs": paragraphs, "markup": markup, "slug": slug,
    }  # fmt: skip
    return made


class Shelf:
    """The posts of one site, by thread, seen at any moment; nothing of the future leaves it."""

    def __init__(self, scenario: Scenario, site: Site, url: str) -> None:
        """`url` is the root of the site, without its last slash."""
        self.site, self.url, self._ink = site, url, ink()
        self._posts = scenario.of(site)
        self.threads: Mapping[str, Thread] = {t.key: t for t in scenario.threads.values() if t.site == site}
        self._by_thread: dict[str, list[DemoPost]] = {key: [] for key in self.threads}
        for post in self._posts:
            self._by_thread[post.thread].append(post)

    def posts(self, now: datetime, thread: str | None = None) -> list[DemoPost]:
        """What is shown at `now`, oldest first, each as it reads then."""
        among = self._posts if thread is None else self._by_thread.get(thread, [])
        return [post.at(now) for post in among if post.shown(now)]

    def was(self, now: datetime, thread: str) -> bool:
        """Whether the thread had been opened by `now`, even if it is gone since."""
        return any(post.published <= now for post in self._by_thread.get(thread, [])[:1])

    def find(self, number: int, now: datetime) -> DemoPost | None:
        """The post of that number, if it is shown at `now`."""
        return next((post for post in self.posts(now) if post.id == number), None)

    def changed(self, now: datetime, thread: str | None = None) -> datetime | None:
        """When what is shown last changed; a deletion counts too."""
        among = self._posts if thread is None else self._by_thread.get(thread, [])
        return max((post.changed(now) for post in among if post.published <= now), default=None)

    def draw(
        self, template: str, *, kind: str = HTML, status: int = 200, changed: datetime | None = None, **facts: Any
    ) -> Page:
        """Fill a template of demo/pages; it knows the root as `url` and the shelf as `shelf`."""
        text = self._ink.get_template(template).render(url=self.url, shelf=self, **facts)
        return Page(body=text.encode(), kind=kind, status=status, changed=changed)

    def sitemap(self, rows: Iterable[tuple[str, datetime | None]], changed: datetime | None) -> Page:
        """sitemap.xml (sitemaps.org, protocol 0.9): addresses from the root and their last change."""
        return self.draw("sitemap.xml", kind=XML, changed=changed, rows=list(rows))


def sheet(items: Sequence[T], query: Mapping[str, str], size: int) -> tuple[list[T], int, int]:
    """The slice that `page` (from 1) asks for, its number and how many there are; a bad number reads as 1."""
    count = max(1, -(-len(items) // size))
    number = number_of(query.get("page"), 1)
    number = number if 1 <= number <= count else 1
    return list(items[(number - 1) * size : number * size]), number, count


def number_of(text: str | None, otherwise: int) -> int:
    """A non-negative whole number from an address."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else otherwise  # noqa: PLR2004
