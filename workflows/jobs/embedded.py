"""Jobs in a table of ours, for SQLite: claimed for a while (a lease), which the process that does them renews.

A job whose lease has run out lost its process; the next worker takes it. BEGIN IMMEDIATE lets one claim at a time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Connection, Engine, Index, Integer, MetaData, String, Table, Text, and_, or_, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from event_logs.columns import Json, Utc
from workflows.jobs.trying import FailedJob, pause_after
from workflows.jobs.worker import AT_ONCE, Work

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=15)
EVERY_SECONDS = 0.5

metadata = MetaData()
JOBS = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("payload", Json, nullable=False),
    Column("key", String(256)),
    Column("due_at", Utc, nullable=False),
    Column("leased_by", String(64)),
    Column("leased_until", Utc),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("failed_at", Utc),
    Index("ix_jobs_due", "due_at", sqlite_where=text("failed_at IS NULL")),
    Index("ix_jobs_key", "key", unique=True, sqlite_where=text("leased_by IS NULL AND failed_at IS NULL")),
)


def create_schema(connection: Connection) -> None:
    metadata.create_all(connection)


def defer(
    session: Session, name: str, payload: Mapping[str, Any], *, now: datetime, at: datetime, key: str | None
) -> bool:
    row = insert(JOBS).values(name=name, payload=dict(payload), key=key, due_at=at).on_conflict_do_nothing()
    return session.connection().execute(row.returning(JOBS.c.id)).first() is not None


def failed(session: Session) -> list[FailedJob]:
    rows = session.connection().execute(JOBS.select().where(JOBS.c.failed_at.is_not(None)).order_by(JOBS.c.id))
    return [FailedJob(row.id, row.name, row.attempts, row.error) for row in rows]


def again(session: Session, id: int, *, now: datetime) -> bool:
    chosen = JOBS.update().where(JOBS.c.id == id, JOBS.c.failed_at.is_not(None))
    values = {"failed_at": None, "attempts": 0, "due_at": now, "leased_by": None, "leased_until": None}
    return session.connection().execute(chosen.values(values)).rowcount > 0


def worker(engine: Engine, jobs: Mapping[str, Work], clock: Callable[[], datetime]) -> EmbeddedWorker:
    return EmbeddedWorker(engine, jobs, clock)


class EmbeddedWorker:
    """Looks for jobs every half second and does them in threads of its own."""

    def __init__(self, engine: Engine, jobs: Mapping[str, Work], clock: Callable[[], datetime]) -> None:
        self.engine, self.jobs, self.clock = engine, jobs, clock
        self.name = uuid4().hex
        self._reading = engine.execution_options(qiangji_reading=True)  # looking takes no write lock
        self._mine: set[int] = set()
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="job")
        self._looking = threading.Thread(target=self._look, name="jobs", daemon=True)

    def start(self) -> None:
        self._looking.start()

    def stop(self) -> None:
        self._asked.set()
        self._looking.join()
        self._threads.shutdown(wait=True)

    def _look(self) -> None:
        while not self._asked.wait(EVERY_SECONDS):
            try:
                self._renew()
                self._take()
            except SQLAlchemyError:
                log.exception("Jobs could not be looked for; this is tried again.")

    def _renew(self) -> None:
        with self._lock:
            mine = list(self._mine)
        if mine:
            with self.engine.begin() as connection:
                connection.execute(
                    JOBS.update()
                    .where(JOBS.c.id.in_(mine), JOBS.c.leased_by == self.name)
                    .values(leased_until=self.clock() + LEASE)
                )

    def _take(self) -> None:
        now = self.clock()
        free = and_(JOBS.c.failed_at.is_(None), JOBS.c.due_at <= now)
        free = and_(free, or_(JOBS.c.leased_until.is_(None), JOBS.c.leased_until < now))
        ids = JOBS.select().with_only_columns(JOBS.c.id).where(free).order_by(JOBS.c.due_at, JOBS.c.id)
        room = AT_ONCE - len(self._mine)
        with self._reading.connect() as connection:
            if room <= 0 or connection.execute(ids.limit(1)).first() is None:
                return
        with self.engine.begin() as connection:
            chosen = JOBS.update().where(JOBS.c.id.in_(ids.limit(room).scalar_subquery()))
            claimed = chosen.values(leased_by=self.name, leased_until=now + LEASE, attempts=JOBS.c.attempts + 1)
            rows = connection.execute(claimed.returning(JOBS.c.id, JOBS.c.name, JOBS.c.payload, JOBS.c.attempts)).all()
        with self._lock:
            self._mine |= {row.id for row in rows}
        for row in rows:
            self._threads.submit(self._do, row.id, row.name, row.payload, row.attempts)

    def _do(self, id: int, name: str, payload: Mapping[str, Any], attempt: int) -> None:
        try:
            self.jobs[name](self.engine, payload, self.clock())
        except Exception as error:
            log.warning("The job %s failed.", name, exc_info=error)
            self._end(id, JOBS.update().values(self._put_off(error, attempt)))
        else:
            self._end(id, JOBS.delete())

    def _put_off(self, error: Exception, attempt: int) -> dict[str, Any]:
        now, pause = self.clock(), pause_after(attempt)
        failed_at = now if pause is None else None
        told = {"error": f"{type(error).__name__}: {error}", "leased_by": None, "leased_until": None, "key": None}
        return {**told, "due_at": now + (pause or timedelta()), "failed_at": failed_at}

    def _end(self, id: int, change: Any) -> None:
        """Only while the lease is ours: another worker may have the job by now."""
        try:
            with self.engine.begin() as connection:
                connection.execute(change.where(JOBS.c.id == id, JOBS.c.leased_by == self.name))
        except SQLAlchemyError:
            log.exception("It could not be noted how the job %s ended; it is done again when its lease runs out.", id)
        finally:
            with self._lock:
                self._mine.discard(id)
