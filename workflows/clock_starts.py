"""Cases that the clock begins: for everybody on a list who is due, one case, exactly once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.procedure import Procedure
from workflows import working_hours
from workflows.beginning import begin_once, mark_of, procedure_of
from workflows.clock_sources import SOURCES, next_look
from workflows.following import follow
from workflows.tables import Case, ClockStart, Timer

log = logging.getLogger(__name__)
TRIED_AGAIN = timedelta(hours=1)


def start_next(session: Session, timer: Timer, now: datetime) -> None:
    """Begin the next case of the list whose time has come, or end the look through it.

    The clock's row is held by the caller, so that another process takes another list; it remembers the entry that was reached.
    """
    procedure = procedure_of(session, timer.procedure)
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
    """Start a case unless there is one for the same already; see `beginning.begin_once`."""
    return begin_once(session, key, application, follow=lambda turn: follow(session, turn), now=now, event=event)


def refuse(session: Session, procedure: str, key: str, error: Exception, now: datetime) -> None:
    """Keep why the clock could not begin a case for this; it is tried again."""
    log.warning("The clock could not begin a case of %s for %s: %s", procedure, key, error)
    mark_of(session, procedure, key, now).problem = str(error)
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
