"""The outbox: what waits to be sent, and what nobody tries to send any more."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Redirect

from webui.answers import answer, db, now
from webui.auth import Right, requires
from webui.language import gettext as _
from workflows import notifications
from workflows.tables import OutgoingMessage

page = Blueprint("outbox", __name__)


@page.get("/outbox")
@requires(Right.ADMINISTER)
def show() -> Response:
    waiting = (
        select(OutgoingMessage.channel, func.count(), func.min(OutgoingMessage.created_at))
        .where(OutgoingMessage.sent_at.is_(None), OutgoingMessage.dead_at.is_(None))
        .group_by(OutgoingMessage.channel)
        .order_by(OutgoingMessage.channel)
    )
    dead = [{"key": m.key, **_facts(m)} for m in notifications.dead(db())]
    return answer("outbox.html", waiting=[tuple(row) for row in db().execute(waiting)], dead=dead)


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
