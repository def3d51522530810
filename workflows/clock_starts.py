"""Cases that the clock begins: for everybody on a list who is due, one case, exactly once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.feel import evaluate
from bpmn.procedure import Procedure
from workflows import cases, deployment, working_hours
from workflows.clock_sources import SOURCES, next_look
from workflows.errors import WorkflowError
from workflows.tables import Case, ClockStart, Timer
from workflows.versions import active

log = logging.getLogger(__name__)
TRIED_AGAIN = timedelta(hours=1)


def start_next(session: Session, timer: Timer, now: datetime) -> None:
    """Begin the next case of the list whose time has come, or end the look through it.

    The clock's row is held by the caller, so that another process takes another list; it remembers the entry that was reached.
    """
    procedure = _procedure(session, timer.procedure)
    if procedure is None or procedure.clock is None:
        session.delete(timer)
    elif not _start_beyond(session, procedure, timer, now):
        look = next_look(procedure.clock, now, working_hours.calendar(session))
        again = now + TRIED_AGAIN if refused(session, procedure.key) else look
        timer.instance, timer.due_at = None, min(look, again)
    session.flush()


def _start_beyond(session: Session, procedure: Procedure, timer: Timer, now: datetime) -> bool:
    """Begin a case for the first entry beyond the one that was reached; False at the end of the list."""
    assert procedure.clock is not None
    for entry, application in SOURCES[procedure.clock.source](session, now, after=int(timer.instance or 0)):
        timer.instance = str(entry.id)
        case = start_once(session, procedure.key, application, now=now)
        if case is not None:
            entry.case = case.number
            return True
    return False


def start_once(
    session: Session, key: str, application: Mapping[str, Any], *, now: datetime, event: str | None = None
) -> Case | None:
    """Start a case unless there is one for the same already, by the key of the procedure's clock; None then.

    `office` in the application is the case's office. From the list (without `event`), what cannot be started is kept with
    the reason and tried again; from a message it is refused with its error.
    """
    procedure = _procedure(session, key)
    office = application.get("office")
    if procedure is None or procedure.clock is None:
        return cases.start(session, key, application, now=now, office=office, event=event)
    for_what = evaluate(procedure.clock.key, application)
    if for_what is None:
        return cases.start(session, key, application, now=now, office=office, event=event)
    mark = _mark(session, key, str(for_what), now)
    if mark.case is not None:
        return None
    try:
        with session.begin_nested():
            case = cases.start(session, key, application, now=now, office=office, event=event)
    except WorkflowError as error:
        if event is not None:
            raise
        log.warning("The clock could not begin a case of %s for %s: %s", key, mark.key, error)
        mark.problem = str(error)
        return None
    mark.case, mark.problem = case.number, None
    session.flush()
    return case


def refuse(session: Session, procedure: str, key: str, error: Exception, now: datetime) -> None:
    """Keep why the clock could not begin a case for this; it is tried again."""
    log.warning("The clock could not begin a case of %s for %s: %s", procedure, key, error)
    _mark(session, procedure, key, now).problem = str(error)
    session.flush()


def accept(session: Session, procedure: str, start: str) -> None:
    """What kept this start event from beginning cases is over."""
    mark = session.get(ClockStart, (procedure, start))
    if mark is not None:
        session.delete(mark)


def refused(session: Session, procedure: str | None = None) -> list[ClockStart]:
    """For what the clock could not begin a case, and why (of one procedure, or of all); it is tried again every hour."""
    rows = select(ClockStart).where(ClockStart.problem.is_not(None))
    rows = rows.where(ClockStart.procedure == procedure) if procedure else rows
    return list(session.scalars(rows.order_by(ClockStart.procedure, ClockStart.key)))


def _mark(session: Session, procedure: str, key: str, now: datetime) -> ClockStart:
    """The row of what there is one case for: its key is unique, whoever comes first."""
    mark = session.get(ClockStart, (procedure, key), populate_existing=True)
    if mark is None:
        mark = ClockStart(procedure=procedure, key=key)
        session.add(mark)
    mark.tried_at = now
    session.flush()
    return mark


def _procedure(session: Session, key: str) -> Procedure | None:
    version = active(session, key)
    return deployment.load(session, version) if version else None
