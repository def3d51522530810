"""Work that nobody does as things stand: it waits in a pool, or on the desk of somebody who is not there to do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.orm import Session

from webui.catalogue import Names, label_at
from webui.language import gettext as _
from webui.reasons import because
from workflows import staff, tasks
from workflows.tables import HELD_TASK, Case, CaseState, Officer, Task, TaskState
from workflows.versions import runnable


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattended:
    """One such task; `nobody` when there is no one who may claim it or take it over."""

    id: int
    activity: str
    case: str
    office: str
    since: datetime
    why: str
    nobody: bool


def unattended(
    session: Session, seen: ColumnElement[bool], *, now: datetime, limit: int
) -> tuple[list[Unattended], int]:
    """The longest waiting among the cases that fit `seen`, and how many there are in all."""
    away = _not_there(session, now)
    query = _query(seen, sorted(away))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    names = Names(session)
    rows = session.execute(query.add_columns(Case).order_by(Task.scheduled_at, Task.id).limit(limit)).all()
    return [_line(session, task, case, away, names, now) for task, case in rows], total


def _query(seen: ColumnElement[bool], away: list[str]) -> Select[Any]:
    """Each kind by the index of its tasks; and not the bare state of the case, or SQLite would go through all running cases instead."""
    waiting = select(Task.id).where(Task.state == TaskState.READY)
    stuck = select(Task.id).where(Task.officer.in_(away), Task.state.in_(HELD_TASK))
    runs = func.coalesce(Case.state, "") == CaseState.RUNNING
    return select(Task).join(Case, Case.number == Task.case).where(seen, Task.id.in_(union_all(waiting, stuck)), runs)


def _not_there(session: Session, now: datetime) -> dict[str, str]:
    """Officers whose desks nobody looks at, and why."""
    absent = staff.absent(session, now)
    alone = {code for code, stand_in in absent.items() if stand_in is None or stand_in in absent}
    left = session.scalars(select(Officer.code).where(Officer.active.is_(False)))
    return dict.fromkeys(alone, "absent") | dict.fromkeys(left, "left")


def _line(session: Session, task: Task, case: Case, away: dict[str, str], names: Names, now: datetime) -> Unattended:
    others = {c.officer for c in tasks.candidates_for(session, task, now)} - {task.officer}
    return Unattended(
        id=task.id,
        activity=label_at(runnable(session, case.digest), task.activity),
        case=case.number,
        office=names.office(task.office),
        since=task.scheduled_at,
        why=f"{_where(task, away, names)} {_who(len(others), held=task.officer is not None)}",
        nobody=not others,
    )


def _where(task: Task, away: dict[str, str], names: Names) -> str:
    if task.officer is None:
        return because(task.why, names)
    name = names.officer(task.officer)
    if away.get(task.officer) == "left":
        return _("It lies on the desk of %(name)s, who is no longer active.", name=name)
    return _("It lies on the desk of %(name)s, who is away without a stand-in.", name=name)


def _who(others: int, *, held: bool) -> str:
    if not others:
        return _("Nobody else may do it now: appoint somebody.")
    if held:
        return _("%(n)s officers may take it over: pass it on.", n=others)
    return _("%(n)s officers may claim it now.", n=others)
