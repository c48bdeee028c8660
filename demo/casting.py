"""Who wrote it: pseudonyms for the speakers of each thread, regulars more often than passers-by."""

import random
import re

from demo import drafts
from demo.drafts import Draft

REGULARS = 14  # the first names of a forum's list write most of its everyday posts


class Casting:
    """Gives every speaker of a thread one name, and no two speakers of it the same."""

    def __init__(self, seed: int) -> None:
        """Names come from demo/texts/people.yaml."""
        self._people: dict[str, list[str]] = drafts.read("people")
        self._dice = random.Random(f"{seed} people")  # noqa: S311 - a scenario, no secret
        self._cast: dict[tuple[str, str, str], str] = {}
        self._taken: dict[tuple[str, str], set[str]] = {}
        self._wheel: dict[str, list[str]] = {}

    def author(self, draft: Draft) -> str:
        """The name under the text."""
        if draft.unit == "article":
            return self._writer(draft)
        role = (draft.site, draft.thread, draft.speaker)
        if draft.unit == "review":
            return self._fresh(draft)
        if role not in self._cast:
            self._cast[role] = self._fresh(draft)
        return self._cast[role]

    def named(self, draft: Draft, text: str) -> str:
        """The text with `{A}` replaced by the name of speaker A of the same thread."""
        return re.sub(r"\{(\w)\}", lambda found: self._cast[draft.site, draft.thread, found[1]], text)

    def _writer(self, draft: Draft) -> str:
        if draft.speaker:
            return draft.speaker
        return self._dice.choice(self._people["blog_author" if draft.site == "blog" else f"news_{draft.lang}"])

    def _fresh(self, draft: Draft) -> str:
        """A name nobody has in this thread yet; in a crisis, and in the shop, everybody has their turn."""
        pool = f"{draft.site}_{draft.lang}"
        taken = self._taken.setdefault((draft.site, draft.thread), set())
        regular = draft.site == "forum" and not draft.crisis and self._dice.random() < 0.5  # noqa: PLR2004 - half of them
        if regular:
            free = [name for name in self._people[pool][:REGULARS] if name not in taken]
            if free:
                name = self._dice.choice(free)
                taken.add(name)
                return name
        name = self._turn(pool, taken)
        taken.add(name)
        return name

    def _turn(self, pool: str, taken: set[str]) -> str:
        """The next name of the shuffled list that is still free, or any name once all are taken."""
        for _ in range(2):
            wheel = self._wheel.setdefault(pool, [])
            if not any(name not in taken for name in wheel):
                fresh = list(self._people[pool])
                self._dice.shuffle(fresh)
                wheel.extend(fresh)
            for place, name in enumerate(wheel):
                if name not in taken:
                    return wheel.pop(place)
        return self._dice.choice(self._people[pool])
