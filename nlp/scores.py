"""Figures of a classifier against the labels of people: pure functions on numbers.

F1 of a label is 2 TP / (2 TP + FP + FN), 0 when nothing was expected nor found; the macro mean is over the labels that
were expected or found. Intervals: percentile bootstrap over texts (Efron 1979), 95 %, seeded.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Ints = np.ndarray[Any, np.dtype[np.intp]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
RESAMPLES, CONFIDENCE = 400, 0.95
BINS = 10


class Figure(NamedTuple):
    """A value with its 95 % interval and the number of texts it was measured on."""

    value: float
    low: float
    high: float
    n: int


def f1_each(truth: Bools, found: Bools) -> Floats:
    """F1 of each column of [n, labels]; NaN where a label was neither expected nor found."""
    hit = (truth & found).sum(0).astype(float)
    total = truth.sum(0) + found.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, 2 * hit / total, np.nan)


def macro_f1(truth: Bools, found: Bools) -> float:
    """Mean of `f1_each` over the labels there are; 0 without any."""
    each = f1_each(truth, found)
    return float(np.nanmean(each)) if not np.isnan(each).all() else 0.0


def micro_f1(truth: Bools, found: Bools) -> float:
    """F1 of all columns together; 0 when nothing was expected nor found."""
    total = truth.sum() + found.sum()
    return float(2 * (truth & found).sum() / total) if total else 0.0


def confusion(truth: Ints, found: Ints, labels: int) -> Ints:
    """[truth, found] counts."""
    return np.bincount(truth * labels + found, minlength=labels * labels).reshape(labels, labels)


def calibration_error(sure: Floats, right: Bools) -> float:
    """Expected calibration error with BINS equal bins (Guo et al. 2017): mean gap of confidence and accuracy."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return float(sum(gaps))


def ranking(score: Floats, positive: Bools) -> float:
    """Area under the ROC curve: chance that a positive ranks above a negative, ties half; NaN without both."""
    up, down = int(positive.sum()), int((~positive).sum())
    if not up or not down:
        return float("nan")
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(score))
    values, starts, counts = np.unique(score[order], return_index=True, return_counts=True)
    del values
    ranks[order] = np.repeat(starts + (counts + 1) / 2, counts)
    return float((ranks[positive].sum() - up * (up + 1) / 2) / (up * down))


def rank_correlation(one: Ints, other: Floats) -> float:
    """Spearman's: the correlation of the ranks, ties sharing theirs; NaN where one side never changes."""
    from scipy.stats import rankdata  # noqa: PLC0415 - heavy, and only this figure needs it

    if len(set(one.tolist())) < 2 or len(set(other.tolist())) < 2:  # noqa: PLR2004
        return float("nan")
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def interval(measure: Callable[[Ints], float], n: int, *, seed: int = 7) -> Figure:
    """`measure` of all rows [0, n) with its bootstrap interval; `measure` takes row numbers."""
    value = measure(np.arange(n))
    if n == 0:
        return Figure(value, value, value, 0)
    draw = np.random.default_rng(seed)  # one resample at a time: all at once take 3 GB for a million texts
    values = np.array([measure(draw.integers(0, n, size=n)) for _ in range(RESAMPLES)])
    if np.isnan(values).all():
        return Figure(value, value, value, n)
    low, high = np.nanquantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Figure(value, float(low), float(high), n)
