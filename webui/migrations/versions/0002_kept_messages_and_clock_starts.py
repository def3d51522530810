"""What waits for suspended cases, and what the clock began."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_starts",
        sa.Column("procedure", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_clock_starts_case_cases")),
        sa.PrimaryKeyConstraint("procedure", "key", name=op.f("pk_clock_starts")),
    )
    with op.batch_alter_table("clock_starts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_starts_case"), ["case"], unique=False)

    op.create_table(
        "kept_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("node", sa.String(length=128), nullable=False),
        sa.Column("instance", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_kept_messages_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_messages")),
    )
    with op.batch_alter_table("kept_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_messages_case"), ["case"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("kept_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_messages_case"))

    op.drop_table("kept_messages")
    with op.batch_alter_table("clock_starts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_starts_case"))

    op.drop_table("clock_starts")
