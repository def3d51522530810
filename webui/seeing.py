"""What an officer may see: a case or task of another office is answered as if it did not exist."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webui.auth import SignedIn
from webui.errors import NotFound
from workflows import tasks
from workflows.tables import Case, Task


def case_seen(session: Session, number: str, officer: SignedIn, *, now: datetime) -> Case:
    """The case; raises NotFound. Whoever has or had a task on it sees it too, wherever it belongs."""
    case = session.get(Case, number)
    if case is None or not (officer.sees(case.office) or _works_on(session, number, officer, now)):
        raise NotFound("case", number)
    return case


def task_seen(session: Session, id: int, officer: SignedIn, *, now: datetime) -> tuple[Task, Case]:
    """The task with its case; raises NotFound."""
    task = session.get(Task, id)
    if task is None:
        raise NotFound("task", str(id))
    return task, case_seen(session, task.case, officer, now=now)


def _works_on(session: Session, number: str, officer: SignedIn, now: datetime) -> bool:
    if any(task.case == number for task in tasks.inbox(session, officer.code, now)):
        return True
    if session.query(Task.id).filter(Task.case == number, Task.officer == officer.code).first() is not None:
        return True
    return tasks.in_pool(session, officer.code, number, now)
