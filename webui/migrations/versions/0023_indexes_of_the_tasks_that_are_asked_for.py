"""Tasks are found by indexes of just those that are asked for: in the pool, on a desk, open in a case, finished by an officer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = {
    "ix_tasks_officer_state": ["officer", "state"],
    "ix_tasks_officer_completed": ["officer", "completed_at"],
    "ix_tasks_pool": ["state", "office"],
    "ix_tasks_of_case": ["case", "state", "officer", "activity"],
    "ix_tasks_due_at": ["due_at"],
}
NOW = {
    "ix_tasks_in_pool": (["office"], "state = 'ready'"),
    "ix_tasks_held": (["officer"], "state IN ('assigned', 'started')"),
    "ix_tasks_open": (["case"], "state IN ('ready', 'assigned', 'started')"),
    "ix_tasks_finished": (["officer", "completed_at", "state"], "completed_at IS NOT NULL"),
}


def upgrade() -> None:
    for name in BEFORE:
        op.drop_index(name, "tasks")
    for name, (columns, condition) in NOW.items():
        where = sa.text(condition)
        op.create_index(name, "tasks", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in NOW:
        op.drop_index(name, "tasks")
    for name, columns in BEFORE.items():
        op.create_index(name, "tasks", columns)
