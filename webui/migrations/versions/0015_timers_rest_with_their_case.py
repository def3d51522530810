"""The timers of a case that rests are not among what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RESTING = (
    'UPDATE timers SET rests_since = (SELECT suspended_at FROM cases WHERE cases.number = timers."case") '
    "WHERE \"case\" IN (SELECT number FROM cases WHERE state = 'suspended')"
)


def _index(condition: str) -> None:
    where = sa.text(condition)
    op.drop_index("ix_timers_due", "timers")
    op.create_index("ix_timers_due", "timers", ["due_at"], sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.add_column("timers", sa.Column("rests_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(RESTING)
    _index("fired_at IS NULL AND rests_since IS NULL")


def downgrade() -> None:
    _index("fired_at IS NULL")
    op.drop_column("timers", "rests_since")
