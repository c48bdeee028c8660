"""When people write: hours of the day, days of the week, and the shape of the crisis."""

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from demo.dates import PARIS

HOUR = timedelta(hours=1)
BY_HOUR = (2, 1, 0.3, 0.2, 0.2, 0.5, 2, 5, 8, 9, 9, 8, 10, 9, 7, 7, 8, 9, 11, 12, 14, 14, 10, 5)
BY_WEEKDAY = (1.0, 0.95, 1.0, 0.95, 0.9, 1.25, 1.35)
# Crisis posts an hour from the onset (8:00 in Paris on a Tuesday): a slow start, an evening, a night, a calmer day.
CRISIS = (
    1.7, 2.2, 2.6, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 8, 8.5, 8, 6.5, 4, 1.5, 0.3,
    0.2, 0.2, 0.3, 0.5, 1.2, 3, 5, 6, 5, 5, 4, 4, 3, 2.5, 2, 1.5, 1, 0.4,
)  # fmt: skip


class Rhythm:
    """Maps work done (in average hours of activity) to the moment when it is done."""

    def __init__(self, start: datetime, weights: Sequence[float]) -> None:
        """One weight for each hour from `start`; the weights are scaled to a mean of 1."""
        scale = len(weights) / sum(weights)
        self._start = start
        self._sums = [0.0, *accumulate(weight * scale for weight in weights)]
        self.total = self._sums[-1]

    def at(self, work: float) -> datetime:
        """The moment, to the second, at which `work` (0 to `total`) has been done."""
        hour = min(bisect_right(self._sums, work), len(self._sums) - 1) - 1
        part = (work - self._sums[hour]) / (self._sums[hour + 1] - self._sums[hour])
        return self._start + timedelta(seconds=int(3600 * (hour + part)))


def everyday(start: datetime, end: datetime) -> Rhythm:
    """The ordinary weeks: quiet nights, lively evenings and Sundays, in the time of Paris."""
    hours = [(start + HOUR * n).astimezone(PARIS) for n in range(int((end - start) / HOUR))]
    return Rhythm(start, [BY_HOUR[hour.hour] * BY_WEEKDAY[hour.weekday()] for hour in hours])


def one_by_one(count: int, rhythm: Rhythm, dice: random.Random, until: float = 1.0) -> list[datetime]:
    """`count` moments in order, spread over the first `until` of the rhythm."""
    share = rhythm.total * until / max(count, 1)
    return [rhythm.at((n + dice.random()) * share) for n in range(count)]


def conversation(count: int, opened: float, rhythm: Rhythm, dice: random.Random, pause: float) -> list[float]:
    """Work marks of a thread: the opener at `opened`, then answers about `pause` average hours apart."""
    gaps = [0.05 + dice.expovariate(1 / pause) for _ in range(count - 1)]
    room = rhythm.total * 0.995 - opened
    scale = min(1.0, room / sum(gaps)) if gaps else 1.0
    return list(accumulate((gap * scale for gap in gaps), initial=opened))


def too_close(moments: Sequence[datetime], most: int, within: timedelta) -> int | None:
    """Index of the first moment that makes more than `most` of them in one stretch of `within`; they are in order."""
    late: Callable[[int], bool] = lambda n: moments[n] - moments[n - most] < within  # noqa: E731 - read once, below
    return next((n for n in range(most, len(moments)) if late(n)), None)
