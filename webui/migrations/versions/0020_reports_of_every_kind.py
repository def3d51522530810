"""Kept reports of every kind, and what was asked for and is being made."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kept_reports", sa.Column("kind", sa.String(length=16), nullable=False, server_default="diagnosis"))
    op.create_table(
        "asked_work",
        sa.Column("digest", sa.String(length=64), primary_key=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("foreseen", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("asked_work")
    op.execute("DELETE FROM kept_reports WHERE kind <> 'diagnosis'")
    op.drop_column("kept_reports", "kind")
