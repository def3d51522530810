"""How the models that predict open cases tell their medians, and what their intervals leave outside."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


NARROW = (
    ("prediction_models", "procedure", 128),
    ("case_forecasts", "procedure", 128),
    ("case_forecasts", "case", 64),
)
WIDE = 200  # names and cases of imported logs are longer than ours


def upgrade() -> None:
    with op.batch_alter_table("prediction_models", schema=None) as batch:
        batch.add_column(sa.Column("way", sa.String(length=16), nullable=False, server_default="table"))
        batch.add_column(sa.Column("margin_below", sa.Float(), nullable=False, server_default="0.05"))
        batch.add_column(sa.Column("margin_above", sa.Float(), nullable=False, server_default="0.05"))
    for table, name, length in NARROW:
        with op.batch_alter_table(table, schema=None) as batch:
            batch.alter_column(
                name, existing_type=sa.String(length=length), type_=sa.String(length=WIDE), existing_nullable=False
            )


def downgrade() -> None:
    for table, name, length in NARROW:
        with op.batch_alter_table(table, schema=None) as batch:
            batch.alter_column(
                name, existing_type=sa.String(length=WIDE), type_=sa.String(length=length), existing_nullable=False
            )
    with op.batch_alter_table("prediction_models", schema=None) as batch:
        for name in ("margin_above", "margin_below", "way"):
            batch.drop_column(name)
