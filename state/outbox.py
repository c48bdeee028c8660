"""Messages on their way: written with what they tell of, leased, sent, tried again or given up."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from state.records import Delivery, DeliveryStatus
from state.schema import deliveries, put
from state.transactions import Transactions

FIELDS = [deliveries.c[field.name] for field in fields(Delivery)]


def rows(records: Sequence[Delivery]) -> list[dict[str, Any]]:
    """The rows of these deliveries."""
    return [asdict(record) for record in records]


class Outbox:
    """At-least-once: a row leased by a process that died is leased again when its lease has run out."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, records: Sequence[Delivery]) -> None:
        """Write new rows; a known key is left as it is."""
        with self._transactions.write() as connection:
            put(connection, deliveries, rows(records), replace=False)

    def lease(self, now: datetime, limit: int = 50, seconds: float = 60) -> list[Delivery]:
        """Take rows that are due, oldest first, for `seconds`; nobody else gets them until then.

        `attempts` counts the leases, so that a message that kills its sender is seen to do so.
        """
        table = deliveries.c
        waiting = and_(table.status == "pending", or_(table.due_at.is_(None), table.due_at <= now))
        orphaned = and_(table.status == "leased", table.leased_until <= now)
        query = (
            select(*FIELDS)
            .where(or_(waiting, orphaned))
            .order_by(table.created_at, table.subject, table.number, table.key)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._transactions.write() as connection:
            found = [Delivery(**row) for row in connection.execute(query).mappings()]
            connection.execute(
                update(deliveries)
                .where(table.key.in_([record.key for record in found]))
                .values(status="leased", leased_until=now + timedelta(seconds=seconds), attempts=table.attempts + 1)
            )
        return [replace(record, status="leased", attempts=record.attempts + 1) for record in found]

    def sent(self, key: str, at: datetime, reference: str | None) -> None:
        """The other side took it; `reference` is its name there (message id, Slack ts)."""
        self._set(deliveries.c.key == key, status="sent", sent_at=at, reference=reference, error=None)

    def retry(self, key: str, due_at: datetime, error: str) -> None:
        """Not sent; try again from `due_at`."""
        self._set(deliveries.c.key == key, status="pending", due_at=due_at, leased_until=None, error=error)

    def dead(self, key: str, error: str) -> None:
        """Given up for good: a dead letter, kept with its reason."""
        self._set(deliveries.c.key == key, status="dead", leased_until=None, error=error)

    def supersede(self, subject: str, channel: str, recipient: str, number: int) -> None:
        """Steps below `number` that were not sent need not be: the newer message says it all."""
        table = deliveries.c
        self._set(
            and_(_thread(subject, channel, recipient), table.number < number, table.status.in_(("pending", "leased"))),
            status="superseded",
            leased_until=None,
        )

    def reference(self, subject: str, channel: str, recipient: str) -> str | None:
        """What the other side calls the first message of this subject it took: later ones hang under it."""
        query = (
            select(deliveries.c.reference)
            .where(_thread(subject, channel, recipient), deliveries.c.reference.is_not(None))
            .where(deliveries.c.status == "sent")
            .order_by(deliveries.c.number, deliveries.c.key)
            .limit(1)
        )
        with self._transactions.read() as connection:
            return connection.execute(query).scalar()

    def list(self, status: DeliveryStatus | None = None, subject: str | None = None) -> list[Delivery]:
        """Rows, oldest first."""
        query = select(*FIELDS).order_by(deliveries.c.created_at, deliveries.c.number, deliveries.c.key)
        if status is not None:
            query = query.where(deliveries.c.status == status)
        if subject is not None:
            query = query.where(deliveries.c.subject == subject)
        with self._transactions.read() as connection:
            return [Delivery(**row) for row in connection.execute(query).mappings()]

    def counts(self) -> dict[str, int]:
        """Rows by status; absent statuses have none."""
        query = select(deliveries.c.status, func.count().label("rows")).group_by(deliveries.c.status)
        with self._transactions.read() as connection:
            return {row.status: row.rows for row in connection.execute(query)}

    def _set(self, where: ColumnElement[bool], **values: object) -> None:
        with self._transactions.write() as connection:
            connection.execute(update(deliveries).where(where).values(**values))


def _thread(subject: str, channel: str, recipient: str) -> ColumnElement[bool]:
    table = deliveries.c
    return and_(table.subject == subject, table.channel == channel, table.recipient == recipient)
