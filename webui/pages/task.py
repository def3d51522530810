"""One task: its form beside the facts of the case; claiming, beginning, submitting, returning and passing it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from bpmn.model import Activity
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, drawn_at, label_at
from webui.errors import Refused
from webui.field_errors import in_words
from webui.forms import answers, fields, heading, known_facts
from webui.language import current_language
from webui.language import gettext as _
from webui.reasons import because, standing_to
from webui.seeing import task_seen
from webui.standing import STYLES, standing
from workflows import staff, tasks
from workflows.errors import InvalidAnswers
from workflows.tables import Case, Task, TaskState
from workflows.versions import runnable

page = Blueprint("task", __name__)
OPEN = (TaskState.READY, TaskState.ASSIGNED, TaskState.STARTED)


@page.get("/tasks/<int:id>")
@requires(Right.WORK, Right.MANAGE)
def show(id: int) -> Response:
    task, case = task_seen(db(), id, me(), now=now())
    return _page(task, case)


def _page(
    task: Task,
    case: Case,
    *,
    sent: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    ready = runnable(db(), case.digest)
    procedure, element = drawn_at(ready, task.activity)
    names = Names(db())
    known = tasks.known(db(), task, case, now=now())
    data = {**known, **(task.local or {}), **(task.answers or {})}
    form = fields(procedure, task.form, data=data, sent=sent, errors=errors) if task.form else []
    stands = standing(task.due_at or case.due_at, at=task.completed_at or now())
    asked = {field.key for field in form if not field.locked}
    node = procedure.model.node(element) if procedure.model.has(element) else None
    return answer(
        "task.html",
        status=status,
        task=task,
        case=case,
        activity=label_at(ready, task.activity),
        heading=heading(procedure, task.form) if task.form else "",
        documentation=node.documentation if node and current_language() == "zh" else "",
        procedure_name=names.procedure(case.procedure),
        fields=[field for field in form if not field.locked],
        errors=bool(errors),
        facts=known_facts(procedure, known, without=asked) or known_facts(ready.procedure, case.data),
        filled=sent is not None,
        mine=_mine(task),
        claimable=_claimable(task),
        returnable=_returnable(form, element),
        others=_others(task) if task.state in OPEN else [],
        officer=names.officer(task.officer),
        performed_for=names.officer(task.performed_for),
        post=names.post(task.post),
        office=names.office(task.office),
        why=because(task.why, names),
        considered=_considered(task, names, lambda place: label_at(ready, place)) if task.state in OPEN else [],
        due=task.due_at or case.due_at,
        standing=stands,
        style=STYLES[stands],
        four_eyes=_four_eyes(node, procedure.model.label),
    )


def _mine(task: Task) -> bool:
    """It lies on my desk, or on the desk of an absent colleague whom I stand in for."""
    return task.officer is not None and me().code in (task.officer, staff.absent(db(), now()).get(task.officer))


def _claimable(task: Task) -> bool:
    return task.state == TaskState.READY and me().code in {c.officer for c in tasks.candidates_for(db(), task, now())}


def _returnable(form: list[Any], activity: str) -> bool:
    outcome = next((field for field in form if field.key == f"{activity}_outcome"), None)
    return outcome is not None and any(option.value == "return" for option in outcome.options)


def _others(task: Task) -> list[tuple[str, str]]:
    """Those who may do the task as well, for passing it on: the posts, the office and four eyes decide."""
    names = Names(db())
    codes = sorted({c.officer for c in tasks.candidates_for(db(), task, now())} - {task.officer, None})
    return [(code, f"{names.officer(code)} ({code})") for code in codes]


def _considered(task: Task, names: Names, label: Any) -> list[dict[str, Any]]:
    """Why me, and why not the others: everyone who holds a post for it, as things stand now."""
    return [
        {
            "code": one.officer,
            "name": names.officer(one.officer),
            "may": one.may,
            "key": one.key,
            "why": standing_to(one, names, label),
        }
        for one in tasks.explain(db(), task, now())
    ]


def _four_eyes(node: Any, label: Any) -> list[str]:
    return [label(other, current_language()) for other in node.four_eyes] if isinstance(node, Activity) else []


@page.post("/tasks/<int:id>/claim")
@requires(Right.WORK)
def claim(id: int) -> Redirect:
    task, _case = task_seen(db(), id, me(), now=now())
    tasks.claim(db(), task, me().code, now=now())
    return redirect(url_for("task.show", id=id))


@page.post("/tasks/<int:id>/release")
@requires(Right.WORK)
def release(id: int) -> Redirect:
    task, _case = task_seen(db(), id, me(), now=now())
    tasks.release(db(), task, me().code, now=now())
    flash(_("The work is back in the pool of its post."), "good")
    return redirect(url_for("inbox.show"))


@page.post("/tasks/<int:id>/begin")
@requires(Right.WORK)
def begin(id: int) -> Redirect:
    task, _case = task_seen(db(), id, me(), now=now())
    tasks.begin(db(), task, me().code, now=now())
    return redirect(url_for("task.show", id=id))


@page.post("/tasks/<int:id>/complete")
@requires(Right.WORK)
def complete(id: int) -> Response | Redirect:
    task, case = task_seen(db(), id, me(), now=now())
    ready = runnable(db(), case.digest)
    procedure, _element = drawn_at(ready, task.activity)
    form = fields(procedure, task.form, data={}) if task.form else []
    label = label_at(ready, task.activity)
    try:
        tasks.complete(db(), task, me().code, answers(form, request.form), now=now())
    except InvalidAnswers as error:
        db().rollback()
        return _page(
            db().get_one(Task, id),
            db().get_one(Case, case_number(id)),
            sent=request.form,
            errors=in_words(error),
            status=422,
        )
    flash(_("%(activity)s of %(case)s is done.", activity=label, case=task.case), "good")
    return redirect(url_for("inbox.show"))


def case_number(id: int) -> str:
    return db().get_one(Task, id).case


@page.post("/tasks/<int:id>/return")
@requires(Right.WORK)
def return_for_correction(id: int) -> Redirect:
    task, _case = task_seen(db(), id, me(), now=now())
    tasks.return_for_correction(db(), task, me().code, _reason(), now=now())
    flash(_("Returned for correction."), "good")
    return redirect(url_for("inbox.show"))


@page.post("/tasks/<int:id>/reassign")
@requires(Right.WORK, Right.MANAGE)
def reassign(id: int) -> Redirect:
    task, case = task_seen(db(), id, me(), now=now())
    to = request.form.get("to", "")
    tasks.reassign(db(), task, to, by=me().code, reason=_reason(), now=now())
    flash(_("Passed on to %(name)s.", name=Names(db()).officer(to)), "good")
    return redirect(url_for("inbox.show") if me().may(Right.WORK) else url_for("case.show", number=case.number))


def _reason() -> str:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Refused("A reason is needed; it becomes part of the record.")
    return reason
