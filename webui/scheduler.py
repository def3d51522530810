"""The clock: fires due timers and starts what the clock starts, in one process only."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from webui.database import transaction
from webui.settings import Settings, prepare_home
from workflows import deadlines
from workflows.errors import WorkflowError

log = logging.getLogger(__name__)
EVERY_SECONDS = 5
AT_ONCE = 100  # timers fired in one go; the transaction of each is its own


@dataclass(frozen=True, slots=True)
class Clock:
    """A running clock; `stop` lets the tick that runs finish and gives the lock free."""

    scheduler: BackgroundScheduler
    lock: IO[str]

    def stop(self) -> None:
        self.scheduler.shutdown(wait=True)
        self.lock.close()


def start(settings: Settings, engine: sa.Engine, now: Callable[[], datetime]) -> Clock | None:
    """The clock of this home, or None where it is switched off or another process runs it already."""
    if not settings.clock:
        return None
    lock = _only_one(settings)
    if lock is None:
        log.info("Another process runs the clock of %s.", settings.home)
        return None
    scheduler = BackgroundScheduler(timezone=settings.zone)
    scheduler.add_job(
        tick,
        "interval",
        seconds=EVERY_SECONDS,
        args=(engine, now),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    return Clock(scheduler, lock)


def _only_one(settings: Settings) -> IO[str] | None:
    prepare_home(settings)
    lock = (settings.lock_folder / "clock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def tick(engine: sa.Engine, now: Callable[[], datetime]) -> int:
    """Fire what is due, each in a transaction of its own, so that one failure takes back nothing else; says how many."""
    fired = 0
    try:
        while fired < AT_ONCE:
            with transaction(engine) as session:
                if not deadlines.fire_due(session, now(), limit=1):
                    break
            fired += 1
    except (WorkflowError, SQLAlchemyError):
        log.exception("A due timer could not be fired; it is tried again in %s seconds.", EVERY_SECONDS)
    return fired
