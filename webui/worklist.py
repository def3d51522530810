"""An officer's work as lines of a list: what is waiting, what is begun, what could be claimed, what is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from mining.prediction.records import Shown, grade, shown_of
from webui.catalogue import Names, label_at
from webui.reasons import because
from webui.standing import STYLES, Standing, standing
from workflows import tasks
from workflows.tables import Case, Task, TaskState
from workflows.versions import Runnable, runnable

Versions: TypeAlias = dict[str, Runnable]  # by the digest of what each case runs on
HALVES = ("assigned", "started", "pool", "done")
DONE_SHOWN = POOL_SHOWN = 200
BEGUN = (TaskState.STARTED, TaskState.SUSPENDED)
_OF_CASE = (
    Case.number,
    Case.procedure,
    Case.digest,
    Case.taxpayer_id,
    Case.taxpayer_name,
    Case.title,
    Case.key_taxpayer,
    Case.due_at,
)


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
    risk: float | None
    grade: str
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the filters of the list ask for; empty means everything."""

    procedure: str = ""
    text: str = ""
    standing: str = ""
    order: str = ""

    def ordered(self, lines: list[Line]) -> list[Line]:
        """By urgency as they come, or by the risk of missing the time limit or the expected end, those without at the end."""
        if self.order == "risk":
            return sorted(lines, key=lambda line: -1.0 if line.risk is None else line.risk, reverse=True)
        if self.order == "end":
            return sorted(lines, key=lambda line: (line.ends is None, line.ends or line.since))
        return lines

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
    """The tasks of that tab: `assigned` 待办, `started` 在办, `pool` 任务池, `done` 已办; of a large pool the most urgent."""
    if half == "pool":
        return tasks.pool(session, officer, now, limit=POOL_SHOWN)
    if half == "done":
        return tasks.done(session, officer, limit=DONE_SHOWN)
    mine = tasks.inbox(session, officer, now)
    return [task for task in mine if (task.state in BEGUN) == (half == "started")]


def counts(session: Session, officer: str, *, now: datetime) -> dict[str, int]:
    """How many tasks each tab has, and how many of mine are overdue."""
    mine = tasks.desk(session, officer, now)
    begun = sum(state in BEGUN for state, _ in mine)
    completed = Task.state == TaskState.COMPLETED, Task.completed_at.is_not(None)
    done = select(func.count()).where(Task.officer == officer, *completed)
    return {
        "assigned": len(mine) - begun,
        "started": begun,
        "pool": tasks.pool_size(session, officer, now),
        "done": session.scalar(done) or 0,
        "overdue": sum(standing(due, at=now) == Standing.OVERDUE for _, due in mine),
    }


def lines(session: Session, found: Iterable[Task], *, now: datetime) -> list[Line]:
    """Lines by urgency: overdue first, then by time limit, then by arrival."""
    found = list(found)
    some = select(Case).options(load_only(*_OF_CASE))  # neither its variables nor the state of the engine
    cases = {c.number: c for c in session.scalars(some.where(Case.number.in_({t.case for t in found})))}
    ready = {digest: runnable(session, digest) for digest in {case.digest for case in cases.values()}}
    names, forecasts = Names(session), shown_of(session, {number: case.procedure for number, case in cases.items()})
    made = [_line(task, cases[task.case], ready, names, forecasts.get(task.case), now) for task in found]
    return sorted(made, key=lambda line: (line.due is None, line.due or line.since, line.since))


def _line(task: Task, case: Case, ready: Versions, names: Names, forecast: Shown | None, now: datetime) -> Line:
    due = task.due_at or case.due_at
    stands = standing(due, at=task.completed_at or now)
    return Line(
        id=task.id,
        activity=label_at(ready[case.digest], task.activity),
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
        risk=forecast.risk if forecast else None,
        grade=grade(forecast.risk if forecast else None) or "",
        ends=forecast.median_at if forecast else None,
    )
