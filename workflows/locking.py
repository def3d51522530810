"""Taking hold of a case before changing it: on PostgreSQL its row, on SQLite the whole file (BEGIN IMMEDIATE).

In a transaction that reads first (`database.reading_first`) a verb may read the task and its case ahead, think, and take hold only
to write: the case is written where it still has the revision that was read, and every change raises that. Who was overtaken
meanwhile does the work again, now holding from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table, Update, bindparam, event, inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history, set_committed_value

from workflows.errors import Overtaken, UnknownCase, UnknownTask
from workflows.tables import Case, Task

CASE = select(Case).where(Case.number == bindparam("number")).with_for_update()
TASK = select(Case, Task).join(Task, Task.case == Case.number).where(Task.id == bindparam("id")).with_for_update()
REVISION = select(Case.revision).where(Case.number == bindparam("number"))
NEWEST = {"populate_existing": True}
AHEAD = "a case that was read ahead"
COLUMNS = frozenset(inspect(Case).column_attrs.keys()) - {"revision"}
Result = TypeVar("Result")


def locked_case(session: Session, case: Case | str) -> Case:
    """The case as it is now, held until the transaction ends; raises UnknownCase."""
    _begin(session.connection())
    number = case if isinstance(case, str) else case.number
    found = session.scalars(CASE, {"number": number}, execution_options=NEWEST).first()
    if found is None:
        raise UnknownCase(number)
    return found


def locked_task(session: Session, task: Task | int, *, ahead: bool = False) -> tuple[Task, Case]:
    """The task and its case as they are now, both held; raises UnknownTask.

    Both rows are locked in one statement, so that PostgreSQL reads the newest state of both after it had to wait. With `ahead`,
    which is for what `ahead` calls, a transaction that reads first does not hold them yet.
    """
    connection = session.connection()
    if not ahead:
        _begin(connection)
    id = task if isinstance(task, int) else task.id
    row = session.execute(TASK, {"id": id}, execution_options=NEWEST).first()
    if row is None:
        raise UnknownTask(id)
    if not _held(connection):
        session.info[AHEAD] = row[0]
    return row[1], row[0]


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


def write_case(session: Session, case: Case) -> None:
    """Write what has changed of a case that is known to the database, and its next revision; raises Overtaken."""
    session.info.pop(AHEAD, None)
    touched = COLUMNS - inspect(case).unmodified
    changed = frozenset(name for name in touched if get_history(case, name).has_changes())
    told: dict[str, Any] = {name: getattr(case, name) for name in changed} | {"revision": case.revision + 1}
    connection = session.connection()
    _begin(connection)
    if connection.execute(_change(changed), {**told, "of_case": case.number, "was": case.revision}).rowcount != 1:
        raise Overtaken(case.number)
    for name, value in told.items():
        set_committed_value(case, name, value)


@cache
def _change(names: frozenset[str]) -> Update:
    """Built once for each set of columns: building a statement costs more than running it."""
    table = cast(Table, Case.__table__)
    same = table.c.number == bindparam("of_case"), table.c.revision == bindparam("was")
    return update(table).where(*same).values({name: bindparam(name) for name in (*sorted(names), "revision")})


def _held(connection: Connection) -> bool:
    return connection.dialect.name != "sqlite" or bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _begin(connection: Connection) -> None:
    if not _held(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Session, "before_flush")
def _look_again(session: Session, *_: Any) -> None:
    """Nothing is written on the strength of what was read ahead before it is known to be still so."""
    case = session.info.pop(AHEAD, None)
    if case is not None:
        connection = session.connection()
        _begin(connection)
        if connection.execute(REVISION, {"number": case.number}).scalar() != case.revision:
            raise Overtaken(case.number)
