"""Jobs on PostgreSQL: procrastinate keeps them, hands them out, and finds those whose worker died by its heartbeat."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import procrastinate
import procrastinate.schema
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from psycopg import OperationalError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from event_logs import typed_json
from workflows.jobs.trying import FailedJob, pause_after
from workflows.jobs.worker import AT_ONCE, Work

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0  # for jobs deferred to a later moment; all others are announced at once
HEARTBEAT_SECONDS = 3.0
STALLED_SECONDS = 12.0
RESTART_SECONDS = 1.0
MOST_TOLD = 2000  # characters of an error
STOP_SECONDS = 0.2  # how soon a worker notices that it is to end


def create_schema(connection: Connection) -> None:
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
        driver: Any = (
            connection.connection.driver_connection
        )  # many statements in one go: SQLAlchemy would prepare them
        driver.execute(schema())


@cache
def schema() -> str:
    """The statements that make procrastinate's tables and functions."""
    return procrastinate.schema.SchemaManager.get_schema()


@cache
def _deferring() -> procrastinate.App:
    """Never opened: it only writes on the connections that it is given."""
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(
    session: Session, name: str, payload: Mapping[str, Any], *, now: datetime, at: datetime, key: str | None
) -> bool:
    driver = session.connection().connection.driver_connection
    job = _deferring().configure_task(
        name=name,
        queueing_lock=key,
        schedule_at=at if at > now else None,
        connection=driver,
    )
    if key is None:
        job.defer(payload=typed_json.dumps(payload))
        return True
    try:
        with session.connection().begin_nested():  # a key that is taken must not break the caller's transaction
            job.defer(payload=typed_json.dumps(payload))
    except AlreadyEnqueued:
        return False
    return True


def failed(session: Session) -> list[FailedJob]:
    rows = session.execute(
        text(
            "SELECT id, task_name, attempts, args->>'error' AS error FROM procrastinate_jobs "
            "WHERE status = 'failed' ORDER BY id"
        )
    )
    unknown = "its process ended; the server's log has the reason"
    return [FailedJob(row.id, row.task_name, row.attempts, row.error or unknown) for row in rows]


def again(session: Session, id: int, *, now: datetime) -> bool:
    row = session.execute(
        text(
            "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = :now, attempts = 0 "
            "WHERE id = :id AND status = 'failed' RETURNING id"
        ),
        {"id": id, "now": now},
    )
    return row.first() is not None


def worker(engine: Engine, jobs: Mapping[str, Work], clock: Callable[[], datetime]) -> PostgresqlWorker:
    return PostgresqlWorker(engine, jobs, clock)


class GrowingPauses(BaseRetryStrategy):
    """Another try after the same pauses as everywhere, then none."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        pause = pause_after(job.attempts + 1)
        return RetryDecision(retry_in={"seconds": int(pause.total_seconds())}) if pause is not None else None


class PostgresqlWorker:
    """A worker of procrastinate in a thread of its own; it comes back when the server was away."""

    def __init__(self, engine: Engine, jobs: Mapping[str, Work], clock: Callable[[], datetime]) -> None:
        self.engine, self.jobs, self.clock = engine, jobs, clock
        self._asked = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._asked.set()
        self._thread.join()

    async def _run(self) -> None:
        while not self._asked.is_set():
            running = asyncio.create_task(self._until_it_breaks())
            while not running.done():
                await asyncio.wait([running], timeout=STOP_SECONDS)
                if self._asked.is_set():
                    running.cancel()
            if not running.cancelled() and (error := running.exception()) is not None:
                log.warning("The connection of the jobs broke; it is made anew. (%s)", error)
                await asyncio.sleep(RESTART_SECONDS)

    async def _until_it_breaks(self) -> None:
        app = self._app()
        async with app.open_async():
            rescue = asyncio.create_task(self._rescue(app))
            try:
                await app.run_worker_async(
                    concurrency=AT_ONCE,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    fetch_job_polling_interval=POLL_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                )
            finally:
                rescue.cancel()

    async def _rescue(self, app: procrastinate.App) -> None:
        """Hand out again what lies with workers whose heart has stopped."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                    await app.job_manager.retry_job(job)
            except (ConnectorException, OperationalError) as error:
                log.warning("Stalled jobs could not be looked for: %s", error)

    def _app(self) -> procrastinate.App:
        dsn = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=AT_ONCE))
        for name, work in self.jobs.items():
            app.task(name=name, retry=GrowingPauses(), pass_context=True)(self._step(work))
        return app

    def _step(self, work: Work) -> Callable[..., None]:
        def step(context: procrastinate.JobContext, *, payload: str, error: str = "") -> None:
            try:
                work(self.engine, typed_json.loads(payload), self.clock())
            except Exception as raised:
                self._keep(context.job.id, f"{type(raised).__name__}: {raised}")
                raise

        return step

    def _keep(self, job: int | None, error: str) -> None:
        """What went wrong last stays with the job, whose table has no place for it but its arguments."""
        kept = text(
            "UPDATE procrastinate_jobs SET args = args || jsonb_build_object('error', CAST(:error AS text)) WHERE id = :job"
        )
        try:
            with self.engine.begin() as connection:
                connection.execute(kept, {"error": error[:MOST_TOLD].replace(chr(0), ""), "job": job})
        except SQLAlchemyError:
            log.exception("It could not be kept why the job %s failed.", job)
