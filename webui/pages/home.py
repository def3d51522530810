"""The first page: what today brings, by what the officer's posts are for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from webui import worklist
from webui.answers import answer, db, now
from webui.auth import SIGNED_IN, Right, SignedIn, me, requires
from webui.catalogue import Names, named
from webui.charts import closed_by_week
from webui.unattended import unattended
from workflows import cases
from workflows.tables import Case, CaseState, Incident, Office, ProcedureVersion, VersionState

page = Blueprint("home", __name__)
SHOWN = 6
WEEKS = 12
OPEN = (CaseState.RUNNING, CaseState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Load:
    """The open cases of one procedure, and how many of them are past their time limit."""

    key: str
    procedure: str
    open: int
    overdue: int


@page.get("/")
@requires(SIGNED_IN)
def show() -> Response:
    officer, session = me(), db()
    return answer(
        "home.html",
        work=_work(session, officer, now()) if officer.may(Right.WORK) else None,
        overview=_overview(session, officer, now()) if officer.may(Right.MANAGE, Right.REDESIGN) else None,
        unattended=_unattended(session, officer, now()) if officer.may(Right.MANAGE) else None,
        trials=_trials(session) if officer.may(Right.REDESIGN) else None,
        staff=_staff(session) if officer.may(Right.ADMINISTER) else None,
    )


def _work(session: Session, officer: SignedIn, at: datetime) -> dict[str, object]:
    mine = worklist.lines(session, worklist.tasks_of(session, officer.code, "assigned", now=at), now=at)
    begun = worklist.lines(session, worklist.tasks_of(session, officer.code, "started", now=at), now=at)
    return {"counts": worklist.counts(session, officer.code, now=at), "next": (begun + mine)[:SHOWN]}


def _overview(session: Session, officer: SignedIn, at: datetime) -> dict[str, object]:
    seen = visible(officer)
    opened = select(func.count()).select_from(Case).where(seen, Case.state.in_(OPEN))
    closed = select(Case.closed_at).where(seen, Case.closed_at >= at - timedelta(weeks=WEEKS))
    return {
        "open": session.scalar(opened) or 0,
        "overdue": session.scalar(opened.where(Case.due_at < at)) or 0,
        "closed": session.scalar(
            select(func.count()).select_from(Case).where(seen, Case.closed_at >= at - timedelta(days=30))
        ),
        "incidents": session.scalar(
            select(func.count())
            .select_from(Incident)
            .join(Case, Case.number == Incident.case)
            .where(seen, cases.OPEN_INCIDENT)
        ),
        "loads": _loads(session, officer, at),
        "chart": closed_by_week([closed_at for closed_at in session.scalars(closed) if closed_at], at, WEEKS),
    }


def _unattended(session: Session, officer: SignedIn, at: datetime) -> dict[str, object]:
    found, total = unattended(session, visible(officer), now=at, limit=SHOWN)
    return {"lines": found, "total": total}


def visible(officer: SignedIn) -> ColumnElement[bool]:
    """The condition on cases that leaves those which the officer may see."""
    own = Case.office.in_(officer.offices)
    return or_(own, Case.office.is_(None)) if officer.sees(None) else own


def _loads(session: Session, officer: SignedIn, at: datetime) -> list[Load]:
    late = func.count().filter(Case.due_at < at)
    rows = session.execute(
        select(Case.procedure, func.count(), late)
        .where(visible(officer), Case.state.in_(OPEN))
        .group_by(Case.procedure)
        .order_by(func.count().desc())
    )
    names = Names(session)
    return [Load(key, names.procedure(key), total, overdue) for key, total, overdue in rows]


def _trials(session: Session) -> list[dict[str, object]]:
    on_trial = session.scalars(select(ProcedureVersion).where(ProcedureVersion.state == VersionState.TRIAL))
    return [
        {"key": v.key, "name": named(v.names, v.key), "number": v.number, "share": v.share, "since": v.state_since}
        for v in on_trial
    ]


def _staff(session: Session) -> dict[str, int]:
    return {"offices": session.scalar(select(func.count()).select_from(Office)) or 0}
