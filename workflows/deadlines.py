"""The clock of the procedures: what is due happens, found by its row without loading a case before its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from bpmn.model import EventNode
from event_logs.columns import Utc
from workflows import cases, clock_starts, deployment
from workflows.errors import UnknownToken, WorkflowError
from workflows.following import follow
from workflows.tables import Case, CaseState, Incident, Timer
from workflows.turn import open_turn
from workflows.versions import active

POSTPONED = timedelta(hours=1)
TRIED = "notes of the timer that is tried"  # a dict in `session.info`, for whoever has to put it off after a failure

# Built once: building a statement costs more than running it. The row is held, so two clocks never take the same one.
_ORDER = (Timer.due_at, Timer.id)
_IS_SET = and_(Timer.fired_at.is_(None), Timer.rests_since.is_(None))
_IS_DUE = and_(_IS_SET, Timer.due_at <= bindparam("now", type_=Utc))
# Not the bare column: SQLite would go through all running cases by its index, instead of the timers by theirs.
_RUNS = func.coalesce(Case.state, "") == CaseState.RUNNING
_OF_CASES = select(Timer, Case).join(Case, Case.number == Timer.case).where(_IS_DUE, _RUNS)
DUE = _OF_CASES.order_by(*_ORDER).limit(1).with_for_update(skip_locked=True)
_OF_PROCEDURES = select(Timer).where(_IS_DUE, Timer.kind.in_(["start", "again", "clock"]))
DUE_START = _OF_PROCEDURES.order_by(*_ORDER).limit(1).with_for_update(skip_locked=True)
_COUNTS = and_(_IS_SET, or_(Case.state == CaseState.RUNNING, Timer.case.is_(None)))
_TIMES = select(Timer.due_at).outerjoin(Case, Case.number == Timer.case).where(_COUNTS)
FIRST = _TIMES.order_by(Timer.due_at).limit(1)  # by the index, one row; the least of them all would read every row
NEWEST = {"populate_existing": True}


def fire_due(session: Session, now: datetime, *, limit: int = 100) -> int:
    """Let happen what is due at `now`, oldest first, at most `limit`; says how many. Two clocks never fire the same one."""
    fired = 0
    while fired < limit and (_fire_one(session, now) or _start_one(session, now)):
        fired += 1
    return fired


def next_due(session: Session) -> datetime | None:
    """When the next thing is due; None when nothing is. Suspended cases do not count."""
    due: datetime | None = session.scalar(FIRST)
    return due


def _fire_one(session: Session, now: datetime) -> bool:
    row = session.execute(DUE, {"now": now}, execution_options=NEWEST).first()
    if row is None:
        return False
    timer, case = row
    _note(session, timer)
    try:
        with session.begin_nested():
            _fire(session, timer, case, now)
    except WorkflowError as error:
        _postpone(session, timer, error, now)
    return True


def _note(session: Session, timer: Timer) -> None:
    session.info.setdefault(TRIED, {})["timer"] = timer.id


def put_off(session: Session, timer: int, error: Exception, now: datetime) -> None:
    """What nobody foresaw went wrong with this timer: it is tried again later, and a person is told."""
    found = session.get(Timer, timer, with_for_update=True)
    if found is not None:
        _postpone(session, found, error, now)


def _postpone(session: Session, timer: Timer, error: Exception, now: datetime) -> None:
    """One case that cannot go on must not stop the clock of all others: a person is told, and it is tried again later."""
    timer.attempts += 1
    timer.due_at = now + POSTPONED
    if timer.case is None:
        clock_starts.refuse(session, timer.procedure, timer.node, error, now)
    elif timer.attempts == 1:
        row = Incident(case=timer.case, node=timer.node, instance=timer.instance or "", message=str(error))
        row.attempts, row.occurred_at = 1, now
        session.add(row)
    session.flush()


def _fire(session: Session, timer: Timer, case: Case, now: datetime) -> None:
    """Its row goes when it has fired: the event in the log is what remains."""
    kind, token = timer.kind, int(timer.instance or 0)
    turn = open_turn(session, case, now=now)
    session.delete(timer)
    session.flush()
    try:
        if kind == "retry":
            turn.execution.retry(token)
        else:
            turn.execution.fire(token)
    except UnknownToken:
        return  # the place was left in the same moment; nothing is waiting there any more
    turn.close()
    follow(session, turn)


def _start_one(session: Session, now: datetime) -> bool:
    """Start a case whose procedure begins by the clock, and set the clock for the next one."""
    timer = session.scalars(DUE_START, {"now": now}, execution_options=NEWEST).first()
    if timer is None:
        return False
    _note(session, timer)
    if timer.kind == "clock":
        clock_starts.start_next(session, timer, now)
        return True
    if timer.kind == "again":
        return _start_again(session, timer, now)
    version = active(session, timer.procedure)
    if version is None:
        session.delete(timer)
        return True
    node = deployment.load(session, version).model.node(timer.node)
    assert isinstance(node, EventNode)
    timer.attempts += 1  # of a start: the cases that it has begun
    following = deployment.next_start(session, node, timer.due_at, begun=timer.attempts)
    if following is None:
        timer.fired_at = now
    else:
        timer.due_at = following
    session.flush()
    if not _begun(session, timer, now):
        later = now + POSTPONED
        session.add(Timer(kind="again", procedure=timer.procedure, node=timer.node, due_at=later, attempts=1))
    return True


def _start_again(session: Session, timer: Timer, now: datetime) -> bool:
    """What could not be begun at its time is tried every hour; the times of a cycle go on meanwhile."""
    if _begun(session, timer, now):
        session.delete(timer)
    else:
        timer.attempts, timer.due_at = timer.attempts + 1, now + POSTPONED
    session.flush()
    return True


def _begun(session: Session, timer: Timer, now: datetime) -> bool:
    """Begin the case; where that cannot be, it is kept why, and no other clock stops for it."""
    try:
        with session.begin_nested():
            cases.start(session, timer.procedure, {}, now=now, event=timer.node)
    except WorkflowError as error:
        clock_starts.refuse(session, timer.procedure, timer.node, error, now)
        return False
    clock_starts.accept(session, timer.procedure, timer.node)
    return True
