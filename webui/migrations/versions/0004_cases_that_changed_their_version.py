"""Cases that changed the version of their procedure."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "migrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=128), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migrations")),
    )
    with op.batch_alter_table("migrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_migrations_procedure"), ["procedure"], unique=False)

    op.create_table(
        "migrated_cases",
        sa.Column("migration", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_migrated_cases_case_cases")),
        sa.ForeignKeyConstraint(["migration"], ["migrations.id"], name=op.f("fk_migrated_cases_migration_migrations")),
        sa.PrimaryKeyConstraint("migration", "case", name=op.f("pk_migrated_cases")),
    )
    with op.batch_alter_table("migrated_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_migrated_cases_case"), ["case"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("migrated_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_migrated_cases_case"))

    op.drop_table("migrated_cases")
    with op.batch_alter_table("migrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_migrations_procedure"))

    op.drop_table("migrations")
