"""Taking hold of a case before changing it: on PostgreSQL its row, on SQLite the whole file (BEGIN IMMEDIATE)."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workflows.errors import UnknownCase, UnknownTask
from workflows.tables import Case, Task

CASE = select(Case).where(Case.number == bindparam("number")).with_for_update()
TASK = select(Case, Task).join(Task, Task.case == Case.number).where(Task.id == bindparam("id")).with_for_update()
NEWEST = {"populate_existing": True}


def locked_case(session: Session, case: Case | str) -> Case:
    """The case as it is now, held until the transaction ends; raises UnknownCase."""
    number = case if isinstance(case, str) else case.number
    found = session.scalars(CASE, {"number": number}, execution_options=NEWEST).first()
    if found is None:
        raise UnknownCase(number)
    return found


def locked_task(session: Session, task: Task | int) -> tuple[Task, Case]:
    """The task and its case as they are now, both held; raises UnknownTask.

    Both rows are locked in one statement, so that PostgreSQL reads the newest state of both after it had to wait.
    """
    id = task if isinstance(task, int) else task.id
    row = session.execute(TASK, {"id": id}, execution_options=NEWEST).first()
    if row is None:
        raise UnknownTask(id)
    return row[1], row[0]
