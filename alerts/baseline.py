"""What is normal: an hour-of-week baseline of hourly counts, learned online without looking ahead. Pure.

Level x hour of day x weekday x hour of week, each a Gamma posterior shrunk to 'no effect' by pseudo-visits; counts far
above the expectation are clipped, so that a crisis is not the norm (after Farrington flexible, Noufaily et al. 2013).
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

DAY = 24  # buckets in a day: everything here is hourly
SEASON_HALF_LIFE, PRIOR_DAYS, CLIP_SD = 28.0, 2.0, 3.0
LEAST_COVERED = 0.5  # a bucket seen by less than half teaches nothing
DISPERSION_FLOOR, DISPERSION_CEILING = 0.02, 4.0
PER_DAY = (1.0, float(DAY), 1.0)  # buckets of a day that share one hour-of-day, one weekday, one hour-of-week cell


@dataclass(frozen=True, slots=True)
class Baseline:
    """`expected` count per hour at full coverage, and `events`, the effective number of events behind it."""

    expected: Floats
    events: Floats


def learn(
    counts: Floats, exposure: Floats, hours: Ints, weekdays: Ints, *, lag: int, half_life: float = 14.0
) -> Baseline:
    """The baseline of `counts` (n hours) at every hour, from hours at least `lag` older.

    `exposure` is each hour's coverage (0-1), or coverage times mentions to learn a share. `hours` 0-23 and `weekdays`
    0-6 are local to the brand. `half_life` is the level's, in days.
    """
    learner = _Learner(half_life)
    n = len(counts)
    expected, events = np.zeros(n), np.zeros(n)
    y, e = counts.tolist(), exposure.tolist()
    cells = [(int(h), DAY + int(d), DAY + 7 + int(d) * DAY + int(h)) for h, d in zip(hours, weekdays, strict=True)]
    for t in range(n):
        first = max(t - lag, 0)
        expected[t], events[t] = learner.expect(cells[t], y[first], e[first])
        if t >= lag and e[t - lag] >= LEAST_COVERED:
            learner.learn(cells[t - lag], y[t - lag], e[t - lag])
        learner.age()
    return Baseline(expected, events)


class _Learner:
    """The posteriors. Seasonal sums are stored divided by `fade`, so that ageing costs one multiplication."""

    def __init__(self, half_life: float) -> None:
        self.keep = 0.5 ** (1 / (half_life * DAY))
        self.keep_season = 0.5 ** (1 / (SEASON_HALF_LIFE * DAY))
        size = DAY + 7 + 7 * DAY
        self.factor, self.seen, self.due = [1.0] * size, [0.0] * size, [0.0] * size
        self.fade = 1.0
        self.total = self.weight = 0.0
        self.spread, self.mean, self.square = 1.0, 0.0, 1e-9

    def effect(self, cell: tuple[int, int, int]) -> float:
        factor = self.factor
        return factor[cell[0]] * factor[cell[1]] * factor[cell[2]]

    @property
    def level(self) -> float:
        return (self.total + 0.5) / (self.weight + 0.5)

    def expect(self, cell: tuple[int, int, int], first: float, exposure: float) -> tuple[float, float]:
        level = self.level if self.weight > 0 else (first + 0.5) / max(exposure, 1.0)
        return max(level * self.effect(cell), 1e-6), self.total + 0.5

    def learn(self, cell: tuple[int, int, int], count: float, exposure: float) -> None:
        level = self.level if self.weight > 0 else (count + 0.5) / max(exposure, 1.0)
        effect = self.effect(cell)
        scale = effect * exposure
        mean = max(level * scale, 1e-6)
        dispersion = min(max((self.spread - self.mean) / self.square, DISPERSION_FLOOR), DISPERSION_CEILING)
        count = min(count, mean + CLIP_SD * math.sqrt(mean + dispersion * mean * mean) + 1)
        self.total, self.weight = self.total * self.keep + count, self.weight * self.keep + scale
        self.spread = self.spread * self.keep_season + (count - mean) ** 2
        self.mean = self.mean * self.keep_season + mean
        self.square = self.square * self.keep_season + mean * mean
        for index, per_day in zip(cell, PER_DAY, strict=True):
            factor = self.factor[index]
            self.seen[index] += count / self.fade
            self.due[index] += mean / factor / self.fade
            prior = PRIOR_DAYS * level * per_day + 2
            self.factor[index] = (self.seen[index] * self.fade + prior) / (self.due[index] * self.fade + prior)

    def age(self) -> None:
        self.fade *= self.keep_season
