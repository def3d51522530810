"""Cases: one run of a procedure each, from the application to the result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from bpmn.model import Activity, EventNode
from event_logs.event import Lifecycle
from workflows import clock_stops, staff, working_hours
from workflows.acts import not_open
from workflows.beginning import begin_case, next_number
from workflows.engine import standing
from workflows.errors import AlreadyDone, NotAllowed, NotOpen, UnknownCase, UnknownIncident
from workflows.following import follow, hand_over_kept, kept
from workflows.locking import locked_case
from workflows.resting import resting
from workflows.tables import (
    OPEN_TASK,
    Case,
    CaseState,
    Incident,
    Officer,
    Subscription,
    Task,
    TaskState,
    Timer,
)
from workflows.turn import Turn, open_turn


def start(
    session: Session,
    key: str,
    application: Mapping[str, Any],
    *,
    now: datetime,
    office: str | None = None,
    by: Officer | str | None = None,
    number: str | None = None,
    event: str | None = None,
) -> Case:
    """Start a case of a procedure with the values of its application; raises UnknownProcedure, InvalidAnswers.

    `event` names the start event that happened where the drawing has several; `number` is given out where none is.
    Besides the application the case knows `case_number` and `office`.
    """
    turn = begin_case(session, key, application, now=now, office=office, by=by, number=number, event=event)
    follow(session, turn)
    return turn.case


def find(session: Session, number: str) -> Case:
    case = session.get(Case, number)
    if case is None:
        raise UnknownCase(number)
    return case


def suspend(session: Session, case: Case | str, *, by: Officer | str, reason: str, now: datetime) -> Case:
    """Stop the clock of a case: its tasks rest, its timers wait. Raises NotAllowed, NotOpen."""
    held = _managed(session, case, by, now, CaseState.RUNNING)
    turn = open_turn(session, held, now=now)
    for task in _tasks(session, held, OPEN_TASK):
        task.before_suspension, task.state = task.state, TaskState.SUSPENDED
        turn.journal.record_task(task, Lifecycle.SUSPEND, {"reason": reason, "by": staff.code_of(by)})
    _tell_where_it_stands(turn, Lifecycle.SUSPEND, by, reason)
    held.state, held.suspended_at = CaseState.SUSPENDED, now
    awake = (Timer.case == held.number, Timer.rests_since.is_(None))  # what rests already, rests since then
    session.execute(update(Timer).where(*awake).values(rests_since=now))
    clock_stops.begin(session, held, node=None, instance=None, reason=reason, now=now)
    turn.close()
    return held


def resume(session: Session, case: Case | str, *, by: Officer | str, reason: str = "", now: datetime) -> Case:
    """Let a suspended case go on: what was due moves by the time that it rested, and what came meanwhile is handed over."""
    held = _managed(session, case, by, now, CaseState.SUSPENDED)
    turn = open_turn(session, held, now=now)
    since = held.suspended_at or now
    for task in _tasks(session, held, (TaskState.SUSPENDED,)):
        task.state, task.before_suspension = task.before_suspension or TaskState.READY, None
        if task.due_at is not None:
            task.due_at = _after_rest(turn, task.activity, task.due_at, max(since, task.scheduled_at))
        turn.journal.record_task(task, Lifecycle.RESUME, {"by": staff.code_of(by), "reason": reason})
    at_rest = resting(session, held, turn.runnable.plan.nodes)  # until the taxpayer has corrected the papers
    for timer in session.scalars(select(Timer).where(Timer.case == held.number, Timer.rests_since.is_not(None))):
        if timer.node in at_rest:
            continue
        timer.due_at, timer.rests_since = _after_rest(turn, timer.node, timer.due_at, timer.rests_since or since), None
    _tell_where_it_stands(turn, Lifecycle.RESUME, by, reason)
    stood = clock_stops.end(session, held, turn.runnable.procedure, node=None, instance=None, now=now)
    if stood is not None:
        clock_stops.told(turn.journal, stood, held.due_at)
    held.state, held.suspended_at = CaseState.RUNNING, None
    turn.close()
    hand_over_kept(session, held, now=now)
    return held


def _tell_where_it_stands(turn: Turn, lifecycle: Lifecycle, by: Officer | str, reason: str) -> None:
    """Where no person's task tells who did it and why, the places tell at which the case waits for something else."""
    if turn.journal.events:
        return
    for token, place in sorted(standing(turn.execution).items()):
        told = {"by": staff.code_of(by), "reason": reason}
        turn.journal.record(place, lifecycle, instance=str(token), attributes=told)


def _after_rest(turn: Turn, place: str, due: datetime, since: datetime) -> datetime:
    """The limit after a rest since then: in working time where the drawing counts so, else later by the time that passed."""
    node = turn.runnable.plan.nodes.get(place)
    timer = node.due if isinstance(node, Activity) else node.timer if isinstance(node, EventNode) else None
    if timer is None or not timer.working:
        return due + (turn.now - since)
    calendar = working_hours.calendar(turn.session, turn.case.office)
    return clock_stops.after_rest(due, since, turn.now, calendar)


def withdraw(session: Session, case: Case | str, *, by: Officer | str | None, reason: str, now: datetime) -> Case:
    """End a case before its time: the taxpayer withdraws (`by` None) or a manager ends it."""
    if by is None:
        held = _open(session, locked_case(session, case), CaseState.RUNNING, CaseState.SUSPENDED)
    else:
        held = _managed(session, case, by, now, CaseState.RUNNING, CaseState.SUSPENDED)
    turn = open_turn(session, held, now=now)
    held.state = CaseState.WITHDRAWN
    turn.execution.cancel()
    turn.closing = {"reason": reason, "by": staff.code_of(by) if by else None}
    stood = clock_stops.end(session, held, turn.runnable.procedure, node=None, instance=None, now=now)
    if stood is not None:
        turn.closing |= {"clock_stopped_since": stood, "due_at": held.due_at}
    for incident in incidents(session, case=held.number):
        incident.resolved_at, incident.resolved_by = now, staff.code_of(by) if by else None
    for message in kept(session, held.number):
        session.delete(message)
    turn.close()
    return held


def correct(
    session: Session,
    incident: Incident | int,
    values: Mapping[str, Any],
    *,
    by: Officer | str,
    reason: str,
    now: datetime,
) -> Incident:
    """A person repairs variables of a case whose step failed; what was and what is stay on record, with the reason.

    Nothing is tried again by that: `retry` does. Raises NotAllowed, NotOpen.
    """
    found, case = _open_incident(session, incident, by, now, CaseState.RUNNING)
    known = found.corrections or {}
    before = {name: known[name][0] if name in known else case.data.get(name) for name in values}
    found.corrections = {**known, **{name: [before[name], value] for name, value in values.items()}}
    found.reason = reason
    turn = open_turn(session, case, now=now)
    turn.execution.correct(values)
    told = {"by": staff.code_of(by), "reason": reason, **values}
    turn.journal.record(found.node, Lifecycle.RESUME, instance=found.instance or None, attributes=told)
    turn.close()
    follow(session, turn)
    return found


def retry(session: Session, incident: Incident | int, *, by: Officer | str, now: datetime) -> Incident:
    """A person has seen to a failed step: try it again. Raises NotAllowed, NotOpen."""
    found, case = _open_incident(session, incident, by, now, CaseState.RUNNING)
    found.resolved_at, found.resolved_by = now, staff.code_of(by)
    turn = open_turn(session, case, now=now)
    token = int(found.instance) if found.instance else 0
    if turn.execution.is_stuck(token):  # else it was a timer that could not fire: the clock tries again
        turn.execution.retry(token)
    turn.close()
    follow(session, turn)
    return found


def acknowledge(session: Session, incident: Incident | int, *, by: Officer | str, now: datetime) -> Incident:
    """A person has read what nothing can be done about (a message that came too late), also when the case is over.

    Raises NotAllowed, NotOpen, AlreadyDone; NotOpen for a step that failed, which is tried again.
    """
    found, _case = _open_incident(session, incident, by, now, *CaseState)
    if found.attempts:
        raise NotOpen(f"The fault {found.id}", "of a step that failed", "only to be read")
    found.resolved_at, found.resolved_by = now, staff.code_of(by)
    session.flush()
    return found


def _open_incident(
    session: Session, incident: Incident | int, by: Officer | str, now: datetime, *states: CaseState
) -> tuple[Incident, Case]:
    """The incident and its case, held; two who see to it at once: the second is told who was faster."""
    id = incident if isinstance(incident, int) else incident.id
    found = session.get(Incident, id)
    if found is None:
        raise UnknownIncident(id)
    case = _managed(session, found.case, by, now, *states)
    session.refresh(found)
    if found.resolved_at is not None:
        raise AlreadyDone(found.resolved_by, "seen to", found.resolved_at)
    return found, case


# Of a case that is over no failed step waits for anybody; what was said too late is still to be read.
OPEN_INCIDENT = and_(Incident.resolved_at.is_(None), or_(Case.closed_at.is_(None), Incident.attempts == 0))


def incidents(session: Session, *, case: str | None = None) -> list[Incident]:
    """What waits for a person to look at it, oldest first."""
    query = select(Incident).join(Case, Case.number == Incident.case).where(OPEN_INCIDENT).order_by(Incident.id)
    return list(session.scalars(query.where(Incident.case == case) if case else query))


def _managed(session: Session, case: Case | str, by: Officer | str, now: datetime, *states: CaseState) -> Case:
    held = _open(session, locked_case(session, case), *states)
    if not staff.may(session, by, staff.MANAGE, now):
        raise NotAllowed(staff.code_of(by), "only a manager may do this with a whole case.")
    return held


def _open(session: Session, case: Case, *states: CaseState) -> Case:
    if case.state not in states:
        raise not_open(session, case, " or ".join(states))
    return case


def _tasks(session: Session, case: Case, states: tuple[TaskState, ...]) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.case == case.number, Task.state.in_(states)).order_by(Task.id)))


def waits(session: Session, case: str) -> tuple[list[Timer], list[Subscription]]:
    """What a case waits for besides people: times and messages."""
    timers = session.scalars(select(Timer).where(Timer.case == case, Timer.fired_at.is_(None)).order_by(Timer.due_at))
    names = session.scalars(select(Subscription).where(Subscription.case == case).order_by(Subscription.id))
    return list(timers), list(names)


__all__ = [
    "OPEN_INCIDENT",
    "Turn",
    "acknowledge",
    "correct",
    "find",
    "incidents",
    "next_number",
    "resume",
    "retry",
    "start",
    "suspend",
    "waits",
    "withdraw",
]
