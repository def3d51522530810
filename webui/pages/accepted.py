"""A manager accepts a kind of deviation for a time, or takes that back; both under a reason, both on record."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from mining.acceptances import Acceptance, accept, take_back
from mining.errors import UnknownAcceptance
from webui.accepting import through
from webui.analyses import IMPORTED
from webui.answers import db, now
from webui.auth import Right, me, requires
from webui.catalogue import in_use
from webui.errors import Refused
from webui.language import gettext as _

page = Blueprint("accepted", __name__)


@page.post("/analysis/accepted")
@requires(Right.MANAGE)
def add() -> Redirect:
    name = request.form.get("of", "")
    if not name.startswith(IMPORTED):
        in_use(db(), name)
    word, _sign, activity = request.form.get("deviation", "").partition(":")
    accept(
        db(),
        name,
        word,
        activity,
        versions=(_number("version_from"), _number("version_to")),
        reason=request.form.get("reason", ""),
        by=me().code,
        until=through(_day(), current_app.config["SETTINGS"].zone),
        now=now(),
    )
    flash(_("The deviation is accepted until that day; it is listed apart and not counted meanwhile."), "good")
    return _back(name)


@page.post("/analysis/accepted/<int:id>/take-back")
@requires(Right.MANAGE)
def undo(id: int) -> Redirect:
    found = db().get(Acceptance, id)
    if found is None:
        raise UnknownAcceptance(id)
    take_back(db(), id, reason=request.form.get("reason", ""), by=me().code, now=now())
    flash(_("The deviation counts again from now on."), "good")
    return _back(found.procedure)


def _back(name: str) -> Redirect:
    if name.startswith(IMPORTED):
        return redirect(url_for("analysis.log", name=name.removeprefix(IMPORTED), tab="conformance"))
    return redirect(url_for("analysis.procedure", key=name, tab="conformance"))


def _number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if text and not text.isdecimal():
        raise Refused("A version is a whole number.")
    return int(text) if text else None


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise Refused("Until when? Give a date.") from None
