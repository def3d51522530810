"""Up to which position the recorded events are settled: nothing at or below it can still appear.

SQLite has one writer at a time, so the last committed position is settled. On PostgreSQL a transaction may commit a lower
position after a higher one. Whoever inserts holds the lock ROW EXCLUSIVE on the table from before it draws a position until
after its commit is seen; so the highest position seen is settled once everybody who held that lock right after the look has let
go. Nobody is kept from writing meanwhile.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, func, select, text

from event_logs.store import RecordedEvent, metadata

_EVENTS = metadata.tables[RecordedEvent.__tablename__]
_LAST = select(func.max(_EVENTS.c.position))
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND mode = 'RowExclusiveLock' AND granted"
)
_LOOK_AGAIN_SECONDS = 0.01


def last_settled(connection: Connection, *, patience: float = 10.0) -> int | None:
    """The highest position that is settled now, 0 without events; None where a writer goes on for longer than `patience` seconds.

    The connection must be in no transaction of a fixed snapshot (REPEATABLE READ): it could not see what was waited for.
    """
    last = connection.execute(_LAST).scalar() or 0
    if connection.dialect.name != "postgresql":
        return last
    waiting = _writers(connection)
    deadline = time.monotonic() + patience
    while waiting:
        if time.monotonic() > deadline:
            return None
        time.sleep(_LOOK_AGAIN_SECONDS)
        waiting &= _writers(connection)
    return last


def _writers(connection: Connection) -> set[str]:
    return set(connection.execute(_WRITERS).scalars())
