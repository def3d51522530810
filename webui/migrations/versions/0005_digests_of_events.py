"""Every event carries the zone of its office, and a digest that chains it to the event before in its case."""

import sqlalchemy as sa
from alembic import op

from event_logs.columns import Json, Utc
from event_logs.event import Event, Lifecycle
from event_logs.ledger.digests import FIRST, digest
from event_logs.store import APPEND_ONLY_POSTGRESQL, APPEND_ONLY_SQLITE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 1000
TEXTS = ("procedure", "case_id", "activity", "lifecycle", "instance", "officer", "post", "office")
FACTS = sa.table(  # as they were before this migration, whatever becomes of the table later
    "events",
    sa.column("position", sa.BigInteger),
    *(sa.column(name, sa.String) for name in TEXTS),
    sa.column("at", Utc),
    sa.column("version", sa.Integer),
    sa.column("attributes", Json),
)
GUARDS = ("events_refuse_update", "events_refuse_delete", "events_refuse_replace")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("events", sa.Column("zone", sa.String(), nullable=True))
    op.add_column("events", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.add_column("events", sa.Column("previous", sa.LargeBinary(), nullable=True))
    unguard_sqlite() if sqlite else unguard_postgresql()
    chain()
    for statement in APPEND_ONLY_SQLITE if sqlite else APPEND_ONLY_POSTGRESQL:
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
    rows = sa.select(FACTS).order_by(FACTS.c.position).limit(AT_ONCE)
    while found := connection.execute(rows.where(FACTS.c.position > last)).mappings().all():
        filled = []
        for row in found:
            case, own = (row["procedure"], row["case_id"]), digest(told(row))
            filled.append({"position": row["position"], "digest": own, "previous": ends.get(case, FIRST)})
            ends[case] = own
        connection.execute(fill, filled)
        last = found[-1]["position"]


def told(row: sa.RowMapping) -> Event:
    values = {name: value for name, value in row.items() if name != "position"}
    return Event(**{**values, "lifecycle": Lifecycle(row["lifecycle"])})


def downgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("previous")
        batch_op.drop_column("digest")
        batch_op.drop_column("zone")
