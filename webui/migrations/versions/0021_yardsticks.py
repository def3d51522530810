"""Against which drawing an imported log is held."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "yardsticks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("log", sa.String(length=200), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("chosen_by", sa.String(length=64), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_yardsticks_log", "yardsticks", ["log"])


def downgrade() -> None:
    op.drop_table("yardsticks")
