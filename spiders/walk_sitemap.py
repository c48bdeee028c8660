"""Sitemaps of a site (sitemaps.org 0.9, news sitemaps alike): which pages there are; dates in them prove nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from urllib.parse import urljoin, urlsplit

from spiders.extract_urls import same_site
from spiders.walk import Fetch, Memory, Page, Step

GUESSES = ("/sitemap.xml", "/wp-sitemap.xml", "/sitemap_index.xml")
NOT_ARTICLES = re.compile(
    r"(?:tax(?:onom(?:y|ies))?|category|categories|tags?|users?|authors?|image|video)[^/]*$", re.IGNORECASE
)
MAX_SITEMAPS = 50
ROLE = "sitemap"


def chosen(url: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """True if the path of `url` fits the globs that the source gives."""
    path = urlsplit(url).path
    if any(fnmatchcase(path, glob) for glob in exclude):
        return False
    return not include or any(fnmatchcase(path, glob) for glob in include)


class Sitemaps:
    """Reads every sitemap of a site once. `urls`: pages listed; `complete`: nothing was left out or unchanged."""

    def __init__(self, home: str, advertised: Mapping[str, Sequence[str]], memory: Memory) -> None:
        """`advertised`: what robots.txt of each host names, filled once it was read."""
        self.home = home
        self.advertised = advertised
        self.memory = memory
        self.asked: set[str] = set()
        self.urls: dict[str, None] = {}
        self.complete = True

    def start(self) -> Iterator[Step]:
        """The advertised sitemaps, else the usual places."""
        named = self.advertised.get(urlsplit(self.home).netloc) or [urljoin(self.home, path) for path in GUESSES]
        for url in named:
            yield from self._ask(url)

    def read(self, page: Page) -> Iterator[Step]:
        """Nested sitemaps; the pages listed go to `urls`."""
        if page.unchanged or (not page.good and not page.gone):
            self.complete = False
        if page.unchanged or not page.good:
            return
        links = page.extraction.links
        self.urls |= dict.fromkeys(self._ours(links.articles))
        for url in links.sitemaps:
            if not NOT_ARTICLES.search(urlsplit(url).path):
                yield from self._ask(url)

    def _ours(self, urls: Sequence[str]) -> list[str]:
        """Pages of this site; a sitemap all of whose pages stand on one wrong host (`example.com`) means ours."""
        ours = [url for url in urls if same_site(url, self.home)]
        if ours or len({urlsplit(url).netloc for url in urls}) != 1:
            return ours
        home = urlsplit(self.home)
        return [urlsplit(url)._replace(scheme=home.scheme, netloc=home.netloc).geturl() for url in urls]

    def _ask(self, url: str) -> Iterator[Step]:
        if url in self.asked or not same_site(url, self.home):
            return
        if len(self.asked) >= MAX_SITEMAPS:
            self.complete = False
            return
        self.asked.add(url)
        yield Fetch(url=url, role=ROLE, kind="blog", conditional=True, optional=True, priority=2)
