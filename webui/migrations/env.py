"""Alembic's entry: runs the migrations on the connection that `webui.database.migrate` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from webui.schema import metadatas, ours


def as_stored(kind: str, thing: Any, _: AutogenContext) -> str | Literal[False]:
    """A migration says how a column is stored, and not which class of ours reads it: classes change, migrations do not."""
    if kind != "type" or not isinstance(thing, sa.types.TypeDecorator):
        return False
    stored = thing.impl_instance
    return "sa.DateTime(timezone=True)" if isinstance(stored, sa.DateTime) else f"sa.{type(stored).__name__}()"


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadatas(connection.dialect.name),
    include_object=ours,
    render_as_batch=True,
    render_item=as_stored,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
