"""Faults: automatic steps that wait for a person, who looks, corrects the data, and lets the step be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from webui import correcting
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, label_at
from webui.errors import NotFound, Refused
from webui.language import gettext as _
from webui.outside import outside
from webui.pages.home import visible
from webui.seeing import case_seen
from workflows import cases, clock_starts, jobs
from workflows.tables import Case, CaseState, Incident
from workflows.versions import runnable

page = Blueprint("incidents", __name__)
SHOWN = 200
OWN = ("case_number", "office")  # variables that the product itself gives a case


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An incident as the list shows it."""

    id: int
    case: str
    procedure: str
    activity: str
    message: str
    attempts: int
    occurred: datetime


@page.get("/incidents")
@requires(Right.MANAGE, Right.ADMINISTER)
def show() -> Response:
    rows = db().execute(
        select(Incident, Case)
        .join(Case, Case.number == Incident.case)
        .where(cases.OPEN_INCIDENT, visible(me()))
        .order_by(Incident.id)
        .limit(SHOWN)
    )
    names = Names(db())
    lines = [_line(incident, case, names) for incident, case in rows]
    administers = me().may(Right.ADMINISTER)
    return answer(
        "incidents.html",
        incidents=lines,
        most=SHOWN,
        jobs=jobs.failed(db()) if administers else [],
        not_begun=_not_begun(names),
        outside=outside(db(), now()) if administers else [],
    )


def _not_begun(names: Names) -> list[dict[str, Any]]:
    """For what the clock could not begin a case, and why."""
    return [
        {"procedure": names.procedure(row.procedure), "key": row.key, "problem": row.problem, "tried": row.tried_at}
        for row in clock_starts.refused(db())
    ]


@page.post("/incidents/jobs/<int:id>/again")
@requires(Right.ADMINISTER)
def job_again(id: int) -> Redirect:
    if not jobs.again(db(), id, now=now()):
        raise Refused(_("This work in the background does not wait for a person any more."))
    flash(_("It is tried again."), "good")
    return redirect(url_for("incidents.show"))


def _line(incident: Incident, case: Case, names: Names) -> Line:
    return Line(
        id=incident.id,
        case=case.number,
        procedure=names.procedure(case.procedure),
        activity=_label(incident, case),
        message=incident.message,
        attempts=incident.attempts,
        occurred=incident.occurred_at,
    )


def _label(incident: Incident, case: Case) -> str:
    return label_at(runnable(db(), case.digest), incident.node)


@page.get("/incidents/<int:id>")
@requires(Right.MANAGE, Right.ADMINISTER)
def look(id: int) -> Response:
    incident, case = _seen(id)
    return answer(
        "incident.html",
        incident=_line(incident, case, Names(db())),
        open=incident.resolved_at is None and incident.attempts > 0 and case.state == CaseState.RUNNING,
        to_read=incident.resolved_at is None and incident.attempts == 0,
        rests=incident.resolved_at is None and incident.attempts > 0 and case.state == CaseState.SUSPENDED,
        resolved_at=incident.resolved_at,
        resolved_by=Names(db()).officer(incident.resolved_by),
        values=[(name, correcting.literal(value)) for name, value in case.data.items() if name not in OWN],
        corrections=_corrections(incident),
        reason=incident.reason,
    )


def _corrections(incident: Incident) -> list[tuple[str, str, str]]:
    found: dict[str, Any] = dict(incident.corrections or {})
    return [(name, correcting.literal(old), correcting.literal(new)) for name, (old, new) in found.items()]


@page.post("/incidents/<int:id>/correct")
@requires(Right.MANAGE, Right.ADMINISTER)
def correct(id: int) -> Redirect:
    """The values of the form that were changed, under a reason; with `retry` the step is tried again at once."""
    incident, case = _seen(id)
    reason = request.form.get("reason", "").strip()
    texts = {name.removeprefix("value-"): text for name, text in request.form.items() if name.startswith("value-")}
    values = correcting.changed(texts, case.data)
    if values and not reason:
        raise Refused("A reason is needed; it becomes part of the record.")
    if values:
        cases.correct(db(), incident, values, by=me().code, reason=reason, now=now())
    if request.form.get("retry"):
        cases.retry(db(), incident, by=me().code, now=now())
        flash(_("The step is tried again."), "good")
        return redirect(url_for("case.show", number=case.number))
    flash(_("The data are corrected.") if values else _("Nothing was changed."), "good")
    return redirect(url_for("incidents.look", id=id))


@page.post("/incidents/<int:id>/read")
@requires(Right.MANAGE, Right.ADMINISTER)
def read(id: int) -> Redirect:
    incident, _case = _seen(id)
    cases.acknowledge(db(), incident, by=me().code, now=now())
    flash(_("It is noted that you have read it."), "good")
    return redirect(url_for("incidents.show"))


def _seen(id: int) -> tuple[Incident, Case]:
    incident = db().get(Incident, id)
    if incident is None:
        raise NotFound("incident", str(id))
    return incident, case_seen(db(), incident.case, me(), now=now())
