"""Incidents, changed together with the messages that tell of the change."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Select, select

from state.outbox import rows
from state.records import Delivery, Incident
from state.schema import deliveries as outbox
from state.schema import incidents, put
from state.transactions import Transactions


class Incidents:
    """At most one incident of a brand and family is not closed at any time (an index of the database says so)."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def current(self, brand: str, family: str) -> Incident | None:
        """The incident that is open or recovering."""
        return self._first(_of(brand, family).where(incidents.c.state != "closed"))

    def latest(self, brand: str, family: str) -> Incident | None:
        """The incident opened last, whatever its state."""
        return self._first(_of(brand, family))

    def get(self, incident_id: str) -> Incident | None:
        """One incident by its id."""
        return self._first(select(incidents).where(incidents.c.id == incident_id))

    def list(
        self, brand: str | None = None, since: datetime | None = None, *, open_only: bool = False
    ) -> list[Incident]:
        """Incidents opened at `since` or later, newest first."""
        query = select(incidents).order_by(incidents.c.opened_at.desc(), incidents.c.id)
        if brand is not None:
            query = query.where(incidents.c.brand == brand)
        if since is not None:
            query = query.where(incidents.c.opened_at >= since)
        if open_only:
            query = query.where(incidents.c.state != "closed")
        with self._transactions.read() as connection:
            return [Incident(**row) for row in connection.execute(query).mappings()]

    def apply(self, incident: Incident, deliveries: Sequence[Delivery]) -> bool:
        """Write one step of an incident and its messages in one transaction; True if it was news.

        A step already written (a rerun after a kill, a second watcher) changes nothing, and neither does
        the opening of an incident while another of the same brand and family is not closed.
        """
        with self._transactions.write() as connection:
            if _overtaken(connection, incident):
                return False
            put(connection, incidents, [asdict(incident)])
            put(connection, outbox, rows(deliveries), replace=False)
        return True

    def _first(self, query: Select[tuple[object, ...]]) -> Incident | None:
        with self._transactions.read() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return Incident(**row) if row else None


def _of(brand: str, family: str) -> Select[tuple[object, ...]]:
    return (
        select(incidents)
        .where(incidents.c.brand == brand, incidents.c.family == family)
        .order_by(incidents.c.opened_at.desc(), incidents.c.id)
    )


def _overtaken(connection: Connection, incident: Incident) -> bool:
    """Is this step written already, or is another incident of the brand and family still open?"""
    written = connection.execute(select(incidents.c.step).where(incidents.c.id == incident.id)).scalar()
    if written is not None and written >= incident.step:
        return True
    others = _of(incident.brand, incident.family).where(incidents.c.state != "closed", incidents.c.id != incident.id)
    return incident.state != "closed" and connection.execute(others.limit(1)).first() is not None
