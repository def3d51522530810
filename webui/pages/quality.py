"""Data quality of one log: its score, what breaks which rule, the trend, and repairs to accept or decline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from event_logs.quality import BY_KEY, Finding
from event_logs.quality.assessment import finding_from_dict, part_from_dict
from event_logs.quality.records import QualityCheck, QualityRepair, RepairState, checks_of, decide, repairs_of
from webui import quality
from webui.answers import answer, db, engine, now
from webui.auth import Right, me, requires
from webui.catalogue import Names
from webui.errors import NotFound, Refused
from webui.language import gettext as _
from webui.quality_words import dimension, rule_asks, rule_name, stage

page = Blueprint("quality", __name__)
SHOWN_NAMES, SHOWN_RULES = 8, 2
LEAST_SPAN = 0.02  # a smaller change of a score looks small


def _known() -> list[str]:
    return quality.names(current_app.config["SETTINGS"], engine())


@page.get("/quality")
@requires(Right.MANAGE, Right.REDESIGN)
def overview() -> Response:
    names = Names(db())
    rows = [
        {"log": log, "title": _title(names, log), "last": next(iter(checks_of(db(), log, 1)), None)} for log in _known()
    ]
    return answer("quality_list.html", logs=rows)


@page.get("/quality/<log>")
@requires(Right.MANAGE, Right.REDESIGN)
def show(log: str) -> Response:
    _refuse_unknown(log)
    names, checks = Names(db()), checks_of(db(), log)
    last = checks[0] if checks else None
    return answer(
        "quality.html",
        log=log,
        title=_title(names, log),
        last=last,
        dimensions=[(dimension(key), float(score)) for key, score in last.dimensions.items()] if last else [],
        rules=[_rule(names, finding) for finding in map(finding_from_dict, last.findings)] if last else [],
        offices=_parts(checks, "offices", names.office),
        posts=_parts(checks, "posts", names.post),
        course_of_log=course([check.score for check in reversed(checks)]),
        trend=[{"at": check.at, "score": check.score, "occasion": _occasion(check.occasion)} for check in checks],
        repairs=[_repair(names, row) for row in reversed(repairs_of(db(), log))],
    )


def _refuse_unknown(log: str) -> None:
    if log not in _known():
        raise NotFound("log", log)


def _title(names: Names, log: str) -> str:
    return log.removeprefix(quality.IMPORTED) if log.startswith(quality.IMPORTED) else names.procedure(log)


def _rule(names: Names, finding: Finding) -> dict[str, Any]:
    rule = BY_KEY[finding.rule]
    return {
        "key": rule.key,
        "name": rule_name(rule.key),
        "asks": rule_asks(rule.key),
        "dimension": dimension(rule.dimension),
        "stage": stage(rule.stage),
        "post": names.post(rule.post),
        "broken": finding.broken,
        "asked": finding.asked,
        "score": finding.score,
        "evidence": finding.evidence,
    }


def _parts(checks: Sequence[QualityCheck], what: str, name: Any) -> list[dict[str, Any]]:
    """Offices or posts as the last check found them, the lowest score first: what they break most, and the scores before."""
    told = [{key: part_from_dict(part) for key, part in getattr(check, what).items()} for check in checks]
    rows = [
        {
            "name": name(key),
            "score": part.score,
            "broken": [(rule_name(rule), times) for rule, times in list(part.broken.items())[:SHOWN_RULES]],
            "course": course([one[key].score for one in reversed(told) if key in one]),
        }
        for key, part in (told[0] if told else {}).items()
    ]
    return sorted(rows, key=lambda row: (row["score"], row["name"]))


def course(scores: Sequence[float]) -> str:
    """The points of a line through scores from the first to the last, for a picture of 60 by 20; empty where there is but one."""
    if len(scores) < 2:
        return ""
    low = min(*scores, max(scores) - LEAST_SPAN)
    span = max(scores) - low
    places = ((60 * n / (len(scores) - 1), 18 - 16 * (score - low) / span) for n, score in enumerate(scores))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _repair(names: Names, row: QualityRepair) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": rule_name(row.rule),
        "state": row.state,
        "pairs": sorted(row.names.items())[:SHOWN_NAMES],
        "more": max(0, len(row.names) - SHOWN_NAMES),
        "proposed_at": row.proposed_at,
        "by": names.officer(row.decided_by) if row.decided_by else "",
        "decided_at": row.decided_at,
    }


def _occasion(key: str) -> str:
    return {"import": _("on import"), "schedule": _("daily"), "asked": _("when asked")}.get(key, key)


@page.post("/quality/<log>/check")
@requires(Right.MANAGE, Right.REDESIGN)
def check(log: str) -> Redirect:
    _refuse_unknown(log)
    quality.ask(db(), log, occasion="asked", now=now())
    return _back(log, _("The log is being checked; the result is here in a moment."))


@page.post("/quality/<log>/repairs/<int:id>")
@requires(Right.MANAGE, Right.REDESIGN)
def settle(log: str, id: int) -> Redirect:
    wanted = request.form.get("state", "")
    if wanted not in list(RepairState):
        raise Refused("A repair is accepted, declined, or taken back.")
    decide(db(), log, id, RepairState(wanted), by=me().code, now=now())
    return _back(log, _("The decision is kept; analyses read the log accordingly from now on."))


def _back(log: str, text: str) -> Redirect:
    flash(text, "good")
    return redirect(url_for("quality.show", log=log))
