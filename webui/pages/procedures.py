"""The list of procedures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import func, select

from webui.answers import answer, db
from webui.auth import Right, me, requires
from webui.catalogue import load, named, newest, versions
from webui.language import current_language
from webui.pages.home import OPEN, visible
from webui.words import category
from workflows.tables import Case, ProcedureVersion, VersionState

page = Blueprint("procedures", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    name: str
    category: str
    description: str
    number: int
    state: str
    since: datetime
    trial: float | None
    open: int
    activities: int
    startable: bool


@page.get("/procedures")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def show() -> Response:
    counted = (
        select(Case.procedure, func.count().label("open"))
        .where(visible(me()), Case.state.in_(OPEN))
        .group_by(Case.procedure)
    )
    open_by_key = {row.procedure: row.open for row in db().execute(counted)}
    return answer("procedures.html", rows=[_row(version, open_by_key) for version in newest(db())])


def _row(version: ProcedureVersion, open_by_key: dict[str, int]) -> Row:
    procedure = load(db(), version)
    on_trial = [v for v in versions(db(), version.key) if v.state == VersionState.TRIAL]
    return Row(
        key=version.key,
        name=named(version.names, version.key),
        category=category(procedure.category),
        description=procedure.description(current_language()),
        number=version.number,
        state=version.state,
        since=version.state_since,
        trial=on_trial[0].share if on_trial else None,
        open=open_by_key.get(version.key, 0),
        activities=sum(1 for _ in procedure.model.activities),
        startable=version.state == VersionState.ACTIVE and procedure.application.form is not None,
    )
