"""Hearing the tone of a text: weighted words, and the grammar that strengthens, weakens or turns them.

Weights are ours on a scale of 1 (faint) to 4 (strong). The rules are those any lexicon of sentiment has
(negation, degree, contrast: Taboada et al., Computational Linguistics 2011), with French word order.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp.phrases import Hit, PhraseIndex

CLAUSE_END = frozenset('.,;:!?…()"«»\n')
REACH = 4  # words after a negator that it still turns
BEHIND, NEXT, LOOSE = 2, 2, 3  # words: "marche pas", "tres bon", "un peu trop long"
WIDEST = 40  # words from the start of a cue to what it may work on
TURNED_PRAISE = -0.75  # "pas bon" is blame, a little fainter than "mauvais"
TURNED_BLAME = -0.35  # "not bad" is faint praise
STRONGER, WEAKER = 1.4, 0.6
BEFORE_BUT, AFTER_BUT = 0.6, 1.25
SHOUT = 1.15
FAINT = frozenset({"sans", "ni", "peu", "moins", "without", "nor"})  # negators that say little by themselves
BARE = 0.5  # blame of a negator that turns nothing: "they never call", "aucun retour"


class Cue(NamedTuple):
    """What a pattern is: a `word` with its weight, or the grammar it works on the words around it."""

    role: str
    weight: float = 0.0
    turned: bool = False  # holds its own negator ("aucun intérêt"), which another ("n'a aucun intérêt") only doubles


class Tone(NamedTuple):
    """Sums of what was heard, each >= 0, and the share of sentences that ask (0-1)."""

    praise: float
    blame: float
    asking: float


def longest(hits: Iterable[Hit[Cue]]) -> list[Hit[Cue]]:
    """Hits without overlaps: the longer wins, then the stronger."""
    chosen: list[Hit[Cue]] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -abs(h.payload.weight), h.start)):
        span = range(hit.start, hit.end)
        if taken.isdisjoint(span):
            taken.update(span)
            chosen.append(hit)
    return sorted(chosen)


def clause_of(heard: Sequence[str]) -> list[int]:
    """The number of the clause each word stands in."""
    numbers, current = [], 0
    for word in heard:
        numbers.append(current)
        current += word[0] in CLAUSE_END
    return numbers


def strength(hit: Hit[Cue], grammar: Sequence[Hit[Cue]], clause: Sequence[int]) -> float:
    """The weight of a hit after negation and degree in its own clause."""
    weight = hit.payload.weight
    turned = False
    first = bisect_left(grammar, hit.start - WIDEST, key=lambda h: h.start)
    last = bisect_left(grammar, hit.end + BEHIND, lo=first, key=lambda h: h.start)
    for other in grammar[first:last]:
        if clause[other.start] != clause[hit.start]:
            continue
        before = hit.start - other.end
        role = other.payload.role
        ahead = role == "negator" and 0 <= before < REACH and not hit.payload.turned
        if ahead or (role == "behind" and 0 <= other.start - hit.end < BEHIND):
            turned = not turned if role == "negator" else True
        elif role == "undo" and 0 <= before < REACH:
            turned = False
        elif role == "stronger" and (0 <= before < NEXT or other.start == hit.end):
            weight *= STRONGER
        elif role == "weaker" and 0 <= before < LOOSE:
            weight *= WEAKER
    if turned:
        weight *= TURNED_PRAISE if weight > 0 else TURNED_BLAME
    return weight


def listen(heard: Sequence[str], index: PhraseIndex[Cue], extra: Iterable[tuple[int, float]] = ()) -> Tone:
    """The tone of the words heard; `extra` adds weights at places (what is said toward a target)."""
    hits = longest(index.find(heard))
    grammar = [h for h in hits if h.payload.role != "word"]
    clause = clause_of(heard)
    turns = [h.start for h in grammar if h.payload.role == "turn"]
    ends = [i for i, word in enumerate(heard) if word[0] in ".!?…\n"]
    praise = blame = 0.0
    weights = [(h.start, strength(h, grammar, clause)) for h in hits if h.payload.role == "word"]
    telling = {clause[h.start] for h in hits if h.payload.role in ("word", "undo")}
    weights += [
        (h.start, -BARE)
        for h in grammar
        if h.payload.role == "negator" and clause[h.start] not in telling and heard[h.start] not in FAINT
    ]
    for at, weight in [*weights, *extra]:
        place = bisect_left(ends, at)
        end = ends[place] if place < len(ends) else len(heard)
        turn = bisect_right(turns, ends[place - 1] if place else -1)  # the first one after the sentence began
        if turn < len(turns) and turns[turn] < end:
            weight *= AFTER_BUT if turns[turn] < at else BEFORE_BUT  # noqa: PLW2901
        if end < len(heard) and "!" in heard[end]:
            weight *= SHOUT  # noqa: PLW2901
        if weight > 0:
            praise += weight
        else:
            blame -= weight
    asking = sum("?" in heard[e] for e in ends) / max(1, len(ends))
    return Tone(praise, blame, asking)
