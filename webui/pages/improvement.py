"""Improvement for process owners: findings, proposals, simulation, trial, comparison, decision, and what became of earlier ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from bpmn.comparison import DifferenceKind, differences
from bpmn.model import ProcessModel
from bpmn.writing import write_bpmn
from mining import archive
from mining.archive import ArchivedProposal, ArchivedTrial
from mining.evaluation import Against, Effect, Promise, Verdict
from webui import analyses, asking, improvement
from webui.answers import answer, db, engine, now
from webui.asking import Asked, State
from webui.auth import Right, me, requires
from webui.catalogue import Names, find, in_use, labels, load, named, newest
from webui.errors import Refused
from webui.failures import told
from webui.improvement import Bench, Decision, fair_group
from webui.language import current_language
from webui.language import gettext as _
from webui.proposals import differences_in_words, kind_word, reason, step_word, verdict_sentence

page = Blueprint("improvement", __name__)


def bench() -> Bench:
    return Bench(engine(), analyses.warehouse(current_app.config["SETTINGS"]))


@page.get("/improvement")
@requires(Right.REDESIGN)
def show() -> Response:
    rows = []
    for version in newest(db()):
        trial = improvement.running_trial(db(), version.key)
        entries = archive.ledger(db(), version.key)
        rows.append(
            {
                "key": version.key,
                "name": named(version.names, version.key),
                "number": version.number,
                "proposals": len(_proposals(version.key, version.number)),
                "trial": trial,
                "decided": sum(entry.trial.decision is not None for entry in entries),
            }
        )
    return answer("improvement_list.html", rows=rows, ledger=_ledger(None), record=_record(None))


@page.get("/improvement/<key>")
@requires(Right.REDESIGN)
def procedure(key: str) -> Response:
    version = in_use(db(), key)
    found = _proposals(key, version.number)
    trial = improvement.running_trial(db(), key)
    asked = asking.find(db(), asking.PROPOSE, key)
    diagnosis = analyses.latest(key)
    worst = diagnosis.diagnosis.worst if diagnosis else None
    return answer(
        "improvement.html",
        key=key,
        name=named(version.names, key),
        number=version.number,
        proposals=[_proposal(p) for p in found],
        trial=_trial(trial) if trial else None,
        ledger=_ledger(key),
        record=_record(key),
        job=_job(asked),
        searched=asked is not None and asked.state == State.DONE,
        worst={"name": diagnosis.label(worst.subject[-1]), "share": worst.share} if diagnosis and worst else None,
        step=_step_reached(found, trial),
    )


def _step_reached(found: list[ArchivedProposal], trial: ArchivedTrial | None) -> int:
    """Which step of the circle is next: 1 propose, 2 simulate, 3 try, 4 prove and decide."""
    if trial:
        return 4
    if any(p.promises for p in found):
        return 3
    return 2 if found else 1


def _proposals(key: str, number: int) -> list[ArchivedProposal]:
    """The proposals for the version in use, of the latest search, best first."""
    query = select(ArchivedProposal).where(ArchivedProposal.procedure == key, ArchivedProposal.version == number)
    found = list(db().scalars(query.order_by(ArchivedProposal.id.desc())))
    newest_by_key = {p.key: p for p in reversed(found)}
    return sorted(newest_by_key.values(), key=lambda p: -p.gain)


def _proposal(p: ArchivedProposal) -> dict[str, Any]:
    return {
        "id": p.id,
        "kind": kind_word(p.kind),
        "reason": reason(p, load(db(), find(db(), p.procedure, p.version)).model if p.version else p.model),
        "gain": p.gain,
        "made_at": p.made_at,
        "promise": p.promises[-1].promise if p.promises else None,
        "tried": bool(p.trials),
    }


def _trial(trial: ArchivedTrial) -> dict[str, Any]:
    return {
        "id": trial.id,
        "proposal": trial.proposal.id,
        "kind": kind_word(trial.proposal.kind),
        "share": trial.share,
        "started": trial.started_at,
        "by": Names(db()).officer(trial.started_by),
        "current": trial.current_version,
        "proposed": trial.trial_version,
        "promise": trial.promised.promise if trial.promised else None,
    }


def _ledger(key: str | None) -> list[dict[str, Any]]:
    names = Names(db())
    return [
        {
            "trial": e.trial,
            "procedure": names.procedure(e.proposal.procedure),
            "kind": kind_word(e.proposal.kind),
            "proposal": e.proposal.id,
            "promise": e.promise,
            "effect": e.effect,
            "by": names.officer(e.trial.decided_by),
        }
        for e in archive.ledger(db(), key)
        if e.trial.decision is not None
    ]


def _record(key: str | None) -> archive.TrackRecord:
    return archive.track_record(archive.ledger(db(), key))


# --- propose ---------------------------------------------------------------------------------------------------------


@page.post("/improvement/<key>/propose")
@requires(Right.REDESIGN)
def propose(key: str) -> Redirect:
    in_use(db(), key)
    asking.ask(db(), asking.PROPOSE, key, by=me().code, now=now())
    return redirect(url_for("improvement.procedure", key=key))


@page.get("/improvement/<key>/progress")
@requires(Right.REDESIGN)
def progress(key: str) -> Response:
    return _progress(asking.find(db(), asking.PROPOSE, key), f"/improvement/{key}/progress")


def _progress(asked: Asked | None, address: str) -> Response:
    response = answer("improvement_progress.html", job=_job(asked), address=address)
    if asked is None or asked.state == State.DONE:
        response.headers["HX-Refresh"] = "true"
    return response


def _job(asked: Asked | None) -> dict[str, Any] | None:
    """How it goes, where it goes on or has failed."""
    if asked is None or asked.state == State.DONE:
        return None
    return {
        "state": asked.state,
        "since": asked.begun_at or asked.asked_at,
        "step": step_word(asked.step) if asked.state == State.RUNNING else _("waiting for its turn"),
        "share": asked.share,
        "error": told(asked.error) if asked.error else None,
    }


# --- one proposal: look, simulate, try -------------------------------------------------------------------------------


@page.get("/improvement/proposals/<int:id>")
@requires(Right.REDESIGN)
def proposal(id: int) -> Response:
    kept = archive.proposal_of(db(), id)
    current = load(db(), find(db(), kept.procedure, kept.version)).model if kept.version else kept.model
    asked = asking.latest(db(), asking.SIMULATE, f"{id} ")
    found = differences(current, kept.model)
    promised = kept.promises[-1].promise if kept.promises else None
    return answer(
        "proposal.html",
        id=id,
        key=kept.procedure,
        version=kept.version,
        name=Names(db()).procedure(kept.procedure),
        proposal=_proposal(kept),
        before=_colours(found, (DifferenceKind.REMOVED, DifferenceKind.CHANGED, DifferenceKind.MOVED)),
        after=_colours(found, (DifferenceKind.ADDED, DifferenceKind.CHANGED, DifferenceKind.MOVED)),
        before_names=labels(current),
        after_names=labels(kept.model),
        changes=differences_in_words(found, current, kept.model),
        promise=promised,
        groups=_groups({}, promised, fair_group(kept.kind)) if promised else [],
        why_fair=why_fair(promised.against) if promised else "",
        chart=None,
        job=_job(asked),
        trial_running=improvement.running_trial(db(), kept.procedure),
        still_current=in_use(db(), kept.procedure).number == kept.version,
        defaults={"share": improvement.SHARE, "cases": improvement.CASES, "seed": improvement.SEED},
    )


def _groups(effects: Mapping[Against, Effect], promised: Promise | None, fair: Against) -> list[dict[str, Any]]:
    """Promise and result against each group of cases, the fair one first, in words."""
    fair = promised.against if promised else fair
    return [
        {
            "group": group.value,
            "fair": group is fair,
            "name": {
                Against.BESIDE: _("against cases on the current version during the trial"),
                Against.BEFORE: _("against cases on the current version before the trial"),
            }[group],
            "promise": promised.of(group) if promised else None,
            "effect": effects.get(group),
        }
        for group in sorted(Against, key=lambda each: each is not fair)
        if group in effects or (promised and promised.of(group))
    ]


def why_fair(fair: Against) -> str:
    return {
        Against.BESIDE: _(
            "Fair here: chance decides which cases run beside it, in the same season and with the same staff."
        ),
        Against.BEFORE: _(
            "Fair here: the queue that is relieved is shared, so cases beside the trial gain, too; only those before it show the "
            "time without the redesign."
        ),
    }[fair]


def _colours(found: list[Any], kinds: tuple[DifferenceKind, ...]) -> dict[str, str]:
    return {d.element: d.kind.value for d in found if d.kind in kinds}


@page.get("/improvement/proposals/<int:id>/diagram.bpmn")
@requires(Right.REDESIGN)
def diagram(id: int) -> Response:
    kept: ProcessModel = archive.proposal_of(db(), id).model
    return Response(write_bpmn(kept), mimetype="application/xml")


@page.post("/improvement/proposals/<int:id>/simulate")
@requires(Right.REDESIGN)
def simulate(id: int) -> Redirect:
    archive.proposal_of(db(), id)
    of = f"{id} {_share()} {_whole('cases', 50, 5000)} {_whole('seed', 0, 10**9)}"
    asking.ask(db(), asking.SIMULATE, of, by=me().code, now=now())
    return redirect(url_for("improvement.proposal", id=id))


@page.get("/improvement/proposals/<int:id>/progress")
@requires(Right.REDESIGN)
def simulation_progress(id: int) -> Response:
    return _progress(asking.latest(db(), asking.SIMULATE, f"{id} "), f"/improvement/proposals/{id}/progress")


def _share() -> float:
    return _whole("share", 1, 99) / 100


def _whole(name: str, low: int, high: int) -> int:
    text = request.form.get(name, "").strip()
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Refused(_("A whole number from %(low)s to %(high)s is wanted.", low=low, high=high))
    return int(text)


@page.post("/improvement/proposals/<int:id>/trial")
@requires(Right.REDESIGN)
def start_trial(id: int) -> Redirect:
    trial = improvement.try_out(db(), id, share=_share(), by=me().code, now=now())
    flash(
        _(
            "Version %(n)s takes %(share)s of the new cases from now on.",
            n=trial.trial_version,
            share=f"{trial.share:.0%}",
        ),
        "good",
    )
    return redirect(url_for("improvement.trial", id=trial.id))


# --- a trial: compare and decide -------------------------------------------------------------------------------------


@page.get("/improvement/trials/<int:id>")
@requires(Right.REDESIGN)
def trial(id: int) -> Response:
    kept = improvement.trial_of(db(), id)
    effects, effect, fair, verdict = _shown_proof(kept)
    promised = kept.promised.promise if kept.promised else None
    return answer(
        "trial.html",
        id=id,
        key=kept.proposal.procedure,
        name=Names(db()).procedure(kept.proposal.procedure),
        trial=_trial(kept),
        decided=kept if kept.decision else None,
        decided_by=Names(db()).officer(kept.decided_by),
        effect=effect,
        groups=_groups(effects, promised, fair),
        why_fair=why_fair(fair),
        verdict=verdict_sentence(verdict) if verdict else None,
        advice=verdict.advice if verdict else None,
        kept=verdict.kept if verdict else kept.kept,
        language=current_language(),
    )


def _shown_proof(kept: ArchivedTrial) -> tuple[Mapping[Against, Effect], Effect | None, Against, Verdict | None]:
    """What was filed with the decision, else what the facts show now: against each group, and against the fair one."""
    if kept.decision:
        filed = next((group for group, each in kept.effects.items() if each == kept.effect), Against.BESIDE)
        return kept.effects, kept.effect, filed, None
    proof = improvement.prove(bench(), kept.id, now=now())
    return proof.effects, proof.effect, proof.fair, proof.verdict


@page.post("/improvement/trials/<int:id>/decide")
@requires(Right.REDESIGN)
def decide(id: int) -> Redirect:
    wish = request.form.get("decision", "")
    remark = request.form.get("remark", "").strip()
    if wish not in tuple(Decision):
        raise Refused(_("Choose whether to promote or to roll back."))
    if not remark:
        raise Refused(_("A reason is needed; it becomes part of the record."))
    proof = improvement.prove(bench(), id, now=now())
    improvement.decide(db(), id, Decision(wish), proof, by=me().code, remark=remark, now=now())
    flash(
        _("Promoted: all new cases run on it.")
        if wish == Decision.PROMOTE
        else _("Rolled back: no new case runs on it."),
        "good",
    )
    return redirect(url_for("improvement.trial", id=id))
