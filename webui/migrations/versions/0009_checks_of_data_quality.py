"""Checks of data quality with their scores, and repairs with who decided them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_checks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("dimensions", "findings", "offices", "posts")),
    )
    op.create_index("ix_quality_checks_log", "quality_checks", ["log"])
    op.create_table(
        "quality_repairs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_quality_repairs_log", "quality_repairs", ["log"])


def downgrade() -> None:
    op.drop_table("quality_repairs")
    op.drop_table("quality_checks")
