"""Calendars of the offices, stops of the statutory clock, skills of officers, and messages from outside."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("source", sa.String(length=256), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("office", "day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "office_hours",
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("weekend", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("office", name=op.f("pk_office_hours")),
    )
    op.create_table(
        "received_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=128), nullable=True),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("correlation", sa.String(length=256), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_received_messages_message_id")),
    )
    with op.batch_alter_table("received_messages", schema=None) as batch_op:
        batch_op.create_index("ix_received_messages_name", ["name", "correlation"], unique=False)

    op.create_table(
        "skills",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_skills")),
    )
    op.create_table(
        "clock_stops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=128), nullable=True),
        sa.Column("instance", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_clock_stops_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_stops")),
    )
    with op.batch_alter_table("clock_stops", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_stops_case"), ["case"], unique=False)

    op.create_table(
        "proficiencies",
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("skill", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officers.code"], name=op.f("fk_proficiencies_officer_officers")),
        sa.ForeignKeyConstraint(["skill"], ["skills.key"], name=op.f("fk_proficiencies_skill_skills")),
        sa.PrimaryKeyConstraint("officer", "skill", name=op.f("pk_proficiencies")),
    )


def downgrade() -> None:
    op.drop_table("proficiencies")
    with op.batch_alter_table("clock_stops", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_stops_case"))

    op.drop_table("clock_stops")
    op.drop_table("skills")
    with op.batch_alter_table("received_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_received_messages_name")

    op.drop_table("received_messages")
    op.drop_table("office_hours")
    op.drop_table("calendar_days")
