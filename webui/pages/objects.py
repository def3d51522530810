"""The object-centric view of an import or of recorded casework, and the whole story of one object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from event_logs import typed_json
from event_logs.objects import ObjectLog
from event_logs.objects.casework import TAXPAYER, objects_of
from mining.filters import Attribute, Filter, Fits, Of, taken
from mining.objects import ObjectView, story
from mining.objects.drawing import colours, draw_objects
from mining.reports.kept import ReportKind, ReportName
from webui import analyses
from webui.answers import answer, db, engine, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, newest
from webui.errors import NotFound
from webui.filter_bar import plain_address
from webui.formats import duration
from webui.language import gettext as _
from webui.pages.analysis.asked import going
from webui.quality import IMPORTED
from webui.subjects import position, subject

page = Blueprint("objects", __name__)
SHOWN, SHOWN_EVENTS = 15, 2_000


@page.get("/analysis/objects")
@requires(Right.MANAGE, Right.REDESIGN)
def show() -> Response:
    of = _named()
    name = ReportName(ReportKind.OBJECTS, of)
    found = analyses.kept(name)
    return answer(
        "objects.html",
        of=of,
        title=_title(of),
        address=plain_address(of),
        going=going(name, analyses.looked_at(name, by=me().code, now=now())),
        view=_shown(of, found.result) if found else None,
        made_at=found.made_at if found else None,
        stale=found is not None and analyses.is_stale(db(), of, found.position),
    )


def _named() -> str:
    """The import or procedure that the address names; raises NotFound, UnknownLog."""
    of = request.args.get("of", "")
    if of.startswith(IMPORTED):
        analyses.warehouse(current_app.config["SETTINGS"]).report(of.removeprefix(IMPORTED))
    elif of not in {version.key for version in newest(db())}:
        raise NotFound("analysis", of)
    return of


def _title(of: str) -> str:
    return of.removeprefix(IMPORTED) if of.startswith(IMPORTED) else Names(db()).procedure(of)


@page.get("/analysis/objects.svg")
@requires(Right.MANAGE, Right.REDESIGN)
def picture() -> Response:
    of = request.args.get("of", "")
    found, whole = analyses.kept(ReportName(ReportKind.OBJECTS, of)), analyses.latest(of)
    if found is None:
        raise NotFound("analysis", of)
    drawn = draw_objects(found.result.graph, label=whole.label if whole else str, duration=duration)
    return Response(drawn, mimetype="image/svg+xml")


def _shown(of: str, view: ObjectView) -> dict[str, Any]:
    whole = analyses.latest(of)
    label, colour = whole.label if whole else str, colours(view.graph)
    return {
        "events": view.events,
        "objects": view.objects,
        "source": view.source,
        "types": [{**asdict(t), "name": _type(t.type), "colour": colour.get(t.type, "#9aa5b1")} for t in view.types],
        "several": [
            {**asdict(s), "name": label(s.activity), "kind": _type(s.type)} for s in view.several[:SHOWN] if s.several
        ],
        "meetings": [{**asdict(m), "name": label(m.activity)} for m in view.meetings[:SHOWN]],
        "lateness": [
            {**asdict(m), "name": label(m.activity), "kind": _type(m.type)}
            for m in view.lateness[:SHOWN]
            if m.total_lagging
        ],
    }


def _type(kind: str) -> str:
    """The types of our own casework in the reader's language, those of others as they are called."""
    words = {
        "case": _("case"),
        "taxpayer": _("taxpayer"),
        "officer": _("officer"),
        "office": _("office"),
        "document": _("document"),
    }
    return words.get(kind, kind)


# --- one object -------------------------------------------------------------------------------------------------------


@page.get("/analysis/objects/story")
@requires(Right.MANAGE, Right.REDESIGN)
def one() -> Response:
    """Everything that concerned an object of an import (`of`); a taxpayer over all procedures where none is named."""
    of, name = request.args.get("of", ""), request.args.get("object", "").strip()
    told = [_of_import(of, name)] if of else [*_of_taxpayer(name)]
    moments = story(*told)[:SHOWN_EVENTS]
    labels = {log: (found.label if (found := analyses.latest(log)) else str) for log, *_rest in told}
    return answer(
        "object_story.html",
        of=of,
        object=name,
        moments=[
            {
                "at": moment.at,
                "log": _title(moment.log),
                "what": labels[moment.log](moment.activity),
                "others": [_other(of, kind, other) for kind, other in moment.others],
            }
            for moment in moments
        ],
    )


def _of_import(of: str, name: str) -> tuple[str, ObjectLog, str]:
    kept = analyses.warehouse(current_app.config["SETTINGS"])
    return of, kept.load_objects(of.removeprefix(IMPORTED)), name


def _of_taxpayer(taxpayer: str) -> Iterator[tuple[str, ObjectLog, str]]:
    """The casework of a taxpayer, by procedure, and what the taxpayer is called there."""
    for version in newest(db()):
        if taxpayer and position(db(), version.key):
            kept = _kept(version.key, taxpayer)
            log = subject(current_app.config["SETTINGS"], engine(), version.key, now=now()).log
            yield version.key, objects_of(taken(log, _concerns(kept))), f"taxpayer:{kept}"


def _kept(procedure: str, taxpayer: str) -> str:
    """The number as the warehouse has it: by the usual rules for personal data a pseudonym."""
    hidden = analyses.warehouse(current_app.config["SETTINGS"]).privacy().hides(procedure)
    return str(typed_json.loads(hidden(typed_json.dumps({TAXPAYER: taxpayer}))).get(TAXPAYER, ""))


def _concerns(taxpayer: str) -> Filter:
    """Cases that say so themselves, or one of whose events does."""
    return Attribute(Of.CASE, TAXPAYER, Fits.IN, (taxpayer,)) | Attribute(Of.EVENT, TAXPAYER, Fits.IN, (taxpayer,))


def _other(of: str, kind: str, name: str) -> dict[str, str | None]:
    if of:
        return {
            "kind": kind,
            "name": name,
            "address": f"/analysis/objects/story?{urlencode({'of': of, 'object': name})}",
        }
    own = name.removeprefix(f"{kind}:")
    names = Names(db())
    known = {"officer": names.officer, "office": names.office}
    address = f"/cases/{own}" if kind == "case" else None
    return {"kind": _type(kind), "name": known[kind](own) if kind in known else own, "address": address}
