"""Messages from outside over HTTP: a program elsewhere tells what happened, and the cases that wait for it go on.

The worker of the token needs the topic `message:<name>`. With an `id` a message that is sent twice counts once, so that it may be
sent again when its answer was lost.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from webui.auth import PUBLIC, requires
from webui.errors import Refused
from webui.worker_requests import as_worker, body_of_request, moment, number_of, text_of, typed
from workflows import messages
from workflows.errors import NotAllowed
from workflows.tables import Worker

page = Blueprint("messages", __name__, url_prefix="/api/messages")
LONGEST_KEPT = timedelta(days=366)


@page.post("")
@requires(PUBLIC)
def deliver() -> Response:
    body = body_of_request()
    name, payload = text_of(body, "name"), body.get("values", {})
    correlation, id = (text_of(body, key) if key in body else None for key in ("correlation", "id"))
    seconds = number_of(body, "keep_seconds", 0, 0, LONGEST_KEPT.total_seconds())
    if not isinstance(payload, dict):
        raise Refused("`values` has to be an object of names and values.")

    def work(session: Session, worker: Worker) -> int:
        if f"message:{name}" not in worker.topics:
            raise NotAllowed(worker.name, f"its token does not stand for the topic message:{name}.")
        keep = timedelta(seconds=seconds) if seconds else None
        return messages.deliver(session, name, correlation, payload, now=moment(), message_id=id, keep=keep)

    return typed({"taken": as_worker(work)})
