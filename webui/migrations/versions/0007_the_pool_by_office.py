"""The pool is looked up by office."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_tasks_pool")
        batch_op.create_index("ix_tasks_pool", ["state", "office"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_tasks_pool")
        batch_op.create_index("ix_tasks_pool", ["state", "post", "office"], unique=False)
