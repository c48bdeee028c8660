"""One answer about crisis signals from two readers: the model, where the row has one, and the written rules."""

import math
from collections.abc import Mapping

from mentions.model import CRISIS_LABELS
from nlp.classify import Reading
from nlp.crisis import BASE, DECIDED, CrisisReading

HEARD = 0.2  # measured on written texts kept apart: docs/adr/0026
TINY = 1e-6


def logit(p: float) -> float:
    """Logarithm of the odds of a probability, 0 and 1 taken as nearly so."""
    near = min(max(p, TINY), 1 - TINY)
    return math.log(near / (1 - near))


def hint(rule: float) -> float:
    """What the rules add to the model's logit: nothing where no rule hit, else HEARD of what the hit is worth."""
    return HEARD * (logit(rule) - logit(BASE))


def join(model: float | None, rule: float) -> float:
    """The probability of a label, 0-1, from the model's and the rules'; None where the row reads no signals."""
    return rule if model is None else 1 / (1 + math.exp(-logit(model) - hint(rule)))


def signals(reading: Reading, rules: CrisisReading) -> CrisisReading:
    """Labels, probabilities and sentences of both; the flags are always those of the rules."""
    read = reading.crisis or {}
    odds = {label: round(join(read.get(label), rules.probabilities[label]), 4) for label in CRISIS_LABELS}
    labels = tuple(label for label in CRISIS_LABELS if odds[label] >= DECIDED)
    said = {**rules.carried, **reading.carried}
    return CrisisReading(odds, labels, rules.flags, {label: said[label] for label in labels if label in said})


def held(odds: Mapping[str, float]) -> tuple[str, ...]:
    """The names that are likelier than not."""
    return tuple(name for name, p in odds.items() if p >= DECIDED)
