"""Analysis for managers: bottlenecks, the flow, variants, conformance, time limits and people, of procedures and imported logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Redirect

from bpmn.decisions import write_dmn
from mining.dfg import filtered
from mining.dfg_drawing import draw
from mining.findings import Finding, Kind
from webui import analyses, discovering, formats, forms
from webui.accepting import record, with_accepted
from webui.analyses import IMPORTED, Analysed
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, in_use, labels, load, named, newest
from webui.causes import ORDER, cause_name, causes_by_activity
from webui.choices import decision_of, shown_choices
from webui.errors import JobRunning, NotFound
from webui.failures import sentence
from webui.filter_bar import Place, bar, filter_value, plain_address, read_filter
from webui.findings import TABS, Shown, shown_findings, what, word_of
from webui.formats import duration
from webui.habits import shown_habits
from webui.influences import Fields, asked, held_constant
from webui.jobs import Job
from webui.language import gettext as _
from webui.notes import note_texts
from webui.pages.change import tab_values
from webui.predicted import predicted
from webui.settings import Settings
from webui.shading import shade
from workflows.tables import ProcedureVersion

page = Blueprint("analysis", __name__)


@page.get("/analysis")
@requires(Right.MANAGE, Right.REDESIGN)
def show() -> Response:
    store = analyses.warehouse(_settings())
    logs = [{"name": name, "report": store.report(name)} for name in store.names()]
    rows = [
        {"key": v.key, "name": named(v.names, v.key), "analysed": _headline(analyses.latest(v.key))}
        for v in newest(db())
    ]
    return answer("analysis_list.html", procedures=rows, logs=logs)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _headline(found: Analysed | None) -> dict[str, Any] | None:
    if found is None:
        return None
    worst = found.diagnosis.worst
    lead = found.diagnosis.performance.lead
    return {
        "made_at": found.made_at,
        "cases": found.diagnosis.cases,
        "worst": found.label(worst.subject[-1]) if worst else None,
        "share": worst.share if worst else None,
        "lead": lead.median if lead else None,
    }


@page.get("/analysis/<key>")
@requires(Right.MANAGE, Right.REDESIGN)
def procedure(key: str) -> Response:
    return _page(key, in_use(db(), key))


@page.get("/analysis/logs/<name>")
@requires(Right.MANAGE, Right.REDESIGN)
def log(name: str) -> Response:
    analyses.warehouse(_settings()).report(name)  # raises UnknownLog
    return _page(IMPORTED + name, None)


def _page(name: str, version: ProcedureVersion | None) -> Response:
    where = read_filter(request.args.get("filter", ""))
    of = analyses.named(name, where)
    found = analyses.latest(of)
    job = analyses.running(of)
    title = named(version.names, version.key) if version else name.removeprefix(IMPORTED)
    tab = request.args.get("tab", "bottlenecks")
    tab = tab if tab in TABS else "bottlenecks"
    if found is None:
        if job is None:
            job = analyses.start(of, by=me().code, now=now())
        return answer("analysis_wait.html", title=title, job=_job(job), bar=bar(Place(name, tab), where))
    return answer(
        f"analysis_{tab}.html",
        title=title,
        address=plain_address(name),
        of=of,
        bar=bar(Place(name, tab), where),
        also=f"&{urlencode(filter_value(where))}" if where else "",
        key=version.key if version else None,
        tab=tab,
        tabs=_tabs(found),
        found=_summary(found),
        stale=analyses.is_stale(db(), found),
        job=_job(job) if job and job.going else None,
        notes=note_texts(found, tab),
        **TAB_VALUES[tab](found, version),
    )


def _tabs(found: Analysed) -> list[tuple[str, str]]:
    words = {
        "bottlenecks": _("Bottlenecks"),
        "causes": _("Causes"),
        "flow": _("Flow"),
        "variants": _("Paths"),
        "conformance": _("Conformance"),
        "timeliness": _("Time limits"),
        "people": _("People and rework"),
        "change": _("Change"),
    }
    return [(key, words[key]) for key in TABS]


def _summary(found: Analysed) -> dict[str, Any]:
    d = found.diagnosis
    return {
        "made_at": found.made_at,
        "cases": d.cases,
        "open": d.open_cases,
        "events": d.events,
        "period": d.period,
        "versions": d.versions,
        "source": d.source,
        "lead": d.performance.lead,
        "lead_working": d.performance.lead_working,
        "efficiency": d.performance.flow_efficiency,
        "worst": _worst(found),
    }


def _worst(found: Analysed) -> Shown | None:
    worst = found.diagnosis.worst
    return shown_findings(found, [worst])[0] if worst else None


def _bottlenecks(found: Analysed, version: ProcedureVersion | None) -> dict[str, Any]:
    working = request.args.get("time") == "working"
    by = "handover" if request.args.get("by") == "handover" else "activity"
    rows = shown_findings(found, _delays(found, INSIDE[by]), working=working)
    shades = shade(found, "waiting") if version else None
    return {
        "rows": rows,
        "outside": shown_findings(found, _delays(found, ("waiting_outside",)), working=working),
        "costed": next((row.evidence["currency"] for row in rows if row.evidence.get("currency")), None),
        "working": working,
        "by": by,
        "shades": shades,
        "version": version.number if version else None,
        "names": labels(load(db(), version).model) if version else {},
        "elapsed_only": not found.diagnosis.performance.processing_known,
        "activities": _activity_times(found),
        "causes": causes_by_activity(found, "waiting_cause"),
        "pool": causes_by_activity(found, "waiting_pool"),
        "officer_causes": [(cause, cause_name(cause)) for cause in ORDER["waiting_cause"]],
        "pool_states": [(state, cause_name(state)) for state in ORDER["waiting_pool"]],
    }


INSIDE = {
    "activity": ("waiting_activity", "elapsed_activity"),
    "handover": ("waiting_handover", "elapsed_handover"),
}


def _delays(found: Analysed, kinds: tuple[str, ...]) -> list[Finding]:
    return sorted(found.diagnosis.findings(*kinds), key=lambda finding: (finding.insufficient, -finding.value))


def _activity_times(found: Analysed) -> list[dict[str, Any]]:
    return [
        {
            "name": found.label(a.subject[0]),
            "count": a.count,
            "cases": a.cases,
            "waiting": a.waiting,
            "processing": a.processing,
            "waiting_working": a.waiting_working,
            "processing_working": a.processing_working,
            "between": a.between_completions,
        }
        for a in sorted(found.diagnosis.performance.activities, key=lambda a: -a.count)
    ]


def _causes(found: Analysed, version: ProcedureVersion | None) -> dict[str, Any]:
    influences, choices = (found.diagnosis.analyses[name] for name in ("influences", "choices"))
    fields = _fields(version)
    rows = shown_choices(choices.findings, found.label, fields)
    adjusted: Any = influences.figures.get("adjusted_for", ())
    return {
        "name": found.name,
        "questions": asked(influences.findings, Names(db()), found.label, fields),
        "figures": influences.figures,
        "held": held_constant(adjusted),
        "choices": rows,
        "by_passed": [row for row in rows if row.measure == "by_passed"],
        "replayed": choices.figures,
    }


def _fields(version: ProcedureVersion | None) -> Fields:
    """What the forms of a procedure call its fields; a log from elsewhere has only its own names."""
    if version is None:
        return lambda field, value: (field, formats.value(value))
    return partial(forms.shown, load(db(), version))


@page.get("/analysis/choice.dmn")
@requires(Right.MANAGE, Right.REDESIGN)
def choice_dmn() -> Response:
    """The learnt table of a gateway as a file."""
    name, gateway = request.args.get("of", ""), request.args.get("gateway", "")
    measure = request.args.get("measure", "learnt")
    found = analyses.latest(name)
    model = decision_of(found.diagnosis.findings(Kind.CHOICE), gateway, found.label, measure) if found else None
    if model is None:
        raise NotFound("analysis", f"{name} {gateway}".strip())
    response = Response(write_dmn(model), mimetype="application/xml")
    response.headers.set("Content-Disposition", "attachment", filename=f"{gateway}.dmn")
    return response


def _flow(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    return {
        "activities": _percent("activities", 1.0),
        "paths": _percent("paths", 0.8),
        "mined": discovering.found(found.name),
        "mining": _mining(found.name),
    }


def _mining(of: str) -> dict[str, Any] | None:
    job = discovering.running(of)
    if job is None or job.state == "done":
        return None
    return {"state": job.state, "step": _("the miners are drawing"), "share": None, "error": _error(job)}


def _error(job: Job) -> str | None:
    return sentence(job.error) if job.error else None


def _percent(name: str, default: float) -> float:
    text = request.args.get(name, "")
    return min(max(int(text), 1), 100) / 100 if text.isdecimal() else default


@page.get("/analysis/flow.svg")
@requires(Right.MANAGE, Right.REDESIGN)
def flow_svg() -> Response:
    name = request.args.get("of", "")
    found = analyses.latest(name)
    if found is None:
        raise NotFound("analysis", name)
    graph = filtered(found.diagnosis.graph, activities=_percent("activities", 1.0), paths=_percent("paths", 0.8))
    return Response(draw(graph, label=found.label, duration=duration), mimetype="image/svg+xml")


def _variants(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    shown = found.diagnosis.variants[:30]
    analysis = found.diagnosis.analyses.get("paths")
    figures: Mapping[str, Any] = analysis.figures if analysis else {}
    ended = {tuple(outcome["path"]): outcome for outcome in figures.get("outcomes", ())}
    happy: Mapping[str, Any] = figures.get("happy") or {}
    return {
        "total": len(found.diagnosis.variants),
        "variants": [
            {
                "v": v,
                "steps": [found.label(a) for a in v.activities],
                "ended": ended.get(v.activities),
                "happy": tuple(happy.get("path", ())) == v.activities,
            }
            for v in shown
        ],
        "happy": {**happy, "steps": [found.label(a) for a in happy["path"]]} if happy else None,
        "drawn": figures.get("happy_drawn"),
        "beside": figures.get("beside"),
    }


def _conformance(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    name, _where = analyses.parts(found.name)
    analysis = with_accepted(db(), found.diagnosis, name, now()).analyses["conformance"]
    rules = found.diagnosis.analyses["rules"]
    kinds = [*analysis.findings, *found.diagnosis.analyses["conformance"].findings]
    return {
        "name": name,
        "figures": analysis.figures,
        "rows": shown_findings(found, analysis.findings),
        "rules": shown_findings(found, rules.findings),
        "escaping": _escaping(found, analysis.figures),
        "habits": shown_habits(found),
        "accepted": [_acceptance(found, one) for one in record(db(), name, now())],
        "kinds": list(
            dict.fromkeys((f"{f.measure}:{f.subject[0]}", found.label(f.subject[0]), what(f)) for f in kinds)
        ),
        "apart": [
            {**row, "name": found.label(row["activity"]), "what": word_of(row["word"])}
            for row in _rows(analysis.figures.get("accepted"))
        ],
    }


def _rows(told: Any) -> list[dict[str, Any]]:
    return list(told or ())


def _acceptance(found: Analysed, one: dict[str, Any]) -> dict[str, Any]:
    names = Names(db())
    return {
        **one,
        "name": found.label(one["activity"]),
        "what": word_of(one["deviation"]),
        "by": names.officer(one["accepted_by"]),
        "back_by": names.officer(one["taken_back_by"]) if one["taken_back_by"] else "",
    }


def _escaping(found: Analysed, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "after": found.label(row["after"]) if row["after"] else _("the beginning"),
            "name": found.label(row["activity"]),
            "cases": row["cases"],
        }
        for row in figures.get("escaping", ())
    ]


def _timeliness(found: Analysed, version: ProcedureVersion | None) -> dict[str, Any]:
    forecast: Mapping[str, Any] = found.diagnosis.analyses["forecast"].figures
    kept = predicted(db(), version.key, found.label) if version else None
    return {
        "rows": shown_findings(found, found.diagnosis.analyses["timeliness"].findings),
        "open": kept.open if kept else [_forecast(found, one) for one in forecast.get("most_at_risk", ())],
        "model": kept.model if kept else None,
        "comparison": kept.comparison if kept else None,
        "track": forecast.get("track"),
        "at": forecast.get("at"),
    }


def _forecast(found: Analysed, one: Mapping[str, Any]) -> dict[str, Any]:
    """An open case with moments in place of their texts."""
    moments = {name: _moment(one[name]) for name in ("since", "limit")}
    following = [(found.label(step["activity"]) or _("the end"), step["probability"]) for step in one["following"]]
    return {**one, **moments, "activity": found.label(one["activity"]), "following": following}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _people(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    organisation = found.diagnosis.analyses["organisation"]

    def shown(*kinds: str) -> list[Shown]:
        return shown_findings(found, [f for f in organisation.findings if f.kind in kinds])

    return {
        "workload": shown("workload"),
        "handovers": shown("handover")[:20],
        "square": _square(organisation.figures.get("between_offices")),
        "ping_pong": shown("ping_pong")[:20],
        "specialisation": shown("specialisation"),
        "separation": shown("separation"),
        "rework": shown_findings(found, found.diagnosis.analyses["rework"].findings)[:20],
    }


def _square(matrix: Any) -> dict[str, Any] | None:
    """Steps from office to office with each cell's part of the largest; None with fewer than two offices."""
    if not matrix or len(matrix["names"]) < 2:
        return None
    names = Names(db())
    largest = max(count for row in matrix["counts"] for count in row) or 1
    rows = [
        [{"count": n, "share": n / largest, "waiting": wait} for n, wait in zip(counts, waits, strict=True)]
        for counts, waits in zip(matrix["counts"], matrix["median_waiting"], strict=True)
    ]
    offices = [names.office(key) for key in matrix["names"]]
    return {"names": offices, "rows": list(zip(offices, rows, strict=True))}


TAB_VALUES: dict[str, Callable[[Analysed, ProcedureVersion | None], dict[str, Any]]] = {
    "bottlenecks": _bottlenecks,
    "causes": _causes,
    "flow": _flow,
    "variants": _variants,
    "conformance": _conformance,
    "timeliness": _timeliness,
    "people": _people,
    "change": lambda found, _version: tab_values(found),
}


@page.post("/analysis/run")
@requires(Right.MANAGE, Right.REDESIGN)
def run() -> Redirect:
    of = request.form.get("of", "")
    name, where = analyses.parts(of)
    if not name.startswith(IMPORTED):
        in_use(db(), name)
    with suppress(JobRunning):  # somebody asked a moment ago; the page shows that one's progress
        analyses.start(analyses.named(name, where), by=me().code, now=now())
    return redirect(Place(name).address(where))


@page.get("/analysis/progress")
@requires(Right.MANAGE, Right.REDESIGN)
def progress() -> Response:
    """The state of a running analysis for htmx; when it is done the page is loaded anew."""
    name = request.args.get("of", "")
    job = analyses.running(name)
    response = answer("analysis_progress.html", job=_job(job) if job else None, name=name)
    if job is None or job.state == "done":
        response.headers["HX-Refresh"] = "true"
    return response


def _job(job: Any) -> dict[str, Any]:
    return {
        "key": job.key,
        "name": job.key.removeprefix("analyse:"),
        "state": job.state,
        "step": _step(job.step),
        "share": job.share,
        "error": _error(job),
    }


def _step(step: str) -> str:
    words = {
        "": _("waiting for its turn"),
        "snapshot": _("freezing the recorded events"),
        "bottlenecks": _("measuring where cases wait"),
        "why": _("asking why work waits"),
        "critical_path": _("following the critical path"),
        "conformance": _("comparing with the drawing"),
        "rules": _("checking the rules"),
        "habits": _("learning what is usual"),
        "paths": _("looking at how the paths ended"),
        "rework": _("looking for rework"),
        "organisation": _("looking at workload and hand-overs"),
        "timeliness": _("checking time limits"),
        "influences": _("looking for what goes with long cases"),
        "choices": _("asking what decides at the gateways"),
        "forecast": _("forecasting open cases"),
        "drift": _("looking since when something is different"),
    }
    return words.get(step, step)
