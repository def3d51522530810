"""A report of any kind is asked for by a button, and how its making goes is shown until it is there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Redirect

from event_logs.errors import UnknownLog
from mining.filters import Filter, read, write
from mining.reports.kept import ReportKind, ReportName
from webui import analyses, changes, renewing
from webui.analyses import IMPORTED
from webui.answers import answer, db, now
from webui.asking import Asked, State
from webui.auth import Right, me, requires
from webui.catalogue import in_use
from webui.errors import NotFound
from webui.failures import told
from webui.filter_bar import Place
from webui.language import gettext as _

page = Blueprint("asked", __name__)


@page.post("/analysis/run")
@requires(Right.MANAGE, Right.REDESIGN)
def run() -> Redirect:
    """Have a report made anew; where that goes on already, the page shows it."""
    name = _named(request.form.to_dict())
    renewing.ask(db(), name, by=me().code, now=now())
    return redirect(address(name))


@page.get("/analysis/progress")
@requires(Right.MANAGE, Right.REDESIGN)
def progress() -> Response:
    """How the making of a report goes, for htmx; when it is there the page is loaded anew."""
    name = _named(request.args.to_dict())
    asked = analyses.asked(name)
    response = answer("asked.html", going=going(name, asked))
    if asked is None or asked.state == State.DONE:
        response.headers["HX-Refresh"] = "true"
    return response


def _named(given: dict[str, str]) -> ReportName:
    """The report that a form or an address names; raises NotFound, UnknownLog, UnreadableFilter."""
    kind, of = given.get("kind", ReportKind.DIAGNOSIS.value), given.get("of", "")
    if kind not in {known.value for known in ReportKind}:
        raise NotFound("report", kind)
    name = renewing.named(kind, of)
    if name.log.startswith(IMPORTED):
        analyses.warehouse(current_app.config["SETTINGS"]).report(name.log.removeprefix(IMPORTED))
    else:
        in_use(db(), name.log)
    _within(name)
    return name


def _within(name: ReportName) -> Filter | None:
    """The filter of the page that shows the report."""
    if name.kind is ReportKind.CHANGE:
        return changes.groups_of(name)[2]
    return read(name.where) if name.where else None


def address(name: ReportName) -> str:
    """The page that shows the report."""
    if name.kind is ReportKind.OBJECTS:
        return f"/analysis/objects?{urlencode({'of': name.log})}"
    if name.kind is ReportKind.CHANGE:
        before, after, within = changes.groups_of(name)
        return Place(name.log, "change", (("before", write(before)), ("after", write(after)))).address(within)
    tab = {ReportKind.DRAWINGS: "flow", ReportKind.DELAYS: "bottlenecks"}.get(name.kind, "")
    return Place(name.log, tab).address(_within(name))


def going(name: ReportName, asked: Asked | None) -> dict[str, Any] | None:
    """What `asked.html` shows of a report that is being made or could not be made; None where neither is so."""
    if asked is None or asked.state == State.DONE:
        return None
    return {
        "kind": name.kind.value,
        "of": renewing.text_of(name),
        "state": asked.state,
        "since": asked.begun_at or asked.asked_at,
        "step": step_word(asked.step) if asked.state == State.RUNNING else _("waiting for its turn"),
        "share": asked.share,
        "error": _reason(name, asked.error) if asked.error else None,
        "foreseen": asked.foreseen,
    }


def _reason(name: ReportName, error: str) -> str:
    """A failure in the language of the reader."""
    if name.kind is ReportKind.OBJECTS and error.startswith(UnknownLog.__name__):
        return _("This log came without objects: only imports of OCEL files and our own procedures have them.")
    return told(error)


def step_word(step: str) -> str:
    words = {
        "": _("beginning"),
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
        "change": _("comparing both groups"),
        "objects": _("looking at the objects"),
        "mining": _("the miners are drawing"),
    }
    return words.get(step, step)
