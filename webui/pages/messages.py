"""Messages and signals from outside over HTTP: a program elsewhere tells what happened, and the cases that wait for it go on.

The worker of the token needs the topic `message:<name>` or `signal:<name>`. With an `id` a message that is sent twice counts once, so that it may be
sent again when its answer was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from webui.auth import PUBLIC, requires
from webui.errors import Refused
from webui.worker_requests import as_worker, body_of_request, moment, number_of, text_of, typed
from workflows import messages
from workflows.errors import NotAllowed
from workflows.tables import Worker

page = Blueprint("messages", __name__, url_prefix="/api")
LONGEST_KEPT = timedelta(days=366)


@page.post("/messages")
@requires(PUBLIC)
def deliver() -> Response:
    body = body_of_request()
    name, payload = text_of(body, "name"), _values(body)
    correlation, id = (text_of(body, key) if key in body else None for key in ("correlation", "id"))
    seconds = number_of(body, "keep_seconds", 0, 0, LONGEST_KEPT.total_seconds())

    def work(session: Session, worker: Worker) -> int:
        _need_topic(worker, f"message:{name}")
        keep = timedelta(seconds=seconds) if seconds else None
        return messages.deliver(session, name, correlation, payload, now=moment(), message_id=id, keep=keep)

    return typed({"taken": as_worker(work)})


@page.post("/signals")
@requires(PUBLIC)
def broadcast() -> Response:
    body = body_of_request()
    name, payload = text_of(body, "name"), _values(body)
    id = text_of(body, "id") if "id" in body else None

    def work(session: Session, worker: Worker) -> int:
        _need_topic(worker, f"signal:{name}")
        return messages.broadcast(session, name, payload, now=moment(), message_id=id)

    return typed({"taken": as_worker(work)})


def _values(body: Mapping[str, Any]) -> dict[str, Any]:
    payload = body.get("values", {})
    if not isinstance(payload, dict):
        raise Refused("`values` has to be an object of names and values.")
    return payload


def _need_topic(worker: Worker, topic: str) -> None:
    if topic not in worker.topics:
        raise NotAllowed(worker.name, "its token does not stand for the topic “%(topic)s”.", topic=topic)
