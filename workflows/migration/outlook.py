"""What a plan would do with a case: decided from its state as it stands, without changing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bpmn.model import Activity
from event_logs import store
from event_logs.event import Lifecycle
from workflows.assignment import eligible
from workflows.deployment import find_version
from workflows.engine import Migrated, Steps, facts, migrate
from workflows.engine import resume as resume_execution
from workflows.engine.drawn import topic
from workflows.errors import WorkflowError
from workflows.migration.needing import needed
from workflows.migration.planning import MigrationPlan
from workflows.tables import OPEN_TASK, Case, CaseState, ExternalTask, ExternalTaskState, Task, TaskState, Timer
from workflows.turn import Turn
from workflows.versions import Runnable, runnable

OPEN = (CaseState.RUNNING, CaseState.SUSPENDED)
UNFINISHED = (*OPEN_TASK, TaskState.SUSPENDED)
GIVEN = frozenset({"case_number", "office", "taxpayer_id", "taxpayer_name", "result", "error_code", "error_message"})
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """An open task that becomes one of another element, or of other posts; `released` from an officer who may not hold it."""

    task: int
    before: str
    after: str
    officer: str | None
    released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChange:
    """A time that is waited for: `before` is None for a new one, `after` for one that is dropped."""

    node: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would happen to one case. `hindrances` are why it cannot (`key:place`); none means that it migrates.

    `missing` are variables that the rest of the new version reads, unlike that of the old, and nothing gives; `done_otherwise` are steps that the
    case has behind it and that the new version has changed, has no longer, or has put before where the case stands.
    """

    case: str
    hindrances: tuple[str, ...] = ()
    stands_at: tuple[str, ...] = ()
    tasks: tuple[TaskChange, ...] = ()
    times: tuple[TimeChange, ...] = ()
    missing: tuple[str, ...] = ()
    done_otherwise: tuple[str, ...] = ()

    @property
    def migrates(self) -> bool:
        return not self.hindrances


@dataclass
class Attempt:
    """A case put on the new version in memory: what carrying it out and telling about it both need."""

    turn: Turn
    plan: MigrationPlan
    source: Runnable
    target: Runnable
    migrated: Migrated | None
    facts: Sequence[facts.Fact]
    tasks: Mapping[str, Task]
    timers: Mapping[str, Timer]
    hindrances: tuple[str, ...]
    released: Mapping[int, bool] = field(default_factory=dict)

    @cached_property
    def stands_at(self) -> tuple[str, ...]:
        return tuple(sorted({new for _, new in self.migrated.places.values()})) if self.migrated else ()


def dry_run(
    session: Session, plan: MigrationPlan, *, now: datetime, cases: Sequence[str] | None = None
) -> Iterator[Outlook]:
    """Case by case what the plan would do; nothing is changed. `cases` limits it to these numbers."""
    last = ""
    while True:
        query = select(Case).where(*of_source(plan), Case.number > last).order_by(Case.number).limit(AT_ONCE)
        found = session.scalars(query.where(Case.number.in_(cases)) if cases is not None else query).all()
        for case in found:
            yield outlook(attempt(session, case, plan, now=now))
        if len(found) < AT_ONCE:
            return
        last = found[-1].number


def of_source(plan: MigrationPlan) -> tuple[ColumnElement[bool], ...]:
    """The cases that a plan is about, as conditions of a query."""
    return (Case.procedure == plan.procedure, Case.version == plan.source, Case.state.in_(OPEN))


def attempt(session: Session, case: Case, plan: MigrationPlan, *, now: datetime) -> Attempt:
    """Put the case on the new version in memory alone."""
    target = runnable(session, find_version(session, plan.procedure, plan.target).digest)
    turn = Turn(session, case, target, now)
    tasks = {
        t.instance: t for t in session.scalars(select(Task).where(Task.case == case.number, Task.state.in_(UNFINISHED)))
    }
    rows = session.scalars(select(Timer).where(Timer.case == case.number, Timer.fired_at.is_(None)))
    timers = {row.instance or "": row for row in rows}
    migrated, hindrances = _migrated(session, turn, plan, target)
    said = migrated.execution.take() if migrated else ()
    source = runnable(session, case.digest)
    done = Attempt(turn, plan, source, target, migrated, said, tasks, timers, hindrances)
    if migrated is not None:
        done.released = {task.id: _is_released(session, done, task, now) for task in tasks.values()}
    return done


def _migrated(
    session: Session, turn: Turn, plan: MigrationPlan, target: Runnable
) -> tuple[Migrated | None, tuple[str, ...]]:
    case = turn.case
    try:
        execution = resume_execution(runnable(session, case.digest).plan, case.execution, case.data, turn)
        done = migrate(execution, target.plan, plan.places, _Since(session, turn))
    except WorkflowError as error:
        return None, (f"broken:{error}",)
    if done.hindrances:
        return None, tuple(sorted({f"{found.key}:{found.place}" for found in done.hindrances}))
    left = _left_outside(session, case, done, target)
    return (None, left) if left else (done, ())


def _left_outside(session: Session, case: Case, done: Migrated, target: Runnable) -> tuple[str, ...]:
    """Work that a program elsewhere is to do, and that is none for it any more in the new version."""
    rows = session.scalars(
        select(ExternalTask).where(ExternalTask.case == case.number, ExternalTask.state == ExternalTaskState.OPEN)
    )
    new = {row.node: done.places.get(int(row.instance), (row.node, row.node))[1] for row in rows}
    return tuple(sorted(f"other_kind:{was}" for was, place in new.items() if topic_at(target, place) is None))


def topic_at(target: Runnable, place: str) -> str | None:
    """The topic of the program elsewhere that does the work at a place."""
    node = target.plan.nodes.get(place)
    return topic(node) if isinstance(node, Activity) else None


@dataclass
class _Since:
    """The surroundings as they were when a token began to wait: the facts tell when; the case itself began when it was opened."""

    session: Session
    turn: Turn

    def __call__(self, token: int) -> Steps:
        begun = self.turn.case.opened_at if token == 1 else self._scheduled.get(str(token), self.turn.now)
        return replace(self.turn, now=begun)

    @cached_property
    def _scheduled(self) -> dict[str, datetime]:
        told = store.read(self.session, case_id=self.turn.case.number)
        return {e.instance: e.at for e in told if e.lifecycle is Lifecycle.SCHEDULE and e.instance is not None}


def place_of(done: Attempt, task: Task) -> tuple[str, str]:
    """Where a task was in the old version and is in the new one."""
    assert done.migrated is not None
    return done.migrated.places.get(int(task.instance), (task.activity, task.activity))


def posts_at(target: Runnable, place: str) -> list[str]:
    """The posts whose holders do the task at a place."""
    return list(target.owner(place).model.posts(target.plan.nodes[place].id))


def _is_released(session: Session, done: Attempt, task: Task, now: datetime) -> bool:
    """Whether its officer may not hold the task any more, because the new version gives it to other posts."""
    posts = posts_at(done.target, place_of(done, task)[1])
    if task.officer is None or posts == task.posts:
        return False
    return task.officer not in {c.officer for c in eligible(session, posts, task.office or done.turn.case.office, now)}


def outlook(done: Attempt) -> Outlook:
    """What was attempted, for people to read."""
    case = done.turn.case
    if done.migrated is None:
        return Outlook(case=case.number, hindrances=done.hindrances)
    before = needed(done.source.procedure, [old for old, _ in done.migrated.places.values()])
    missing = needed(done.target.procedure, done.stands_at) - before - set(case.data) - GIVEN
    return Outlook(
        case=case.number,
        stands_at=done.stands_at,
        tasks=tuple(_task_changes(done)),
        times=tuple(_time_changes(done)),
        missing=tuple(sorted(missing)),
        done_otherwise=tuple(_done_otherwise(done)),
    )


def _task_changes(done: Attempt) -> Iterator[TaskChange]:
    for task in done.tasks.values():
        before, after = place_of(done, task)
        released = done.released[task.id]
        if before != after or posts_at(done.target, after) != task.posts:
            yield TaskChange(task=task.id, before=before, after=after, officer=task.officer, released=released)


def _time_changes(done: Attempt) -> Iterator[TimeChange]:
    assert done.migrated is not None
    set_now = {fact.token: fact for fact in done.facts if isinstance(fact, facts.TimerSet)}
    for token, fact in set_now.items():
        row = done.timers.get(str(token))
        if row is None or row.due_at != fact.due_at:
            yield TimeChange(node=fact.node, before=row.due_at if row else None, after=fact.due_at)
    for token in done.migrated.over:
        if str(token) in done.timers:
            row = done.timers[str(token)]
            yield TimeChange(node=row.node, before=row.due_at, after=None)


def _done_otherwise(done: Attempt) -> list[str]:
    """Steps behind the case that the new version has otherwise or not at all."""
    session, plan = done.turn.session, done.plan
    told = store.read(session, case_id=done.turn.case.number)
    behind = {event.activity for event in told if event.lifecycle is Lifecycle.COMPLETE}
    return sorted(behind & (set(plan.gone) | plan.changed))
