"""From count cells and coverage to the series that is scored: what was known of each hour, at each hour. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import numpy as np

from alerts.baseline import Floats
from alerts.coverage import SourceCoverage
from alerts.surprise import DEPTH, FAST_LAG, Series
from mentions.queries import CountRow

HOUR = timedelta(hours=1)
HISTORY = timedelta(days=60)
NEW_SOURCE_HOURS = 7 * 24  # a source that joins later is left out so long: it is a new habit, not a surge
PROMPT = 20.0  # pseudo-mentions that came with the first crawl after them, until the source's own delay is known
WHOLE = 0.9  # matured coverage from which an hour teaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """`start` begins hour 0; `now` stands in the last of `size` hours."""

    start: datetime
    size: int
    now: datetime

    def index(self, moment: datetime) -> int:
        """The hour that a moment stands in; negative before the start."""
        return (moment - self.start) // HOUR


def timeline(sources: Sequence[SourceCoverage], now: datetime) -> Timeline | None:
    """From the first hour that anything is known of (60 days at most) to now; None if nothing ever was."""
    known = [source.since for source in sources if source.since is not None and source.since <= now]
    if not known:
        return None
    start = max(min(known), now - HISTORY).replace(minute=0, second=0, microsecond=0)
    return Timeline(start=start, size=(now - start) // HOUR + 1, now=now)


def series(cells: Iterable[CountRow], sources: Sequence[SourceCoverage], line: Timeline, zone: tzinfo) -> Series:
    """The series at every hour of the timeline; cells that arrived after now are not looked at."""
    counts: Mapping[str, list[CountRow]] = {source.source: [] for source in sources}
    for cell in cells:
        if cell.source in counts and cell.arrived <= line.now and 0 <= line.index(cell.hour) < line.size:
            counts[cell.source].append(cell)
    shape = (line.size, DEPTH)
    negative, other, covered, weights = (np.zeros(shape) for _ in range(4))
    fresh_negative, fresh_other, fresh_covered = (np.zeros(DEPTH) for _ in range(3))
    event = np.arange(line.size)[:, None] - np.arange(DEPTH)  # the hour that a column speaks of
    for source in sources:
        joined = _joins(source, sources, line)
        if joined is None:
            continue
        mine = [cell for cell in counts[source.source] if line.index(cell.hour) >= joined]
        part = np.where(event >= joined, sum(cell.mentions for cell in mine) + 1.0, 0.0)
        weights += part
        covered += part * _covered(source, mine, line, event)
        imported = _imported(source, line)
        fresh_covered += part[-1] * np.where(
            imported[np.maximum(event[-1], 0)], 0.0, _covered(source, mine, line, event)[-1]
        )
        for cell in mine:
            _add(cell, source, line, imported, (negative, other, fresh_negative, fresh_other))
    covered = np.divide(covered, weights, out=np.zeros(shape), where=weights > 0)
    fresh_covered = np.divide(fresh_covered, weights[-1], out=np.zeros(DEPTH), where=weights[-1] > 0)
    matured = _matured(covered)
    learned = _matured(negative), _matured(other)
    # What a back-fill brought is history to every past hour, and nothing to the present one: it never alerts.
    negative[-1], other[-1], covered[-1] = fresh_negative, fresh_other, fresh_covered
    times = [(line.start + hour * HOUR).astimezone(zone) for hour in range(line.size)]
    return Series(
        hours=np.array([time.hour for time in times]),
        weekdays=np.array([time.weekday() for time in times]),
        negative=learned[0],
        other=learned[1],
        learnable=((matured > WHOLE) & (matured < 2 - WHOLE)).astype(float),
        negative_seen=negative,
        other_seen=other,
        covered=covered,
    )


def _joins(source: SourceCoverage, sources: Sequence[SourceCoverage], line: Timeline) -> int | None:
    """The hour from which a source counts: its first, or a week later if others were watched long before it."""
    if source.since is None or source.since > line.now:
        return None
    first = min(other.since for other in sources if other.since is not None)
    begins = max(line.index(source.since), 0)
    late = source.since - first >= NEW_SOURCE_HOURS * HOUR
    return begins + (NEW_SOURCE_HOURS if late else 0)


def _imported(source: SourceCoverage, line: Timeline) -> np.ndarray:
    """For each hour, whether a back-fill brought it."""
    imported = np.zeros(line.size, bool)
    for backfill in source.backfills:
        imported[max(line.index(backfill.start), 0) : max(line.index(backfill.end), 0)] = True
    return imported


def _known_until(source: SourceCoverage, line: Timeline) -> Floats:
    """For each hour of the timeline, up to where (in hours) crawls that were over at its end knew the source."""
    ends = np.arange(line.size) + 1.0
    ends[-1] = (line.now - line.start) / HOUR
    crawls = np.array([(crawl - line.start) / HOUR for crawl in source.crawls if crawl <= line.now])
    if len(crawls) == 0:
        return np.full(line.size, -np.inf)
    last = np.searchsorted(crawls, ends, side="right") - 1
    return np.where(last >= 0, crawls[np.maximum(last, 0)], -np.inf)


def _covered(source: SourceCoverage, cells: Sequence[CountRow], line: Timeline, event: np.ndarray) -> Floats:
    """Of shape n x DEPTH: the share (0-1) of each past hour that should have arrived by each hour."""
    elapsed = np.clip(_known_until(source, line)[:, None] - event, 0.0, None)
    prompt = _delay_curve(source, cells, line)
    age = np.minimum(np.where(np.isfinite(elapsed), elapsed, 0.0).astype(int), len(prompt) - 1)
    share = np.minimum(elapsed, 1.0) * prompt[age]
    share = np.where(_imported(source, line)[np.clip(event, 0, line.size - 1)], 1.0, share)
    return np.where(event >= 0, share, 0.0)


def _delay_curve(source: SourceCoverage, cells: Sequence[CountRow], line: Timeline) -> Floats:
    """Share of an hour's mentions that a crawl shows when k whole hours have passed since the hour began, k = 0 ...

    Learned from matured mentions that were not imported, shrunk to 'all of them at once'.
    """
    imported = _imported(source, line)
    late = np.zeros(FAST_LAG + 1)
    for cell in cells:
        hour, arrived = line.index(cell.hour), line.index(cell.arrived)
        if hour < line.size - FAST_LAG and not imported[hour]:
            first = _first_crawl_after(source, line, hour + 1)
            late[min(max(arrived - first, 0), FAST_LAG)] += cell.mentions
    prompt = np.cumsum(late)
    curve: Floats = (prompt + PROMPT) / (late.sum() + PROMPT)
    return curve


def _first_crawl_after(source: SourceCoverage, line: Timeline, hour: int) -> int:
    at = bisect_left(source.crawls, line.start + hour * HOUR)
    return line.index(source.crawls[at]) if at < len(source.crawls) else hour


def _add(
    cell: CountRow, source: SourceCoverage, line: Timeline, imported: np.ndarray, into: tuple[Floats, ...]
) -> None:
    negative, other, fresh_negative, fresh_other = into
    hour = line.index(cell.hour)
    by_import = imported[hour] and any(cell.arrived <= backfill.finished for backfill in source.backfills)
    arrived = hour if by_import else max(line.index(cell.arrived), hour)
    if arrived - hour > FAST_LAG:
        return  # found too late to be news
    rows = np.arange(arrived, min(hour + DEPTH, line.size))
    negative[rows, rows - hour] += cell.negative
    other[rows, rows - hour] += cell.mentions - cell.negative
    back = line.size - 1 - hour
    if not by_import and back < DEPTH:
        fresh_negative[back] += cell.negative
        fresh_other[back] += cell.mentions - cell.negative


def _matured(seen: Floats) -> Floats:
    """What was known of each hour 48 hours later; 0 where that is still to come."""
    size = len(seen)
    matured = np.zeros(size)
    matured[: max(size - FAST_LAG, 0)] = seen[FAST_LAG:, FAST_LAG]
    return matured
