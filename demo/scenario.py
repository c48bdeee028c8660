"""Eight weeks of four sites, from one seed: who wrote what and when, and the crisis planted in it."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from demo import drafts, rhythm
from demo.casting import Casting
from demo.drafts import About, Draft, Site, Thread, Unit

END = datetime(2026, 10, 21, 18, tzinfo=UTC)  # a Wednesday
WEEKS = timedelta(weeks=8)
LIVE = timedelta(days=2)
ONSET = timedelta(hours=36)  # before the end: Tuesday, 8:00 in Paris
QUIET = (2, timedelta(hours=6))  # before the onset, at most so many angry posts about our brand in such a stretch
PAUSE: Mapping[str, float] = {"forum": 5.0, "blog": 7.0, "news": 4.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """One published text. `id` is the site's own number; `thread` the key of what it hangs under.

    `about` and `mood` (-1, 0, 1: toward that brand) are the truth that Vigie has to find.
    """

    id: int
    site: Site
    unit: Unit
    author: str
    lang: str
    published: datetime
    text: str
    thread: str
    about: About
    mood: int
    crisis: bool
    title: str | None = None
    parent: int | None = None
    rating: int | None = None
    edited_at: datetime | None = None
    edited_text: str | None = None
    deleted_at: datetime | None = None

    def shown(self, now: datetime) -> bool:
        """Whether a visitor sees it."""
        return self.published <= now and (self.deleted_at is None or now < self.deleted_at)

    def changed(self, now: datetime) -> datetime:
        """Its last change that has happened by `now` (its publication if none)."""
        return max(t for t in (self.published, self.edited_at, self.deleted_at) if t is not None and t <= now)

    def at(self, now: datetime) -> "DemoPost":
        """As it reads at `now`: an edit still to come is not there."""
        if self.edited_at is None or self.edited_text is None:
            return self
        if now < self.edited_at:
            return replace(self, edited_at=None, edited_text=None)
        return replace(self, text=self.edited_text)


@dataclass(slots=True)
class Placed:
    """A draft with its moment, while the calendar is being made."""

    draft: Draft
    work: float
    moment: datetime


class Scenario:
    """Everything that happens, decided at once; equal seeds give equal scenarios."""

    def __init__(self, seed: int, end: datetime = END) -> None:
        """`end` is aware; the calendar reaches eight weeks back from it."""
        self.seed, self.end = seed, end
        self.start, self.live_from, self.planted_onset = end - WEEKS, end - LIVE, end - ONSET
        self.brands: Mapping[str, str] = {"own": "Marvenne", "rival": "Kestrom"}
        threads = [*drafts.forum_threads(), *drafts.articles("blog"), *drafts.articles("news"), *drafts.products()]
        known = {f"{thread.site}/{thread.key}": thread for thread, _ in threads}
        fresh, events = drafts.crisis(known)
        self.threads: Mapping[str, Thread] = known | {f"{t.site}/{t.key}": t for t in fresh}
        placed = self._weeks([said for _, said in threads]) + self._crisis(events)
        self.posts = self._publish(sorted(placed, key=lambda one: (one.moment, one.draft.site, one.draft.text)))

    def of(self, site: Site) -> list[DemoPost]:
        """The posts of one site, oldest first."""
        return [post for post in self.posts if post.site == site]

    def _weeks(self, threads: list[list[Draft]]) -> list[Placed]:
        """The ordinary weeks, with the angry posts drawn apart until none make a bunch."""
        dice = random.Random(f"{self.seed} weeks")  # noqa: S311 - a scenario, no secret
        calendar = rhythm.everyday(self.start, self.end)
        talks = [said for said in threads if said and said[0].unit != "review"]
        reviews = [[one] for said in threads for one in said if one.unit == "review"]
        placed: list[list[Placed]] = []
        for column in (talks, reviews):
            dice.shuffle(column)
            for n, said in enumerate(column):
                opened = said[0].options.get("at", (n + dice.random()) / len(column)) * calendar.total * 0.985
                marks = rhythm.conversation(len(said), opened, calendar, dice, PAUSE.get(said[0].site, 1.0))
                placed.append([Placed(d, w, calendar.at(w)) for d, w in zip(said, marks, strict=True)])
        self._calm(placed, calendar)
        return [one for thread in placed for one in thread]

    def _calm(self, threads: list[list[Placed]], calendar: rhythm.Rhythm) -> None:
        """Move an angry post that comes too soon after others, and what follows it in its thread, to later."""
        last = calendar.total * 0.9999
        while True:
            angry = [
                (one.moment, n, k)
                for n, thread in enumerate(threads)
                for k, one in enumerate(thread)
                if one.draft.about == "own" and one.draft.mood < 0 and one.moment < self.planted_onset
            ]
            angry.sort()
            found = rhythm.too_close([moment for moment, _, _ in angry], *QUIET)
            if found is None:
                return
            _, n, k = angry[found]
            for one in threads[n][k:]:
                one.work = min(one.work + 2.0, last)
                one.moment = calendar.at(one.work)

    def _crisis(self, events: list[Draft]) -> list[Placed]:
        """The events of the crisis, in their written order, along its own curve; the first opens it."""
        dice = random.Random(f"{self.seed} crisis")  # noqa: S311 - a scenario, no secret
        moments = rhythm.one_by_one(len(events), rhythm.Rhythm(self.planted_onset, rhythm.CRISIS), dice)
        return [Placed(draft, 0.0, self.planted_onset if n == 0 else moment)
                for n, (draft, moment) in enumerate(zip(events, moments, strict=True))]  # fmt: skip

    def _publish(self, placed: Iterable[Placed]) -> tuple[DemoPost, ...]:
        """Number the posts of each site in order of time, cast their authors, tie answers to their parents."""
        casting = Casting(self.seed)
        numbers: dict[Site, int] = defaultdict(lambda: 100)
        latest: dict[tuple[Site, str, str], int] = {}
        gone: dict[tuple[Site, str], datetime | None] = {}
        posts = []
        for one in placed:
            draft = one.draft
            numbers[draft.site] += 1
            number = numbers[draft.site]
            author = casting.author(draft)
            parent = latest.get((draft.site, draft.thread, draft.replies_to)) if draft.replies_to else None
            latest[draft.site, draft.thread, draft.speaker] = number
            deleted = self._live(draft, "deleted") or gone.get((draft.site, draft.thread))
            if draft.unit == "article":  # its comments go with it
                gone[draft.site, draft.thread] = deleted
            posts.append(
                DemoPost(
                    id=number, site=draft.site, unit=draft.unit, author=author, lang=draft.lang, published=one.moment,
                    text=casting.named(draft, draft.text), thread=draft.thread, about=draft.about, mood=draft.mood,
                    crisis=draft.crisis, title=draft.title, parent=parent, rating=draft.rating,
                    edited_at=self._live(draft, "edited"), edited_text=draft.options.get("now"),
                    deleted_at=deleted,
                )
            )  # fmt: skip
        return tuple(posts)

    def _live(self, draft: Draft, option: str) -> datetime | None:
        hours = draft.options.get(option)
        return None if hours is None else self.live_from + timedelta(hours=hours)
