"""The first tables. Frozen: later changes are new files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward."""
    _runs()
    _incidents()
    _deliveries()
    _crawls()
    _validators()
    _seen()
    _brandless()


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("source", sa.String(64)),
        sa.Column("finished_at", sa.String(27)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("counters", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("covers_from", sa.String(27)),
        sa.Column("covers_to", sa.String(27)),
    )
    op.create_index("runs_by_kind", "runs", ["kind", "source", "started_at"])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("closed_at", sa.String(27)),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("peak_score", sa.Float, nullable=False),
        sa.Column("window_hours", sa.Integer, nullable=False),
        sa.Column("observed", sa.Integer, nullable=False),
        sa.Column("expected", sa.Float, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
    )
    op.create_index("incidents_by_brand", "incidents", ["brand", "family", "opened_at"])
    op.create_index(
        "one_open_incident",
        "incidents",
        ["brand", "family"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.String(27)),
        sa.Column("leased_until", sa.String(27)),
        sa.Column("sent_at", sa.String(27)),
        sa.Column("reference", sa.Text),
        sa.Column("error", sa.Text),
    )
    op.create_index("deliveries_due", "deliveries", ["status", "due_at"])
    op.create_index("deliveries_thread", "deliveries", ["subject", "channel", "recipient", "number"])


def _crawls() -> None:
    op.create_table(
        "crawls",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("not_before", sa.String(27)),
        sa.Column("strikes", sa.Integer, nullable=False),
    )


def _validators() -> None:
    op.create_table(
        "validators",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("checked_at", sa.String(27), nullable=False),
    )


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("thread_url", sa.Text),
        sa.Column("native_id", sa.Text),
        sa.Column("last_seen_at", sa.String(27), nullable=False),
    )


def _brandless() -> None:
    op.create_table(
        "brandless",
        sa.Column("post_key", sa.String(64), primary_key=True),
        sa.Column("post_id", sa.String(64), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.String(27), nullable=False),
        sa.Column("first_seen_at", sa.String(27), nullable=False),
        sa.Column("thread_url", sa.Text),
        sa.Column("spool_file", sa.Text),
    )
    op.create_index("brandless_by_thread", "brandless", ["thread_url"])
    op.create_index("brandless_by_fetch", "brandless", ["fetched_at"])
