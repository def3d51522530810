"""Where a collection has its password from, and the rows of it that could not go in."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collections", sa.Column("password_from", sa.String(length=200), nullable=True))
    op.create_table(
        "collected_aside",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("collection", sa.String(length=100), nullable=False),
        sa.Column("log", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_collected_aside"),
        sa.UniqueConstraint("collection", "key", name="uq_collected_aside_key"),
    )


def downgrade() -> None:
    op.drop_table("collected_aside")
    op.drop_column("collections", "password_from")
