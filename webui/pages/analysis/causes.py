"""What goes with long, late and deviating cases, and what decides at the gateways."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from bpmn.decisions import write_dmn
from mining.findings import Kind
from webui import analyses, formats, forms
from webui.analyses import Analysed
from webui.answers import db
from webui.auth import Right, requires
from webui.catalogue import Names, load
from webui.choices import decision_of, shown_choices
from webui.errors import NotFound
from webui.influences import Fields, asked, held_constant
from workflows.tables import ProcedureVersion

page = Blueprint("causes", __name__)


def values(found: Analysed, version: ProcedureVersion | None) -> dict[str, Any]:
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
