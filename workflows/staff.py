"""Offices, posts and officers: who there is, who holds what, and what that allows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows.errors import UnknownStaff
from workflows.tables import Absence, Holding, KeyAccount, Office, Officer, Post, Proficiency, Skill

MANAGE = "manage"
ADMINISTER = "administer"
_OFFICES = "offices: each with the one above it"


def add_office(session: Session, key: str, names: Mapping[str, str], *, parent: str | None = None) -> Office:
    """A new office below `parent`; its level follows from it."""
    above = session.get_one(Office, parent) if parent else None
    office = Office(key=key, names=dict(names), parent=parent, level=above.level + 1 if above else 0)
    session.add(office)
    session.flush()
    return office


def add_post(session: Session, key: str, names: Mapping[str, str], *, rights: Iterable[str] = ("work",)) -> Post:
    post = Post(key=key, names=dict(names), rights=sorted(set(rights)))
    session.add(post)
    session.flush()
    return post


def add_officer(
    session: Session, code: str, names: Mapping[str, str], *, office: str, posts: Iterable[str] = ()
) -> Officer:
    """A new officer of an office, who holds these posts there from now on."""
    officer = Officer(code=code, names=dict(names), office=office)
    session.add(officer)
    session.flush()
    for post in posts:
        appoint(session, officer, post, office)
    return officer


def appoint(
    session: Session, officer: Officer | str, post: str, office: str, *, since: datetime | None = None
) -> Holding:
    holding = Holding(officer=code_of(officer), post=post, office=office, since=since)
    session.add(holding)
    session.flush()
    return holding


def dismiss(session: Session, officer: Officer | str, post: str, office: str, *, now: datetime) -> None:
    """The officer holds that post no longer; `tasks.reroute` gives open tasks to others."""
    for holding in session.scalars(
        select(Holding).where(Holding.officer == code_of(officer), Holding.post == post, Holding.office == office)
    ):
        holding.until = now
    session.flush()


def record_absence(
    session: Session, officer: Officer | str, *, since: datetime, until: datetime, stand_in: Officer | str | None = None
) -> Absence:
    """The officer is away; the stand-in sees and may do the work meanwhile, and new work goes there."""
    absence = Absence(
        officer=code_of(officer), since=since, until=until, stand_in=code_of(stand_in) if stand_in else None
    )
    session.add(absence)
    session.flush()
    return absence


def end_absence(session: Session, absence: Absence, *, now: datetime) -> None:
    """Back from now on; one that has not begun does not take place."""
    if absence.since >= now:
        session.delete(absence)
    else:
        absence.until = now
    session.flush()


def dedicate(session: Session, taxpayer_id: str, officer: Officer | str) -> KeyAccount:
    """That officer looks after the key taxpayer from now on."""
    account = session.merge(KeyAccount(taxpayer_id=taxpayer_id, officer=code_of(officer)))
    session.flush()
    return account


def no_longer_dedicate(session: Session, taxpayer_id: str) -> None:
    """Nobody in particular looks after this taxpayer any more."""
    account = session.get(KeyAccount, taxpayer_id)
    if account is not None:
        session.delete(account)
        session.flush()


def add_skill(session: Session, key: str, names: Mapping[str, str]) -> Skill:
    """Something that not every holder of a post can do; a drawing asks for it with `qj:skills`."""
    skill = session.merge(Skill(key=key, names=dict(names)))
    session.flush()
    return skill


def rate(session: Session, officer: Officer | str, skill: str, level: int) -> None:
    """How well the officer has that skill from now on; 0 is not at all. Raises UnknownStaff."""
    if session.get(Skill, skill) is None:
        raise UnknownStaff("skill", skill)
    held = session.get(Proficiency, (code_of(officer), skill))
    if level > 0:
        session.merge(Proficiency(officer=code_of(officer), skill=skill, level=level))
    elif held is not None:
        session.delete(held)
    session.flush()


def skills_of(session: Session) -> dict[str, list[Proficiency]]:
    """What each officer can do, by officer."""
    found: dict[str, list[Proficiency]] = {}
    for row in session.scalars(select(Proficiency).order_by(Proficiency.officer, Proficiency.skill)):
        found.setdefault(row.officer, []).append(row)
    return found


def code_of(officer: Officer | str) -> str:
    return officer if isinstance(officer, str) else officer.code


def find_officer(session: Session, code: str) -> Officer:
    officer = session.get(Officer, code)
    if officer is None:
        raise UnknownStaff("officer", code)
    return officer


def officers(session: Session, *, office: str | None = None) -> Sequence[Officer]:
    query = select(Officer).where(Officer.active).order_by(Officer.code)
    return session.scalars(query.where(Officer.office == office) if office else query).all()


def posts_of(session: Session, officer: Officer | str, now: datetime) -> Sequence[Holding]:
    """What the officer holds at that time."""
    return session.scalars(
        select(Holding).where(
            Holding.officer == code_of(officer),
            or_(Holding.since.is_(None), Holding.since <= now),
            or_(Holding.until.is_(None), Holding.until > now),
        )
    ).all()


def rights(session: Session, officer: Officer | str, now: datetime) -> frozenset[str]:
    """All rights that the officer's posts give at that time."""
    held = {holding.post for holding in posts_of(session, officer, now)}
    found = session.scalars(select(Post).where(Post.key.in_(held))).all()
    return frozenset(right for post in found for right in post.rights)


def may(session: Session, officer: Officer | str, right: str, now: datetime) -> bool:
    granted = rights(session, officer, now)
    return right in granted or ADMINISTER in granted


def line_of_offices(session: Session, office: str | None) -> list[str]:
    """The office, the one above it, and so on to the top. The offices are read once for each session."""
    parents = _parents(session, office)
    line: list[str] = []
    while office and office not in line:
        line.append(office)
        office = parents.get(office)
    return line


def offices_below(session: Session, offices: Collection[str]) -> set[str]:
    """These offices and all below them."""
    parents = _parents(session, None)
    return {office for office in parents if any(above in offices for above in line_of_offices(session, office))}


def _parents(session: Session, wanted: str | None) -> dict[str, str | None]:
    parents: dict[str, str | None] | None = session.info.get(_OFFICES)
    if parents is None or (wanted and wanted not in parents):
        rows = session.execute(select(Office.key, Office.parent))
        parents = session.info[_OFFICES] = {row.key: row.parent for row in rows}
    return parents


def stands_in_for(session: Session, officer: Officer | str, now: datetime) -> list[str]:
    """The officers who are away at that time and named this one."""
    away = (Absence.stand_in == code_of(officer), Absence.since <= now, Absence.until > now)
    return list(session.scalars(select(Absence.officer).where(*away).distinct().order_by(Absence.officer)))


def absent(session: Session, now: datetime) -> dict[str, str | None]:
    """Who is away at that time, and who stands in."""
    away = session.execute(
        select(Absence.officer, Absence.stand_in).where(Absence.since <= now, Absence.until > now).order_by(Absence.id)
    )
    return {row.officer: row.stand_in for row in away}
