"""What people say is true of a mention, beside what the model had said of it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from state.records import Verdict
from state.schema import put, verdicts
from state.transactions import Transactions


class Verdicts:
    """At most one verdict of a person and mention: the last."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def give(self, verdict: Verdict) -> bool:
        """Remember it; True if it was news. The same again, or an older one, changes nothing.

        What it leaves open (sentiment or crisis None) or says again stays as the same person said before, with its
        date, unless that was about another text.
        """
        with self._transactions.write() as connection:
            before = _of(connection, verdict)
            if before is not None and before.judged_at > verdict.judged_at:
                return False
            whole = _joined(before, verdict)
            if before is not None and replace(whole, judged_at=before.judged_at) == before:
                return False
            put(connection, verdicts, [asdict(whole)])
        return True

    def list(
        self, *, brand: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> list[Verdict]:
        """Verdicts whose last word was said in [since, until), in that order, ties by mention and person."""
        query = select(verdicts).order_by(verdicts.c.judged_at, verdicts.c.mention_id, verdicts.c.by)
        if brand is not None:
            query = query.where(verdicts.c.brand == brand)
        if since is not None:
            query = query.where(verdicts.c.judged_at >= since)
        if until is not None:
            query = query.where(verdicts.c.judged_at < until)
        with self._transactions.read() as connection:
            return [_verdict(row) for row in connection.execute(query).mappings()]


def _of(connection: Connection, verdict: Verdict) -> Verdict | None:
    """What the same person has said of the same mention."""
    same = (verdicts.c.mention_id == verdict.mention_id) & (verdicts.c.by == verdict.by)
    row = connection.execute(select(verdicts).where(same)).mappings().first()
    return _verdict(row) if row else None


def _joined(before: Verdict | None, verdict: Verdict) -> Verdict:
    if before is None or before.content_hash != verdict.content_hash:
        return verdict
    kept: dict[str, Any] = {}
    for part in ("sentiment", "crisis"):
        names = (part, f"found_{part}")
        again = before.model == verdict.model and all(getattr(before, n) == getattr(verdict, n) for n in names)
        if again or getattr(verdict, part) is None:
            kept |= {name: getattr(before, name) for name in (*names, f"{part}_at")}
    return replace(verdict, **kept)


def _verdict(row: RowMapping) -> Verdict:
    values: dict[str, Any] = {**row}
    values["crisis"] = None if row["crisis"] is None else tuple(row["crisis"])
    values["found_crisis"] = tuple(row["found_crisis"])
    return Verdict(**values)
