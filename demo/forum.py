"""Copeaux & Cie: a board with the markup of phpBB 3's prosilver style."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from demo.answer import Page
from demo.scenario import DemoPost, Scenario
from demo.shelf import Shelf, number_of

POSTS, TOPICS = 10, 20
BOARDS: Mapping[int, tuple[str, str, str]] = {
    2: ("outillage", "Outillage électroportatif", "Perceuses, scies, batteries : ce qui tourne et ce qui fume."),
    3: ("maison", "Maison et entretien", "Aspirateurs, peinture, fuites et petites misères."),
    4: ("bois", "Travail du bois", "Assemblages, finitions, beaux ratés."),
    5: ("jardin", "Jardin et extérieur", "Tondeuses, clôtures, potagers."),
    6: ("comptoir", "Le comptoir", "Tout le reste, sans se fâcher."),
    7: ("english", "English corner", "For our friends across the water."),
}
NUMBER = {name: number for number, (name, _, _) in BOARDS.items()}


@dataclass(frozen=True, slots=True)
class Topic:
    """A thread as its board lists it; its number is that of its first post."""

    number: int
    key: str
    title: str
    board: int
    first: DemoPost
    last: DemoPost
    replies: int
    starts: Sequence[int]


class Forum:
    """Addresses as phpBB makes them: `/viewforum.php?f=2`, `/viewtopic.php?t=105&start=10`."""

    name = "Copeaux & Cie"

    def __init__(self, scenario: Scenario, url: str) -> None:
        """Reads the forum's share of the scenario."""
        self._shelf = Shelf(scenario, "forum", url)
        self._opener: dict[str, DemoPost] = {}
        self._written: dict[str, int] = {}
        for post in scenario.of("forum"):
            self._opener.setdefault(post.thread, post)
        self._key = {post.id: key for key, post in self._opener.items()}

    def path(self, post: DemoPost) -> str:
        """`/viewtopic.php?p=123#p123`."""
        return f"/viewtopic.php?p={post.id}#p{post.id}"

    def page(self, path: str, query: Mapping[str, str], now: datetime) -> Page | None:
        """The page at `path`, None where there never was one."""
        if path in {"/", "/index.php"}:
            return self._index(now)
        if path == "/viewforum.php":
            return self._board(number_of(query.get("f"), 0), number_of(query.get("start"), 0), now)
        if path == "/viewtopic.php":
            return self._reached(query, now)
        return None

    def _topics(self, now: datetime, board: int | None = None) -> list[Topic]:
        """The open topics, the liveliest first."""
        topics = []
        for key, thread in self._shelf.threads.items():
            number = NUMBER[thread.place]
            posts = self._shelf.posts(now, key) if board in {None, number} else []
            if posts:
                starts = range(0, len(posts), POSTS)
                opener = self._opener[key]
                topics.append(Topic(opener.id, key, thread.title, number, posts[0], posts[-1], len(posts) - 1, starts))
        return sorted(topics, key=lambda topic: topic.last.id, reverse=True)

    def _index(self, now: datetime) -> Page:
        topics = self._topics(now)
        rows = []
        for number, (_, title, about) in BOARDS.items():
            here = [topic for topic in topics if topic.board == number]
            rows.append((number, title, about, len(here), sum(t.replies + 1 for t in here), here[0] if here else None))
        return self._shelf.draw("forum/index.html", site=self, boards=rows, changed=self._shelf.changed(now))

    def _board(self, number: int, start: int, now: datetime) -> Page | None:
        if number not in BOARDS:
            return None
        topics = self._topics(now, number)
        if start % TOPICS or (start and start >= len(topics)):
            return None
        return self._shelf.draw(
            "forum/board.html", site=self, number=number, board=BOARDS[number], topics=topics[start : start + TOPICS],
            total=len(topics), start=start, starts=range(0, max(len(topics), 1), TOPICS), size=TOPICS,
            base=f"/viewforum.php?f={number}", changed=self._shelf.changed(now),
        )  # fmt: skip

    def _reached(self, query: Mapping[str, str], now: datetime) -> Page | None:
        """A topic by its own number, or by one of its posts: then the page where that post stands."""
        if "p" in query:
            post = self._shelf.find(number_of(query["p"], 0), now)
            if post is None:
                return None
            ids = [other.id for other in self._shelf.posts(now, post.thread)]
            return self._topic(post.thread, ids.index(post.id) // POSTS * POSTS, now)
        key = self._key.get(number_of(query.get("t"), 0))
        return None if key is None else self._topic(key, number_of(query.get("start"), 0), now)

    def _topic(self, key: str, start: int, now: datetime) -> Page | None:
        posts = self._shelf.posts(now, key)
        if not posts or start % POSTS or start >= len(posts):
            return None
        thread, opener = self._shelf.threads[key], self._opener[key]
        number = NUMBER[thread.place]
        return self._shelf.draw(
            "forum/topic.html", site=self, thread=thread, topic=opener.id, posts=posts[start : start + POSTS],
            total=len(posts), start=start, starts=range(0, len(posts), POSTS), size=POSTS, number=number,
            board=BOARDS[number], base=f"/viewtopic.php?t={opener.id}",
            changed=self._shelf.changed(now, key),
        )  # fmt: skip

    @staticmethod
    def standing(author: str) -> int:
        """The message count under a member's name; it comes from the name, so that a page never changes for it."""
        return 40 + 10 * (sum(map(ord, author)) % 97)
