"""Nobody looks for outgoing messages by their case: the index that each of them was entered in goes."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_outgoing_messages_case", "outgoing_messages")


def downgrade() -> None:
    op.create_index("ix_outgoing_messages_case", "outgoing_messages", ["case"])
