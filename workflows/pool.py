"""The pool: what an officer may claim, found by where and as what the officer may work, without loading the work of others.

It says the same as asking for the candidates of every task (`tests/workflows/test_pool.py` holds it to that).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from bpmn.model import Activity
from workflows import staff
from workflows.assignment import TOUCHED, lacking
from workflows.routing import kept_apart
from workflows.tables import Case, Holding, Officer, Task, TaskState
from workflows.versions import runnable

# Every branch of an OR says it: SQLite looks at each for itself, and takes the index of the pool where it is said.
_WAITS = Task.state == TaskState.READY


@dataclass(frozen=True, slots=True)
class Pool:
    """What is open to an officer: a condition on tasks, and how many fit."""

    fits: ColumnElement[bool]
    size: int


def pool(session: Session, officer: Officer | str, now: datetime, *, limit: int | None = None) -> Sequence[Task]:
    """The tasks without an officer that this one may claim, most urgent first."""
    found = _pool_of(session, staff.code_of(officer), now)
    if not found.size:
        return []
    query = select(Task).where(found.fits).order_by(Task.due_at.is_(None), Task.due_at, Task.id)
    return session.scalars(query.limit(limit)).all()


def pool_size(session: Session, officer: Officer | str, now: datetime) -> int:
    """How many tasks this officer may claim."""
    return _pool_of(session, staff.code_of(officer), now).size


def in_pool(session: Session, officer: Officer | str, case: str, now: datetime) -> bool:
    """Whether this officer may claim a task of that case."""
    fits = _pool_of(session, staff.code_of(officer), now).fits
    return session.scalars(select(Task.id).where(Task.case == case, fits).limit(1)).first() is not None


def _pool_of(session: Session, code: str, now: datetime) -> Pool:
    held = _held(session, code, now)
    kinds = _kinds(session, held)
    if not kinds:
        return Pool(false(), 0)
    fits = or_(*[_is_kind(office, posts) for office, posts, _ in kinds])
    kept = _kept_away(session, code, fits)
    size = sum(count for *_, count in kinds) - len(kept)
    return Pool(and_(fits, Task.id.not_in(kept)) if kept else fits, size)


def _held(session: Session, code: str, now: datetime) -> set[tuple[str, str]]:
    """Post and office of all that the officer may do: what is held, and what those hold who are away and named the officer."""
    officer = session.get(Officer, code)
    if officer is None or not officer.active or code in staff.absent(session, now):
        return set()
    holders = [code, *staff.stands_in_for(session, code, now)]
    rows = session.execute(
        select(Holding.post, Holding.office)
        .join(Officer, Officer.code == Holding.officer)
        .where(Holding.officer.in_(holders), Officer.active)
        .where(or_(Holding.since.is_(None), Holding.since <= now), or_(Holding.until.is_(None), Holding.until > now))
    )
    return {(row.post, row.office) for row in rows}


def _kinds(session: Session, held: set[tuple[str, str]]) -> list[tuple[str | None, list[str], int]]:
    """Office, posts and number of the waiting tasks that one with these posts may do."""
    if not held:
        return []
    below = staff.offices_below(session, {office for _, office in held})
    query = (
        select(Task.office, Task.posts, func.count())
        .where(or_(and_(_WAITS, Task.office.in_(below)), and_(_WAITS, Task.office.is_(None))))
        .group_by(Task.office, Task.posts)
    )
    rows = [(row[0], row[1], row[2]) for row in session.execute(query)]
    return [row for row in rows if _may(session, held, row[1], row[0])]


def _may(session: Session, held: set[tuple[str, str]], posts: Sequence[str], office: str | None) -> bool:
    line = staff.line_of_offices(session, office)
    return any(post in posts and (office is None or at in line) for post, at in held)


def _is_kind(office: str | None, posts: list[str]) -> Any:
    return and_(_WAITS, Task.posts == posts, Task.office.is_(None) if office is None else Task.office == office)


def _kept_away(session: Session, code: str, fits: ColumnElement[bool]) -> list[int]:
    """The waiting tasks that are not for this officer: skills are missing, or the case needs other eyes."""
    of_case = select(Task.id, Task.activity, Case.digest).join(Case, Case.number == Task.case).where(fits)
    kinds = session.execute(of_case.with_only_columns(Case.digest, Task.activity).distinct())
    nodes = {(digest, activity): _node(session, digest, activity) for digest, activity in kinds}
    beyond = {kind for kind, (node, _) in nodes.items() if node and lacking(session, {code}, node.skills)}
    others = {kind: apart for kind, (_, apart) in nodes.items() if apart}
    kept: set[int] = set()
    if beyond:
        kept |= {row.id for row in session.execute(of_case) if (row.digest, row.activity) in beyond}
    if others:
        own = aliased(Task)
        did = of_case.add_columns(own.activity.label("did")).join(own, own.case == Task.case)
        rows = session.execute(did.where(own.officer == code, own.state.in_(TOUCHED)))
        kept |= {row.id for row in rows if row.did in others.get((row.digest, row.activity), ())}
    return sorted(kept)


def _node(session: Session, digest: str, activity: str) -> tuple[Activity | None, set[str]]:
    """The activity as it is drawn, and those of its case that need other eyes."""
    ready = runnable(session, digest)
    node = ready.plan.nodes[activity]
    if not isinstance(node, Activity):
        return None, set()
    return node, kept_apart(ready.procedure, activity, node.four_eyes)
