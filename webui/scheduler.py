"""What goes on without anybody: due timers fire, messages are sent, and deferred jobs are done, in any number of processes.

APScheduler only says when to look. What is due is a row in the database, claimed in a transaction of its own, so it happens
once however many look, and goes on elsewhere when one of them dies.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from webui import asking, collecting, facts, leaving, making, outgoing, predicting, quality, renewing
from webui.apart import ready
from webui.database import reading_sessions
from webui.outgoing.channel import Channel
from webui.settings import Settings, prepare_home
from workflows import deadlines, jobs
from workflows.database import run
from workflows.errors import WorkflowError

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.5
CHECKS_SECONDS = 1800  # between two looks for logs whose last check is a day old
AT_ONCE = 200  # timers fired in one go; the transaction of each is its own


@dataclass(frozen=True, slots=True)
class Background:
    """A clock and a worker; `stop` lets what runs finish."""

    scheduler: BackgroundScheduler
    worker: jobs.Worker
    lock: IO[str]

    def stop(self) -> None:
        self.scheduler.shutdown(wait=True)
        self.worker.stop()
        self.lock.close()


def start(settings: Settings, engine: sa.Engine, now: Callable[[], datetime]) -> Background | None:
    """Clock and worker of this process, or None where they are switched off."""
    if not settings.clock:
        return None
    ready()
    ways = outgoing.channels(settings)
    worker = jobs.worker(engine, work(ways, settings), now)
    worker.start()
    scheduler = BackgroundScheduler(timezone=settings.zone)
    looks = (
        (partial(tick, engine, now), EVERY_SECONDS),
        (partial(_dispatch, engine, ways, now), EVERY_SECONDS),
        (partial(_check_quality, settings, engine, now), CHECKS_SECONDS),
        (partial(_ask_for_reports, settings, engine, now), renewing.EVERY_SECONDS),
        (partial(predicting.look, engine, now), predicting.LOOK_SECONDS),
    )
    collects = (partial(collecting.tick, engine, settings, now), collecting.EVERY_SECONDS)
    for look, seconds in (*looks, collects, *facts.rounds(settings, engine, now)):
        scheduler.add_job(look, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None)
    scheduler.start()
    return Background(scheduler, worker, _running(settings))


def work(ways: Mapping[str, Channel], settings: Settings) -> Mapping[str, jobs.Work]:
    """What deferred jobs do, by name."""
    return {
        outgoing.SEND: partial(outgoing.send, ways=ways),
        quality.CHECK: quality.work(settings),
        asking.MAKE: making.work(settings),
        predicting.PREDICT: predicting.work(settings),
        leaving.REROUTE: leaving.look_again,
    }


def _check_quality(settings: Settings, engine: sa.Engine, now: Callable[[], datetime]) -> None:
    try:
        quality.ask_daily(settings, engine, now())
    except SQLAlchemyError:
        log.exception(
            "The logs could not be looked through for checks; it is tried again in %s seconds.", CHECKS_SECONDS
        )


def _ask_for_reports(settings: Settings, engine: sa.Engine, now: Callable[[], datetime]) -> None:
    try:
        renewing.ask_due(settings, engine, now())
    except SQLAlchemyError:
        log.exception(
            "It could not be looked which reports are out of date; it is tried again in %s seconds.",
            renewing.EVERY_SECONDS,
        )


def _running(settings: Settings) -> IO[str]:
    """A lock that any number share, so that `qiangji demo` sees that somebody uses the database."""
    prepare_home(settings)
    lock = (settings.lock_folder / "clock").open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def tick(engine: sa.Engine, now: Callable[[], datetime]) -> int:
    """Fire what is due, each in a transaction of its own, so that one failure takes back nothing else; says how many."""
    fired = 0
    try:
        if _anything_due(engine, now()):
            while fired < AT_ONCE and _fire_next(engine, now):
                fired += 1
    except (WorkflowError, SQLAlchemyError):
        log.exception("A due timer could not be fired; it is tried again in %s seconds.", EVERY_SECONDS)
    return fired


def _fire_next(engine: sa.Engine, now: Callable[[], datetime]) -> int:
    """Fire what is due next. A timer that fails as nobody foresaw is put off: no other one waits behind it."""
    tried: dict[str, int] = {}

    def fire(session: Session) -> int:
        session.info[deadlines.TRIED] = tried
        return deadlines.fire_due(session, now(), limit=1)

    try:
        return run(engine, fire)
    except (OperationalError, InterfaceError):
        raise  # the database was away: that is no fault of the timer
    except Exception as error:
        if not tried:
            raise
        log.exception("The timer %s could not be fired; it is put off.", tried["timer"])
        failed = error
    run(engine, lambda session: deadlines.put_off(session, tried["timer"], failed, now()))
    return 1


def _anything_due(engine: sa.Engine, now: datetime) -> bool:
    """A look that takes no lock: most of the time nothing is due."""
    with reading_sessions(engine)() as session:
        due = deadlines.next_due(session)
    return due is not None and due <= now


def _dispatch(engine: sa.Engine, ways: Mapping[str, Channel], now: Callable[[], datetime]) -> None:
    try:
        while outgoing.dispatch(engine, ways, now()) == outgoing.AT_ONCE:
            pass
    except SQLAlchemyError:
        log.exception("The outbox could not be looked through; it is tried again in %s seconds.", EVERY_SECONDS)
