"""What follows what: the graph of the cases, and the models that were mined from them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from mining.dfg import filtered
from mining.dfg_drawing import draw
from webui import analyses, discovering
from webui.analyses import Analysed
from webui.auth import Right, requires
from webui.errors import NotFound
from webui.formats import duration
from webui.pages.analysis.asked import going
from workflows.tables import ProcedureVersion

page = Blueprint("flow", __name__)


def values(found: Analysed, _version: ProcedureVersion | None) -> dict[str, Any]:
    name = discovering.drawings_of(found.name)
    drawings = analyses.kept(name)
    return {
        "activities": _percent("activities", 1.0),
        "paths": _percent("paths", 0.8),
        "drawings": drawings.result if drawings else None,
        "drawn_at": drawings.made_at if drawings else None,
        "drawing": going(name, analyses.asked(name)),
    }


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
