"""Tasks: what an officer does with the work that was routed to the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bpmn.model import Activity
from event_logs.event import Lifecycle
from workflows import staff
from workflows.acts import not_open, withdrawal
from workflows.assignment import Candidate, completed_by
from workflows.errors import AlreadyDone, CannotReturn, NotAllowed, UnknownTask
from workflows.filling_in import answered, outcomes
from workflows.following import follow
from workflows.locking import ahead, locked_task
from workflows.pool import in_pool, pool, pool_size
from workflows.routing import Considered, assign, candidates, kept_apart, put_in_pool, route
from workflows.routing import explain as why
from workflows.tables import HELD_TASK, Case, CaseState, Officer, Task, TaskState
from workflows.turn import Turn, open_turn
from workflows.versions import Runnable, runnable

RETURN = "return"
DONE = {TaskState.COMPLETED: "completed", TaskState.WITHDRAWN: "withdrawn"}


def inbox(session: Session, officer: Officer | str, now: datetime) -> Sequence[Task]:
    """What lies on an officer's desk, and on the desks of the absent that the officer stands in for; most urgent first."""
    mine = select(Task).where(*_on_desk(session, officer, now))
    return session.scalars(mine.order_by(Task.due_at.is_(None), Task.due_at, Task.id)).all()


def desk(session: Session, officer: Officer | str, now: datetime) -> Sequence[tuple[str, datetime | None]]:
    """State and time limit of everything in the inbox: what it takes to count."""
    rows = session.execute(select(Task.state, Task.due_at).where(*_on_desk(session, officer, now)))
    return [(row.state, row.due_at) for row in rows]


def _on_desk(
    session: Session, officer: Officer | str, now: datetime
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The officers whose desks these are come first: then the index by officer finds the tasks."""
    code = staff.code_of(officer)
    whose = [code, *staff.stands_in_for(session, code, now)]
    return Task.officer.in_(whose), Task.state.in_(HELD_TASK)


def done(session: Session, officer: Officer | str, *, limit: int = 100) -> Sequence[Task]:
    """What the officer has completed, latest first."""
    return session.scalars(
        select(Task)
        .where(
            Task.officer == staff.code_of(officer), Task.state == TaskState.COMPLETED, Task.completed_at.is_not(None)
        )
        .order_by(Task.completed_at.desc(), Task.id.desc())
        .limit(limit)
    ).all()


def find(session: Session, task: int) -> Task:
    found = session.get(Task, task)
    if found is None:
        raise UnknownTask(task)
    return found


def candidates_for(session: Session, task: Task, now: datetime) -> list[Candidate]:
    """Everyone who may do the task as things stand now."""
    case = session.get_one(Case, task.case)
    ready = runnable(session, case.digest)
    return candidates(session, task, case, _activity(ready, task), ready.procedure, now)


def known(session: Session, task: Task, case: Case, *, now: datetime) -> Mapping[str, Any]:
    """What the case knows where the task waits, what belongs to the task alone included: in a called procedure what is known there."""
    if "/" not in task.activity or task.state in DONE or not case.execution:
        return {**case.data, **(task.local or {})}
    return open_turn(session, case, now=now).execution.variables(int(task.instance))


def explain(session: Session, task: Task, now: datetime) -> list[Considered]:
    """Everyone who holds a post for the task, and why each may do it or not as things stand now."""
    case = session.get_one(Case, task.case)
    ready = runnable(session, case.digest)
    return why(session, task, case, _activity(ready, task), ready.procedure, now)


def reroute(
    session: Session, officer: Officer | str, *, by: Officer | str, now: datetime, why: str = "post_taken_back"
) -> list[Task]:
    """Give to others what lies on the desk of an officer who may not do it any more; `why` is post_taken_back or officer_left.

    What nobody else may do goes to the pool. The work of a suspended case rests on, on its new desk.
    """
    code, moved, lying = staff.code_of(officer), [], (*HELD_TASK, TaskState.SUSPENDED)
    desk = select(Task.id).where(Task.officer == code, Task.state.in_(lying))
    for id in session.scalars(desk.order_by(Task.id)).all():
        task, case = locked_task(session, id)
        if task.officer != code or task.state not in lying:
            continue  # somebody was faster
        if all(c.officer != code for c in candidates_for(session, task, now)):
            turn = open_turn(session, case, now=now, task=task)
            _give_to_others(turn, task)
            turn.journal.record_task(task, Lifecycle.REASSIGN, {"from": code, "by": staff.code_of(by), "why": why})
            moved.append(_settled(turn, task))
    return moved


def _give_to_others(turn: Turn, task: Task) -> None:
    rests = task.state == TaskState.SUSPENDED
    put_in_pool(task, turn.case.office)
    route(turn.session, turn.case, task, _activity(turn.runnable, task), turn.runnable.procedure, now=turn.now)
    if rests:
        task.before_suspension, task.state = task.state, TaskState.SUSPENDED


def claim(session: Session, task: Task | int, officer: Officer | str, *, now: datetime) -> Task:
    """Take a task from the pool; raises AlreadyDone when somebody was faster, NotAllowed when it is not for this officer."""
    held, case = _running(session, task)
    code = staff.code_of(officer)
    if held.state != TaskState.READY:
        raise AlreadyDone(held.officer, "taken", held.assigned_at)
    chosen = next((c for c in candidates_for(session, held, now) if c.officer == code), None)
    if chosen is None:
        raise NotAllowed(code, "this work is not for a holder of your posts, or four eyes keep you out.")
    turn = open_turn(session, case, now=now, task=held)
    assign(held, code, post=chosen.post, office=chosen.office, now=now)
    held.why = {"key": "claimed"}
    turn.journal.record_task(held, Lifecycle.ASSIGN, {"why": "claimed"})
    return _settled(turn, held)


def release(session: Session, task: Task | int, officer: Officer | str, *, now: datetime) -> Task:
    """Put a task back into the pool."""
    held, case = _running(session, task)
    _own(session, held, officer, now)
    turn = open_turn(session, case, now=now, task=held)
    before = held.officer
    put_in_pool(held, case.office)
    held.why = {"key": "released", "officer": before}
    turn.journal.record_task(held, Lifecycle.REASSIGN, {"released_by": staff.code_of(officer)})
    return _settled(turn, held)


def begin(session: Session, task: Task | int, officer: Officer | str, *, now: datetime) -> Task:
    """The officer opens the task and works on it. Beginning it twice changes nothing."""
    held, case = _running(session, task)
    _own(session, held, officer, now)
    if held.state != TaskState.STARTED:
        turn = open_turn(session, case, now=now, task=held)
        _begin(turn, held, officer)
        _settled(turn, held)
    return held


def _begin(turn: Turn, task: Task, officer: Officer | str) -> None:
    code = staff.code_of(officer)
    if code != task.officer:  # a stand-in does it
        task.performed_for, task.officer = task.officer, code
        turn.journal.record_task(task, Lifecycle.REASSIGN, {"why": "stand_in", "stands_in_for": task.performed_for})
    task.state, task.started_at = TaskState.STARTED, turn.now
    turn.journal.record_task(task, Lifecycle.START)


def complete(
    session: Session, task: Task | int, officer: Officer | str, answers: Mapping[str, Any], *, now: datetime
) -> Task:
    """The officer is done: the answers become variables of the case, and it goes on.

    Raises InvalidAnswers (nothing is changed), AlreadyDone, NotAllowed, NotOpen.
    """

    def values(held: Task, case: Case, ready: Runnable) -> Mapping[str, Any]:
        return answered(ready.form(held.activity, held.form), answers, known(session, held, case, now=now))

    return ahead(session, lambda: _complete(session, task, officer, values, now))


def _complete(
    session: Session,
    task: Task | int,
    officer: Officer | str,
    values_of: Callable[[Task, Case, Runnable], Mapping[str, Any]],
    now: datetime,
) -> Task:
    held, case = _running(session, task, ahead=True)
    _own(session, held, officer, now)
    ready = runnable(session, case.digest)
    _need_other_eyes(ready, held, case, officer)
    values = values_of(held, case, ready)
    turn = open_turn(session, case, now=now, task=held)
    if held.state != TaskState.STARTED:
        _begin(turn, held, officer)
    held.state, held.completed_at, held.answers = TaskState.COMPLETED, now, values
    _remember_hand(case, held.activity, staff.code_of(officer))
    turn.journal.record_task(held, Lifecycle.COMPLETE, values)
    turn.execution.complete(int(held.instance), values)
    turn.close()
    follow(session, turn)
    return held


def _remember_hand(case: Case, activity: str, officer: str) -> None:
    done_by = case.hands.get(activity, ())
    if officer not in done_by:
        case.hands = {**case.hands, activity: [*done_by, officer]}


def return_for_correction(
    session: Session, task: Task | int, officer: Officer | str, reason: str, *, now: datetime
) -> Task:
    """Send the case back with a reason: the outcome `return`, which the drawing leads where it belongs.

    Raises CannotReturn when the form has no such outcome. The reason is kept as `<activity>_remark`.
    """

    def values(held: Task, _case: Case, ready: Runnable) -> Mapping[str, Any]:
        node = _activity(ready, held)
        if RETURN not in outcomes(ready.form(held.activity, held.form), node.id):
            raise CannotReturn(held.activity)
        return {f"{node.id}_outcome": RETURN, f"{node.id}_remark": reason}

    return ahead(session, lambda: _complete(session, task, officer, values, now))


def reassign(
    session: Session, task: Task | int, to: Officer | str, *, by: Officer | str, reason: str, now: datetime
) -> Task:
    """Hand a task to another eligible officer; its holder and managers may. Raises NotAllowed."""
    held, case = _running(session, task)
    giver, taker = staff.code_of(by), staff.code_of(to)
    if giver != held.officer and not staff.may(session, by, staff.MANAGE, now):
        raise NotAllowed(giver, "only its holder or a manager may hand this task on.")
    chosen = next((c for c in candidates_for(session, held, now) if c.officer == taker), None)
    if chosen is None:
        raise NotAllowed(taker, "this work is not for a holder of those posts, or four eyes keep the officer out.")
    turn = open_turn(session, case, now=now, task=held)
    before = held.officer
    assign(held, taker, post=chosen.post, office=chosen.office, now=now)
    held.started_at = None
    held.why = {"key": "reassigned", "by": giver, "reason": reason}
    lifecycle = Lifecycle.REASSIGN if before else Lifecycle.ASSIGN
    turn.journal.record_task(held, lifecycle, {"from": before, "by": giver, "reason": reason})
    return _settled(turn, held)


def _need_other_eyes(ready: Runnable, task: Task, case: Case, officer: Officer | str) -> None:
    """Whoever it is, a manager or a stand-in too: nobody does both sides. Raises NotAllowed.

    Its own holder is looked at again: since the task was given, the officer may have stood in on the other side, or the case may have
    come under a version with more such pairs.
    """
    apart = kept_apart(ready.procedure, task.activity, _activity(ready, task).four_eyes)
    done_by = completed_by(case, apart)
    code = staff.code_of(officer)
    if code in done_by:
        raise NotAllowed(
            code,
            "the same person did “%(activity)s” in this case; hand the task on to somebody else.",
            activity=done_by[code],
        )


def _activity(ready: Runnable, task: Task) -> Activity:
    node = ready.plan.nodes[task.activity]
    assert isinstance(node, Activity)
    return node


def _settled(turn: Turn, task: Task) -> Task:
    turn.close()
    return task


def _running(session: Session, task: Task | int, *, ahead: bool = False) -> tuple[Task, Case]:
    """The task and its case, held and open (read ahead, where that is possible); raises AlreadyDone, NotOpen."""
    held, case = locked_task(session, task, ahead=ahead)
    if held.state in DONE:
        raise _too_late(session, held)
    if case.state != CaseState.RUNNING or held.state == TaskState.SUSPENDED:
        raise not_open(session, case, CaseState.RUNNING)
    return held, case


def _too_late(session: Session, task: Task) -> AlreadyDone:
    if task.state == TaskState.COMPLETED:
        return AlreadyDone(task.officer, DONE[TaskState.COMPLETED], task.completed_at)
    act = withdrawal(session, task)
    return AlreadyDone(act.who, DONE[TaskState.WITHDRAWN], act.when, act.reason)


def _own(session: Session, task: Task, officer: Officer | str, now: datetime) -> None:
    """Only its holder, the holder's stand-in or a manager may do this with a task; a task in the pool is claimed first."""
    code = staff.code_of(officer)
    if task.officer is None:
        raise NotAllowed(code, "the task is in the pool; claim it first.")
    if task.officer == code or staff.absent(session, now).get(task.officer) == code:
        return
    if not staff.may(session, code, staff.MANAGE, now):
        raise NotAllowed(code, "the task lies on the desk of %(holder)s.", holder=task.officer)


__all__ = [
    "begin",
    "candidates_for",
    "claim",
    "complete",
    "desk",
    "done",
    "explain",
    "find",
    "in_pool",
    "inbox",
    "known",
    "pool",
    "pool_size",
    "reassign",
    "release",
    "reroute",
    "return_for_correction",
]
