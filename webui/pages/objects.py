"""The object-centric view of an import or of recorded casework, and the whole story of one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request
from sqlalchemy import column, select

from event_logs import store
from event_logs.event import Event, Lifecycle
from mining.objects import ObjectView, story
from mining.objects.drawing import colours, draw_objects
from mining.objects.story import Moment
from mining.reports.kept import ReportKind, ReportName
from webui import analyses
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, in_use, load, newest
from webui.errors import NotFound
from webui.filter_bar import plain_address
from webui.formats import duration
from webui.language import current_language
from webui.language import gettext as _
from webui.pages.analysis.asked import going
from webui.pages.home import visible
from webui.quality import IMPORTED
from workflows.tables import Case

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
    drawn = draw_objects(found.result.graph, label=whole.label if whole else str, duration=duration, called=_type)
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
    moments = (_of_import(of, name) if of else _of_taxpayer(name))[:SHOWN_EVENTS]
    labels = {log: _label(log) for log in {moment.log for moment in moments}}
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


def _label(log: str) -> Callable[[str], str]:
    """What an activity of the log is called: as the version in use has it, in an import as it was recorded."""
    if log.startswith(IMPORTED):
        return str
    model = load(db(), in_use(db(), log)).model
    return lambda activity: model.label(activity, current_language()) if model.has(activity) else activity


def _of_import(of: str, name: str) -> tuple[Moment, ...]:
    kept = analyses.warehouse(current_app.config["SETTINGS"])
    return story((of, kept.load_objects(of.removeprefix(IMPORTED)), name))


def _of_taxpayer(taxpayer: str) -> tuple[Moment, ...]:
    """What was done in those cases of a taxpayer that the reader may see, by time, as it stands in the record."""
    numbers = select(Case.number).where(Case.taxpayer_id == taxpayer, visible(me()))
    rows = db().execute(
        store.facts().where(column("case_id").in_(numbers), column("lifecycle") == Lifecycle.COMPLETE.value)
    )
    return tuple(sorted(map(_moment, map(store.told, rows)), key=lambda moment: moment.at))


def _moment(fact: Event) -> Moment:
    others = {"case": fact.case_id, "officer": fact.officer, "office": fact.office}
    return Moment(
        fact.procedure, fact.at, fact.activity, tuple((kind, f"{kind}:{own}") for kind, own in others.items() if own)
    )


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
