"""Is a brand in trouble now? Everything is computed again from counts; there is no state. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np

from alerts.baseline import DAY
from alerts.coverage import SourceCoverage
from alerts.series import HOUR, Timeline, series, timeline
from alerts.surprise import FAST, FAST_LAG, Knobs, Part, Series, Surprise, Window, speaks_from, surprise
from alerts.tail import SILENT
from config.models import Rule
from mentions.queries import CountRow
from state.records import Tier

FLOOR_COUNT, FLOOR_HOURS = 10, 6  # while a brand's normal is still unknown: so many negatives in so many hours
CRITICAL_LIFT = 5.0
BLIND = 0.5  # below this share of what should be known of the last hours, nothing is said about calm
CALM = 0.5  # a window below this score is quiet
SEEN_HOURS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One brand at one moment.

    `score`: log10 of the days between such surprises by chance, SILENT when nothing may be said. The window that
    speaks: `window_hours` wide, `observed` negatives, `expected` of them. `covered`: share (0-1) of the last six hours
    that is known. `calm_hours`: for how many covered hours the 6 h and 24 h windows have been quiet. `crossed_at`:
    start of the hour since which the score stands above the notice threshold, None without a tier. `slow`: only
    the windows of days say so, the last 24 hours alone would not.
    """

    at: datetime
    score: float
    tier: Tier | None
    window_hours: int
    observed: int
    expected: float
    covered: float
    calm_hours: int
    learning: bool
    history_days: int
    crossed_at: datetime | None
    slow: bool = False

    @property
    def blind(self) -> bool:
        """Too little is known of the last hours to say that it is over."""
        return self.covered < BLIND

    @property
    def lift(self) -> float:
        """How many times the expected number was seen."""
        return self.observed / max(self.expected, 0.1)


def assess(
    cells: Iterable[CountRow], sources: Sequence[SourceCoverage], now: datetime, zone: tzinfo, rule: Rule
) -> Assessment:
    """Judge the brand whose cells these are, at `now` (aware UTC), by the thresholds of a rule."""
    line = timeline(sources, now)
    if line is None:
        return _nothing(now)
    data = series(cells, sources, line, zone)
    found = surprise(
        data,
        Knobs(
            min_count=rule.min_count,
            min_lift=rule.min_lift,
            misreading=rule.misreading,
            slow_margin=rule.slow_margin,
        ),
    )
    learning = line.size <= speaks_from(FAST[-1], FAST_LAG)
    loudest = max(found.parts, key=lambda part: float(part.score[-1]))
    window = _loudest(loudest, rule)
    score = float(found.score[-1])
    tier = _tier(score, window, rule)
    if learning and tier is None and found.windows[1].observed[-1] >= FLOOR_COUNT:
        tier, score, window = "notice", rule.notice, found.windows[1]
    return Assessment(
        at=now,
        score=score,
        tier=tier,
        window_hours=window.width,
        observed=round(float(window.observed[-1])),
        expected=float(window.expected[-1]),
        covered=_covered_now(data, line),
        calm_hours=_calm_hours(found, data),
        learning=learning,
        history_days=line.size // DAY,
        crossed_at=_crossed(found, line, rule) if tier else None,
        slow=not learning and all(part.score[-1] < rule.notice for part in found.parts if not part.slow),
    )


def _covered_now(data: Series, line: Timeline) -> float:
    """Of the last six hours, as far as they have passed, the share that is known."""
    passed = np.ones(min(SEEN_HOURS, line.size))
    passed[0] = (line.now - line.start) / HOUR - (line.size - 1)
    return float(min(data.covered[-1, : len(passed)].sum() / max(passed.sum(), 1e-9), 1.0))


def _nothing(now: datetime) -> Assessment:
    return Assessment(
        at=now, score=SILENT, tier=None, window_hours=FAST[1], observed=0, expected=0.0, covered=0.0, calm_hours=0,
        learning=True, history_days=0, crossed_at=None,
    )  # fmt: skip


def _loudest(found: Part, rule: Rule) -> Window:
    """The window to tell people about: the most surprised of those that are big enough, else of all."""
    big = [
        w
        for w in found.windows
        if w.observed[-1] >= rule.min_count and w.observed[-1] >= rule.min_lift * w.expected[-1]
    ]
    return max(big or found.windows, key=lambda window: float(window.surprise[-1]))


def _tier(score: float, window: Window, rule: Rule) -> Tier | None:
    if score >= rule.critical and window.observed[-1] >= CRITICAL_LIFT * window.expected[-1]:
        return "critical"
    if score >= rule.alert:
        return "alert"
    return "notice" if score >= rule.notice else None


def _crossed(found: Surprise, line: Timeline, rule: Rule) -> datetime:
    """The start of the hour from which the score has stood above the notice threshold."""
    quiet = np.flatnonzero(found.score[:-1] < rule.notice)
    first = int(quiet[-1]) + 1 if len(quiet) else 0
    return line.start + first * HOUR


def _calm_hours(found: Surprise, data: Series) -> int:
    """Covered hours in a row, up to now, in which the 6 h and 24 h windows were quiet."""
    covered = data.covered[:, :SEEN_HOURS].mean(axis=1)
    quiet = np.ones(len(covered), bool)
    for window in found.windows[1:]:
        quiet &= window.surprise < CALM
    loud = np.flatnonzero(~quiet & (covered >= BLIND))
    after = covered[int(loud[-1]) + 1 :] if len(loud) else covered
    return int((after >= BLIND).sum())
