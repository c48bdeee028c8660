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
from nlp.severity import severity
from nlp.signals import held, signals

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
def finder_of(brand: str) -> BrandFinder:
    """A finder of this one name, whatever it holds: the rules for names in brands.yaml are not asked."""
    return BrandFinder([Brand.model_construct(name=brand, match=(brand,))])


def passage_of(line: Line) -> Passage:
    """What the line says of its brand; without one, or where it is not found, the whole text."""
    title = clean_line(line.title) if line.title else None
    text = clean_text(line.text)
    brand = clean_line(line.brand) if line.brand else ""
    if brand:
        found = passages(title, text, finder_of(brand).find(join(title, text)))
        if found:
            return found[brand]._replace(others=line.others)
    return Passage(join(title, text), None, 1.0 if not brand else SAME_CLAUSE)


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
        found = [passage_of(line) for line in good]
        spoken = [code_of(line.lang) or reader.read(passage.text) for line, passage in zip(good, found, strict=True)]
        judged = judge.read([p.text for p in found], spoken, [p.toward for p in found])
        answers = iter(zip(good, spoken, found, judged, strict=True))
        for number, line in parsed:
            if isinstance(line, str):
                yield {"line": number, "error": line}
            else:
                yield verdict(*next(answers), judge.version)
