"""Versions together with what they call when the call begins."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bound_versions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["procedure_versions.id"], name=op.f("fk_bound_versions_version_procedure_versions")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_bound_versions")),
    )


def downgrade() -> None:
    op.drop_table("bound_versions")
