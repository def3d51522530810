"""One procedure: its diagram shaded by waiting, versions, time limits, posts; activating, retiring, downloading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Redirect

from bpmn.model import Activity
from bpmn.procedure import Procedure
from webui import analyses
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, find, in_use, labels, load, named, versions
from webui.catalogue import diagram as diagram_of
from webui.language import current_language
from webui.language import gettext as _
from webui.pages.home import OPEN
from webui.rules import in_words
from webui.shading import MEASURES, shade
from webui.words import activity_kind, category, day_unit, limit_kind
from workflows import deployment
from workflows.tables import Case, ProcedureVersion

page = Blueprint("procedure", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    number: int
    state: str
    share: float | None
    since: datetime
    deployed_at: datetime
    by: str
    note: str
    cases: int
    open: int


@page.get("/procedures/<key>")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def show(key: str) -> Response:
    return _page(in_use(db(), key))


@page.get("/procedures/<key>/<int:number>")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def version(key: str, number: int) -> Response:
    return _page(find(db(), key, number))


def _page(shown: ProcedureVersion) -> Response:
    procedure = load(db(), shown)
    overseeing = me().may(Right.MANAGE, Right.REDESIGN)
    measure = request.args.get("show", "waiting")
    found = analyses.latest(shown.key) if overseeing else None
    shades = shade(found, measure if measure in MEASURES else "waiting") if found else None
    return answer(
        "procedure.html",
        key=shown.key,
        name=named(shown.names, shown.key),
        description=procedure.description(current_language()),
        category=category(procedure.category),
        version=shown,
        versions=_versions(shown.key),
        names=labels(procedure.model),
        shades=shades,
        measure=measure,
        overseeing=overseeing,
        limits=_limits(procedure),
        basis=procedure.legal_basis,
        activities=_activities(procedure),
        rules=in_words(procedure),
        posts=[named(post.names, post.key) for post in procedure.posts],
        startable=procedure.application.form is not None,
    )


def _versions(key: str) -> list[VersionRow]:
    open_cases = func.count().filter(Case.state.in_(OPEN))
    counted = {
        number: (total, still_open)
        for number, total, still_open in db().execute(
            select(Case.version, func.count(), open_cases).where(Case.procedure == key).group_by(Case.version)
        )
    }
    names = Names(db())
    return [
        VersionRow(
            number=v.number,
            state=v.state,
            share=v.share,
            since=v.state_since,
            deployed_at=v.deployed_at,
            by=names.officer(v.deployed_by),
            note=v.note,
            cases=counted.get(v.number, (0, 0))[0],
            open=counted.get(v.number, (0, 0))[1],
        )
        for v in versions(db(), key)
    ]


def _limits(procedure: Procedure) -> list[dict[str, Any]]:
    language = current_language()
    return [
        {
            "kind": limit_kind(limit.kind),
            "days": limit.days,
            "unit": day_unit(limit.unit),
            "basis": limit.basis,
            "confirmed": limit.confirmed,
            "source": limit.source,
            "activity": procedure.model.label(limit.activity, language) if limit.activity else None,
        }
        for limit in procedure.time_limits
    ]


def _activities(procedure: Procedure) -> list[dict[str, Any]]:
    language, model = current_language(), procedure.model
    return [
        {
            "id": activity.id,
            "name": activity.label(language),
            "kind": activity_kind(activity.kind),
            "posts": [_post(procedure, key) for key in model.posts(activity.id)] if activity.kind == "user" else [],
            "four_eyes": [model.label(other, language) for other in activity.four_eyes],
            "statutory": "statutory" in activity.guards,
            "due": _due(activity),
            "stops_clock": activity.stops_clock,
        }
        for activity in model.activities
    ]


def _post(procedure: Procedure, key: str) -> str:
    post = procedure.post(key)
    return named(post.names, key) if post else key


def _due(activity: Activity) -> str:
    """`2 working days` where the limit is a plain number of days, else the expression as it is drawn."""
    if activity.due is None:
        return ""
    unit = day_unit("working_days" if activity.due.working else "calendar_days")
    days = re.search(r"P(\d+)D", activity.due.expression)
    if days is None:
        return activity.due.expression
    if current_language() == "en":
        return f"{days[1]} {unit.removesuffix('s') if days[1] == '1' else unit}"
    return f"{days[1]}{unit}"


@page.get("/procedures/<key>/<int:number>/diagram.bpmn")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def diagram(key: str, number: int) -> Response:
    response = Response(diagram_of(db(), find(db(), key, number)), mimetype="application/xml")
    response.headers["Content-Disposition"] = f'inline; filename="{key}.{number}.bpmn"'
    response.headers["Cache-Control"] = "private, max-age=86400"  # a version never changes
    return response


@page.post("/procedures/<key>/<int:number>/activate")
@requires(Right.REDESIGN)
def activate(key: str, number: int) -> Redirect:
    deployment.activate(db(), find(db(), key, number), by=me().code, now=now())
    return _back(key, number, _("Version %(n)s takes all new cases from now on.", n=number))


@page.post("/procedures/<key>/<int:number>/retire")
@requires(Right.REDESIGN)
def retire(key: str, number: int) -> Redirect:
    deployment.retire(db(), find(db(), key, number), by=me().code, now=now())
    return _back(key, number, _("Version %(n)s takes no new cases; those it has are finished on it.", n=number))


def _back(key: str, number: int, text: str) -> Redirect:
    flash(text, "good")
    return redirect(url_for("procedure.version", key=key, number=number))
