"""A manager moves a case to another step: past one that cannot be done, or back to one to be done again, on the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.model import Activity, ProcessModel
from event_logs.event import Lifecycle
from workflows import engine, staff
from workflows.acts import left, not_open
from workflows.errors import AlreadyDone, NotAllowed, UnknownToken, WorkflowError
from workflows.following import follow
from workflows.locking import locked_case
from workflows.tables import Case, CaseState, Incident, Officer
from workflows.turn import Turn, open_turn


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands: the engine's token and its place; `failed` when the step there waits to be tried again."""

    token: int
    place: str
    failed: bool


def positions(session: Session, case: Case, *, now: datetime) -> list[Position]:
    """Every place at which the case stands and from which it can be moved."""
    if case.state != CaseState.RUNNING:
        return []
    execution = open_turn(session, case, now=now).execution
    found = [Position(token, place, execution.is_stuck(token)) for token, place in engine.standing(execution).items()]
    return sorted(found, key=lambda position: position.token)


def destinations(session: Session, case: Case, token: int, *, now: datetime) -> list[str]:
    """The places to which it can be moved from there, in drawn order; raises UnknownToken."""
    return engine.targets(open_turn(session, case, now=now).execution, token)


def move(
    session: Session,
    case: Case | str,
    to: str,
    *,
    by: Officer | str,
    reason: str,
    now: datetime,
    token: int | None = None,
    alone: bool = False,
) -> Case:
    """What stands at `token` (needed where the case stands at several places) is withdrawn, and the case goes on at `to`.

    Its data and parallel branches stay as they are; `alone` ends the other branches of that scope too. The steps that this
    passes over for certain are recorded as such (`manualskip`), with the reason. Raises NotAllowed, NotOpen, AlreadyDone, UnknownToken, CannotMove.
    """
    held = locked_case(session, case)
    if held.state != CaseState.RUNNING:
        raise not_open(session, held, CaseState.RUNNING)
    if not staff.may(session, by, staff.MANAGE, now):
        raise NotAllowed(staff.code_of(by), "only a manager may move a case to another step.")
    turn = open_turn(session, held, now=now)
    moved = _position(turn, token)
    told = {"moved_to": to, "by": staff.code_of(by), "reason": reason}
    turn.remarks = {moved: told}
    place = engine.standing(turn.execution)[moved]
    engine.move(turn.execution, moved, to, alone=alone)
    for passed in passed_over(turn.runnable.plan, place, to):
        turn.journal.record(passed, Lifecycle.SKIP, attributes={"moved_from": place, **told})
    for incident in session.scalars(
        select(Incident).where(
            Incident.case == held.number, Incident.instance == str(moved), Incident.resolved_at.is_(None)
        )
    ):
        incident.resolved_at, incident.resolved_by = now, staff.code_of(by)
    turn.rows.forget(moved, None)
    turn.close()
    follow(session, turn)
    return held


def _position(turn: Turn, token: int | None) -> int:
    known = engine.standing(turn.execution)
    if token is None and len(known) == 1:
        return next(iter(known))
    if token is None or token not in known:
        raise _gone(turn, token or 0)
    return token


def _gone(turn: Turn, token: int) -> WorkflowError:
    """Somebody was faster, or nothing ever stood there."""
    act = left(turn.session, turn.case.number, token)
    return AlreadyDone(act.who, "withdrawn", act.when, act.reason) if act else UnknownToken(token)


def passed_over(plan: engine.Plan, place: str, to: str) -> Iterator[str]:
    """The activities that every way from one place to the other comes by, the first included; none when there is no way."""
    prefix = place.rpartition("/")[0]
    if prefix != to.rpartition("/")[0]:
        return
    prefix = f"{prefix}/" if prefix else ""
    model = engine.model_at(plan, prefix)
    start, end = place.removeprefix(prefix), to.removeprefix(prefix)
    if not _leads(model, start, end, without=None):
        return
    for node in model.activities:
        if node.id == start or (node.id != end and not _leads(model, start, end, without=node)):
            yield prefix + node.id


def _leads(model: ProcessModel, start: str, end: str, *, without: Activity | None) -> bool:
    """Whether flows lead from one element to the other, that one activity left out."""
    seen, ahead = {start, without.id if without else start}, [start]
    while ahead:
        for flow in model.outgoing(ahead.pop()):
            if flow.target == end:
                return True
            if flow.target not in seen:
                seen.add(flow.target)
                ahead.append(flow.target)
    return False
