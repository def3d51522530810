"""The statutory clock of a case stands still while the taxpayer corrects papers, or while the case is suspended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.procedure import DayUnit, Procedure
from event_logs.working_time import WorkingCalendar
from workflows import working_hours
from workflows.recording import Journal
from workflows.tables import Case, ClockStop


def begin(session: Session, case: Case, *, node: str | None, instance: str | None, reason: str, now: datetime) -> None:
    """From now on nothing counts against the time limit of the case. Once for each place."""
    known = select(ClockStop.id).where(ClockStop.case == case.number, ClockStop.until.is_(None))
    if session.scalar(known.where(ClockStop.instance == instance, ClockStop.node == node)) is None:
        row = ClockStop(case=case.number, node=node, instance=instance, reason=reason, since=now)
        session.add(row)
        session.flush()


def end(
    session: Session, case: Case, procedure: Procedure, *, node: str | None, instance: str | None, now: datetime
) -> datetime | None:
    """That reason is gone. When it was the last one, the limit moves by what has passed; says since when it stood, then."""
    open_ones = [stop for stop in stops(session, case.number) if stop.until is None]
    ended = [stop for stop in open_ones if (stop.node, stop.instance) == (node, instance)]
    for stop in ended:
        stop.until = now
    session.flush()
    if not ended or len(ended) < len(open_ones):
        return None
    since = _stood_since(stops(session, case.number), now)
    if case.due_at is not None:
        calendar = working_hours.calendar(session, case.office)
        case.due_at = extended(case.due_at, since, now, calendar, working=counts_working_days(procedure))
    return since


def stops(session: Session, case: str) -> list[ClockStop]:
    """Every stop of a case, in order."""
    return list(
        session.scalars(select(ClockStop).where(ClockStop.case == case).order_by(ClockStop.since, ClockStop.id))
    )


def stands(session: Session, case: str) -> bool:
    """Whether the clock of a case stands now."""
    query = select(ClockStop.id).where(ClockStop.case == case, ClockStop.until.is_(None)).limit(1)
    return session.scalar(query) is not None


def _stood_since(found: list[ClockStop], now: datetime) -> datetime:
    """Stops that overlap are one: when the one that ends now began."""
    since = now
    for stop in sorted(found, key=lambda stop: stop.since, reverse=True):
        if (stop.until or now) >= since:
            since = min(since, stop.since)
    return since


def extended(due: datetime, since: datetime, until: datetime, calendar: WorkingCalendar, *, working: bool) -> datetime:
    """The limit, later by the working days that lie after the day of `since`, up to and with that of `until`, or by all days.

    What was overdue when the clock stopped stays as much overdue.
    """
    if not working:
        return due + timedelta(days=max((until - since).days, 0)) if until - since >= timedelta(days=1) else due
    days = calendar.working_days(since, until)
    # The close of a day may be midnight, which is the next day already: a moment before, it is the day that is meant.
    return calendar.add_days(due - timedelta(microseconds=1), days) if days else due


def after_rest(due: datetime, since: datetime, until: datetime, calendar: WorkingCalendar) -> datetime:
    """A limit in working time after a rest: by whole days where it lies at the close of one, else as much working time is left.

    What was overdue stays as much overdue.
    """
    left = calendar.between(since, due)
    if left <= timedelta(0) or not calendar.is_working(due):
        return extended(due, since, until, calendar, working=True)
    return calendar.add(until, left)


def counts_working_days(procedure: Procedure) -> bool:
    """Whether the limit of the whole case counts working days."""
    return any(limit.unit is DayUnit.WORKING for limit in procedure.time_limits if limit.activity is None)


def told(journal: Journal, since: datetime, due_at: datetime | None) -> None:
    """Let the last fact say that the clock runs again, and from when on it had stood."""
    attributes: dict[str, Any] = {"clock_stopped_since": since, "due_at": due_at}
    if journal.events:
        journal.close(attributes)
