"""How surprising is a window: negative-binomial tails of rolling sums, calibrated to the brand. Pure.

Unit of a surprise: log10 of the days until chance alone does this again (2 = once in 100 days).
"""

import math
from itertools import accumulate

import numpy as np
from scipy.special import betainc

from alerts.baseline import DAY, Floats

PRIOR_DISPERSION, PRIOR_DAYS, FLOOR, CAP = 0.3, 2.0, 0.02, 5.0
CALIBRATION_DAYS, CALIBRATION_QUANTILE, PSEUDO_DAYS = 21, 0.75, 5
WINDOWS_OVERLAP = 1.5  # windows of one day are not independent: so many effective ones per disjoint window
RECORD_DAYS, RECORD_MARGIN, RECORD_LIFT = 21, 1.2, 3.0
WHOLLY = 0.999
SILENT = -9.0  # the surprise of a window that may not speak yet


def rolling(x: Floats, width: int) -> Floats:
    """Sums of the last `width` values at each position; shorter at the start."""
    total = np.concatenate([[0.0], np.cumsum(x)])
    ends = np.arange(1, len(x) + 1)
    sums: Floats = total[ends] - total[np.maximum(ends - width, 0)]
    return sums


def tail(observed: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """-log10 P(Y >= observed), Y negative binomial with this mean and variance mean + dispersion x mean^2."""
    mean = np.maximum(mean, 1e-9)
    size = 1 / np.maximum(dispersion, 1e-6)
    probability = np.where(observed > 0, betainc(np.maximum(observed, 1e-9), size, mean / (mean + size)), 1.0)
    return -np.log10(np.maximum(probability, 1e-300))


def dispersion(counts: Floats, mean: Floats, covered: Floats, width: int, lag: int, half_life: float = 14.0) -> Floats:
    """Over-dispersion of `width`-hour sums, from matured past windows, shrunk to a prior that is forgotten too."""
    whole = (rolling((covered < WHOLLY).astype(float), width) == 0).astype(float)
    whole[: lag + DAY] = 0  # the first day's baseline is a guess
    observed, expected = rolling(counts, width), rolling(mean, width)
    keep = 0.5 ** (1 / (half_life * DAY))
    residual = np.minimum(observed, CAP * expected + 5) - expected

    def faded(x: Floats) -> Floats:
        return np.fromiter(accumulate((x * whole).tolist(), lambda total, value: total * keep + value), float, len(x))

    excess, square = faded(residual * residual - expected), faded(expected * expected)
    windows = faded(np.ones(len(counts)))
    age = 0.5 ** (np.arange(len(counts)) / (half_life * DAY))
    prior = square / np.maximum(windows, 1) * PRIOR_DAYS * DAY * age
    found = np.maximum((excess + PRIOR_DISPERSION * prior) / np.maximum(square + prior, 1e-9), FLOOR)
    shift = lag + width
    if shift >= len(found):
        return np.full(len(found), PRIOR_DISPERSION)
    return np.concatenate([np.full(shift, PRIOR_DISPERSION), found[:-shift]])


def calibrate(surprise: Floats, width: int, start: int) -> Floats:
    """Turn a window's tail into log10 days; a brand whose daily maxima run hot needs a bigger jump.

    Days from `start` (hours) on are learned from; pseudo-days hold cold starts.
    """
    per_day = max(DAY / width, 1.0) * WINDOWS_OVERLAP
    nominal = max(math.log10(per_day / -math.log(CALIBRATION_QUANTILE)), 0.2)
    out, maxima = np.zeros(len(surprise)), [nominal] * PSEUDO_DAYS
    for day in range(0, len(surprise), DAY):
        segment = surprise[day : day + DAY]
        known = maxima[PSEUDO_DAYS:][-CALIBRATION_DAYS:] + maxima[:PSEUDO_DAYS]
        hot = float(np.quantile(known, CALIBRATION_QUANTILE))
        out[day : day + DAY] = segment * min(1.0, nominal / max(hot, 0.05)) - math.log10(per_day)
        if len(segment) == DAY and day >= start:
            maxima.append(float(segment.max()))
    return out


def record(counts: Floats, observed: Floats, mean: Floats, width: int, lag: int) -> np.ndarray:
    """Whether a window beats every one of the last three weeks by a margin, and its expectation three times."""
    gap, span = max(lag, width + DAY // 4), RECORD_DAYS * DAY + 1
    before = np.concatenate([np.zeros(span - 1), rolling(counts, width)])
    top = np.lib.stride_tricks.sliding_window_view(before, span).max(axis=1)  # trailing maximum
    top = np.concatenate([np.zeros(min(gap, len(counts))), top[:-gap]])
    old = np.arange(len(counts)) >= gap + 2 * DAY
    return (observed >= RECORD_MARGIN * top) & (observed >= RECORD_LIFT * mean) & old
