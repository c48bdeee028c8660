"""Two brands of one text judged together (docs/adr/0027).

Who speaks for themselves and names two brands mostly holds one against the other; a report that names two does not. A
classifier answers for each brand without knowing its other answer. Here the answers p and o are joined,
q(a, b) ~ (p(a) o(b))^sharpness * exp(lift(a, b)), and the brand gets q summed over the other's labels. Both factors
are fitted on texts kept apart from training, once for personal texts and once for reports.
"""

import re
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from nlp.classify import Probabilities

PERSONS = {  # first and second persons, by language: "on" is somebody in French and a preposition in English
    "fr": r"[jmt]['’]|(?:je|moi|me|mon|ma|mes|nous|notre|nos|on|vous|votre|vos|tu|te|toi|ton|ta|tes)\b",
    "en": r"(?:i|my|me|we|our|ours|(?-i:us)|you|your|yours)\b",  # "US" is a country
}
PERSONAL = {lang: re.compile(rf"\b(?:{words})", re.IGNORECASE) for lang, words in PERSONS.items()}
LEAST = 1e-6
Row = tuple[FiniteFloat, FiniteFloat, FiniteFloat]


def personal(text: str, language: str) -> bool:
    """Whether somebody speaks for themselves, or to somebody; in other languages than two nobody is heard to."""
    return language in PERSONAL and bool(PERSONAL[language].search(text))


class Joined(BaseModel):
    """How answers for two brands go together; `lifts` by the labels of one and the other, the same from both sides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sharpness: FiniteFloat = Field(gt=0)
    lifts: tuple[Row, Row, Row]

    @model_validator(mode="after")
    def _same_from_both_sides(self) -> Self:
        if self.lifts != tuple(zip(*self.lifts, strict=True)):
            raise ValueError("lifts: expected the same numbers above and below the diagonal")
        return self

    def beside(self, own: Probabilities, other: Probabilities) -> Probabilities:
        """The brand's answer, the other's being known."""
        one, two = (self.sharpness * np.log(np.maximum(answer, LEAST)) for answer in (own, other))
        joint = np.exp(one[:, None] + two[None, :] + np.array(self.lifts))
        return Probabilities(*map(float, joint.sum(axis=1) / joint.sum()))


class Pairs(BaseModel):
    """The two kinds of text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    personal: Joined
    report: Joined

    def beside(self, text: str, language: str, own: Probabilities, other: Probabilities) -> Probabilities:
        """What `text` says of a brand, when it says `other` of the only other brand that it names."""
        return (self.personal if personal(text, language) else self.report).beside(own, other)
