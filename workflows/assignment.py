"""Who gets a task: the eligible officer of the right office with the least work, and the reason in words.

`choose` decides from values alone; `candidates` fetches them when they are asked for, so that a change of staff is seen at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CTE, String, and_, bindparam, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from event_logs.columns import Utc
from event_logs.prepared import Prepared
from workflows.tables import (
    HELD_TASK,
    OPEN_TASK,
    Absence,
    Case,
    Holding,
    KeyAccount,
    Office,
    Officer,
    Proficiency,
    Task,
    TaskState,
)

TOUCHED = (*HELD_TASK, TaskState.COMPLETED)
NEVER = datetime.min.replace(tzinfo=UTC)


class Candidate(NamedTuple):
    """An officer who may do a task. `distance` counts the offices above the case's one, `stands_in_for` an absent holder.

    `held` are the activities, of those asked for, that lie on the officer's desk in that case.
    """

    officer: str
    post: str
    office: str
    distance: int = 0
    load: int = 0
    idle_since: datetime | None = None
    stands_in_for: str | None = None
    held: tuple[str, ...] = ()


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
    free = [c for c in everyone if c.officer not in excluded] if excluded else everyone
    if not free:
        return Choice(officer=None, why=_nobody(everyone, excluded or {}))
    own = [c for c in free if c.officer == dedicated] if dedicated else []
    if own:
        return _chosen(own[0], {"key": "dedicated"})
    first = min(free, key=by_rank)
    why = _reason(first, [c for c in free if c.distance == first.distance])
    return _chosen(first, {**why, "instead_of": dedicated} if dedicated else why)


def by_rank(candidate: Candidate) -> tuple[int, int, datetime, str]:
    """The order of choice."""
    return candidate.distance, candidate.load, candidate.idle_since or NEVER, candidate.officer


def _nobody(everyone: Sequence[Candidate], excluded: Mapping[str, str]) -> dict[str, Any]:
    if not everyone:
        return {"key": "nobody_eligible"}
    return {"key": "four_eyes_excludes_all", "officers": sorted({c.officer for c in everyone} & set(excluded))}


def _reason(first: Candidate, near: Sequence[Candidate]) -> dict[str, Any]:
    officers = {c.officer for c in near}
    if len(officers) == 1:
        return {"key": "only_one"}
    least = {c.officer for c in near if c.load == first.load}
    key = "lowest_load" if len(least) == 1 else "longest_idle"
    return {"key": key, "load": first.load, "candidates": len(officers)}


def _chosen(candidate: Candidate, why: dict[str, Any]) -> Choice:
    if candidate.stands_in_for:
        why["stands_in_for"] = candidate.stands_in_for
    if candidate.distance:
        why["office_above"] = candidate.office
    return Choice(officer=candidate.officer, post=candidate.post, office=candidate.office, why=why)


def eligible(session: Session, posts: Collection[str], office: str | None, now: datetime) -> list[Candidate]:
    """Everyone who holds one of the posts at the office or one above it, stand-ins in the place of the absent."""
    return of_posts(holders(session, posts, office, now), posts)


def of_posts(everyone: Iterable[Candidate], posts: Collection[str]) -> list[Candidate]:
    """Of these the holders of one of the posts, each officer once, where the post is nearest."""
    return _unique([candidate for candidate in everyone if candidate.post in posts])


def holders(
    session: Session,
    posts: Collection[str],
    office: str | None,
    now: datetime,
    *,
    case: str = "",
    apart: Collection[str] = (),
) -> list[Candidate]:
    """As `eligible`, with an officer who holds several of the posts once for each; `held` is about these activities of the case."""
    if not posts:
        return []
    hand = {"case": case, **_listed("apart", apart)} if apart else {}
    asked = {**_listed("post", posts), "now": now, **hand, "office": office}
    statement = _holders(len(posts), of_office=bool(office), apart=len(apart))
    present: list[Candidate] = []
    away: dict[str, list[Candidate]] = {}
    for row in statement.rows(session.connection(), asked):
        code, post, at, distance, absence, stand_in, load, idle_since, *held = row
        candidate = Candidate(code, post, at, distance, load, idle_since, held=_activities(*held) if held else ())
        if absence is None:
            present.append(candidate)
        elif stand_in is not None:
            away.setdefault(stand_in, []).append(candidate)
    return present + (_stand_ins(session, away, now, hand, len(apart)) if away else [])


def _activities(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split("\n")) if joined else ()


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        held = found.get(candidate.officer)
        if held is None or candidate.distance < held.distance:
            found[candidate.officer] = candidate
    return list(found.values())


# The statements are built once for each number of what is asked for: building one anew costs more than running it.

_OFFICES, _OFFICERS, _HOLDINGS = Office.__table__, Officer.__table__, Holding.__table__
_ABSENCES, _TASKS = Absence.__table__, Task.__table__
_NOW = bindparam("now", type_=Utc)
_NEWLINE: Any = literal_column("'\n'")
_IS_HELD, _IS_OPEN = _TASKS.c.state.in_(HELD_TASK), _TASKS.c.state.in_(OPEN_TASK)


def _listed(name: str, values: Collection[str]) -> dict[str, str]:
    return {f"{name}_{n}": value for n, value in enumerate(sorted(values))}


def _asked(name: str, many: int) -> list[Any]:
    return [bindparam(f"{name}_{n}", type_=String) for n in range(many)]


def _workload(officer: Any, apart: int) -> list[Any]:
    own = _TASKS.c.officer == officer
    load = select(func.count()).select_from(_TASKS).where(own, _IS_HELD).scalar_subquery()
    idle = select(func.max(_TASKS.c.completed_at)).where(own, _TASKS.c.completed_at.is_not(None)).scalar_subquery()
    return [load.label("load"), idle.label("idle_since"), *([_held(own, apart)] if apart else [])]


def _held(own: Any, apart: int) -> Any:
    """Which of these activities of the case the officer has on the desk, a line for each.

    What is open and has an officer lies on the desk. Said so, it is looked for in the case, and not among all on the desk.
    """
    asked = _TASKS.c.case == bindparam("case", type_=String), _TASKS.c.activity.in_(_asked("apart", apart))
    joined = select(func.aggregate_strings(_TASKS.c.activity, _NEWLINE)).where(*asked, _IS_OPEN, own)
    return joined.scalar_subquery().label("held")


def _is_away(officer: Any) -> Any:
    return and_(_ABSENCES.c.officer == officer, _ABSENCES.c.since <= _NOW, _ABSENCES.c.until > _NOW)


def _line() -> Any:
    """The office asked for, and those above it, with their distance."""
    line = select(bindparam("office", type_=String).label("key"), literal_column("0").label("distance")).cte(
        "line", recursive=True
    )
    above = select(_OFFICES.c.parent, line.c.distance + 1).where(
        _OFFICES.c.key == line.c.key, _OFFICES.c.parent.is_not(None)
    )
    return line.union_all(above)


def _posts(many: int) -> CTE:
    """The posts asked for, as rows.

    PostgreSQL does not look into them: a plan for just these posts would look cheaper to it than one for all, and be made anew each time.
    """
    named = [select(post.label("key")) for post in _asked("post", many)]
    return union_all(*named).cte("posts_asked").prefix_with("MATERIALIZED", dialect="postgresql")


@cache
def _holders(posts: int, *, of_office: bool, apart: int) -> Prepared:
    """The holders of so many posts, at an office and those above it or anywhere, with what of so many activities they hold."""
    line = _line() if of_office else None
    distance = literal_column("0") if line is None else line.c.distance
    columns = (_OFFICERS.c.code, _HOLDINGS.c.post, _HOLDINGS.c.office, distance.label("distance"))
    absence = (_ABSENCES.c.id.label("absence"), _ABSENCES.c.stand_in)
    asked = _posts(posts)
    joined = asked.join(_HOLDINGS, _HOLDINGS.c.post == asked.c.key).join(
        _OFFICERS, _HOLDINGS.c.officer == _OFFICERS.c.code
    )
    if line is not None:
        joined = joined.join(line, line.c.key == _HOLDINGS.c.office)
    return Prepared(
        select(*columns, *absence, *_workload(_OFFICERS.c.code, apart))
        .select_from(joined.outerjoin(_ABSENCES, _is_away(_OFFICERS.c.code)))
        .where(
            _OFFICERS.c.active,
            or_(_HOLDINGS.c.since.is_(None), _HOLDINGS.c.since <= _NOW),
            or_(_HOLDINGS.c.until.is_(None), _HOLDINGS.c.until > _NOW),
        )
        .order_by(_OFFICERS.c.code, _HOLDINGS.c.id)
    )


@cache
def _present(codes: int, *, apart: int) -> Prepared:
    return Prepared(
        select(_OFFICERS.c.code, *_workload(_OFFICERS.c.code, apart))
        .select_from(_OFFICERS.outerjoin(_ABSENCES, _is_away(_OFFICERS.c.code)))
        .where(_OFFICERS.c.code.in_(_asked("code", codes)), _OFFICERS.c.active, _ABSENCES.c.id.is_(None))
    )


def _stand_ins(
    session: Session, away: Mapping[str, list[Candidate]], now: datetime, hand: Mapping[str, Any], apart: int
) -> list[Candidate]:
    found = []
    asked = {**_listed("code", away), "now": now, **hand}
    for row in _present(len(away), apart=apart).rows(session.connection(), asked):
        code, load, idle_since, *held = row
        own = {"officer": code, "load": load, "idle_since": idle_since, "held": _activities(*held) if held else ()}
        found += [c._replace(**own, stands_in_for=c.officer) for c in away[code]]
    return found


def absent_holders(
    session: Session, posts: Collection[str], office: str | None, now: datetime
) -> dict[str, str | None]:
    """Who holds one of the posts at the office or one above it and is away, with the stand-in."""
    if not posts:
        return {}
    asked = {**_listed("post", posts), "now": now, "office": office}
    rows = _holders(len(posts), of_office=bool(office), apart=0).rows(session.connection(), asked)
    return {code: stand_in for code, _, _, _, absence, stand_in, *_ in rows if absence is not None}


def lacking(session: Session, officers: Collection[str], skills: Collection[str]) -> dict[str, list[str]]:
    """For each of these officers who has not all of these skills (`key` or `key:level`) those that are missing."""
    if not skills or not officers:
        return {}
    wanted = {key: int(level or 1) for key, _sign, level in (skill.partition(":") for skill in skills)}
    rows = session.execute(
        select(Proficiency.officer, Proficiency.skill, Proficiency.level).where(
            Proficiency.officer.in_(officers), Proficiency.skill.in_(wanted)
        )
    )
    has = {(row.officer, row.skill): row.level for row in rows}
    missing = {o: [key for key, level in wanted.items() if has.get((o, key), 0) < level] for o in officers}
    return {officer: keys for officer, keys in missing.items() if keys}


def completed_by(case: Case, activities: Collection[str]) -> dict[str, str]:
    """The officers who completed one of these activities of the case, each with the activity."""
    return {officer: activity for activity in sorted(activities) for officer in case.hands.get(activity, ())}


def excluded_by_four_eyes(session: Session, case: Case, activities: Collection[str]) -> dict[str, str]:
    """The officers of that case who did one of these activities, or have it on the desk, with the activity."""
    if not activities:
        return {}
    held = select(Task.officer, Task.activity).where(
        Task.case == case.number, Task.activity.in_(activities), _IS_OPEN, _IS_HELD
    )
    return completed_by(case, activities) | {row.officer: row.activity for row in session.execute(held)}


def dedicated_officer(session: Session, taxpayer_id: str | None) -> str | None:
    account = session.get(KeyAccount, taxpayer_id) if taxpayer_id else None
    return account.officer if account else None
