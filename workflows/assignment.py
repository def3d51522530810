"""Who gets a task: the eligible officer of the right office with the least work, and the reason in words.

`choose` decides from values alone; `candidates` fetches them when they are asked for, so that a change of staff is seen at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import Select, String, TextClause, and_, bindparam, func, literal_column, or_, select, text
from sqlalchemy.orm import Session

from event_logs.columns import Utc
from workflows.tables import HELD_TASK, Absence, Holding, KeyAccount, Office, Officer, Proficiency, Task, TaskState

TOUCHED = (*HELD_TASK, TaskState.COMPLETED)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An officer who may do a task. `distance` counts the offices above the case's one, `stands_in_for` an absent holder.

    `touched` is an activity of those asked for in which the officer had a hand in that case.
    """

    officer: str
    post: str
    office: str
    distance: int = 0
    load: int = 0
    idle_since: datetime | None = None
    stands_in_for: str | None = None
    touched: str | None = None


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


def by_rank(candidate: Candidate) -> tuple[int, int, datetime, str]:
    """The order of choice: the nearest office, then as `choose` ranks."""
    return (candidate.distance, *_rank(candidate))


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
    return of_posts(holders(session, posts, office, now), posts)


def of_posts(everyone: Iterable[Candidate], posts: Collection[str]) -> list[Candidate]:
    """Of these the holders of one of the posts, each officer once, where the post is nearest."""
    return _unique(candidate for candidate in everyone if candidate.post in posts)


def holders(
    session: Session, posts: Collection[str], office: str | None, now: datetime, *, case: str = "", apart: str = ""
) -> list[Candidate]:
    """As `eligible`, with an officer who holds several of the posts once for each; `touched` tells of this activity of the case."""
    if not posts:
        return []
    statement = HOLDERS_OF_LINE if office else HOLDERS
    hand = {"case": case, "apart": apart}
    asked = {"posts": sorted(posts), "now": now, **hand} | ({"office": office} if office else {})
    present: list[Candidate] = []
    away: dict[str, list[Candidate]] = {}
    for row in session.connection().execute(statement, asked):
        candidate = Candidate(
            officer=row.code,
            post=row.post,
            office=row.office,
            distance=row.distance,
            load=row.load,
            idle_since=row.idle_since,
            touched=row.touched,
        )
        if row.absence is None:
            present.append(candidate)
        elif row.stand_in is not None:
            away.setdefault(row.stand_in, []).append(candidate)
    return present + (_stand_ins(session, away, now, hand) if away else [])


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        held = found.get(candidate.officer)
        if held is None or candidate.distance < held.distance:
            found[candidate.officer] = candidate
    return list(found.values())


# The statements are built once: building one anew costs more than running it.

_OFFICES, _OFFICERS, _HOLDINGS = Office.__table__, Officer.__table__, Holding.__table__
_ABSENCES, _TASKS = Absence.__table__, Task.__table__
_NOW = bindparam("now", type_=Utc)


def _workload(officer: Any) -> tuple[Any, Any, Any]:
    own = _TASKS.c.officer == officer
    load = select(func.count()).select_from(_TASKS).where(own, _TASKS.c.state.in_(HELD_TASK)).scalar_subquery()
    idle = select(func.max(_TASKS.c.completed_at)).where(own).scalar_subquery()
    hand = select(func.min(_TASKS.c.activity)).where(
        _TASKS.c.case == bindparam("case", type_=String),
        _TASKS.c.activity == bindparam("apart", type_=String),
        _TASKS.c.state.in_(TOUCHED),
        own,
    )
    return load.label("load"), idle.label("idle_since"), hand.scalar_subquery().label("touched")


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


def _holders(line: Any) -> Select[Any]:
    distance = literal_column("0") if line is None else line.c.distance
    columns = (_OFFICERS.c.code, _HOLDINGS.c.post, _HOLDINGS.c.office, distance.label("distance"))
    absence = (_ABSENCES.c.id.label("absence"), _ABSENCES.c.stand_in)
    joined = _OFFICERS.join(_HOLDINGS, _HOLDINGS.c.officer == _OFFICERS.c.code)
    if line is not None:
        joined = joined.join(line, line.c.key == _HOLDINGS.c.office)
    return (
        select(*columns, *absence, *_workload(_OFFICERS.c.code))
        .select_from(joined.outerjoin(_ABSENCES, _is_away(_OFFICERS.c.code)))
        .where(
            _OFFICERS.c.active,
            _HOLDINGS.c.post.in_(bindparam("posts", expanding=True)),
            or_(_HOLDINGS.c.since.is_(None), _HOLDINGS.c.since <= _NOW),
            or_(_HOLDINGS.c.until.is_(None), _HOLDINGS.c.until > _NOW),
        )
        .order_by(_OFFICERS.c.code, _HOLDINGS.c.id)
    )


HOLDERS, HOLDERS_OF_LINE = _holders(None), _holders(_line())
PRESENT = (
    select(_OFFICERS.c.code, *_workload(_OFFICERS.c.code))
    .select_from(_OFFICERS.outerjoin(_ABSENCES, _is_away(_OFFICERS.c.code)))
    .where(_OFFICERS.c.code.in_(bindparam("codes", expanding=True)), _OFFICERS.c.active, _ABSENCES.c.id.is_(None))
)


@cache
def _hands(pairs: int) -> TextClause:
    """The officers of so many pairs of activity and state in one case, by jumps along the index `ix_tasks_hands`.

    An activity that was done ten thousand times by two officers costs three jumps, not ten thousand rows.
    """
    wanted = " UNION ALL ".join(
        f"SELECT CAST(:activity{n} AS VARCHAR(128)) AS activity, CAST(:state{n} AS VARCHAR(16)) AS state"
        for n in range(pairs)
    )
    least = 'SELECT min(officer) FROM tasks WHERE "case" = :case AND activity = x.activity AND state = x.state'
    return text(
        f"WITH RECURSIVE hand(activity, state, officer) AS (SELECT x.activity, x.state, ({least}) FROM ({wanted}) AS x "
        f"UNION ALL SELECT x.activity, x.state, ({least} AND officer > x.officer) FROM hand AS x WHERE x.officer IS NOT NULL) "
        "SELECT DISTINCT officer, activity FROM hand WHERE officer IS NOT NULL"
    )


def _stand_ins(
    session: Session, away: Mapping[str, list[Candidate]], now: datetime, hand: Mapping[str, str]
) -> list[Candidate]:
    rows = session.connection().execute(PRESENT, {"codes": sorted(away), "now": now, **hand})
    return [
        replace(
            c,
            officer=row.code,
            load=row.load,
            idle_since=row.idle_since,
            stands_in_for=c.officer,
            touched=row.touched,
        )
        for row in rows
        for c in away[row.code]
    ]


def absent_holders(
    session: Session, posts: Collection[str], office: str | None, now: datetime
) -> dict[str, str | None]:
    """Who holds one of the posts at the office or one above it and is away, with the stand-in."""
    if not posts:
        return {}
    nobody = {"case": "", "apart": ""}  # whose hand was in it is not asked
    asked = {"posts": sorted(posts), "now": now, **nobody} | ({"office": office} if office else {})
    rows = session.connection().execute(HOLDERS_OF_LINE if office else HOLDERS, asked)
    return {row.code: row.stand_in for row in rows if row.absence is not None}


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


def excluded_by_four_eyes(
    session: Session, case: str, activities: Collection[str], *, states: Sequence[str] = TOUCHED
) -> dict[str, str]:
    """The officers of that case who did one of these activities, or have it on the desk, with the activity."""
    return dict(hands(session, case, activities, states=states))


def hands(
    session: Session, case: str, activities: Collection[str], *, states: Sequence[str] = TOUCHED
) -> list[tuple[str, str]]:
    """The officers of that case with each of these activities that they did, or have on the desk."""
    if not activities:
        return []
    pairs = list(product(sorted(activities), states))
    asked = {"case": case} | {f"activity{n}": activity for n, (activity, _) in enumerate(pairs)}
    asked |= {f"state{n}": str(state) for n, (_, state) in enumerate(pairs)}
    return [(row.officer, row.activity) for row in session.connection().execute(_hands(len(pairs)), asked)]


def dedicated_officer(session: Session, taxpayer_id: str | None) -> str | None:
    account = session.get(KeyAccount, taxpayer_id) if taxpayer_id else None
    return account.officer if account else None
