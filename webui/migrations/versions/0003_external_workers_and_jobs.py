"""External workers, jobs, letters that nobody sends any more, and what was done about an incident."""

import sqlalchemy as sa
from alembic import op

from workflows.jobs import on_postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def create_jobs() -> None:
    """SQLite has a table of ours; on PostgreSQL the jobs are procrastinate's.

    The statements are those of the procrastinate that is installed; a later one's own migrations belong into one of ours.
    """
    if op.get_bind().dialect.name != "sqlite":
        on_postgresql.create_schema(op.get_bind())
        return
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["due_at"], unique=False, sqlite_where=sa.text("failed_at IS NULL"))
        batch_op.create_index(
            "ix_jobs_key", ["key"], unique=True, sqlite_where=sa.text("leased_by IS NULL AND failed_at IS NULL")
        )


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_workers_token_hash")),
    )
    op.create_table(
        "external_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=128), nullable=False),
        sa.Column("instance", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=128), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_external_tasks_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_tasks")),
    )
    with op.batch_alter_table("external_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_external_tasks_case", ["case"], unique=False)
        batch_op.create_index(
            "ix_external_tasks_free",
            ["topic", "free_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    create_jobs()
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("corrections", sa.Text(), nullable=True))

    with op.batch_alter_table("outgoing_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_outgoing_unsent"), sqlite_where=sa.text("sent_at IS NULL"))
        batch_op.create_index(
            "ix_outgoing_unsent",
            ["channel", "next_try_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        )
        batch_op.create_index(
            "ix_outgoing_dead",
            ["dead_at"],
            unique=False,
            sqlite_where=sa.text("dead_at IS NOT NULL"),
            postgresql_where=sa.text("dead_at IS NOT NULL"),
        )


def drop_jobs() -> None:
    """Procrastinate's tables stay: nothing of ours needs them to be gone."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("jobs")


def downgrade() -> None:
    with op.batch_alter_table("outgoing_messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outgoing_dead",
            sqlite_where=sa.text("dead_at IS NOT NULL"),
            postgresql_where=sa.text("dead_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_outgoing_unsent",
            sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_outgoing_unsent"), ["next_try_at"], unique=False, sqlite_where=sa.text("sent_at IS NULL")
        )
        batch_op.drop_column("dead_at")

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_column("corrections")
        batch_op.drop_column("reason")

    drop_jobs()
    with op.batch_alter_table("external_tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_external_tasks_free", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index("ix_external_tasks_case")

    op.drop_table("external_tasks")
    op.drop_table("workers")
