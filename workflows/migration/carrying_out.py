"""Carrying a plan out: one case after the other, each a transaction of its own, so that it can be stopped and taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bpmn.model import Activity
from event_logs.event import Lifecycle
from workflows import staff, working_hours
from workflows.deployment import arm, find_version
from workflows.engine import facts, go_on
from workflows.errors import NotAllowed
from workflows.following import follow
from workflows.migration.keeping import kept, state_of
from workflows.migration.outlook import Attempt, attempt, of_source, place_of, posts_at, topic_at
from workflows.migration.planning import MigrationPlan
from workflows.recording import Journal
from workflows.routing import put_in_pool, route
from workflows.tables import (
    Case,
    ExternalTask,
    ExternalTaskState,
    Incident,
    KeptMessage,
    MigratedCase,
    Migration,
    Officer,
    Subscription,
    Task,
    TaskState,
    Timer,
)
from workflows.turn import Turn
from workflows.versions import Runnable

MOVED, STAYED, UNDONE = "moved", "stayed", "undone"
RIGHTS = frozenset({staff.MANAGE, staff.ADMINISTER, "redesign"})
NEWEST = {"populate_existing": True}
WAITING = (Timer, Subscription)
BY_ITSELF = (facts.Entered, facts.Enabled, facts.Performed, facts.Completed, facts.Ended, facts.Stuck)


def begin(session: Session, plan: MigrationPlan, *, by: Officer | str, reason: str, now: datetime) -> Migration:
    """Put a plan on record; `migrate_next` carries it out. Raises NotAllowed."""
    may_migrate(session, by, now)
    row = Migration(procedure=plan.procedure, source=plan.source, target=plan.target, places=dict(plan.places))
    row.reason, row.by, row.begun_at = reason, staff.code_of(by), now
    session.add(row)
    session.flush()
    return row


def may_migrate(session: Session, by: Officer | str, now: datetime) -> None:
    if not RIGHTS & staff.rights(session, by, now):
        raise NotAllowed(staff.code_of(by), "only who manages cases or redesigns procedures may migrate cases.")


def plan_of(migration: Migration) -> MigrationPlan:
    return MigrationPlan(
        procedure=migration.procedure, source=migration.source, target=migration.target, places=migration.places
    )


def migrate_next(session: Session, migration: Migration, *, now: datetime) -> MigratedCase | None:
    """Migrate the next case, or note why it stays; None, and the migration is finished, when there is no other.

    Several may do this at once: a case that another holds is left to it.
    """
    plan = plan_of(migration)
    seen = select(MigratedCase.case).where(MigratedCase.migration == migration.id)
    query = select(Case).where(*of_source(plan), Case.number.not_in(seen)).order_by(Case.number).limit(1)
    held = query.with_for_update(skip_locked=True)
    case = session.scalars(held, execution_options=NEWEST).first()
    if case is None:
        migration.finished_at = migration.finished_at or now
        return None
    return _carry(session, migration, case, plan, now)


def open_migrations(session: Session) -> list[Migration]:
    """Those that are not finished, oldest first."""
    return list(session.scalars(select(Migration).where(Migration.finished_at.is_(None)).order_by(Migration.id)))


def counts(session: Session, migration: Migration) -> dict[str, int]:
    """How many cases moved, stayed, were taken back, and are still to come."""
    by_outcome = select(MigratedCase.outcome, func.count()).where(MigratedCase.migration == migration.id)
    found = {MOVED: 0, STAYED: 0, UNDONE: 0}
    for outcome, number in session.execute(by_outcome.group_by(MigratedCase.outcome)):
        found[outcome] = number
    left = 0
    if migration.finished_at is None:
        seen = select(MigratedCase.case).where(MigratedCase.migration == migration.id)
        plan = plan_of(migration)
        left = (
            session.scalar(select(func.count()).select_from(Case).where(*of_source(plan), Case.number.not_in(seen)))
            or 0
        )
    return {**found, "left": left}


def _carry(session: Session, migration: Migration, case: Case, plan: MigrationPlan, now: datetime) -> MigratedCase:
    done = attempt(session, case, plan, now=now)
    row = MigratedCase(migration=migration.id, case=case.number, outcome=STAYED, reasons=list(done.hindrances), at=now)
    if done.migrated is not None:
        row.outcome, row.before = MOVED, kept(session, done)
        if _move(session, done, migration):
            row.before = None
        row.after = state_of(case)
    session.add(row)
    session.flush()
    return row


def _move(session: Session, done: Attempt, migration: Migration) -> bool:
    """Put the case on the new version; says whether it went on by itself at that."""
    turn, case, migrated = done.turn, done.turn.case, done.migrated
    assert migrated is not None
    told = {"reason": migration.reason, "by": migration.by}
    with renaming(session, turn, done.tasks, migrated.places, migration.target):
        change_version(session, turn, migration.target, done.stands_at[0], told)
        forget(session, case.number, [*migrated.over, *migrated.replanned])
        rename(session, case.number, migrated.places | migrated.beside)
        offer_as_drawn(session, case.number, done.target, turn.now)
        for task in done.tasks.values():
            _follow_drawing(session, done, task)
    turn.opened, turn.tasks = migrated.execution, dict(done.tasks)
    go_on(migrated.execution)
    went_on = migrated.execution.take()
    migrated.execution.run.facts += [*done.facts, *went_on]
    turn.close()
    follow(session, turn)
    return any(isinstance(fact, BY_ITSELF) for fact in went_on)


def change_version(session: Session, turn: Turn, number: int, place: str, told: Mapping[str, Any]) -> None:
    """The case runs on another version of its procedure from now on, and its facts say so."""
    case = turn.case
    version, before = find_version(session, case.procedure, number), case.version
    case.version, case.digest, case.arm = version.number, version.digest, arm(version)
    attributes = {"version_from": before, "version_to": number, **told}
    turn.journal.record(place, Lifecycle.MIGRATE, attributes=attributes)


@contextmanager
def renaming(
    session: Session, turn: Turn, tasks: Mapping[str, Task], places: Mapping[int, tuple[str, str]], target: int
) -> Iterator[None]:
    """Work that becomes that of another element ends under its old name and version, and begins under the new ones."""
    journal, before = turn.journal, turn.case.version
    renamed = {str(token): pair for token, pair in places.items() if pair[0] != pair[1]}
    moved = [task for task in tasks.values() if task.instance in renamed]
    awaited = _awaited(session, turn.case.number) & set(renamed)
    for task in moved:
        journal.record_task(task, Lifecycle.WITHDRAW, {"migrated_to": target})
    for instance in sorted(awaited):
        journal.record(renamed[instance][0], Lifecycle.WITHDRAW, instance=instance, attributes={"migrated_to": target})
    yield
    for task in moved:
        recorded_again(journal, task, {"migrated_from": before})
    for instance in sorted(awaited):
        journal.record(
            renamed[instance][1], Lifecycle.SCHEDULE, instance=instance, attributes={"migrated_from": before}
        )


def _awaited(session: Session, case: str) -> set[str]:
    """The tokens that wait for a time, a message or a signal. (Not those of the border: for them nobody waits.)"""
    times = session.scalars(select(Timer.instance).where(Timer.case == case, Timer.kind == "timer"))
    names = session.scalars(select(Subscription.instance).where(Subscription.case == case))
    return {instance for instance in (*times, *names) if instance}


def forget(session: Session, case: str, tokens: list[int]) -> None:
    """What is kept outside for these tokens is void."""
    for table in WAITING:
        session.execute(delete(table).where(table.case == case, table.instance.in_([str(token) for token in tokens])))


def rename(session: Session, case: str, places: Mapping[int, tuple[str, str]]) -> None:
    """Let what waits outside name the places that it has now. (Tasks are seen to one by one.)"""
    for token, (old, new) in places.items():
        if old != new:
            for table in (*WAITING, ExternalTask, KeptMessage, Incident):
                where = (table.case == case, table.instance == str(token), table.node == old)
                session.execute(update(table).where(*where).values(node=new))


def offer_as_drawn(session: Session, case: str, version: Runnable, now: datetime) -> None:
    """Work for programs elsewhere is of the topic that its element has now; who has fetched it as another one loses it."""
    waiting = select(ExternalTask).where(ExternalTask.case == case, ExternalTask.state == ExternalTaskState.OPEN)
    for work in session.scalars(waiting.execution_options(populate_existing=True)):
        topic = topic_at(version, work.node)
        if topic is not None and topic != work.topic:
            work.topic, work.worker, work.free_at = topic, None, now
    session.flush()


def _follow_drawing(session: Session, done: Attempt, task: Task) -> None:
    """Form, posts and time limit of an open task as the new version has them; another officer where it has to be."""
    before, place = place_of(done, task)
    old, node = done.source.plan.nodes[before], done.target.plan.nodes[place]
    assert isinstance(old, Activity) and isinstance(node, Activity)
    task.activity, task.form, task.posts = place, node.form, posts_at(done.target, place)
    if old.due != node.due:
        case, begun = done.turn.case, task.scheduled_at
        task.due_at = working_hours.due_of_task(
            session, node.due, case.data, office=case.office, now=begun, place=place
        )
    if done.released[task.id]:
        _route_anew(session, done, task, node)
    elif task.officer is None:
        task.post = task.posts[0] if task.posts else None


def _route_anew(session: Session, done: Attempt, task: Task, node: Activity) -> None:
    rests = task.state == TaskState.SUSPENDED
    before = task.officer
    put_in_pool(task, done.turn.case.office)
    route(session, done.turn.case, task, node, done.target.procedure, now=done.turn.now)
    if rests:
        task.before_suspension, task.state = task.state, TaskState.SUSPENDED
    if task.activity == place_of(done, task)[0]:
        done.turn.journal.record_task(task, Lifecycle.REASSIGN, {"from": before, "why": "migrated"})


def recorded_again(journal: Journal, task: Task, attributes: Mapping[str, Any]) -> None:
    """The facts of a task that became one of another element: as far as it had come."""
    journal.record_task(task, Lifecycle.SCHEDULE, {**(task.local or {}), **attributes})
    if task.officer is not None:
        journal.record_task(task, Lifecycle.ASSIGN)
    if task.started_at is not None:
        journal.record_task(task, Lifecycle.START)
    if task.state == TaskState.SUSPENDED:
        journal.record_task(task, Lifecycle.SUSPEND)
