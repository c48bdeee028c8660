"""How mentions are quoted in alerts and reports: different voices, one line each, a place that tells something."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from mentions.model import Mention
from mentions.text import tokens

ALIKE = 0.5  # part of the shorter text's words that the other holds too: told already, if most of them
NUMERIC = re.compile(r"\[[0-9a-f:]+\](:\d+)?|\d+(\.\d+){3}(:\d+)?|localhost(:\d+)?", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")


def place(mention: Mention) -> str:
    """The site; where that is a bare address (a test site, an intranet), the source's name says more."""
    return mention.source if NUMERIC.fullmatch(mention.site) else mention.site


def quoted(mention: Mention) -> str:
    """The passage about the brand; a title that stands before it is set apart by a dash, as both would run together."""
    passage = mention.passage or mention.text
    if mention.title and passage.startswith(f"{mention.title}\n"):
        return f"{mention.title} — {passage[len(mention.title) :].lstrip()}"
    return passage


def voices(candidates: Iterable[Mention], most: int) -> list[Mention]:
    """At most `most`, in their order: one per author, none that repeats another; such come last, where room is left."""
    kept: dict[str, Mention] = {}
    rest: dict[str, Mention] = {}
    for mention in candidates:
        told = mention.id in kept or any(_one_voice(mention, other) for other in kept.values())
        (rest if told or len(kept) >= most else kept)[mention.id] = mention
    return list((kept | {key: mention for key, mention in rest.items() if key not in kept}).values())[:most]


def _one_voice(one: Mention, other: Mention) -> bool:
    if one.author_key is not None and one.author_key == other.author_key:
        return True
    mine, theirs = (frozenset(mention.search_text.split()) for mention in (one, other))
    return len(mine & theirs) > ALIKE * max(min(len(mine), len(theirs)), 1)


def as_written(terms: Sequence[str], texts: Iterable[str]) -> dict[str, str]:
    """Each token as people mostly write it (`brule` to `brûlé`); itself where the texts do not hold it."""
    wanted = set(terms)
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for word in WORD.findall(text):
            folded = tokens(word)
            if len(folded) == 1 and folded[0] in wanted:
                seen[folded[0]][word.lower()] += 1
    return {term: seen[term].most_common(1)[0][0] if seen[term] else term for term in terms}
