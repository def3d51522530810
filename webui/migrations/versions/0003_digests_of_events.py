"""Every event carries the zone of its office, and a digest that chains it to the event before in its case."""

import sqlalchemy as sa
from alembic import op

from event_logs import store
from event_logs.ledger.digests import FIRST, digest

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 1000
GUARDS = ("events_refuse_update", "events_refuse_delete", "events_refuse_replace")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("events", sa.Column("zone", sa.String(), nullable=True))
    op.add_column("events", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.add_column("events", sa.Column("previous", sa.LargeBinary(), nullable=True))
    unguard_sqlite() if sqlite else unguard_postgresql()
    chain()
    for statement in store.APPEND_ONLY_SQLITE if sqlite else store.APPEND_ONLY_POSTGRESQL:
        op.execute(statement)


def unguard_sqlite() -> None:
    for guard in GUARDS:
        op.execute(f"DROP TRIGGER IF EXISTS {guard}")


def unguard_postgresql() -> None:
    op.execute("DROP TRIGGER IF EXISTS events_refuse_change ON events")
    op.execute("GRANT UPDATE ON events TO CURRENT_USER")


def chain() -> None:
    """Give every event that was recorded before its digest, case by case, in the order of recording."""
    connection, last = op.get_bind(), 0
    ends: dict[tuple[str, str], bytes] = {}
    fill = sa.text("UPDATE events SET digest = :digest, previous = :previous WHERE position = :position")
    while rows := connection.execute(store.facts(after=last).limit(AT_ONCE)).all():
        filled = []
        for row in rows:
            case = (row.procedure, row.case_id)
            own = digest(store.told(row))
            filled.append({"position": row.position, "digest": own, "previous": ends.get(case, FIRST)})
            ends[case] = own
        connection.execute(fill, filled)
        last = rows[-1].position


def downgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("previous")
        batch_op.drop_column("digest")
        batch_op.drop_column("zone")
