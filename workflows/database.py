"""Opening the database so that the same verbs mean the same on SQLite and PostgreSQL.

On SQLite every transaction begins IMMEDIATE: two writers queue for the lock instead of failing half-way with "database is
locked". Pages that only read use `reading(engine)`, whose transactions see one snapshot and never wait for a writer. Who thinks
long before writing uses `reading_first(engine)`, whose transactions take the writers' lock with their first change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from event_logs import store
from workflows import jobs
from workflows.tables import Base
from workflows.writing_turn import BEGIN, QueueingConnection

BUSY_SECONDS = 60
BROKEN_OFF = ("40001", "40P01")  # serialization failure, deadlock
Result = TypeVar("Result")


def open_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine with what our verbs rely on; creates the folder of a SQLite file.

    `durable=False` leaves out the wait for the disk (tests and the demo's year of casework): a power cut may lose the last
    transactions, a crash of the process loses nothing.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url, parsed.database, durable)
    engine = create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    event.listen(engine, "rollback", _end_reading)
    if not durable:
        event.listen(engine, "connect", _postgresql_without_waiting)
    return engine


def _open_sqlite(url: str, file: str | None, durable: bool) -> Engine:
    if file and file != ":memory:":
        Path(file).expanduser().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "factory": QueueingConnection}
    )

    event.listen(engine, "connect", partial(_prepare_sqlite, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


PRAGMAS = (f"busy_timeout = {BUSY_SECONDS * 1000}", "foreign_keys = ON", "cache_size = -65536", "temp_store = MEMORY")


def _prepare_sqlite(durable: bool, connection: QueueingConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    (journal,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.durable = (
        durable and journal == "wal"
    )  # elsewhere (in memory, on some network's disk) SQLite waits by itself
    waits = "NORMAL" if connection.durable else "FULL" if durable else "OFF"
    connection.execute(f"PRAGMA synchronous = {waits}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("qiangji_reading_first", False):
        connection.exec_driver_sql("BEGIN DEFERRED" if options.get("qiangji_reading", False) else BEGIN)


def _end_reading(connection: Connection) -> None:
    """What only reads ends with a COMMIT: at a ROLLBACK psycopg forgets every statement that the server has prepared."""
    if connection.get_execution_options().get("postgresql_readonly", False):
        connection.connection.commit()


def _postgresql_without_waiting(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.execute("SET synchronous_commit = off")
    connection.commit()


def reading(engine: Engine) -> Engine:
    """The same database for transactions that only read; PostgreSQL refuses them anything else."""
    return _with_option(engine, "qiangji_reading" if engine.dialect.name == "sqlite" else "postgresql_readonly")


def reading_first(engine: Engine) -> Engine:
    """The same database for transactions that read and think before they write, so that on SQLite others write meanwhile.

    What such a transaction read before its first change may be older than that change: `locking` tells which verbs look again.
    On PostgreSQL, where transactions wait for each other's rows alone, they are as all others.
    """
    return _with_option(engine, "qiangji_reading_first")


@lru_cache(maxsize=16)
def _with_option(engine: Engine, option: str) -> Engine:
    """One object for each engine: each new one would have to work out anew who listens to it."""
    return engine.execution_options(**{option: True})


def run(engine: Engine, work: Callable[[Session], Result], *, attempts: int = 5) -> Result:
    """Do something in a transaction of its own and commit it; what PostgreSQL breaks off for a deadlock is done again.

    Two cases that send each other messages in the same moment each hold their own row and want the other's. The work starts
    from the beginning, so it must not keep anything from the session that failed.
    """
    for attempt in range(1, attempts + 1):
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                return work(session)
        except DBAPIError as error:
            if attempt == attempts or not broken_off(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def broken_off(error: DBAPIError) -> bool:
    """Whether PostgreSQL broke the transaction off so that another one may go on; done again, it gets through."""
    return getattr(error.orig, "sqlstate", None) in BROKEN_OFF


def create_schema(engine: Engine) -> None:
    """Create every table of the machine and of the facts that does not exist yet."""
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        store.metadata.create_all(connection)
        jobs.create_schema(connection)
