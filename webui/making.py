"""The job that does what was asked for: each piece of heavy work in a process of its own, few at a time.

What it does is safe to do twice. A failure that the rooms foresee (a filter that leaves no case) is told to whoever asked and is
final until somebody asks again; any other is told too, and tried again as every job is.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

import sqlalchemy as sa

from event_logs.warehouse import Warehouse
from mining.reports.kept import ReportKind
from webui import asking, improvement, renewing
from webui.apart import apart
from webui.database import open_engine, transaction
from webui.errors import DiedApart, WorkFailed
from webui.failures import EXPECTED
from webui.improvement import Bench
from webui.jobs import Progress
from webui.settings import Settings

log = logging.getLogger(__name__)
ROOM = BoundedSemaphore(
    max(1, (os.cpu_count() or 2) // 2)
)  # of this process: other jobs, pages and clocks want their turn
SOON = timedelta(seconds=2)


@dataclass(frozen=True)
class Errand:
    """One piece of work that was asked for, as it can be handed to another process."""

    kind: str
    of: str
    now: datetime
    by: str = ""  # an officer's code; the clock has none


@dataclass(frozen=True)
class Outcome:
    """How it ended: `error` is None where it is done, else a sentence; `foreseen` errors are those of our rooms."""

    error: str | None = None
    foreseen: bool = True


Doing = Callable[[Settings, sa.Engine, Errand, Progress], object]
Alone = Callable[[Callable[[Settings, Errand], Outcome], Settings, Errand], Outcome]


def _report(settings: Settings, database: sa.Engine, errand: Errand, progress: Progress) -> object:
    name = renewing.named(errand.kind, errand.of)
    return renewing.renew(settings, database, name, now=errand.now, progress=progress)


def _propose(settings: Settings, database: sa.Engine, errand: Errand, progress: Progress) -> object:
    """`of` is the key of a procedure."""
    by = errand.by or None
    return improvement.propose(_bench(settings, database), errand.of, by=by, now=errand.now, progress=progress)


def _simulate(settings: Settings, database: sa.Engine, errand: Errand, progress: Progress) -> object:
    """`of` has the number of a proposal, the share of the cases that take it, how many cases are played, and the seed."""
    proposal, share, cases, seed = errand.of.split()
    return improvement.simulate(
        _bench(settings, database),
        int(proposal),
        share=float(share),
        cases=int(cases),
        seed=int(seed),
        now=errand.now,
        progress=progress,
    )


def _bench(settings: Settings, database: sa.Engine) -> Bench:
    return Bench(database, Warehouse(settings.home, settings.mining_engine))


DOING: Mapping[str, Doing] = {
    **{kind.value: _report for kind in ReportKind},
    asking.PROPOSE: _propose,
    asking.SIMULATE: _simulate,
}


def work(settings: Settings, alone: Alone = apart) -> Callable[[sa.Engine, Mapping[str, Any], datetime], None]:
    """What the job `asking.MAKE` does; `alone` calls a function in a process of its own."""

    def run(database: sa.Engine, payload: Mapping[str, Any], now: datetime) -> None:
        kind, of = payload.get("kind", ReportKind.DIAGNOSIS.value), payload.get("of") or payload["log"]
        if not ROOM.acquire(blocking=False):
            with transaction(database) as session:
                asking.defer(session, kind, of, now=now, at=now + SOON)
            return
        try:
            _see_to(settings, database, Errand(kind, of, now), alone)
        finally:
            ROOM.release()

    return run


def _see_to(settings: Settings, database: sa.Engine, errand: Errand, alone: Alone) -> None:
    with transaction(database) as session:
        by = asking.begin(session, errand.kind, errand.of, now=errand.now).asked_by
    try:
        outcome = alone(do, settings, replace(errand, by=by))
    except DiedApart as error:
        outcome = Outcome(_written(error), foreseen=False)
    with transaction(database) as session:
        asking.end(session, errand.kind, errand.of, error=outcome.error, foreseen=outcome.foreseen)
    if outcome.error and not outcome.foreseen:
        raise WorkFailed(errand.kind, errand.of, outcome.error)


def do(settings: Settings, errand: Errand) -> Outcome:
    """The errand in this process, with a connection of its own."""
    database = open_engine(settings)
    try:
        return _outcome(settings, database, errand)
    finally:
        database.dispose()


def _outcome(settings: Settings, database: sa.Engine, errand: Errand) -> Outcome:
    def tell(step: str, share: float | None = None) -> None:
        with transaction(database) as session:
            asking.tell(session, errand.kind, errand.of, step, share)

    try:
        DOING[errand.kind](settings, database, errand, tell)
    except EXPECTED as error:
        return Outcome(_written(error))
    except Exception as error:  # the outermost loop of a process: whoever asked must learn of any failure
        log.exception("%s of %s failed.", errand.kind, errand.of)
        return Outcome(_written(error), foreseen=False)
    return Outcome()


def _written(error: Exception) -> str:
    """As `failures.told` reads it in the language of whoever looks."""
    return f"{type(error).__name__}: {error}"
