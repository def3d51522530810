"""The inbox: 待办, 在办, the pool of the officer's posts, 已办."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webui import worklist
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.standing import Standing
from webui.worklist import HALVES, Wishes

page = Blueprint("inbox", __name__)


@page.get("/inbox")
@requires(Right.WORK)
def show() -> Response:
    tab = request.args.get("tab", "assigned")
    half = tab if tab in HALVES else "assigned"
    wishes = Wishes(
        procedure=request.args.get("procedure", ""),
        text=request.args.get("q", "").strip(),
        standing=request.args.get("standing", ""),
        order=request.args.get("order", ""),
    )
    found = worklist.lines(db(), worklist.tasks_of(db(), me().code, half, now=now()), now=now())
    if half == "done":
        found.sort(key=lambda line: line.completed or line.since, reverse=True)
    return answer(
        "inbox.html",
        half=half,
        wishes=wishes,
        counts=worklist.counts(db(), me().code, now=now()),
        lines=wishes.ordered([line for line in found if wishes.fit(line)]),
        procedures=sorted({(line.procedure_key, line.procedure) for line in found}),
        standings=(Standing.OVERDUE, Standing.WARNED, Standing.IN_TIME),
        total=len(found),
    )
