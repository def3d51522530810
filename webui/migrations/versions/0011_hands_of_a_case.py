"""An index by which the officers who had a hand in an activity of a case are found without reading the case's past."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tasks_hands", "tasks", ["case", "activity", "state", "officer"])


def downgrade() -> None:
    op.drop_index("ix_tasks_hands", "tasks")
