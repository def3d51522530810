"""One case: its facts, its way on the diagram, its tasks and what happened; suspending, resuming and withdrawing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from bpmn.model import Gateway
from bpmn.procedure import Procedure
from event_logs import store
from event_logs.event import Event, Lifecycle
from webui import path
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, labels, of_case
from webui.errors import Refused
from webui.forms import known_facts, shown
from webui.language import current_language
from webui.language import gettext as _
from webui.reasons import because
from webui.seeing import case_seen, task_seen
from webui.standing import STYLES, Standing, standing
from webui.timeline import moments
from workflows import ad_hoc, cases, clock_stops, moving
from workflows.tables import OPEN_TASK, Case, Incident, Subscription, Task, TaskState, Timer

page = Blueprint("case", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A task of the case as its page shows it."""

    id: int
    activity: str
    state: str
    officer: str
    post: str
    office: str
    since: datetime
    due: datetime | None
    completed: datetime | None
    standing: Standing
    style: str
    why: str


@page.get("/cases/<number>")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def show(number: str) -> Response:
    case = case_seen(db(), number, me(), now=now())
    names = Names(db())
    facts = list(store.read(db(), case_id=number))
    ran = _ran(case, facts)
    procedure = ran[case.version]
    work = list(db().scalars(select(Task).where(Task.case == number).order_by(Task.scheduled_at, Task.id)))
    stands = standing(case.due_at, at=case.closed_at or now())
    return answer(
        "case.html",
        case=case,
        procedure_name=names.procedure(case.procedure),
        office=names.office(case.office),
        due=case.due_at,
        standing=stands,
        style=STYLES[stands],
        facts=known_facts(procedure, case.data),
        colours=path.colours(procedure.model, *_way(facts, work, _waiting(number))),
        names=labels(procedure.model),
        tasks=[_work(_labels(ran), task, names) for task in work],
        moments=moments(ran, facts, names)[::-1],
        incidents=list(db().scalars(select(Incident).where(Incident.case == number, Incident.resolved_at.is_(None)))),
        conflicts=_conflicts(number),
        labels={node.id: node.label(current_language()) for node in procedure.model.nodes},
        may_steer=_may_steer(),
        ad_hoc=_ad_hoc(case, _labels(ran)),
        votes=_votes(procedure, work, names),
        stops=_stops(number, _labels(ran)),
        positions=_positions(case, procedure) if _may_steer() else [],
        elapsed=(case.closed_at or now()) - case.opened_at,
    )


def _conflicts(number: str) -> list[dict[str, Any]]:
    """Where parallel branches set one variable differently: at which join, which variable, and the values, the kept one last."""
    noted = select(Incident).where(Incident.case == number, Incident.attempts == 0, Incident.instance == "")
    return [
        {"node": row.node, "name": name, "values": values, "at": row.occurred_at}
        for row in db().scalars(noted.order_by(Incident.id))
        for name, values in (row.corrections or {}).items()
    ]


def _ran(case: Case, facts: list[Event]) -> dict[int | None, Procedure]:
    """The versions on which the case has run, newest first; it may have changed them."""
    numbers = sorted({case.version, *(fact.version for fact in facts if fact.version is not None)}, reverse=True)
    found: dict[int | None, Procedure] = {number: of_case(db(), case.procedure, number) for number in numbers}
    return found | {None: found[case.version]}


def _labels(ran: dict[int | None, Procedure]) -> dict[str, str]:
    """What the screen calls each element, by the newest version that has it."""
    versions = reversed(list(ran.values()))
    return {node.id: node.label(current_language()) for version in versions for node in version.model.nodes}


def _waiting(number: str) -> set[str]:
    """Events of the drawing that the case waits at."""
    timers = db().scalars(
        select(Timer.node).where(Timer.case == number, Timer.fired_at.is_(None), Timer.kind == "timer")
    )
    return set(timers) | set(db().scalars(select(Subscription.node).where(Subscription.case == number)))


def _way(facts: list[Event], work: list[Task], waiting: set[str]) -> tuple[set[str], set[str]]:
    done = {fact.activity for fact in facts if fact.lifecycle == Lifecycle.COMPLETE}
    open_now = {task.activity for task in work if task.state in (*OPEN_TASK, TaskState.SUSPENDED)}
    return done - open_now, open_now | (waiting - done)


def _work(labels: dict[str, str], task: Task, names: Names) -> Work:
    stands = standing(task.due_at, at=task.completed_at or now())
    return Work(
        id=task.id,
        activity=labels.get(task.activity, task.activity),
        state=task.state,
        officer=names.officer(task.officer),
        post=names.post(task.post),
        office=names.office(task.office),
        since=task.scheduled_at,
        due=task.due_at,
        completed=task.completed_at,
        standing=stands,
        style=STYLES[stands],
        why=because(task.why, names),
    )


def _ad_hoc(case: Case, names: dict[str, str]) -> dict[str, Any] | None:
    """The ad-hoc steps that may be begun or left out, for those who may pick; None where there are none."""
    if not ad_hoc.may_pick(db(), case, me().code, now()):
        return None
    begin = [
        {"token": one.token, "place": one.place, "name": names.get(one.place, one.place)}
        for one in ad_hoc.choices(db(), case, now=now())
    ]
    open_ones = [
        {"task": task.id, "name": names.get(task.activity, task.activity)}
        for task in ad_hoc.optional(db(), case, now=now())
    ]
    return {"begin": begin, "open": open_ones} if begin or open_ones else None


def _votes(procedure: Procedure, work: list[Task], names: Names) -> list[dict[str, Any]]:
    """Of each activity that several decide (会签, 或签) who has decided how, and who has not yet."""
    found = []
    for activity in procedure.model.activities:
        cast = [task for task in work if task.activity == activity.id]
        if activity.multi_instance is not None and activity.kind == "user" and cast:
            found.append(
                {"name": activity.label(current_language()), "rows": [_vote(procedure, t, names) for t in cast]}
            )
    return found


def _vote(procedure: Procedure, task: Task, names: Names) -> dict[str, Any]:
    key = f"{task.activity}_outcome"
    outcome = (task.answers or {}).get(key)
    return {
        "officer": names.officer(task.officer),
        "state": task.state,
        "outcome": shown(procedure, key, outcome)[1] if outcome is not None else "",
        "at": task.completed_at,
    }


def _stops(number: str, names: dict[str, str]) -> list[dict[str, Any]]:
    """When the statutory clock stood still, and for what."""
    return [
        {
            "since": stop.since,
            "until": stop.until,
            "why": _("waiting for %(what)s", what=names.get(stop.node, stop.node)) if stop.node else stop.reason,
        }
        for stop in clock_stops.stops(db(), number)
    ]


def _positions(case: Case, procedure: Procedure) -> list[dict[str, Any]]:
    """Where the case stands, and the steps to which it can be moved from there."""
    return [
        {
            "token": position.token,
            "name": procedure.model.label(position.place, current_language()),
            "to": [
                (place, procedure.model.label(place, current_language()))
                for place in moving.destinations(db(), case, position.token, now=now())
                if procedure.model.has(place) and not isinstance(procedure.model.node(place), Gateway)
            ],
        }
        for position in moving.positions(db(), case, now=now())
    ]


def _may_steer() -> bool:
    """A whole case is for those who oversee it; officers steer their own tasks."""
    return me().may(Right.MANAGE)


@page.get("/cases/<number>/diagram.bpmn")
@requires(Right.WORK, Right.MANAGE, Right.REDESIGN)
def diagram(number: str) -> Redirect:
    case = case_seen(db(), number, me(), now=now())
    return redirect(url_for("procedure.diagram", key=case.procedure, number=case.version))


@page.post("/cases/<number>/suspend")
@requires(Right.MANAGE)
def suspend(number: str) -> Redirect:
    case = case_seen(db(), number, me(), now=now())
    cases.suspend(db(), case, by=me().code, reason=_reason(), now=now())
    return _back(case, _("The case is suspended."))


@page.post("/cases/<number>/resume")
@requires(Right.MANAGE)
def resume(number: str) -> Redirect:
    case = case_seen(db(), number, me(), now=now())
    cases.resume(db(), case, by=me().code, reason=request.form.get("reason", "").strip(), now=now())
    return _back(case, _("The case goes on."))


@page.post("/cases/<number>/withdraw")
@requires(Right.MANAGE)
def withdraw(number: str) -> Redirect:
    case = case_seen(db(), number, me(), now=now())
    cases.withdraw(db(), case, by=me().code, reason=_reason(), now=now())
    return _back(case, _("The case is withdrawn."))


@page.post("/cases/<number>/ad-hoc")
@requires(Right.WORK, Right.MANAGE)
def pick(number: str) -> Redirect:
    case = case_seen(db(), number, me(), now=now())
    token, _sign, place = request.form.get("begin", "").partition(":")
    if not token.isdecimal():
        raise Refused("Choose the step that is to be begun.")
    ad_hoc.begin(db(), case, ad_hoc.Choice(int(token), place), by=me().code, now=now())
    return _back(case, _("The step is begun."))


@page.post("/cases/<number>/ad-hoc/<int:id>/leave-out")
@requires(Right.WORK, Right.MANAGE)
def leave_out(number: str, id: int) -> Redirect:
    task, case = task_seen(db(), id, me(), now=now())
    ad_hoc.leave_out(db(), task, by=me().code, reason=_reason(), now=now())
    return _back(case, _("The step is left out."))


@page.post("/cases/<number>/move")
@requires(Right.MANAGE)
def move(number: str) -> Redirect:
    case = case_seen(db(), number, me(), now=now())
    token, _sign, to = request.form.get("to", "").partition(":")
    if not token.isdecimal():
        raise Refused("Choose the step to which the case is to be moved.")
    alone = request.form.get("alone") == "yes"
    moving.move(db(), case, to, token=int(token), alone=alone, by=me().code, reason=_reason(), now=now())
    return _back(case, _("The case was moved."))


def _reason() -> str:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Refused("A reason is needed; it becomes part of the record.")
    return reason


def _back(case: Case, text: str) -> Redirect:
    flash(text, "good")
    return redirect(url_for("case.show", number=case.number))
