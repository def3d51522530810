"""Deviations that are accepted for a time, and acceptances that were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accepted_deviations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=200), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("activity", sa.String(length=400), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=True),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.String(length=200), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accepted_deviations"),
    )
    op.create_index("ix_accepted_deviations_procedure", "accepted_deviations", ["procedure"])
    op.create_table(
        "acceptances_taken_back",
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["acceptance_id"],
            ["accepted_deviations.id"],
            name="fk_acceptances_taken_back_acceptance_id_accepted_deviations",
        ),
        sa.PrimaryKeyConstraint("acceptance_id", name="pk_acceptances_taken_back"),
    )


def downgrade() -> None:
    op.drop_table("acceptances_taken_back")
    op.drop_table("accepted_deviations")
