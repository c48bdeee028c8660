"""The part of a text that speaks of one brand, and how surely it is the one spoken of."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from nlp.brands import Named
from nlp.classify import Classifier, Probabilities, Reading, Target
from nlp.words import Span, sentences

WHOLE = 1_200  # characters: a text this short that names one brand is about it from end to end
FOLLOWING = 3  # sentences after a name that still speak of it in a longer text
LIST = 4  # brands in one sentence that make it a list
CLAUSE = re.compile(
    r"\s*[,;:–—]\s+|\s+(?=(?:mais|alors que|tandis que|contrairement|par contre|but|while|whereas|unlike|although)\b)",
    re.IGNORECASE,
)
IN_TITLE, SAME_CLAUSE, SAME_TEXT, IN_LIST = 1.0, 0.8, 0.5, 0.2


class Passage(NamedTuple):
    """What is said of a brand: the text, the name as it stands there, and the probability that it is the target.

    `others` are the names of other brands in the whole text; `around` is that text, where it is short and names them.
    """

    text: str
    surface: str | None
    target: float
    others: tuple[str, ...] = ()
    around: str | None = None

    @property
    def toward(self) -> Target | None:
        """What a classifier is asked about."""
        return Target(self.surface, self.others) if self.surface else None


def clauses(text: str, span: Span) -> list[Span]:
    """The clauses of a sentence: cut at commas and at words of contrast."""
    spans, start = [], span.start
    for cut in CLAUSE.finditer(text, span.start, span.end):
        if cut.start() > start:
            spans.append(Span(start, cut.end()))
            start = cut.end()
    return [*spans, Span(start, span.end)]


def pieces(text: str, named: Sequence[Named]) -> list[tuple[Span, frozenset[str]]]:
    """Sentences with the brands they name; a sentence that names several is cut into its clauses."""
    found: list[tuple[Span, frozenset[str]]] = []
    for sentence in sentences(text):
        brands = within(sentence, named)
        parts = clauses(text, sentence) if len(brands) > 1 else [sentence]
        found += [(part, within(part, named)) for part in parts]
    return found


def within(span: Span, named: Sequence[Named]) -> frozenset[str]:
    """The brands named inside a span; `named` in their order."""
    first = bisect_left(named, span.start, key=lambda n: n.start)
    last = bisect_left(named, span.end, lo=first, key=lambda n: n.start)
    return frozenset(n.brand for n in named[first:last])


def passages(title: str | None, text: str, named: Sequence[Named]) -> Mapping[str, Passage]:
    """The passage of each brand named; places count from the start of `title + newline + text`, as `join` makes it.

    A piece that names nobody speaks of the brands named last before it; in a longer text only for three pieces.
    What stands before the first name belongs to the only brand there is, in a short text to the first one named.
    """
    whole = join(title, text)
    brands = sorted({n.brand for n in named})
    if len(brands) == 1 and len(whole) <= WHOLE:
        return {brands[0]: Passage(whole, surface(whole, named, brands[0]), target(title, whole, named, brands[0]))}
    kept: dict[str, list[str]] = {brand: [] for brand in brands}
    short = len(whole) <= WHOLE
    current = frozenset({n.brand for n in named[:1]} if short or len(brands) == 1 else ())
    since = 0
    for span, here in pieces(whole, named):
        since = 0 if here else since + 1
        current = here or (current if since <= FOLLOWING or short else frozenset())
        for brand in current:
            kept[brand].append(whole[span.start : span.end])
    return {
        brand: Passage(
            "".join(kept[brand]).strip(), surface(whole, named, brand), target(title, whole, named, brand),
            tuple(sorted({name for b in brands if b != brand and (name := surface(whole, named, b))})),
            whole if short else None,
        )
        for brand in brands
    }  # fmt: skip


def read(classifier: Classifier, found: Sequence[Passage], languages: Sequence[str]) -> list[Reading]:
    """A reading of each passage.

    A classifier that parts brands judges the sentiment in the whole text, where the contrast stands; signals and
    aspects are read in the passage alone: so 7 joined texts in a hundred alarm for the wrong brand, else 32.
    """
    readings = classifier.read([p.text for p in found], languages, [p.toward for p in found])
    if classifier.parts_brands:
        several = [n for n, p in enumerate(found) if p.around and p.toward]
        wholes = [(found[n].around or "", languages[n], found[n].toward) for n in several]
        moods = classifier.read(*map(list, zip(*wholes, strict=True))) if wholes else []
        answers = {n: mood.sentiment for n, mood in zip(several, moods, strict=True)}
        for n, answer in beside(classifier, found, languages, answers).items():
            readings[n] = replace(readings[n], sentiment=answer)
    return readings


def beside(
    classifier: Classifier, found: Sequence[Passage], languages: Sequence[str], answers: Mapping[int, Probabilities]
) -> Mapping[int, Probabilities]:
    """The answers for passages by their number, those of two brands that a text names alone told of each other.

    Only a passage that was asked the other way round is a partner: no answer depends on what else is read.
    """
    if classifier.beside is None:
        return answers
    places = {(found[n].around, languages[n], found[n].toward): n for n in answers}
    joined = dict(answers)
    for n, answer in answers.items():
        text, own, others = found[n].around, found[n].surface, found[n].others
        other = Target(others[0], (own,)) if own and len(others) == 1 else None
        partner = places.get((text, languages[n], other))
        if text and partner is not None:
            joined[n] = classifier.beside(text, languages[n], answer, answers[partner])
    return joined


def join(title: str | None, text: str) -> str:
    """Title and text as one, the title being a line of its own."""
    return f"{title}\n{text}" if title else text


def surface(text: str, named: Sequence[Named], brand: str) -> str | None:
    """The name as it first stands in the text; None where it is only a part of hashtags ("#BoycottNova")."""
    return next((text[n.start : n.end] for n in named if n.brand == brand and not n.inside), None)


def target(title: str | None, whole: str, named: Sequence[Named], brand: str) -> float:
    """How probably the brand is the one judged (research: docs/adr/0011): the best of its places counts."""
    best = IN_LIST
    spans = sentences(whole)
    sizes = [len(within(span, named)) for span in spans]
    for n in (n for n in named if n.brand == brand):
        if n.handle or (title and n.end <= len(title)):
            return IN_TITLE
        at = bisect_right(spans, n.start, key=lambda span: span.start) - 1
        crowd = sizes[at] if at >= 0 and n.start < spans[at].end else 1
        best = max(best, IN_LIST if crowd >= LIST else SAME_CLAUSE)
    return best
