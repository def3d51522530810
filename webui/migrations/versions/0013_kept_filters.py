"""Filters kept by name."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("log", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.String(length=200), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_filters"),
        sa.UniqueConstraint("log", "name", name="uq_kept_filters_name"),
    )


def downgrade() -> None:
    op.drop_table("kept_filters")
