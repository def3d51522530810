"""Running cases to another version: what would happen case by case, doing it, and taking it back."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from bpmn.model import ProcessModel
from webui import analyses, migrating
from webui.answers import answer, db, engine, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, find, load, named, versions
from webui.errors import JobRunning, NotFound, Refused
from webui.failures import sentence
from webui.jobs import Job
from webui.language import current_language
from webui.language import gettext as _
from workflows import migration
from workflows.migration import MigrationPlan, Outlook
from workflows.tables import MigratedCase, Migration, ProcedureVersion

page = Blueprint("migration", __name__)
MOST_SHOWN = 200
NOWHERE = "-"  # in the form: a person says that an element has no place in the new version


@page.get("/procedures/<key>/migrate")
@requires(Right.MANAGE, Right.REDESIGN)
def show(key: str) -> Response:
    known = versions(db(), key)
    numbers = [v.number for v in known]
    source, target = _chosen("from", numbers), _chosen("to", numbers)
    plan = _plan(key, source, target) if source and target and source != target else None
    return answer(
        "migration.html",
        key=key,
        name=named(known[0].names, key),
        numbers=numbers,
        source=source or (numbers[1] if len(numbers) > 1 else None),
        target=target or numbers[0],
        plan=_shown_plan(plan) if plan else None,
        looked=_looked(plan) if plan else None,
        given=_mapping(),
        earlier=_earlier(key),
    )


def _chosen(name: str, numbers: list[int]) -> int | None:
    given = request.values.get(name, type=int)
    return given if given in numbers else None


def _mapping() -> dict[str, str | None]:
    """What the form says of single elements: `place:<old>` is the new one, a dash none, empty the proposal."""
    given = {name[6:]: value for name, value in request.values.items() if name.startswith("place:") and value}
    return {old: None if new == NOWHERE else new for old, new in given.items()}


def _plan(key: str, source: int, target: int) -> MigrationPlan:
    return migration.plan(db(), key, source, target, _mapping())


def _model(key: str, number: int) -> ProcessModel:
    return load(db(), find(db(), key, number)).model


def _label(model: ProcessModel, place: str) -> str:
    id = place.partition("/")[0]
    label = model.label(id, current_language()) if model.has(id) else id
    return label if id == place else f"{label} / {place.partition('/')[2]}"


def _shown_plan(plan: MigrationPlan) -> dict[str, Any]:
    """The elements about which there is something to say: changed, found by comparison, gone, and new ones."""
    old, new = _model(plan.procedure, plan.source), _model(plan.procedure, plan.target)
    told = [place for place in (*plan.alike, *plan.gone) if place not in {f.id for f in old.flows}]
    return {
        "rows": [
            {
                "place": place,
                "old": _label(old, place),
                "new": plan.places.get(place),
                "alike": place in plan.alike,
            }
            for place in told
        ],
        "changed": [_label(new, place) for place in sorted(plan.changed)],
        "added": [_label(new, place) for place in plan.added],
        "choices": [(place, _label(new, place)) for place in plan.added],
    }


def _looked(plan: MigrationPlan) -> dict[str, Any]:
    old, new = _model(plan.procedure, plan.source), _model(plan.procedure, plan.target)
    found = list(migration.dry_run(db(), plan, now=now()))
    shown = sorted(found, key=lambda one: (one.migrates, one.case))
    return {
        "total": len(found),
        "moving": sum(one.migrates for one in found),
        "staying": sum(not one.migrates for one in found),
        "standing": [
            {"place": _label(new, place), "cases": n}
            for place, n in Counter(place for one in found for place in one.stands_at).most_common()
        ],
        "rows": [_row(one, old, new) for one in islice(shown, MOST_SHOWN)],
    }


def _row(one: Outlook, old: ProcessModel, new: ProcessModel) -> dict[str, Any]:
    names = Names(db())
    return {
        "case": one.case,
        "migrates": one.migrates,
        "hindrances": [hindrance(text, old) for text in one.hindrances],
        "stands_at": [_label(new, place) for place in one.stands_at],
        "tasks": [
            {
                "before": _label(old, task.before),
                "after": _label(new, task.after),
                "released": names.officer(task.officer) if task.released else "",
            }
            for task in one.tasks
        ],
        "times": [{"node": _label(new, t.node), "before": t.before, "after": t.after} for t in one.times],
        "missing": list(one.missing),
        "done_otherwise": [_label(old, place) for place in one.done_otherwise],
    }


def hindrance(text: str, model: ProcessModel) -> str:
    """Why a case stays, as a sentence."""
    key, _sign, place = text.partition(":")
    if key == "broken":
        return place
    label = _label(model, place)
    sentences = {
        "gone": _("%(place)s, where it stands, has no place in the new version.", place=label),
        "other_kind": _("%(place)s is another kind of element in the new version.", place=label),
        "other_scope": _("%(place)s lies in another subprocess in the new version.", place=label),
        "no_way": _("It waits at %(place)s, to which its branch does not lead in the new version.", place=label),
        "no_time": _("The time of %(place)s cannot be worked out from the data of the case.", place=label),
    }
    return sentences.get(key, text)


def _earlier(key: str) -> list[dict[str, Any]]:
    names = Names(db())
    rows = db().scalars(select(Migration).where(Migration.procedure == key).order_by(Migration.id.desc()))
    return [
        {
            "row": row,
            "by": names.officer(row.by),
            "counts": migration.counts(db(), row),
            "job": _job(analyses.jobs().find(f"migrate:{row.id}")),
        }
        for row in rows
    ]


def _job(job: Job | None) -> dict[str, Any] | None:
    if job is None or not (job.going or job.error):
        return None
    error = sentence(job.error) if job.error else None
    return {"state": job.state, "step": _("Migrating"), "share": job.share, "error": error}


@page.post("/procedures/<key>/migrate")
@requires(Right.MANAGE, Right.REDESIGN)
def begin(key: str) -> Redirect:
    numbers = [v.number for v in versions(db(), key)]
    source, target = _chosen("from", numbers), _chosen("to", numbers)
    if source is None or target is None:
        raise Refused("Choose the version that the cases run on and the one that they go on with.")
    row = migration.begin(db(), _plan(key, source, target), by=me().code, reason=_reason(), now=now())
    db().commit()  # the background looks for it in the database
    _start(row.id)
    flash(_("The cases are migrated one after the other."), "good")
    return redirect(url_for("migration.one", id=row.id))


def _start(id: int) -> None:
    here, clock = engine(), current_app.config["CLOCK"]
    with suppress(JobRunning):
        work = lambda progress: migrating.carry_out(here, id, clock, progress)  # noqa: E731
        analyses.jobs().start(f"migrate:{id}", work, by=me().code, now=now())


def _found(id: int) -> tuple[Migration, ProcedureVersion]:
    row = db().get(Migration, id)
    if row is None:
        raise NotFound("migration", str(id))
    return row, find(db(), row.procedure, row.source)


@page.get("/migrations/<int:id>")
@requires(Right.MANAGE, Right.REDESIGN)
def one(id: int) -> Response:
    row, version = _found(id)
    old = load(db(), version).model
    query = select(MigratedCase).where(MigratedCase.migration == id)
    cases = db().scalars(query.order_by(MigratedCase.outcome.desc(), MigratedCase.case).limit(MOST_SHOWN))
    shown = [
        {
            "case": c.case,
            "outcome": c.outcome,
            "at": c.at,
            "can_go_back": c.outcome == "moved" and c.before is not None,
            "reasons": [hindrance(text, old) for text in c.reasons],
        }
        for c in cases
    ]
    return answer(
        "migration_done.html",
        row=row,
        name=named(version.names, version.key),
        by=Names(db()).officer(row.by),
        counts=migration.counts(db(), row),
        cases=shown,
        job=_job(analyses.jobs().find(f"migrate:{id}")),
    )


@page.get("/migrations/<int:id>/progress")
@requires(Right.MANAGE, Right.REDESIGN)
def progress(id: int) -> Response:
    job = analyses.jobs().find(f"migrate:{id}")
    response = answer("improvement_progress.html", job=_job(job), address=f"/migrations/{id}/progress")
    if job is None or job.state == "done":
        response.headers["HX-Refresh"] = "true"
    return response


@page.post("/migrations/<int:id>/resume")
@requires(Right.MANAGE, Right.REDESIGN)
def resume(id: int) -> Redirect:
    _found(id)
    _start(id)
    return redirect(url_for("migration.one", id=id))


@page.post("/migrations/<int:id>/undo")
@requires(Right.MANAGE, Right.REDESIGN)
def undo(id: int) -> Redirect:
    row, _version = _found(id)
    if case := request.form.get("case"):
        migration.undo(db(), row, case, by=me().code, reason=_reason(), now=now())
        flash(_("The case is back on its old version."), "good")
    else:
        here, by, reason = engine(), me().code, _reason()
        back = migrating.take_back(here, id, current_app.config["CLOCK"], by=by, reason=reason)
        flash(_("%(n)s cases are back on their old version.", n=len(back)), "good")
    return redirect(url_for("migration.one", id=id))


def _reason() -> str:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Refused("A reason is needed; it becomes part of the record.")
    return reason
