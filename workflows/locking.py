"""Taking hold of a case before changing it: on PostgreSQL its row, on SQLite the whole file (BEGIN IMMEDIATE).

In a transaction that reads first (`database.reading_first`) a verb may read the task and its case ahead, think, and take hold only
to write: the case is written where it still has the revision that was read, and every change raises that. Who was overtaken
meanwhile does the work again, now holding from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table, bindparam, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from event_logs.prepared import Filled, Prepared, send_all
from workflows import writing_turn
from workflows.errors import Overtaken, UnknownCase, UnknownTask
from workflows.known import change, changes, found, written
from workflows.tables import Case, Task

CASES, TASKS = cast(Table, Case.__table__), cast(Table, Task.__table__)
CASE = Prepared(select(CASES).where(CASES.c.number == bindparam("number")).with_for_update())
TASK = Prepared(
    select(CASES, TASKS)
    .join(TASKS, TASKS.c.case == CASES.c.number)
    .where(TASKS.c.id == bindparam("id"))
    .with_for_update()
)
REVISION = Prepared(select(CASES.c.revision).where(CASES.c.number == bindparam("number")))
BEGIN = Filled(writing_turn.BEGIN, ())
AHEAD = "a case that was read ahead"
Result = TypeVar("Result")


def locked_case(session: Session, case: Case | str) -> Case:
    """The case as it is now, held until the transaction ends; raises UnknownCase."""
    connection = session.connection()
    _begin(connection)
    number = case if isinstance(case, str) else case.number
    session.flush()
    for row in CASE.rows(connection, {"number": number}):
        return found(session, Case, row)
    raise UnknownCase(number)


def locked_task(session: Session, task: Task | int, *, ahead: bool = False) -> tuple[Task, Case]:
    """The task and its case as they are now, both held; raises UnknownTask.

    Both rows are locked in one statement, so that PostgreSQL reads the newest state of both after it had to wait. With `ahead`,
    which is for what `ahead` calls, a transaction that reads first does not hold them yet.
    """
    connection = session.connection()
    if not ahead:
        _begin(connection)
    id = task if isinstance(task, int) else task.id
    session.flush()
    for row in TASK.rows(connection, {"id": id}):
        case = found(session, Case, row[: len(CASES.c)])
        if not _held(connection):
            session.info[AHEAD] = case
        return found(session, Task, row[len(CASES.c) :]), case
    raise UnknownTask(id)


def ahead(session: Session, work: Callable[[], Result]) -> Result:
    """Do what reads ahead, thinks and writes; once more when somebody was faster."""
    try:
        return work()
    except Overtaken:
        _put_back(session)
        return work()
    finally:
        session.info.pop(AHEAD, None)


def _put_back(session: Session) -> None:
    """Forget what was thought: nothing of it is written."""
    for row in tuple(session.new):
        session.expunge(row)
    for row in tuple(session.dirty):
        session.expire(row)


def write_known(
    session: Session, connection: Connection, case: Case, tasks: Sequence[Task], more: Sequence[Filled]
) -> None:
    """Write what has changed of a case that is known to the database, its next revision, and what has changed of its tasks; then
    what the session has to tell, and these statements more. Raises Overtaken.
    """
    session.info.pop(AHEAD, None)
    told = changes(case) | {"revision": case.revision + 1}
    own = change(connection.dialect, case, told, number=case.number, revision=case.revision)
    others = [change(connection.dialect, task, new, id=task.id) for task in tasks if (new := changes(task))]
    known = [replace(own, answered=partial(_need_one, case.number)), *others]
    between = session.new or session.deleted or {*session.dirty}.difference((case, *tasks))
    send_all(connection, known if between else [*known, *more])
    set_committed_value(case, "revision", told["revision"])
    written(session, case, *tasks)
    if between:
        session.flush()
        send_all(connection, more)


def _need_one(case: str, _connection: Connection, cursor: Any) -> None:
    if cursor.rowcount != 1:
        raise Overtaken(case)


def _held(connection: Connection) -> bool:
    return connection.dialect.name != "sqlite" or bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _begin(connection: Connection) -> None:
    if not _held(connection):
        BEGIN.send(connection)


@event.listens_for(Session, "before_flush")
def _look_again(session: Session, *_: Any) -> None:
    """Nothing is written on the strength of what was read ahead before it is known to be still so."""
    case = session.info.pop(AHEAD, None)
    if case is not None:
        connection = session.connection()
        _begin(connection)
        if REVISION.rows(connection, {"number": case.number}) != [(case.revision,)]:
            raise Overtaken(case.number)
