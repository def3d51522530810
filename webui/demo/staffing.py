"""The demo's offices, posts and officers: read from `staffing.toml`, put into the database with leave and key taxpayers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bpmn.procedure import PostName
from event_logs.working_time import WorkingCalendar
from workflows import staff
from workflows.rehearsal.arrivals import population
from workflows.rehearsal.plan import Taxpayers

STAFFING = Path(__file__).parent / "staffing.toml"
LEAVE_DAYS = (5, 3)  # working days of each leave in a year
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    code: str
    office: str
    post: str

    @property
    def names(self) -> dict[str, str]:
        number = self.code.removeprefix("d")
        return {"zh": f"演示员{number}", "en": f"Demo officer {number}"}


@dataclass(frozen=True, slots=True)
class Login:
    """A way into the demo: `role` is the post's key, or `officer`."""

    role: str
    officer: str
    password: str


@dataclass(frozen=True)
class Staffing:
    offices: tuple[dict[str, Any], ...]
    posts: tuple[dict[str, Any], ...]
    officers: tuple[DemoOfficer, ...]
    logins: tuple[Login, ...]


def read_staffing(path: Path = STAFFING) -> Staffing:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Staffing(
        offices=tuple(raw["office"]),
        posts=tuple(raw["post"]),
        officers=tuple(_officers(raw["officers"])),
        logins=tuple(Login(**login) for login in raw["login"]),
    )


def _officers(groups: Iterable[dict[str, Any]]) -> Iterator[DemoOfficer]:
    desks = [
        (office, group["post"])
        for group in groups
        for office in ([group["office"]] if isinstance(group["office"], str) else group["office"])
        for _ in range(group["count"])
    ]
    for number, (office, post) in enumerate(desks, start=1):
        yield DemoOfficer(f"d{number:02}", office, post)


def appoint_everybody(session: Session, staffing: Staffing, posts: Iterable[PostName]) -> None:
    """Offices, the posts of the procedures and of the roles, and the officers who hold them."""
    for office in staffing.offices:
        staff.add_office(session, office["key"], _names(office), parent=office.get("parent"))
    for post in {post.key: post for post in posts}.values():
        staff.add_post(session, post.key, post.names)
    for role in staffing.posts:
        staff.add_post(session, role["key"], _names(role), rights=role["rights"])
    for officer in staffing.officers:
        staff.add_officer(session, officer.code, officer.names, office=officer.office, posts=[officer.post])


def _names(entry: dict[str, Any]) -> dict[str, str]:
    return {"zh": entry["zh"], "en": entry["en"]}


def grant_leaves(
    session: Session, officers: Sequence[DemoOfficer], first: date, last: date, *, seed: int, calendar: WorkingCalendar
) -> None:
    """Everybody is away for some days of each year of the span, and the next holder of the same post stands in."""
    for officer in officers:
        chance = Random(f"{seed}|leave|{officer.code}")
        stand_in = _next_holder(officer, officers)
        for days in LEAVE_DAYS:
            start = first + timedelta(days=chance.randrange(max(1, (last - first).days)))
            since = _morning(start)
            until = calendar.add_days(since, days - 1) if days > 1 else since + timedelta(days=1)
            staff.record_absence(session, officer.code, since=since, until=until, stand_in=stand_in)


def _next_holder(officer: DemoOfficer, officers: Sequence[DemoOfficer]) -> str | None:
    """Of the same office if there is one, else of another."""
    holders = [other for other in officers if other.post == officer.post]
    near = [other for other in holders if other.office == officer.office]
    circle = near if len(near) > 1 else holders
    following = circle[(circle.index(officer) + 1) % len(circle)]
    return None if following is officer else following.code


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(0), ZONE).astimezone(UTC)


def dedicate_officers(
    session: Session, taxpayers: Taxpayers, officers: Sequence[DemoOfficer], post: str, seed: int
) -> None:
    """Every key taxpayer gets one officer of that post at its office, in turn."""
    turn = 0
    for taxpayer in population(taxpayers, seed):
        holders = [officer for officer in officers if officer.post == post and officer.office == taxpayer.office]
        if taxpayer.key and holders:
            staff.dedicate(session, taxpayer.number, holders[turn % len(holders)].code)
            turn += 1
