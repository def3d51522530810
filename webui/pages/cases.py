"""The list of cases, with search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import Select, func, or_, select

from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names
from webui.pages.home import OPEN, visible
from webui.standing import STYLES, Standing, standing
from workflows import cases
from workflows.tables import Case, CaseState, Incident

page = Blueprint("cases", __name__)
PER_PAGE = 50
STATES = ("", "open", "overdue", "suspended", "closed", "withdrawn", "incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    number: str
    procedure: str
    version: int
    arm: str
    taxpayer: str
    title: str
    office: str
    state: str
    opened: datetime
    closed: datetime | None
    due: datetime | None
    standing: Standing
    style: str


@page.get("/cases")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def show() -> Response:
    text, state = request.args.get("q", "").strip(), request.args.get("state", "")
    procedure, at_page = request.args.get("procedure", ""), _page_number()
    query = _wanted(text, state, procedure)
    total = db().scalar(select(func.count()).select_from(query.subquery())) or 0
    found = db().scalars(query.order_by(Case.opened_at.desc()).limit(PER_PAGE).offset((at_page - 1) * PER_PAGE))
    names = Names(db())
    keys = db().scalars(select(Case.procedure).where(visible(me())).distinct().order_by(Case.procedure))
    return answer(
        "cases.html",
        rows=[_row(case, names) for case in found],
        total=total,
        text=text,
        state=state,
        procedure=procedure,
        procedures=[(key, names.procedure(key)) for key in keys],
        page=at_page,
        pages=max(1, -(-total // PER_PAGE)),
    )


def _page_number() -> int:
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), 100_000) if asked.isdecimal() else 1


def _wanted(text: str, state: str, procedure: str) -> Select[Any]:
    query = select(Case).where(visible(me()))
    if procedure:
        query = query.where(Case.procedure == procedure)
    if text:
        fields = (Case.number, Case.taxpayer_id, Case.taxpayer_name, Case.title)
        query = query.where(or_(*(field.icontains(text, autoescape=True) for field in fields)))
    return _in_state(query, state)


def _in_state(query: Select[Any], state: str) -> Select[Any]:
    match state:
        case "open":
            return query.where(Case.state.in_(OPEN))
        case "overdue":
            return query.where(Case.state.in_(OPEN), Case.due_at < now())
        case "suspended":
            return query.where(Case.state == CaseState.SUSPENDED)
        case "closed":
            return query.where(Case.state == CaseState.COMPLETED)
        case "withdrawn":
            return query.where(Case.state == CaseState.WITHDRAWN)
        case "incidents":
            return query.join(Incident, Incident.case == Case.number).where(cases.OPEN_INCIDENT).distinct()
    return query


def _row(case: Case, names: Names) -> Row:
    stands = standing(case.due_at, at=case.closed_at or now())
    return Row(
        number=case.number,
        procedure=names.procedure(case.procedure),
        version=case.version,
        arm=case.arm,
        taxpayer=case.taxpayer_name or case.taxpayer_id or "",
        title=case.title,
        office=names.office(case.office),
        state=case.state,
        opened=case.opened_at,
        closed=case.closed_at,
        due=case.due_at,
        standing=stands,
        style=STYLES[stands],
    )
