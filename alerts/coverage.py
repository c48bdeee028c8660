"""How much of each source was known, and when: event time with coverage, from the runs of crawls. Pure.

A successful crawl knows its source up to its start; a failed one knows nothing more. A finished back-fill of [a, b)
knows it wholly there: it teaches what is normal, and what it brought never alerts (design, section 7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from state.records import Run

READ = ("ok", "partial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """History of [start, end) that was there at `finished`, all aware UTC."""

    start: datetime
    end: datetime
    finished: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """One source: times up to which successive crawls knew it, ascending, and its back-fills."""

    source: str
    crawls: tuple[datetime, ...] = ()
    backfills: tuple[Backfill, ...] = ()

    @property
    def since(self) -> datetime | None:
        """The first moment that anything is known of; None if it was never read."""
        starts = [*self.crawls[:1], *(backfill.start for backfill in self.backfills)]
        return min(starts, default=None)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def coverage(runs: Iterable[Run], sources: Sequence[str], now: datetime) -> tuple[SourceCoverage, ...]:
    """What the finished runs up to `now` say of each source, in the order given.

    A partial crawl read its source, though not all of it: losses show as late items. A back-fill without a stated
    beginning covers nothing but its end.
    """
    crawls: dict[str, list[datetime]] = {name: [] for name in sources}
    backfills: dict[str, list[Backfill]] = {name: [] for name in sources}
    for run in runs:
        if run.source not in crawls or run.status not in READ or run.finished_at is None or run.finished_at > now:
            continue
        crawls[run.source].append(run.started_at)
        if run.kind == "backfill":
            end = run.covers_to or run.started_at
            backfills[run.source].append(Backfill(start=run.covers_from or end, end=end, finished=run.finished_at))
    return tuple(
        SourceCoverage(source=name, crawls=tuple(sorted(crawls[name])), backfills=tuple(backfills[name]))
        for name in sources
    )
