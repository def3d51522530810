"""Where cases leave the drawing and break rules, what was accepted of that, and which drawing an imported log is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from webui import analyses, renewing, yardsticks
from webui.accepting import record, with_accepted
from webui.analyses import IMPORTED, Analysed
from webui.answers import db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, named, newest
from webui.errors import Refused
from webui.findings import shown_findings, what, word_of
from webui.habits import shown_habits
from webui.language import gettext as _
from workflows.tables import ProcedureVersion

page = Blueprint("conformance", __name__)


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    name, _where = analyses.parts(found.name)
    analysis = with_accepted(db(), found.diagnosis, name, now()).analyses["conformance"]
    rules = found.diagnosis.analyses["rules"]
    kinds = [*analysis.findings, *found.diagnosis.analyses["conformance"].findings]
    return {
        "name": name,
        "yardstick": _yardstick(name) if name.startswith(IMPORTED) else None,
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


def _yardstick(name: str) -> dict[str, Any]:
    """The chosen version, and all that could be."""
    version = yardsticks.chosen(db(), name)
    return {
        "chosen": yardsticks.written(version),
        "name": named(version.names, version.key) if version else "",
        "number": version.number if version else None,
        "choices": [(yardsticks.written(v), named(v.names, v.key), v.number) for v in newest(db())],
    }


@page.post("/analysis/yardstick")
@requires(Right.MANAGE, Right.REDESIGN)
def hold() -> Redirect:
    """Hold an imported log against a drawing, or against none; its analysis is made anew."""
    name = request.form.get("of", "")
    if not name.startswith(IMPORTED):
        raise Refused(
            _("Casework is compared with the versions that it ran on; only an imported log is held against a drawing.")
        )
    analyses.warehouse(current_app.config["SETTINGS"]).report(name.removeprefix(IMPORTED))  # raises UnknownLog
    yardsticks.choose(db(), name, yardsticks.read(db(), request.form.get("drawing", "")), by=me().code, now=now())
    renewing.ask(db(), analyses.diagnosis_of(name), by=me().code, now=now())
    return redirect(url_for("analysis.log", name=name.removeprefix(IMPORTED), tab="conformance"))


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
