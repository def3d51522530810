"""One case: its facts, its way on the diagram, its tasks and what happened; suspending, resuming and withdrawing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from bpmn.model import Activity, Gateway
from bpmn.procedure import Procedure
from event_logs import store
from event_logs.event import Event, Lifecycle
from webui import path
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, drawn_at, find, label_at, labels
from webui.errors import Refused
from webui.forms import known_facts, shown
from webui.language import current_language
from webui.language import gettext as _
from webui.reasons import because
from webui.seeing import case_seen, task_seen
from webui.standing import STYLES, Standing, standing
from webui.timeline import moments
from webui.waits import Wait, waits
from workflows import ad_hoc, cases, clock_stops, moving
from workflows.tables import OPEN_TASK, Case, Incident, Task, TaskState
from workflows.versions import Runnable, runnable

page = Blueprint("case", __name__)
Label: TypeAlias = Callable[[str], str]  # what the screen calls the element at a place


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
    procedure, name_of = ran[case.version].procedure, _names(ran)
    waiting = waits(db(), number, name_of, now=now())
    incidents = cases.incidents(db(), case=number)
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
        colours=path.colours(procedure.model, *_way(facts, work, _stands(waiting, incidents))),
        names=labels(procedure.model),
        tasks=[_work(name_of, task, names) for task in work],
        waits=waiting,
        moments=moments(ran, facts, names)[::-1],
        incidents=incidents,
        conflicts=_conflicts(number, name_of),
        labels={incident.node: name_of(incident.node) for incident in incidents},
        may_steer=_may_steer(),
        ad_hoc=_ad_hoc(case, name_of),
        votes=_votes(ran[case.version], work, names),
        stops=_stops(number, name_of),
        positions=_positions(case, ran[case.version]) if _may_steer() else [],
        elapsed=(case.closed_at or now()) - case.opened_at,
    )


def _conflicts(number: str, name_of: Label) -> list[dict[str, Any]]:
    """Where parallel branches set one variable differently: at which join, which variable, and the values, the kept one last."""
    noted = select(Incident).where(Incident.case == number, Incident.attempts == 0, Incident.instance == "")
    return [
        {"node": name_of(row.node), "name": name, "values": values, "at": row.occurred_at}
        for row in db().scalars(noted.order_by(Incident.id))
        for name, values in (row.corrections or {}).items()
    ]


def _ran(case: Case, facts: list[Event]) -> dict[int | None, Runnable]:
    """The versions on which the case has run, newest first; it may have changed them."""
    numbers = sorted({case.version, *(fact.version for fact in facts if fact.version is not None)}, reverse=True)
    digests = {number: find(db(), case.procedure, number).digest for number in numbers} | {case.version: case.digest}
    found: dict[int | None, Runnable] = {number: runnable(db(), digests[number]) for number in numbers}
    return found | {None: found[case.version]}


def _names(ran: dict[int | None, Runnable]) -> Label:
    """What the screen calls the element at a place, by the newest version that has it."""

    def name_of(place: str) -> str:
        found = (version for version in ran.values() if place in version.plan.nodes)
        return label_at(next(found, next(iter(ran.values()))), place)

    return name_of


def _stands(waiting: list[Wait], incidents: list[Incident]) -> set[str]:
    """Elements at which the case waits for something else than a person's work."""
    return {wait.place for wait in waiting} | {incident.node for incident in incidents}


def _way(facts: list[Event], work: list[Task], waiting: set[str]) -> tuple[set[str], set[str]]:
    """What was done and where the case is, as elements of the case's own drawing: what lies in a call counts for the call."""
    done = {_drawn(fact.activity) for fact in facts if fact.lifecycle == Lifecycle.COMPLETE}
    open_now = {_drawn(task.activity) for task in work if task.state in (*OPEN_TASK, TaskState.SUSPENDED)}
    current = open_now | {_drawn(place) for place in waiting}
    return done - current, current


def _drawn(place: str) -> str:
    return place.partition("/")[0]


def _work(name_of: Label, task: Task, names: Names) -> Work:
    stands = standing(task.due_at, at=task.completed_at or now())
    return Work(
        id=task.id,
        activity=name_of(task.activity),
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


def _ad_hoc(case: Case, name_of: Label) -> dict[str, Any] | None:
    """The ad-hoc steps that may be begun or left out, for those who may pick; None where there are none."""
    if not ad_hoc.may_pick(db(), case, me().code, now()):
        return None
    begin = [
        {"token": one.token, "place": one.place, "name": name_of(one.place)}
        for one in ad_hoc.choices(db(), case, now=now())
    ]
    open_ones = [{"task": task.id, "name": name_of(task.activity)} for task in ad_hoc.optional(db(), case, now=now())]
    return {"begin": begin, "open": open_ones} if begin or open_ones else None


def _votes(ready: Runnable, work: list[Task], names: Names) -> list[dict[str, Any]]:
    """Of each activity that several decide (会签, 或签) who has decided how, and who has not yet."""
    found = []
    for place in dict.fromkeys(task.activity for task in work):
        node, (procedure, _id) = ready.plan.nodes.get(place), drawn_at(ready, place)
        if isinstance(node, Activity) and node.multi_instance is not None:
            cast = [_vote(procedure, task, node.id, names) for task in work if task.activity == place]
            found.append({"name": node.label(current_language()), "rows": cast})
    return found


def _vote(procedure: Procedure, task: Task, activity: str, names: Names) -> dict[str, Any]:
    key = f"{activity}_outcome"
    outcome = (task.answers or {}).get(key)
    return {
        "officer": names.officer(task.officer),
        "state": task.state,
        "outcome": shown(procedure, key, outcome)[1] if outcome is not None else "",
        "at": task.completed_at,
    }


def _stops(number: str, name_of: Label) -> list[dict[str, Any]]:
    """When the statutory clock stood still, and for what."""
    return [
        {
            "since": stop.since,
            "until": stop.until,
            "why": _("waiting for %(what)s", what=name_of(stop.node)) if stop.node else stop.reason,
        }
        for stop in clock_stops.stops(db(), number)
    ]


def _positions(case: Case, ready: Runnable) -> list[dict[str, Any]]:
    """Where the case stands, and the steps to which it can be moved from there."""
    return [
        {
            "token": position.token,
            "name": label_at(ready, position.place),
            "to": [
                (place, label_at(ready, place))
                for place in moving.destinations(db(), case, position.token, now=now())
                if not isinstance(ready.plan.nodes.get(place), Gateway)
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
    cases.resume(db(), case, by=me().code, reason=_reason(), now=now())
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
