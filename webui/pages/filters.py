"""Filters of an analysis: a condition is added, and a filter kept or forgotten by name."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Redirect

from mining.filters import kept
from webui.answers import db, now
from webui.auth import Right, me, requires
from webui.errors import Refused
from webui.filter_bar import Place, read_filter
from webui.filter_form import condition
from webui.formats import zone
from webui.language import gettext as _

page = Blueprint("filters", __name__)


@page.get("/analysis/filter")
@requires(Right.MANAGE, Right.REDESIGN)
def add() -> Redirect:
    """The analysis of the cases that meet the conditions so far and the new one."""
    form = request.args.to_dict()
    found = condition({**form, "of": form.get("of_what", "case")}, zone())
    where = read_filter(form.get("filter", ""))
    return redirect(_place(form).address(found if where is None else where if found is None else where & found))


@page.post("/analysis/filter/keep")
@requires(Right.MANAGE, Right.REDESIGN)
def keep() -> Redirect:
    form = request.form.to_dict()
    where, name = read_filter(form.get("filter", "")), form.get("name", "").strip()
    if where is None or not name or len(name) > 100:
        raise Refused(_("A filter is kept under a name of at most 100 signs; give it one."))
    kept.keep(db(), _of(form), name, where, by=me().code, now=now())
    return redirect(_place(form).address(where))


@page.post("/analysis/filter/forget")
@requires(Right.MANAGE, Right.REDESIGN)
def forget() -> Redirect:
    form = request.form.to_dict()
    kept.forget(db(), _of(form), form.get("name", ""))
    return redirect(_place(form).address(read_filter(form.get("filter", ""))))


def _of(form: dict[str, str]) -> str:
    if not form.get("of"):
        raise Refused(_("Say which analysis the filter belongs to; its page does."))
    return form["of"]


def _place(form: dict[str, str]) -> Place:
    return Place(form.get("of", ""), form.get("tab", ""))
