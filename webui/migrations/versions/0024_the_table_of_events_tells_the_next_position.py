"""On SQLite the next position of an event is told by the table alone, without the AUTOINCREMENT that wrote it down as well."""

from __future__ import annotations

from alembic import op

from event_logs.store import APPEND_ONLY_SQLITE

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _made_anew(autoincrement=False)


def downgrade() -> None:
    _made_anew(autoincrement=True)


def _made_anew(*, autoincrement: bool) -> None:
    """SQLite changes this of a table only by another one with the same rows, which needs its guards again."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("events", recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}):
            pass
        for guard in APPEND_ONLY_SQLITE:
            op.execute(guard)
