"""Models that predict open cases, what they predicted, and whom that warned."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "prediction_models",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("procedure", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _moment("made_at"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=True),
    )
    op.create_index("ix_prediction_models_procedure", "prediction_models", ["procedure"])
    op.create_table(
        "case_forecasts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("procedure", sa.String(length=128), nullable=False),
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=256), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        *(_moment(name) for name in ("made_at", "median_at", "low_at", "high_at")),
        _moment("due_at", nullable=True),
        sa.Column("risk", sa.Float(), nullable=True),
        sa.Column("following", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        _moment("ended_at", nullable=True),
    )
    op.create_index("ix_case_forecasts_case", "case_forecasts", ["case", "current"])
    op.create_index("ix_case_forecasts_of", "case_forecasts", ["procedure", "current"])
    op.create_table(
        "risk_warnings",
        sa.Column("case", sa.String(length=64), primary_key=True),
        sa.Column("grade", sa.String(length=16), primary_key=True),
        _moment("at"),
    )


def downgrade() -> None:
    op.drop_table("risk_warnings")
    op.drop_table("case_forecasts")
    op.drop_table("prediction_models")
