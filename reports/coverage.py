"""Which sources were read to the end of the week: a report that leaves some out must say so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from config.models import Source
from mentions.queries import HealthRow
from reports.model import SourceCoverage, Span
from state.records import Run


def coverage(
    sources: Sequence[Source], runs: Sequence[Run], health: Mapping[str, HealthRow], span: Span
) -> tuple[SourceCoverage, ...]:
    """One line for each enabled source, by name.

    A good crawl knows its source up to its start, a good back-fill up to `covers_to`; crawls after the span
    count for this, since they read what was published in it.
    """
    return tuple(
        _line(source, [run for run in runs if run.source == source.name], health.get(source.name), span)
        for source in sorted(sources, key=lambda source: source.name)
        if source.enabled
    )


def _line(source: Source, runs: Sequence[Run], health: HealthRow | None, span: Span) -> SourceCoverage:
    crawls = sorted((run for run in runs if run.kind in {"crawl", "backfill"}), key=lambda run: run.started_at)
    outcomes = Counter(run.status for run in crawls if span.start <= run.started_at < span.end)
    good = [run for run in crawls if run.status == "ok"]
    known_to = max((_known_to(run) for run in good), default=None)
    bad = [
        run
        for run in crawls
        if run.status in {"partial", "failed"} and (not good or run.started_at > good[-1].started_at)
    ]
    return SourceCoverage(
        source=source.name,
        complete=known_to is not None and known_to >= span.end - source.every,
        ok=outcomes["ok"],
        partial=outcomes["partial"],
        failed=outcomes["failed"],
        last_success=max((run.finished_at or run.started_at for run in good), default=None),
        mentions=health.mentions if health else 0,
        last_published=health.last_published_at if health else None,
        reason=bad[-1].reason if bad else None,
    )


def _known_to(run: Run) -> datetime:
    return run.covers_to if run.kind == "backfill" and run.covers_to is not None else run.started_at
