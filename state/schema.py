"""The tables of the operational memory. A change here needs a new file in migrations/versions (a test compares)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

REVISIONS = ("0001", "0002")  # every migration this program knows, oldest first; the last is what it works with


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as fixed-width ISO 8601 text: it sorts, and people can read it in any client."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's face
        """Aware time to text; a naive time is a defect and raises StatementError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be kept: {value!r}")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Text to aware UTC time."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("source", String(64)),
    Column("finished_at", Instant),
    Column("status", String(16), nullable=False),
    Column("counters", JSON, nullable=False),
    Column("reason", Text),
    Column("covers_from", Instant),
    Column("covers_to", Instant),
    Index("runs_by_kind", "kind", "source", "started_at"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("brand", Text, nullable=False),
    Column("family", String(80), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("score", Float, nullable=False),
    Column("peak_score", Float, nullable=False),
    Column("window_hours", Integer, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("step", Integer, nullable=False),
    Column("evidence", JSON, nullable=False),
    Index("incidents_by_brand", "brand", "family", "opened_at"),
)
Index(
    "one_open_incident",
    incidents.c.brand,
    incidents.c.family,
    unique=True,
    sqlite_where=text("state <> 'closed'"),
    postgresql_where=text("state <> 'closed'"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("step", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant),
    Column("leased_until", Instant),
    Column("sent_at", Instant),
    Column("reference", Text),
    Column("error", Text),
    Index("deliveries_due", "status", "due_at"),
    Index("deliveries_thread", "subject", "channel", "recipient", "number"),
)

crawls = Table(
    "crawls",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("not_before", Instant),
    Column("strikes", Integer, nullable=False),
)

validators = Table(
    "validators",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("checked_at", Instant, nullable=False),
)

seen = Table(
    "seen",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("thread_url", Text),
    Column("native_id", Text),
    Column("last_seen_at", Instant, nullable=False),
)

brandless = Table(
    "brandless",
    metadata,
    Column("post_key", String(64), primary_key=True),
    Column("post_id", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("thread_url", Text),
    Column("spool_file", Text),
    Index("brandless_by_thread", "thread_url"),
    Index("brandless_by_fetch", "fetched_at"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("mention_id", String(64), primary_key=True),
    Column("by", String(200), primary_key=True),
    Column("judged_at", Instant, nullable=False),
    Column("brand", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("sentiment", String(16)),
    Column("sentiment_at", Instant),
    Column("crisis", JSON(none_as_null=True)),
    Column("crisis_at", Instant),
    Column("found_sentiment", String(16), nullable=False),
    Column("found_crisis", JSON, nullable=False),
    Index("verdicts_by_brand", "brand", "judged_at"),
)


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool = True) -> None:
    """Write rows by primary key, all with the same columns; a known key is replaced, or left alone."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table)
    others = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    statement = (
        insert.on_conflict_do_update(index_elements=keys, set_=others)
        if replace and others
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, [dict(row) for row in rows])
