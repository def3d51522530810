"""Opening a case: which procedure, then its application form."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from bpmn.procedure import Procedure
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import in_use, load, named, newest
from webui.errors import NotFound, Refused
from webui.field_errors import in_words
from webui.forms import answers, fields, heading
from webui.language import current_language
from webui.language import gettext as _
from webui.words import category
from workflows import cases
from workflows.errors import InvalidAnswers
from workflows.tables import Office, VersionState

page = Blueprint("new_case", __name__)


@page.get("/new")
@requires(Right.WORK)
def choose() -> Response:
    found = []
    for version in newest(db()):
        procedure = load(db(), version)
        if version.state == VersionState.ACTIVE and procedure.application.form:
            found.append(
                {
                    "key": version.key,
                    "name": named(version.names, version.key),
                    "description": procedure.description(current_language()),
                    "category": category(procedure.category),
                }
            )
    return answer("new_case_choose.html", procedures=found)


@page.get("/new/<key>")
@requires(Right.WORK)
def show(key: str) -> Response:
    return _page(key)


def _page(key: str, *, sent: MultiDict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response:
    procedure, form = _application(key)
    return answer(
        "new_case.html",
        status=422 if errors else 200,
        key=key,
        name=procedure.label(current_language()),
        heading=heading(procedure, form),
        description=procedure.description(current_language()),
        fields=fields(procedure, form, data={}, sent=sent, errors=errors),
        errors=bool(errors),
        offices=_offices(),
        office=(sent.get("_office") if sent is not None else None) or me().office,
        filled=sent is not None,
    )


def _application(key: str) -> tuple[Procedure, str]:
    version = in_use(db(), key)
    procedure = load(db(), version)
    if version.state != VersionState.ACTIVE:
        raise NotFound("active procedure", key)
    if procedure.application.form is None:
        raise Refused("This procedure is not opened by a form: a message or the clock begins it.")
    return procedure, procedure.application.form


def _offices() -> list[tuple[str, str]]:
    found = db().scalars(select(Office).where(Office.key.in_(me().offices)).order_by(Office.level.desc(), Office.key))
    return [(office.key, named(office.names, office.key)) for office in found]


@page.post("/new/<key>")
@requires(Right.WORK)
def start(key: str) -> Response | Redirect:
    procedure, form = _application(key)
    given = answers(fields(procedure, form, data={}), request.form)
    office = request.form.get("_office") or me().office
    if office not in me().offices:
        raise NotFound("office", office)
    try:
        case = cases.start(db(), key, given, now=now(), office=office, by=me().code)
    except InvalidAnswers as error:
        db().rollback()
        return _page(key, sent=request.form, errors=dict(in_words(error)))
    flash(_("Case %(number)s is opened.", number=case.number), "good")
    return redirect(url_for("case.show", number=case.number))
