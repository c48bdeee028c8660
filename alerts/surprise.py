"""The score: windows of two speeds, counts and shares, two of three agreeing; misread praise is discounted. Pure.

docs/adr/0010 and its measurements: at the defaults, 1.5 is crossed by chance once a month, 2.0 once in 100 days.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alerts.baseline import Floats, Ints, learn
from alerts.tail import SILENT, calibrate, dispersion, record, tail

FAST, FAST_LAG = (1, 6, 24), 48
SLOW, SLOW_LAG, SLOW_HALF_LIFE = (24, 72, 168), 240, 28.0
AGREE = 2
RECORD_WINDOW, RECORD_SCORE = 6, 2.0
DEPTH = SLOW[-1]  # hours that a row of `seen` and `covered` looks back
SHARE_SURGE = 2.0  # praise below twice its normal says nothing of the share


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Hourly counts of one brand as they were known at each of n hours (row t: at the end of hour t).

    `negative_seen`, `other_seen` and `covered` are n x DEPTH: column j is hour t - j, the count that had arrived, and
    the share (0-1) that should have. `negative` and `other` are matured counts (known 48 hours after), `learnable` 1
    for hours whose matured count is whole. `hours`, `weekdays`: local to the brand.
    """

    hours: Ints
    weekdays: Ints
    negative: Floats
    other: Floats
    learnable: Floats
    negative_seen: Floats
    other_seen: Floats
    covered: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """Least count and lift of a window that may speak; misread share of surplus praise; margin of slow windows."""

    min_count: float = 4
    min_lift: float = 1.5
    misreading: float = 0.06
    slow_margin: float = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window's n values: surprise (log10 days, SILENT before it may speak), what was seen, what was expected."""

    width: int
    surprise: Floats
    observed: Floats
    expected: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the four judgements: fast or slow windows, of counts or of shares, with its score at each hour."""

    slow: bool
    share: bool
    score: Floats
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """The score at each hour, the fast count windows (for recovery), and all that it was made of (for evidence)."""

    score: Floats
    windows: tuple[Window, ...]
    parts: tuple[Part, ...]


def surprise(series: Series, knobs: Knobs) -> Surprise:
    """Score every hour of the series; nothing looks ahead: row t depends on rows up to t only."""
    praise = learn(series.other, series.learnable, series.hours, series.weekdays, lag=FAST_LAG).expected
    praise_due = np.cumsum(_behind(praise) * series.covered, axis=1)
    praise_seen = np.cumsum(series.other_seen, axis=1)

    def surplus(times: float) -> Callable[[int], Floats]:
        return lambda width: np.maximum(praise_seen[:, width - 1] - times * praise_due[:, width - 1], 0)

    parts: list[Part] = []
    for widths, lag, half_life, margin in (
        (FAST, FAST_LAG, 14.0, 0.0),
        (SLOW, SLOW_LAG, SLOW_HALF_LIFE, knobs.slow_margin),
    ):
        counted = _counts(series, widths, lag, half_life, knobs, surplus(1.0))
        shared = _shares(series, widths, lag, half_life, knobs, surplus(SHARE_SURGE))
        slow = widths is SLOW
        score = _agreed(counted, series, lag, knobs, with_record=not slow) - margin
        parts.append(Part(slow=slow, share=False, score=score, windows=tuple(counted)))
        score = _agreed(shared, series, lag, knobs, with_record=False) - margin
        parts.append(Part(slow=slow, share=True, score=score, windows=tuple(shared)))
    highest: Floats = np.max([part.score for part in parts], axis=0)
    return Surprise(score=highest, windows=parts[0].windows, parts=tuple(parts))


def _behind(x: Floats) -> Floats:
    """Of shape n x DEPTH: the value of hour t - j, 0 before the first."""
    back = np.arange(len(x))[:, None] - np.arange(DEPTH)
    return np.where(back >= 0, x[np.maximum(back, 0)], 0.0)


def _counts(
    series: Series, widths: tuple[int, ...], lag: int, half_life: float, knobs: Knobs, surplus: Callable[[int], Floats]
) -> list[Window]:
    base = learn(series.negative, series.learnable, series.hours, series.weekdays, lag=lag, half_life=half_life)
    seen = np.cumsum(series.negative_seen, axis=1)
    due = np.cumsum(_behind(base.expected) * series.covered, axis=1)
    windows = []
    for width in widths:
        observed = seen[:, width - 1]
        expected = due[:, width - 1] + knobs.misreading * surplus(width)
        spread = dispersion(series.negative, base.expected, series.learnable, width, lag) + 1 / base.events
        windows.append(_window(width, observed, expected, spread, lag))
    return windows


def _shares(
    series: Series, widths: tuple[int, ...], lag: int, half_life: float, knobs: Knobs, surplus: Callable[[int], Floats]
) -> list[Window]:
    """The same on the share of negatives: exposure is what was seen, so that a busier day surprises nobody."""
    total = series.negative + series.other
    base = learn(series.negative, series.learnable * total, series.hours, series.weekdays, lag=lag, half_life=half_life)
    exposure = series.negative_seen + series.other_seen
    seen, exposed = np.cumsum(series.negative_seen, axis=1), np.cumsum(exposure, axis=1)
    due = np.cumsum(_behind(base.expected) * exposure, axis=1)
    windows = []
    for width in widths:
        extra = surplus(width)
        usual = 1 - np.minimum(extra / np.maximum(exposed[:, width - 1], 1), 1)
        expected = due[:, width - 1] * usual + knobs.misreading * extra
        spread = dispersion(series.negative, base.expected * total, series.learnable, width, lag) + 1 / base.events
        windows.append(_window(width, seen[:, width - 1], expected, spread, lag))
    return windows


def _window(width: int, observed: Floats, expected: Floats, spread: Floats, lag: int) -> Window:
    start = speaks_from(width, lag)
    calibrated = calibrate(tail(observed, expected, spread), width, start)
    heard = np.arange(len(observed)) >= start
    return Window(width=width, surprise=np.where(heard, calibrated, SILENT), observed=observed, expected=expected)


def speaks_from(width: int, lag: int) -> int:
    """Hours of history before a window may speak: two days, or two of its kind, beyond the lag."""
    return lag + max(48, 2 * width)


def _agreed(windows: list[Window], series: Series, lag: int, knobs: Knobs, *, with_record: bool) -> Floats:
    """The mean of the two most surprised windows, if one is big enough to matter; a record lifts it to an alert."""
    big = np.zeros(len(series.negative), bool)
    broke = np.zeros(len(series.negative), bool)
    for window in windows:
        enough = (window.surprise > SILENT) & (window.observed >= knobs.min_count)
        big |= enough & (window.observed >= knobs.min_lift * window.expected)
        if with_record and window.width == RECORD_WINDOW:
            broke = enough & record(series.negative, window.observed, window.expected, window.width, lag)
    agreed = np.sort([window.surprise for window in windows], axis=0)[-AGREE:].mean(axis=0)
    score = np.where(big, agreed, SILENT)
    return np.where(broke, np.maximum(score, RECORD_SCORE), score)
