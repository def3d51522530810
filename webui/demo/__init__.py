"""The demo: an invented tax bureau with a year of casework, played by the real engine.

`fill` puts it into an empty database. The same `until`, size and seed give the same log, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bpmn.procedure import Procedure, read_all_procedures
from event_logs.working_time import china
from webui import accounts
from webui.demo.staffing import (
    Login,
    Staffing,
    appoint_everybody,
    dedicate_officers,
    grant_leaves,
    read_staffing,
)
from workflows import deployment
from workflows.rehearsal import Plan, Rehearsed, read_plan, rehearse, scaled
from workflows.tables import Office

ZONE = ZoneInfo("Asia/Shanghai")
YEAR = timedelta(days=365)
CASES_PER_YEAR = 3100
SEED = 20250701
PLAN = Path(__file__).parent / "year.toml"

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demo holds: `since` to `until` is the span of its casework."""

    cases: int
    tasks: int
    since: datetime
    until: datetime
    logins: tuple[Login, ...]


def fill(
    sessions: sessionmaker[Session],
    *,
    until: date | None = None,
    cases_per_year: int = CASES_PER_YEAR,
    seed: int = SEED,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Filled:
    """Fill an empty database: staff, logins, the procedures, and a year of casework that ends when `until` begins.

    `until` is a day in the bureau's zone, today by default; cases that are open then stay open, so that the desks of that
    day have work. `progress` is told the share of the year that is played, from 0 to 1. `now` dates the logins.
    """
    end = midnight(until or datetime.now(ZONE).date())
    start = end - YEAR
    staffing, plan = read_staffing(), demo_plan(cases_per_year)
    with sessions.begin() as session:
        _settle(session, staffing, plan, start=start, end=end, seed=seed)
        give_logins(session, staffing, now=now or datetime.now(UTC))
    told = _told(progress, start, end)
    played: Rehearsed = rehearse(sessions, plan, start=start, end=end, seed=seed, progress=told)
    return Filled(played.started, played.completed, start, end, staffing.logins)


def go_on(
    sessions: sessionmaker[Session],
    *,
    since: datetime,
    until: datetime,
    cases_per_year: int = CASES_PER_YEAR,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Rehearsed:
    """Play more of the demo's casework on what is there, for instance while a redesign is on trial.

    The span is aware; it begins where the casework so far ended, and may lie in the future.
    """
    told = _told(progress, since, until)
    return rehearse(sessions, demo_plan(cases_per_year), start=since, end=until, seed=seed, progress=told)


def is_filled(session: Session) -> bool:
    """Whether this database holds offices already, the demo's or others: then it is not to be filled."""
    return session.scalars(select(Office.key).limit(1)).first() is not None


def logins() -> tuple[Login, ...]:
    """One login for each role of the demo."""
    return read_staffing().logins


def give_logins(session: Session, staffing: Staffing, *, now: datetime) -> None:
    for login in staffing.logins:
        accounts.set_password(session, login.officer, login.password, now=now)


def demo_plan(cases_per_year: float = CASES_PER_YEAR) -> Plan:
    """The demo's plan with that many cases a year."""
    return scaled(read_plan(PLAN.read_text(encoding="utf-8")), cases_per_year)


def midnight(day: date) -> datetime:
    """The beginning of that day in the bureau's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def _settle(
    session: Session, staffing: Staffing, plan: Plan, *, start: datetime, end: datetime, seed: int
) -> list[Procedure]:
    procedures = read_all_procedures()
    appoint_everybody(session, staffing, (post for procedure in procedures for post in procedure.posts))
    first, last = start.astimezone(ZONE).date(), end.astimezone(ZONE).date()
    grant_leaves(session, staffing.officers, first, last, seed=seed, calendar=china())
    dedicate_officers(session, plan.taxpayers, staffing.officers, "tax_source", seed)
    for procedure in procedures:
        version = deployment.deploy(session, procedure, by=None, now=start)
        deployment.activate(session, version, by=None, now=start)
    return procedures


def _told(progress: Progress | None, start: datetime, end: datetime) -> Callable[[datetime], None] | None:
    if progress is None:
        return None
    return lambda at: progress(min(1.0, (at - start) / (end - start)))
