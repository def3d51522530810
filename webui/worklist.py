"""An officer's work as lines of a list: what is waiting, what is begun, what could be claimed, what is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webui.catalogue import Names, of_case
from webui.language import current_language
from webui.reasons import because
from webui.standing import STYLES, Standing, standing
from workflows import tasks
from workflows.tables import Case, Task, TaskState

HALVES = ("assigned", "started", "pool", "done")
DONE_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One task as the list shows it; `style` colours the line by its standing."""

    id: int
    activity: str
    procedure_key: str
    procedure: str
    case: str
    taxpayer: str
    title: str
    state: str
    key_taxpayer: bool
    standing: Standing
    style: str
    due: datetime | None
    since: datetime
    waited: timedelta
    completed: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the filters of the list ask for; empty means everything."""

    procedure: str = ""
    text: str = ""
    standing: str = ""

    def fit(self, line: Line) -> bool:
        text = self.text.casefold()
        return (
            (not self.procedure or line.procedure_key == self.procedure)
            and (not self.standing or line.standing == self.standing)
            and (
                not text
                or any(text in part.casefold() for part in (line.case, line.taxpayer, line.title, line.activity))
            )
        )


def tasks_of(session: Session, officer: str, half: str, *, now: datetime) -> Sequence[Task]:
    """The tasks of that tab: `assigned` 待办, `started` 在办, `pool` 任务池, `done` 已办."""
    if half == "pool":
        return tasks.pool(session, officer, now)
    if half == "done":
        return tasks.done(session, officer, limit=DONE_SHOWN)
    mine = tasks.inbox(session, officer, now)
    started = (TaskState.STARTED, TaskState.SUSPENDED)
    return [task for task in mine if (task.state in started) == (half == "started")]


def counts(session: Session, officer: str, *, now: datetime) -> dict[str, int]:
    """How many tasks each tab has, and how many of mine are overdue."""
    mine = tasks.inbox(session, officer, now)
    begun = sum(task.state in (TaskState.STARTED, TaskState.SUSPENDED) for task in mine)
    done = select(func.count()).where(Task.officer == officer, Task.state == TaskState.COMPLETED)
    return {
        "assigned": len(mine) - begun,
        "started": begun,
        "pool": len(tasks.pool(session, officer, now)),
        "done": session.scalar(done) or 0,
        "overdue": sum(standing(task.due_at, at=now) == Standing.OVERDUE for task in mine),
    }


def lines(session: Session, found: Iterable[Task], *, now: datetime) -> list[Line]:
    """Lines by urgency: overdue first, then by time limit, then by arrival."""
    found = list(found)
    cases = {c.number: c for c in session.scalars(select(Case).where(Case.number.in_({t.case for t in found})))}
    names = Names(session)
    made = [_line(session, task, cases[task.case], names, now) for task in found]
    return sorted(made, key=lambda line: (line.due is None, line.due or line.since, line.since))


def _line(session: Session, task: Task, case: Case, names: Names, now: datetime) -> Line:
    due = task.due_at or case.due_at
    stands = standing(due, at=task.completed_at or now)
    return Line(
        id=task.id,
        activity=of_case(session, case.procedure, case.version).model.label(task.activity, current_language()),
        procedure_key=case.procedure,
        procedure=names.procedure(case.procedure),
        case=case.number,
        taxpayer=case.taxpayer_name or case.taxpayer_id or "",
        title=case.title,
        state=task.state,
        key_taxpayer=case.key_taxpayer,
        standing=stands,
        style=STYLES[stands],
        due=due,
        since=task.scheduled_at,
        waited=(task.completed_at or now) - task.scheduled_at,
        completed=task.completed_at,
        why=because(task.why, names),
    )
