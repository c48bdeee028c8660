"""How the answers for two brands of one text go together: what nlp/pairs.py reads from the card.

Fitted on written pairs kept apart and, for reports, on news with two targets as well (NewsMTSC, Hamborg and Donnay
2021); each side weighs the same. News are no use for personal texts: they hold few, most of them quotations.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from mentions.model import LABELS
from nlp.pairs import personal
from nlp.prepare import prepare
from training.judge import Score
from training.rows import all_written, read_dataset

NEWS, NEWS_TEXTS = "target_sentiment/newsmtsc_en", 400
PULL = 0.02
CORNERS = np.triu_indices(3)


class Pair(NamedTuple):
    """A text with the labels of the two brands that it names."""

    text: str
    lang: str
    brands: tuple[str, str]
    labels: tuple[str, str]


def pairs_of(found: dict[tuple[str, str], dict[str, str]]) -> list[Pair]:
    """Texts of (language, text) with exactly two brands that both stand in it."""
    return [
        Pair(text, lang, (a, b), (labels[a], labels[b]))
        for (lang, text), labels in found.items() if len(labels) == 2  # noqa: PLR2004
        for a, b in [tuple(labels)] if a in text and b in text
    ]  # fmt: skip


def written_pairs() -> list[Pair]:
    """Those kept apart."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for line in all_written():
        if line.kind == "target" and line.brand and line.apart:
            found[line.lang, line.text][line.brand] = line.sentiment
    return pairs_of(found)


def news_pairs(data: Path) -> list[Pair]:
    """The first NEWS_TEXTS."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in read_dataset(data, NEWS):
        found[row["lang"], row["text"]][row["target"]] = row["label"]
    return pairs_of(found)[:NEWS_TEXTS]


class Answers(NamedTuple):
    """Log-probabilities of both brands, [n, 3] each, and the true labels, [n] each."""

    one: np.ndarray
    other: np.ndarray
    labels: tuple[np.ndarray, np.ndarray]


def ask(score: Score, pairs: Sequence[Pair], temperatures: dict[str, Any]) -> Answers:
    """What the model says of both brands, each known to be in the text."""
    heat = np.array([temperatures["languages"].get(p.lang, temperatures["temperature"]) for p in pairs])[:, None]
    one, other = (
        log_softmax(score([prepare(p.text, p.brands[n], [p.brands[1 - n]]) for p in pairs]).sentiment / heat, axis=1)
        for n in (0, 1)
    )
    truth = tuple(np.array([LABELS.index(p.labels[n]) for p in pairs]) for n in (0, 1))
    return Answers(one, other, (truth[0], truth[1]))


def square(corners: np.ndarray) -> np.ndarray:
    """The symmetric [3, 3] of its upper half."""
    table = np.zeros((3, 3))
    table[CORNERS] = table.T[CORNERS] = corners
    return table


def fit(sets: Sequence[Answers]) -> dict[str, Any]:
    """`sharpness` and `lifts` under which the labels of all sets are likeliest."""

    def unlikely(values: np.ndarray) -> float:
        lifts, sharpness = square(values[:6]), np.exp(values[6])
        total = PULL * float(np.square(values[:6]).sum())
        for found in sets:
            joint = sharpness * (found.one[:, :, None] + found.other[:, None, :]) + lifts
            odds = log_softmax(joint.reshape(-1, 9), axis=1).reshape(-1, 3, 3)
            total -= float(odds[np.arange(len(odds)), *found.labels].mean())
        return total

    found = minimize(unlikely, np.zeros(7), method="L-BFGS-B").x
    lifts = square(found[:6])
    return {
        "sharpness": round(float(np.exp(found[6])), 4),
        "lifts": [[round(float(number), 4) for number in row] for row in lifts - lifts.mean()],
    }


def pairs_part(score: Score, data: Path, temperatures: dict[str, Any]) -> dict[str, Any]:
    """The part `pairs` of the card."""
    written, news = written_pairs(), news_pairs(data)
    spoken = [pair for pair in written if personal(pair.text, pair.lang)]
    reports = ([pair for pair in some if not personal(pair.text, pair.lang)] for some in (written, news))
    return {
        "personal": fit([ask(score, spoken, temperatures)]),
        "report": fit([ask(score, some, temperatures) for some in reports]),
    }
