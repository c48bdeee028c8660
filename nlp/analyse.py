"""`vigie analyse`: JSON lines in, verdicts out, in the same order, with no configuration."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.models import Brand
from mentions.text import clean_line, clean_text
from nlp.brands import BrandFinder
from nlp.classify import Classifier, Reading, load_classifier
from nlp.crisis import read as read_crisis
from nlp.language import LanguageReader, code_of
from nlp.passage import SAME_CLAUSE, Passage, join, passages
from nlp.passage import read as read_passages
from nlp.severity import severity
from nlp.signals import held, signals
from nlp.words import fold

BATCH = 64  # lines judged together: bounds memory, feeds a model well
FINDERS = 256  # brands whose compiled names are kept
LONGEST = 1_000_000  # characters of a text
LONGEST_BRAND = 1_000  # the time to look for a name grows with its square
LONGEST_LINE = 12 * LONGEST  # JSON may write one emoji as twelve characters
EVEN = 0.45  # likeliest sentiment below which a verdict is told to be of low confidence, whatever the row


class Line(BaseModel):
    """One line of input. `brand` is any string of at most LONGEST_BRAND characters; `others` brands that are not meant.

    Unknown keys are left alone.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int
    text: str = Field(max_length=LONGEST)
    title: str | None = Field(default=None, max_length=LONGEST)
    lang: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}([-_].*)?$")
    brand: str | None = Field(default=None, max_length=LONGEST_BRAND)
    others: tuple[Annotated[str, Field(max_length=LONGEST_BRAND)], ...] = Field(default=(), max_length=50)


def parse(line: str) -> Line | str:
    """The line, or what is wrong with it."""
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE} characters"
    try:
        return Line.model_validate(json.loads(line))
    except ValidationError as error:
        return "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'line'}: {problem['msg']}" for problem in error.errors()
        )
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"


@lru_cache(maxsize=FINDERS)
def finder_of(*brands: str) -> BrandFinder:
    """A finder of these names, whatever they hold: the rules for names in brands.yaml are not asked."""
    return BrandFinder([Brand.model_construct(name=brand, match=(brand,)) for brand in brands])


def passages_of(line: Line) -> list[Passage]:
    """What the line says of its brand; without one, or where it is not found, the whole text.

    Where the text names exactly one of the `others`, what it says of that follows: two brands are judged together.
    """
    title = clean_line(line.title) if line.title else None
    text = clean_text(line.text)
    brand = clean_line(line.brand) if line.brand else ""
    if brand:
        others = {fold(name): name for name in map(clean_line, line.others) if name}
        others.pop(fold(brand), None)
        found = dict(passages(title, text, finder_of(brand, *others.values()).find(join(title, text))))
        if own := found.pop(brand, None):
            return [own, *(found.values() if len(found) == 1 else ())]
    return [Passage(join(title, text), None, 1.0 if not brand else SAME_CLAUSE)]


def verdict(line: Line, language: str, passage: Passage, reading: Reading, model: str) -> dict[str, Any]:
    """One line of output."""
    mood = reading.sentiment
    label = mood.decided(reading.abstain)
    crisis = signals(reading, read_crisis(passage.text, language, line.title))
    return {
        "id": line.id,
        "language": language,
        "sentiment": {
            "label": label,
            "score": round(mood.of(label), 4),
            "probabilities": rounded(mood._asdict()),
            "low_confidence": max(mood) < max(reading.abstain, EVEN),
        },
        "crisis": {
            "labels": list(crisis.labels),
            "probabilities": rounded(crisis.probabilities),
            "flags": list(crisis.flags),
            "carried": dict(crisis.carried),
        },
        "aspects": list(held(reading.aspects)),
        "extras": rounded(reading.extras),
        "severity": severity(crisis.probabilities, negative=mood.negative, target=passage.target, flags=crisis.flags),
        "model": model,
    }


def rounded(odds: Mapping[Any, float]) -> dict[Any, float]:
    """Probabilities to four places."""
    return {name: round(p, 4) for name, p in odds.items()}


def analyse_lines(
    lines: Iterable[str], *, classifier: Classifier | None = None, languages: LanguageReader | None = None
) -> Iterator[Mapping[str, Any]]:
    """A verdict per line, in order; a bad line gives `{"line": number from 1, "error": what}` in its place.

    Blank lines are skipped but counted. Memory stays constant: BATCH lines are held at a time.
    """
    judge = classifier or load_classifier()
    reader = languages or LanguageReader()
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, BATCH)):
        parsed = [(number, parse(line)) for number, line in batch]
        good = [line for _, line in parsed if isinstance(line, Line)]
        asked = [passages_of(line) for line in good]
        own = [group[0] for group in asked]
        spoken = [code_of(line.lang) or reader.read(p.around or p.text) for line, p in zip(good, own, strict=True)]
        beside = [(p, lang) for group, lang in zip(asked, spoken, strict=True) for p in group[1:]]
        judged = read_passages(judge, [*own, *(p for p, _ in beside)], [*spoken, *(lang for _, lang in beside)])
        answers = iter(zip(good, spoken, own, judged[: len(own)], strict=True))
        for number, line in parsed:
            if isinstance(line, str):
                yield {"line": number, "error": line}
            else:
                yield verdict(*next(answers), judge.version)
