"""Analysis for managers, of procedures and imported logs: a file here and a template for each tab of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from webui import analyses
from webui.analyses import IMPORTED, Analysed
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import in_use, named, newest
from webui.filter_bar import Place, bar, filter_value, plain_address, read_filter
from webui.findings import TABS, Shown, shown_findings
from webui.language import gettext as _
from webui.notes import note_texts
from webui.pages.analysis import asked, bottlenecks, causes, change, conformance, flow, people, timeliness, variants
from webui.settings import Settings
from workflows.tables import ProcedureVersion

page = Blueprint("analysis", __name__)
TAB_VALUES: Mapping[str, Callable[[Analysed, ProcedureVersion | None], dict[str, Any]]] = {
    "bottlenecks": bottlenecks.values,
    "causes": causes.values,
    "flow": flow.values,
    "variants": variants.values,
    "conformance": conformance.values,
    "timeliness": timeliness.values,
    "people": people.values,
    "change": change.values,
}


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
    found, report = analyses.latest(of), analyses.diagnosis_of(of)
    going = asked.going(report, analyses.looked_at(report, by=me().code, now=now()))
    title = named(version.names, version.key) if version else name.removeprefix(IMPORTED)
    tab = request.args.get("tab", "bottlenecks")
    tab = tab if tab in TABS else "bottlenecks"
    if found is None:
        return answer("analysis_wait.html", title=title, going=going, bar=bar(Place(name, tab), where))
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
        stale=analyses.is_stale(db(), name, found.position),
        going=going,
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
        "outside": sum(f.share or 0.0 for f in d.findings("waiting_outside")),
    }


def _worst(found: Analysed) -> Shown | None:
    worst = found.diagnosis.worst
    return shown_findings(found, [worst])[0] if worst else None
