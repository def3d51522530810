"""Models that were mined from a log: their drawings, as files, and as the draft of a new procedure."""

from __future__ import annotations

import re

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from bpmn.drawing import draw
from bpmn.model import ProcessModel
from bpmn.writing import write_bpmn
from webui import analyses, discovering
from webui.analyses import IMPORTED
from webui.answers import db, now
from webui.auth import Right, me, requires
from webui.catalogue import newest
from webui.errors import Refused
from webui.language import current_language
from webui.language import gettext as _
from workflows import deployment

page = Blueprint("discovery", __name__)
KEY = re.compile(r"[a-z][a-z0-9_]{1,60}")


def _model() -> ProcessModel:
    of = request.values.get("of", "")
    analysed = analyses.latest(of)
    return discovering.model_of(of, request.values.get("miner", ""), analysed.label if analysed else str)


@page.get("/analysis/discovered.svg")
@requires(Right.MANAGE, Right.REDESIGN)
def picture() -> Response:
    return Response(draw(_model(), language=current_language()), mimetype="image/svg+xml")


@page.get("/analysis/discovered.bpmn")
@requires(Right.MANAGE, Right.REDESIGN)
def file() -> Response:
    response = Response(write_bpmn(_model()), mimetype="application/xml")
    response.headers["Content-Disposition"] = 'attachment; filename="discovered.bpmn"'
    return response


@page.post("/analysis/discovered/draft")
@requires(Right.REDESIGN)
def draft() -> Redirect:
    """The model as the first version of a new procedure, a draft that the editor opens."""
    key, name = request.form.get("key", "").strip(), request.form.get("name", "").strip()
    if not KEY.fullmatch(key) or not name:
        raise Refused("A new procedure needs a name, and a key of small letters, digits and underscores.")
    if any(version.key == key for version in newest(db())):
        raise Refused(f"There is a procedure {key!r} already; give the new one another key.")
    log = analyses.parts(request.form.get("of", ""))[0]
    source = _("Discovered in the log %(name)s.", name=log.removeprefix(IMPORTED))
    procedure = discovering.drafted(_model(), key, name, source)
    version = deployment.deploy(db(), procedure, by=me().code, now=now(), note=source)
    flash(_("The draft is there: give its steps posts and forms, then activate it."), "good")
    return redirect(url_for("modeler.show", key=key, number=version.number))
