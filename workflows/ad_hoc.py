"""Ad-hoc work: an officer of the case picks which steps of an ad-hoc subprocess are done, done again, or left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs.event import Lifecycle
from workflows import engine, staff
from workflows.acts import not_open
from workflows.errors import NotAllowed
from workflows.following import follow
from workflows.locking import locked_case
from workflows.tables import OPEN_TASK, Case, CaseState, Officer, Task
from workflows.turn import Turn, open_turn


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that may be begun, now or again, in the open ad-hoc subprocess with this token."""

    token: int
    place: str


def choices(session: Session, case: Case, *, now: datetime) -> list[Choice]:
    """What an officer may have begun; nothing while the case rests or where it is in no ad-hoc subprocess."""
    if case.state != CaseState.RUNNING:
        return []
    found = open_turn(session, case, now=now).execution.choices()
    return [Choice(token, place) for token, places in sorted(found.items()) for place in places]


def optional(session: Session, case: Case, *, now: datetime) -> list[Task]:
    """The open tasks of the case that may be left out."""
    if case.state != CaseState.RUNNING:
        return []
    tokens = engine.optional(open_turn(session, case, now=now).execution)
    rows = session.scalars(select(Task).where(Task.case == case.number, Task.state.in_(OPEN_TASK)).order_by(Task.id))
    return [task for task in rows if int(task.instance) in tokens]


def begin(session: Session, case: Case | str, choice: Choice, *, by: Officer | str, now: datetime) -> Case:
    """Have a step begun, once more if it was done already. Raises NotAllowed, NotOpen, UnknownToken."""
    turn = _turn(session, case, by, now)
    turn.execution.choose(choice.token, choice.place)
    turn.close()
    follow(session, turn)
    return turn.case


def leave_out(session: Session, task: Task, *, by: Officer | str, reason: str, now: datetime) -> Case:
    """A step is not needed in this case: its task is withdrawn, on record. Raises NotAllowed, NotOpen, UnknownToken."""
    turn = _turn(session, task.case, by, now)
    told = {"by": staff.code_of(by), "reason": reason}
    turn.remarks = {int(task.instance): told}
    turn.journal.record(task.activity, Lifecycle.SKIP, officer=staff.code_of(by), attributes=told)
    engine.leave_out(turn.execution, int(task.instance))
    turn.close()
    follow(session, turn)
    return turn.case


def may_pick(session: Session, case: Case, officer: Officer | str, now: datetime) -> bool:
    """Whoever has or had work on the case, and managers."""
    code = staff.code_of(officer)
    own = select(Task.id).where(Task.case == case.number, Task.officer == code).limit(1)
    return session.scalar(own) is not None or staff.may(session, code, staff.MANAGE, now)


def _turn(session: Session, case: Case | str, by: Officer | str, now: datetime) -> Turn:
    held = locked_case(session, case)
    if held.state != CaseState.RUNNING:
        raise not_open(session, held, CaseState.RUNNING)
    if not may_pick(session, held, by, now):
        raise NotAllowed(staff.code_of(by), "only who works on the case, or a manager, picks its ad-hoc steps.")
    return open_turn(session, held, now=now)
