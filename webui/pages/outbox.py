"""The outbox: what waits to be sent, and what nobody tries to send any more."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Redirect

from webui import outgoing
from webui.answers import answer, db, now
from webui.auth import Right, requires
from webui.language import gettext as _
from workflows import notifications
from workflows.tables import OutgoingMessage

page = Blueprint("outbox", __name__)


@page.get("/outbox")
@requires(Right.ADMINISTER)
def show() -> Response:
    dead = [{"key": m.key, **_facts(m)} for m in notifications.dead(db())]
    return answer("outbox.html", waiting=_waiting(), dead=dead)


def _waiting() -> list[dict[str, object]]:
    """By channel: how much waits, since when, whether there is a way out, and what failed so far though it is tried again."""
    failing = func.count().filter(OutgoingMessage.attempts > 0)
    rows = db().execute(
        select(
            OutgoingMessage.channel,
            func.count().label("many"),
            func.min(OutgoingMessage.created_at).label("oldest"),
            failing.label("failing"),
            func.max(OutgoingMessage.error).label("error"),
        )
        .where(OutgoingMessage.sent_at.is_(None), OutgoingMessage.dead_at.is_(None))
        .group_by(OutgoingMessage.channel)
        .order_by(OutgoingMessage.channel)
    )
    ways = outgoing.channels(current_app.config["SETTINGS"])
    return [{**row._mapping, "way": row.channel in ways} for row in rows]


def _facts(message: OutgoingMessage) -> dict[str, object]:
    names = ("id", "channel", "name", "recipient", "case", "attempts", "error", "created_at", "dead_at")
    return {name: getattr(message, name) for name in names}


@page.post("/outbox/resend")
@requires(Right.ADMINISTER)
def resend() -> Redirect:
    for id in request.form.getlist("message", type=int):
        notifications.send_again(db(), id, now=now())
    flash(_("The messages are sent again."), "good")
    return redirect(url_for("outbox.show"))
