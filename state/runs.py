"""What was run, when, and how it ended."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update

from state.records import Run, RunKind, RunStatus
from state.schema import put, runs
from state.transactions import Transactions


class Runs:
    """The log of runs; a run killed midway stays `running` for ever, which covers nothing."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def start(self, run: Run) -> None:
        """Write the run; the same id again replaces it."""
        with self._transactions.write() as connection:
            put(connection, runs, [asdict(run)])

    def finish(
        self,
        run_id: str,
        status: RunStatus,
        finished_at: datetime,
        counters: Mapping[str, int],
        reason: str | None = None,
        covers_from: datetime | None = None,
        covers_to: datetime | None = None,
    ) -> None:
        """Say how the run ended."""
        with self._transactions.write() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    status=status,
                    finished_at=finished_at,
                    counters=dict(counters),
                    reason=reason,
                    covers_from=covers_from,
                    covers_to=covers_to,
                )
            )

    def last(self, kind: RunKind, source: str | None = None, status: RunStatus | None = None) -> Run | None:
        """The run of this kind (source, status) that started last."""
        found = self.list(kind, source, status=status, limit=1)
        return found[0] if found else None

    def list(
        self,
        kind: RunKind | None = None,
        source: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        status: RunStatus | None = None,
        until: datetime | None = None,
    ) -> list[Run]:
        """Runs that started at `since` or later and before `until`, newest first."""
        query = select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
        for column, value in ((runs.c.kind, kind), (runs.c.source, source), (runs.c.status, status)):
            if value is not None:
                query = query.where(column == value)
        if since is not None:
            query = query.where(runs.c.started_at >= since)
        if until is not None:
            query = query.where(runs.c.started_at < until)
        with self._transactions.read() as connection:
            return [Run(**row) for row in connection.execute(query).mappings()]
