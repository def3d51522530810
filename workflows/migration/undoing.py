"""Taking a migrated case back to its old version, as long as it has not moved on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs.event import Lifecycle
from workflows import staff
from workflows.errors import CannotUndo
from workflows.locking import locked_case
from workflows.migration.carrying_out import (
    MOVED,
    UNDONE,
    change_version,
    forget,
    may_migrate,
    offer_as_drawn,
    rename,
    renaming,
)
from workflows.migration.keeping import restore, state_of
from workflows.tables import HELD_TASK, MigratedCase, Migration, Officer, Task, TaskState
from workflows.turn import Turn, open_turn
from workflows.versions import runnable


def undo(
    session: Session, migration: Migration, case: str, *, by: Officer | str, reason: str, now: datetime
) -> MigratedCase:
    """The case stands again as it stood before, on the version that it had. Raises NotAllowed, CannotUndo."""
    may_migrate(session, by, now)
    held = locked_case(session, case)
    row = session.get(MigratedCase, (migration.id, case))
    if row is None or row.outcome != MOVED:
        raise CannotUndo(case, "not_moved")
    if row.before is None:
        raise CannotUndo(case, "went_on")
    if held.version != migration.target or state_of(held) != row.after:
        raise CannotUndo(case, "moved_on")
    _take_back(session, open_turn(session, held, now=now), migration, row, by=staff.code_of(by), reason=reason)
    row.outcome, row.before, row.at = UNDONE, None, now
    session.flush()
    return row


def undo_next(session: Session, migration: Migration, *, by: Officer | str, reason: str, now: datetime) -> str | None:
    """Take the next case back that can be; its number, or None when there is no other."""
    query = select(MigratedCase).where(MigratedCase.migration == migration.id, MigratedCase.outcome == MOVED)
    for row in session.scalars(query.where(MigratedCase.before.is_not(None)).order_by(MigratedCase.case)).all():
        try:
            return undo(session, migration, row.case, by=by, reason=reason, now=now).case
        except CannotUndo:
            row.before = None  # it has moved on: nobody needs its old state any more
    return None


def _take_back(session: Session, turn: Turn, migration: Migration, row: MigratedCase, *, by: str, reason: str) -> None:
    session, case, before = turn.session, turn.case, row.before or {}
    back, beside = (
        {int(token): (new, old) for token, (old, new) in before[which].items()} for which in ("places", "beside")
    )
    tasks = {t.instance: t for t in session.scalars(select(Task).where(Task.id.in_(map(int, before["tasks"]))))}
    stood = next(iter(sorted(old for _, old in back.values())))
    with renaming(session, turn, tasks, back, migration.source):
        change_version(session, turn, migration.source, stood, {"reason": reason, "by": by, "undone": True})
        forget(session, case.number, list(map(int, before["set"])))
        rename(session, case.number, back | beside)
        offer_as_drawn(session, case.number, runnable(session, case.digest), turn.now)
        for task in tasks.values():
            _restore(turn, task, before["tasks"][str(task.id)])
    restore(session, before)
    case.execution = before["execution"]
    turn.close()


def _restore(turn: Turn, task: Task, values: dict[str, object]) -> None:
    released = task.officer != values["officer"] and values["officer"] is not None
    holder = task.officer
    for name in ("activity", "form", "post", "posts", "due_at"):
        setattr(task, name, values[name])
    if released and task.state in (TaskState.READY, *HELD_TASK):
        task.officer, task.state, task.assigned_at = str(values["officer"]), TaskState.ASSIGNED, turn.now
        turn.journal.record_task(task, Lifecycle.REASSIGN, {"from": holder, "why": "migration_undone"})
