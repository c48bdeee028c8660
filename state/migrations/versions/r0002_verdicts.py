"""What people say is true of a mention. Frozen: later changes are new files."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "verdicts",
        sa.Column("mention_id", sa.String(64), primary_key=True),
        sa.Column("by", sa.String(200), primary_key=True),
        sa.Column("judged_at", sa.String(27), nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("sentiment", sa.String(16)),
        sa.Column("sentiment_at", sa.String(27)),
        sa.Column("crisis", sa.JSON(none_as_null=True)),
        sa.Column("crisis_at", sa.String(27)),
        sa.Column("found_sentiment", sa.String(16), nullable=False),
        sa.Column("found_crisis", sa.JSON, nullable=False),
    )
    op.create_index("verdicts_by_brand", "verdicts", ["brand", "judged_at"])
