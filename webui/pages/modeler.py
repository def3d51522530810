"""The editor of a procedure for process owners: draw, check, deploy as a new version."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, request, url_for

from bpmn.errors import BpmnError
from bpmn.model import ProcessModel
from bpmn.procedure import Procedure, procedure_from_sources
from bpmn.reading import read_bpmn
from bpmn.validation import problems
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import find, in_use, load, named
from webui.errors import Refused
from webui.failures import sentence
from webui.language import catalogue, current_language
from webui.language import gettext as _
from workflows import deployment
from workflows.automation import SERVICE_TASKS
from workflows.errors import Undeployable

page = Blueprint("modeler", __name__)


@page.get("/procedures/<key>/<int:number>/edit")
@requires(Right.REDESIGN)
def show(key: str, number: int) -> Response:
    version = find(db(), key, number)
    procedure = load(db(), version)
    return answer(
        "modeler.html",
        key=key,
        number=number,
        name=named(version.names, key),
        posts=[(post.key, named(post.names, post.key)) for post in procedure.posts],
        forms=sorted(procedure.forms),
        decisions=sorted(procedure.decisions),
        services=sorted(SERVICE_TASKS),
        words={
            "checking": _("Checking …"),
            "wrong": _("It cannot run like this yet; see the problems."),
            "right": _("No errors: it can run."),
            "changed": _("Changed, not deployed yet."),
            "opened": _("File opened; check it before deploying."),
            "unreadable": _("The file cannot be read:"),
        },
    )


@page.post("/procedures/<key>/check")
@requires(Right.REDESIGN)
def check(key: str) -> Response | tuple[Response, int]:
    in_use(db(), key)
    try:
        model = read_bpmn(_drawing())
    except BpmnError as error:
        return jsonify(error=sentence(error)), 422
    return jsonify(problems=[_problem(problem, model) for problem in problems(model)])


@page.post("/procedures/<key>/deploy")
@requires(Right.REDESIGN)
def deploy(key: str) -> Response | tuple[Response, int]:
    base = load(db(), in_use(db(), key))
    note = request.form.get("note", "").strip()
    try:
        procedure = redrawn(base, _drawing())
        version = deployment.deploy(db(), procedure, by=me().code, now=now(), note=note)
    except Undeployable as error:
        found = [_problem(problem, None) for problem in error.problems]
        return jsonify(error=_("It cannot run like this yet; see the problems."), problems=found), 422
    except BpmnError as error:
        return jsonify(error=sentence(error)), 422
    flash(
        _("Version %(n)s is deployed as a draft: activate it, or try it on a share of new cases.", n=version.number),
        "good",
    )
    return jsonify(number=version.number, address=url_for("procedure.version", key=key, number=version.number))


def redrawn(base: Procedure, drawing: bytes) -> Procedure:
    """The procedure with another drawing; forms, decisions, posts and time limits stay. Raises UnreadableProcedure."""
    return procedure_from_sources({**base.sources, f"{base.key}.bpmn": drawing})


def _drawing() -> bytes:
    xml = request.form.get("xml", "")
    if not xml.strip():
        raise Refused("Nothing was drawn: the request holds no BPMN.")
    return xml.encode()


def _problem(problem: Any, model: ProcessModel | None) -> dict[str, Any]:
    element, rule = getattr(problem, "element", None), getattr(problem, "rule", "")
    return {
        "rule": rule,
        "element": element,
        "label": model.label(element, current_language()) if model and element else element,
        "message": _in_words(rule, f"{getattr(problem, 'message', problem)} {getattr(problem, 'remedy', '')}".strip()),
        "severity": str(getattr(problem, "severity", "error")),
    }


def _in_words(rule: str, english: str) -> str:
    """The catalogue has a sentence for each rule; where it has none, and in English, the problem speaks for itself."""
    return catalogue(current_language()).get(f"problem:{rule}", english)
