"""Who gets a task: the eligible officer of the right office with the least work, and the reason in words.

`choose` decides from values alone; `candidates` fetches them when they are asked for, so that a change of staff is seen at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflows.staff import line_of_offices
from workflows.tables import HELD_TASK, Absence, Holding, KeyAccount, Officer, Task

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An officer who may do a task. `distance` counts the offices above the case's one, `stands_in_for` an absent holder."""

    officer: str
    post: str
    office: str
    distance: int = 0
    load: int = 0
    idle_since: datetime | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who it is (None: nobody can be found, it stays in the pool) and why: a key and its parameters, for translation."""

    officer: str | None
    post: str | None = None
    office: str | None = None
    why: Mapping[str, Any] = field(default_factory=dict)


def choose(
    candidates: Iterable[Candidate], *, excluded: Mapping[str, str] | None = None, dedicated: str | None = None
) -> Choice:
    """The officer for a task.

    `excluded` names officers who may not do it with the activity (four eyes) that excludes each; `dedicated` is the key
    taxpayer's own officer. Otherwise: the nearest office, then the lowest load, then the longest idle, then the code.
    """
    everyone = list(candidates)
    free = [c for c in everyone if c.officer not in (excluded or {})]
    if not free:
        return Choice(officer=None, why=_nobody(everyone, excluded or {}))
    own = [c for c in free if c.officer == dedicated]
    if own:
        return _chosen(own[0], {"key": "dedicated"})
    nearest = min(c.distance for c in free)
    near = sorted((c for c in free if c.distance == nearest), key=_rank)
    return _chosen(near[0], _reason(near))


def _rank(candidate: Candidate) -> tuple[int, datetime, str]:
    return candidate.load, candidate.idle_since or NEVER, candidate.officer


def _nobody(everyone: Sequence[Candidate], excluded: Mapping[str, str]) -> dict[str, Any]:
    if not everyone:
        return {"key": "nobody_eligible"}
    return {"key": "four_eyes_excludes_all", "officers": sorted({c.officer for c in everyone} & set(excluded))}


def _reason(near: Sequence[Candidate]) -> dict[str, Any]:
    first = near[0]
    if len({c.officer for c in near}) == 1:
        return {"key": "only_one"}
    others = [c for c in near if c.officer != first.officer]
    key = "lowest_load" if all(c.load > first.load for c in others) else "longest_idle"
    return {"key": key, "load": first.load, "candidates": len({c.officer for c in near})}


def _chosen(candidate: Candidate, why: dict[str, Any]) -> Choice:
    if candidate.stands_in_for:
        why["stands_in_for"] = candidate.stands_in_for
    if candidate.distance:
        why["office_above"] = candidate.office
    return Choice(officer=candidate.officer, post=candidate.post, office=candidate.office, why=why)


def eligible(session: Session, posts: Collection[str], office: str | None, now: datetime) -> list[Candidate]:
    """Everyone who holds one of the posts at the office or one above it, stand-ins in the place of the absent."""
    if not posts:
        return []
    line = line_of_offices(session, office)
    rows = session.execute(_holders(posts, line, now)).all()
    distance = {key: at for at, key in enumerate(line)}
    present: list[Candidate] = []
    away: dict[str, list[Candidate]] = {}
    for row in rows:
        candidate = Candidate(
            officer=row.code,
            post=row.post,
            office=row.office,
            distance=distance.get(row.office, 0),
            load=row.load,
            idle_since=row.idle_since,
        )
        if row.absence is None:
            present.append(candidate)
        elif row.stand_in is not None:
            away.setdefault(row.stand_in, []).append(candidate)
    return _unique(present + (_stand_ins(session, away, now) if away else []))


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        held = found.get(candidate.officer)
        if held is None or candidate.distance < held.distance:
            found[candidate.officer] = candidate
    return list(found.values())


def _workload(officer: Any) -> tuple[Any, Any]:
    load = select(func.count()).where(Task.officer == officer, Task.state.in_(HELD_TASK)).scalar_subquery()
    idle = select(func.max(Task.completed_at)).where(Task.officer == officer).scalar_subquery()
    return load.label("load"), idle.label("idle_since")


def _holders(posts: Collection[str], line: Sequence[str], now: datetime) -> Select[Any]:
    absence = aliased(Absence)
    query = (
        select(
            Officer.code,
            Holding.post,
            Holding.office,
            absence.id.label("absence"),
            absence.stand_in,
            *_workload(Officer.code),
        )
        .join(Holding, Holding.officer == Officer.code)
        .outerjoin(absence, and_(absence.officer == Officer.code, absence.since <= now, absence.until > now))
        .where(
            Officer.active,
            Holding.post.in_(sorted(posts)),
            or_(Holding.since.is_(None), Holding.since <= now),
            or_(Holding.until.is_(None), Holding.until > now),
        )
        .order_by(Officer.code, Holding.id)
    )
    return query.where(Holding.office.in_(line)) if line else query


def _stand_ins(session: Session, away: Mapping[str, list[Candidate]], now: datetime) -> list[Candidate]:
    rows = session.execute(
        select(Officer.code, *_workload(Officer.code))
        .outerjoin(Absence, and_(Absence.officer == Officer.code, Absence.since <= now, Absence.until > now))
        .where(Officer.code.in_(sorted(away)), Officer.active, Absence.id.is_(None))
    ).all()
    return [
        replace(c, officer=row.code, load=row.load, idle_since=row.idle_since, stands_in_for=c.officer)
        for row in rows
        for c in away[row.code]
    ]


def excluded_by_four_eyes(session: Session, case: str, activities: Collection[str]) -> dict[str, str]:
    """The officers of that case who did one of these activities, with the activity."""
    if not activities:
        return {}
    rows = session.execute(
        select(Task.officer, Task.activity)
        .where(Task.case == case, Task.activity.in_(sorted(activities)), Task.officer.is_not(None))
        .where(Task.completed_at.is_not(None))
    )
    return {row.officer: row.activity for row in rows}


def dedicated_officer(session: Session, taxpayer_id: str | None) -> str | None:
    account = session.get(KeyAccount, taxpayer_id) if taxpayer_id else None
    return account.officer if account else None
