"""Stories: near copies of one text share one, found by a sketch and verified on the texts (docs/adr/0025).

A story is called after the post that founded it, and every later copy is compared with that founder alone: no chain of
small changes leads from one text to another. What is compared are the tokens of the text without its title, for
reprints change the headline first.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mentions.model import Mention, Unit
from mentions.tokens import tokens

if TYPE_CHECKING:
    import numpy as np

FEW: Final = 6  # tokens; shorter texts are equal by chance ("very good product"): each is a story of its own
SHORT: Final = 12  # tokens; shorter texts join only when equal
ALIKE: Final = 0.6  # Jaccard of the shingles of three tokens
EXCERPT: Final = 0.8  # share of the shorter article's shingles that the longer one has too
EXCERPT_LEAST: Final = 40  # tokens of that shorter article
TERMS: Final = 8  # of a sketch
COMMON: Final = 20  # mentions that may hold a term; what more of them say is a formula, and finds nothing
TRIED: Final = 4  # founders compared with one text
_KEPT: Final = 32  # texts of a batch whose shingles are held: those of all would be gigabytes where somebody means harm
_VERIFIED, _SKETCHED = 3, 5  # tokens of a shingle


@dataclass(frozen=True, kw_only=True)
class Founder:
    """The first mention of a story, as far as copies are compared with it; fields as in Mention."""

    story_id: str
    unit: Unit
    title: str | None
    search_text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens compared, split anew each time: they take ten times as much memory as their text."""
        return body(self.title, self.search_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What two texts are compared by: how many tokens, of a text shorter than SHORT the tokens, and its shingles."""

    unit: Unit
    size: int
    short: tuple[str, ...]
    shingles: "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A post that came in: its text as a founder's, its sketch, and the story it has had before, if it was known."""

    founder: Founder
    published_at: datetime
    story_id: str | None = None
    terms: tuple[str, ...] = ()


def arrival(mention: Mention, story_id: str | None) -> Arrival:
    """What `assign` needs of a post, read from any of its mentions; its own story would be called by its id."""
    founder = _founder(mention)
    terms = () if story_id else sketch(founder.words)
    return Arrival(founder=founder, published_at=mention.published_at, story_id=story_id, terms=terms)


def assign(arrivals: Sequence[Arrival], founders: Collection[Founder]) -> Mapping[str, str]:
    """The story of each post of a batch, by post id.

    A post keeps the story it has. Another joins the story of the founder it is most like, among the `founders` that
    the store found for the sketches, those that came in edited, and the new ones of the batch, ties by story id; else
    it founds its own. The batch is taken in the order of (published_at, id), whatever order it came in.
    """
    found: dict[str, str] = {}
    shelf = _Shelf()
    edited = (post.founder for post in arrivals if post.story_id == post.founder.story_id)
    for founder in (*founders, *edited) if any(not post.story_id for post in arrivals) else ():
        shelf.add(founder, sketch(founder.words))
    for post in sorted(arrivals, key=lambda post: (post.published_at, post.founder.story_id)):
        own = post.founder.story_id
        found[own] = post.story_id or shelf.like(post.founder, post.terms) or own
        if found[own] == own and not post.story_id:
            shelf.add(post.founder, post.terms)
    return found


def terms_of(mention: Mention) -> tuple[str, ...]:
    """The terms by which a store finds this mention for later copies: none unless it founded its story."""
    return sketch(_founder(mention).words) if mention.story_id == mention.post_id else ()


def sketch(words: Sequence[str]) -> tuple[str, ...]:
    """Terms that copies of a text likely share, 16 hexadecimal digits each: the eight smallest hashes of its shingles.

    See `mentions.near.smallest_runs`; runs of five tokens. A short text has one term, of all its tokens; one of fewer
    than FEW has none.
    """
    if len(words) < FEW:
        return ()
    from mentions.near import smallest_runs  # noqa: PLC0415 - numpy: only writers pay for it

    return smallest_runs(words, _SKETCHED if len(words) >= SHORT else len(words), TERMS)


def alike(one: Founder, other: Founder) -> float:
    """How much two texts are copies of each other: 0 if they are not, else the Jaccard index of their shingles.

    Texts of fewer than SHORT tokens must be equal. Longer ones need an index of ALIKE; of two articles, one may also
    be an excerpt of the other, of at least EXCERPT_LEAST tokens.
    """
    return likeness(measured(one), measured(other))


def measured(text: Founder) -> Measured:
    """Split a text and number its shingles."""
    from mentions.near import numbered_runs  # noqa: PLC0415 - numpy: only writers pay for it

    words = text.words
    short = words if len(words) < SHORT else ()
    return Measured(unit=text.unit, size=len(words), short=short, shingles=numbered_runs(words, _VERIFIED))


def likeness(one: Measured, other: Measured) -> float:
    """See `alike`."""
    from mentions.near import shared_runs  # noqa: PLC0415 - as above

    sizes = sorted((one.size, other.size))
    if sizes[0] < SHORT:
        return float(one.size == other.size and one.short == other.short and sizes[0] >= FEW)
    least, most = sorted((len(one.shingles), len(other.shingles)))
    articles = one.unit == other.unit == "article" and sizes[0] >= EXCERPT_LEAST
    if least < ALIKE * most and not articles:
        return 0.0  # so unequal in size that they cannot be alike
    shared = shared_runs(one.shingles, other.shingles)
    index = shared / (least + most - shared)
    return index if index >= ALIKE or (articles and shared >= EXCERPT * least) else 0.0


def closest(shared: Mapping[str, int]) -> list[str]:
    """The founders worth comparing, by the number of terms they share with a text: the TRIED best, ties by name."""
    return sorted(shared, key=lambda name: (-shared[name], name))[:TRIED]


def body(title: str | None, search_text: str) -> tuple[str, ...]:
    """The tokens of a text without those of its title; of a title alone, those."""
    words = search_text.split()
    headline = len(tokens(title)) if title else 0
    return tuple(words[headline:] or words)


def _founder(mention: Mention) -> Founder:
    return Founder(story_id=mention.post_id, unit=mention.unit, title=mention.title, search_text=mention.search_text)


class _Shelf:
    """Founders by the terms of their sketches; one that was edited has two texts, and either is compared."""

    def __init__(self) -> None:
        self._texts: dict[str, list[Founder]] = {}
        self._by_term: dict[str, set[str]] = {}
        self._measured = lru_cache(maxsize=_KEPT)(measured)

    def add(self, founder: Founder, terms: Sequence[str]) -> None:
        self._texts.setdefault(founder.story_id, []).append(founder)
        for term in terms:
            self._by_term.setdefault(term, set()).add(founder.story_id)

    def like(self, text: Founder, terms: Sequence[str]) -> str | None:
        """The story of the founder most like the text, None if none is."""
        shared: Counter[str] = Counter()
        for term in terms:
            names = self._by_term.get(term, ())
            if len(names) <= COMMON:
                shared.update(names)
        found = {name: max(self._alike(text, other) for other in self._texts[name]) for name in closest(shared)}
        best = min(found, key=lambda name: (-found[name], name), default=None)
        return best if best is not None and found[best] > 0 else None

    def _alike(self, one: Founder, other: Founder) -> float:
        return likeness(self._measured(one), self._measured(other))
