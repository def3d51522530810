"""The open tasks of a case are found without reading those of its past."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_tasks_hands", "tasks")
    op.create_index("ix_tasks_of_case", "tasks", ["case", "state", "officer", "activity"])


def downgrade() -> None:
    op.drop_index("ix_tasks_of_case", "tasks")
    op.create_index("ix_tasks_hands", "tasks", ["case", "activity", "state", "officer"])
