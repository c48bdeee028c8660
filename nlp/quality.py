"""`vigie quality`: how often the model agrees with labels that people gave, on their own texts.

A line is one of `vigie analyse` with what is true of it: `sentiment`, `crisis` (a list), `severity` (0-3); those that
are absent are not judged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from pydantic import ConfigDict, Field, ValidationError

from mentions.errors import RejectedItem
from mentions.model import CRISIS_LABELS, LABELS, CrisisLabel, Label
from nlp.analyse import Line
from nlp.scores import (
    Bools,
    Figure,
    Floats,
    Ints,
    calibration_error,
    confusion,
    f1_each,
    interval,
    macro_f1,
    micro_f1,
    rank_correlation,
    ranking,
)

GRAVE = 2  # severity from which people call it serious
NEGATIVE, NEUTRAL, POSITIVE = range(3)


class Labelled(Line):
    """One line of labels."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sentiment: Label | None = None
    crisis: tuple[CrisisLabel, ...] | None = None
    severity: int | None = Field(default=None, ge=0, le=3)


class Miss(NamedTuple):
    """A text whose sentiment was read wrongly, and how sure the model was."""

    id: str | int
    text: str
    expected: str
    found: str
    sure: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures by name, in percent where they are shares; `confusion` is [expected, found] by LABELS."""

    figures: Mapping[str, Figure]
    confusion: tuple[tuple[int, ...], ...] = ()
    by_label: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    misses: Sequence[Miss] = ()


def parse(lines: Iterable[str]) -> Iterator[Labelled]:
    """Lines that can be judged. RejectedItem names the first one that cannot."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = Labelled.model_validate_json(line)
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, problem["loc"])) or "line"
            raise RejectedItem("bad-label", f"line {number}: {where}: {problem['msg']}") from error
        if found.sentiment is None and found.crisis is None and found.severity is None:
            raise RejectedItem("bad-label", f"line {number}: no sentiment, crisis or severity to compare with")
        yield found


def judge(told: Sequence[Labelled], answers: Sequence[Mapping[str, Any]], *, worst: int = 10) -> Quality:
    """Compare labels with the answers of `nlp.analyse`, in the same order."""
    both = list(zip(told, answers, strict=True))
    moods = [(line, answer) for line, answer in both if line.sentiment is not None]
    signals = [(line, answer) for line, answer in both if line.crisis is not None]
    grave = [(line, answer) for line, answer in both if line.severity is not None]
    figures: dict[str, Figure] = {}
    table: tuple[tuple[int, ...], ...] = ()
    misses: list[Miss] = []
    by_label: dict[str, tuple[float, int]] = {}
    if moods:
        truth = np.array([LABELS.index(line.sentiment or "neutral") for line, _ in moods])
        found = np.array([LABELS.index(answer["sentiment"]["label"]) for _, answer in moods])
        odds = np.array([list(answer["sentiment"]["probabilities"].values()) for _, answer in moods])
        figures |= sentiment_figures(truth, found, odds)
        table = tuple(map(tuple, confusion(truth, found, 3).tolist()))
        misses = [
            Miss(line.id, line.text, LABELS[truth[row]], LABELS[found[row]], float(odds[row].max()))
            for row, (line, _) in enumerate(moods)
            if truth[row] != found[row]
        ]
        misses.sort(key=lambda miss: -miss.sure)
    if signals:
        expected = np.array([[name in (line.crisis or ()) for name in CRISIS_LABELS] for line, _ in signals])
        held = np.array([[name in answer["crisis"]["labels"] for name in CRISIS_LABELS] for _, answer in signals])
        figures |= crisis_figures(expected, held)
        for name, score, n in zip(CRISIS_LABELS, f1_each(expected, held), expected.sum(0), strict=True):
            by_label[name] = (100 * float(score), int(n))
    if grave:
        told_so = np.array([line.severity for line, _ in grave])
        figures |= severity_figures(told_so, np.array([float(answer["severity"]) for _, answer in grave]))
    return Quality(figures, table, by_label, misses[:worst])


def sentiment_figures(truth: Ints, found: Ints, odds: Floats) -> dict[str, Figure]:
    """Macro-F1, accuracy, good against bad by the higher of their two probabilities, praise called bad, calibration."""
    expected, held = (np.eye(3, dtype=bool)[column] for column in (truth, found))
    right = np.asarray(truth == found, dtype=np.bool_)
    polar = np.flatnonzero(truth != NEUTRAL)
    best = np.where(odds[:, POSITIVE] > odds[:, NEGATIVE], POSITIVE, NEGATIVE)
    side = np.asarray(best == truth, dtype=np.bool_)
    praise = np.flatnonzero(truth == POSITIVE)
    n = len(truth)
    figures = {
        "sentiment macro-F1": interval(lambda rows: 100 * macro_f1(expected[rows], held[rows]), n),
        "sentiment accuracy": interval(lambda rows: 100 * float(right[rows].mean()), n),
    }
    if len(polar):
        figures["good or bad, accuracy"] = interval(lambda rows: 100 * float(side[polar[rows]].mean()), len(polar))
    if len(praise):
        bad = np.asarray(found == NEGATIVE, dtype=np.bool_)
        figures["praise called negative"] = interval(lambda rows: 100 * float(bad[praise[rows]].mean()), len(praise))
    sure = odds.max(axis=1)
    figures["calibration error"] = interval(lambda rows: 100 * calibration_error(sure[rows], right[rows]), n)
    return figures


def crisis_figures(expected: Bools, held: Bools) -> dict[str, Figure]:
    """Macro- and micro-F1 of the eleven labels, F1 of "any", and false alarms among texts without a label."""
    n = len(expected)
    some: Bools = np.asarray(expected.any(axis=1, keepdims=True))
    alarmed: Bools = np.asarray(held.any(axis=1, keepdims=True))
    calm = np.flatnonzero(~some[:, 0])
    figures = {
        "crisis macro-F1": interval(lambda rows: 100 * macro_f1(expected[rows], held[rows]), n),
        "crisis micro-F1": interval(lambda rows: 100 * micro_f1(expected[rows], held[rows]), n),
        "any crisis, F1": interval(lambda rows: 100 * micro_f1(some[rows], alarmed[rows]), n),
    }
    if len(calm):
        figures["false alarms"] = interval(lambda rows: 100 * float(alarmed[calm[rows]].mean()), len(calm))
    return figures


def severity_figures(told: Ints, scores: Floats) -> dict[str, Figure]:
    """Serious (2-3) against nothing (0) as area under the ROC curve, and Spearman's rank correlation with 0-3."""
    clear = np.flatnonzero((told == 0) | (told >= GRAVE))
    figures = {}
    if len(set((told[clear] >= GRAVE).tolist())) == 2:  # noqa: PLR2004 - both sides
        figures["severity, area under ROC"] = interval(
            lambda rows: ranking(scores[clear[rows]], told[clear[rows]] >= GRAVE), len(clear)
        )
    figures["severity, Spearman"] = interval(lambda rows: rank_correlation(told[rows], scores[rows]), len(told))
    return figures
