"""Work for later, through one port: deferred in the caller's transaction, done by one worker, never lost.

On PostgreSQL procrastinate keeps and hands out the jobs, for any number of workers on any number of machines; on SQLite a
table of ours does. Either way a job whose worker dies is done by another one. A job is a name and a payload; what it does is a
function in the mapping that a worker is given. It may begin twice when a process dies at the wrong moment, so it must be safe
to run twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from workflows.jobs import embedded, on_postgresql
from workflows.jobs.trying import FailedJob
from workflows.jobs.worker import Work, Worker


class Queue(Protocol):
    """What both kinds of databases can do."""

    def defer(
        self, session: Session, name: str, payload: Mapping[str, Any], *, now: datetime, at: datetime, key: str | None
    ) -> bool: ...

    def failed(self, session: Session) -> list[FailedJob]: ...

    def again(self, session: Session, id: int, *, now: datetime) -> bool: ...

    def worker(self, engine: Engine, jobs: Mapping[str, Work], clock: Callable[[], datetime]) -> Worker: ...

    def create_schema(self, connection: Connection) -> None: ...


_QUEUES: Mapping[str, Queue] = {"sqlite": embedded, "postgresql": on_postgresql}


def queue(engine: Engine | Connection) -> Queue:
    """The queue of this kind of database."""
    return _QUEUES[engine.dialect.name]


def defer(
    session: Session,
    name: str,
    payload: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    at: datetime | None = None,
    key: str | None = None,
) -> bool:
    """Have a job done once this transaction is committed, not before `at`; one that is rolled back was never deferred.

    False where a job with this `key` waits already: then that one will do.
    """
    return queue(session.connection()).defer(session, name, payload or {}, now=now, at=at or now, key=key)


def failed(session: Session) -> list[FailedJob]:
    """The jobs that nobody tries any more, with the reason; oldest first."""
    return queue(session.connection()).failed(session)


def again(session: Session, id: int, *, now: datetime) -> bool:
    """Try a failed job again; False where there is none with that id."""
    return queue(session.connection()).again(session, id, now=now)


def worker(engine: Engine, jobs: Mapping[str, Work], clock: Callable[[], datetime]) -> Worker:
    """A worker of this database that does these jobs in the background, from `start()` to `stop()`."""
    return queue(engine).worker(engine, jobs, clock)


def create_schema(connection: Connection) -> None:
    """The tables of the queue, where they do not exist yet."""
    queue(connection).create_schema(connection)


__all__ = [
    "FailedJob",
    "Work",
    "Worker",
    "again",
    "create_schema",
    "defer",
    "failed",
    "worker",
]
