"""External workers over HTTP: fetch work, hold it, hand in what came of it. A worker is known by its token.

Each request is a transaction of its own, so that it may be repeated when its answer was lost. Values are typed JSON.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from webui.auth import PUBLIC, requires
from webui.errors import Refused
from webui.worker_requests import as_worker, body_of_request, moment, number_of, text_of, typed
from workflows import external
from workflows.tables import ExternalTask, Worker

page = Blueprint("external_tasks", __name__, url_prefix="/api/external-tasks")
LONGEST_WAIT = 30.0
LOOK_SECONDS = 0.5
WAITERS = threading.BoundedSemaphore(2)  # a request that waits takes one of the server's threads


@page.post("/fetch")
@requires(PUBLIC)
def fetch() -> Response:
    body = body_of_request()
    topics = body.get("topics", [])
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise Refused("`topics` has to be a list of names.")
    lock, limit = _lock(body), int(number_of(body, "limit", 10, 1, external.MOST_AT_ONCE))

    def free() -> list[ExternalTask]:
        return as_worker(lambda db, me: external.fetch(db, me, topics, now=moment(), limit=limit, lock=lock))

    found = _waited(free, number_of(body, "wait_seconds", 0, 0, LONGEST_WAIT))
    return typed({"tasks": [_told(task) for task in found]})


@page.post("/<int:id>/extend")
@requires(PUBLIC)
def extend(id: int) -> Response:
    lock = _lock(body_of_request())
    return _one(lambda db, me: external.extend(db, id, me, lock=lock, now=moment()))


@page.post("/<int:id>/complete")
@requires(PUBLIC)
def complete(id: int) -> Response:
    result = body_of_request().get("result", {})
    if not isinstance(result, dict):
        raise Refused("`result` has to be an object of names and values.")
    return _one(lambda db, me: external.complete(db, id, me, result, now=moment()))


@page.post("/<int:id>/fail")
@requires(PUBLIC)
def fail(id: int) -> Response:
    body = body_of_request()
    message = text_of(body, "message")
    retries = int(number_of(body, "retries", 0, 0, 1000)) if "retries" in body else None
    pause = timedelta(seconds=number_of(body, "pause_seconds", 0, 0, 30 * 86400)) if "pause_seconds" in body else None
    return _one(lambda db, me: external.fail(db, id, me, message, retries=retries, pause=pause, now=moment()))


@page.post("/<int:id>/error")
@requires(PUBLIC)
def error(id: int) -> Response:
    body = body_of_request()
    code, message = text_of(body, "code"), str(body.get("message", ""))
    return _one(lambda db, me: external.report_error(db, id, me, code, message, now=moment()))


def _one(work: Callable[[Session, Worker], ExternalTask]) -> Response:
    return typed(_told(as_worker(work)))


def _waited(free: Callable[[], list[ExternalTask]], seconds: float) -> list[ExternalTask]:
    """Look again and again for that long, between transactions; at once where enough others wait already."""
    found = free()
    if found or not seconds or not WAITERS.acquire(blocking=False):
        return found
    try:
        until = time.monotonic() + seconds
        while not found and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            found = free()
        return found
    finally:
        WAITERS.release()


def _lock(body: Mapping[str, Any]) -> timedelta:
    most = external.LONGEST_LOCK.total_seconds()
    return timedelta(seconds=number_of(body, "lock_seconds", external.LOCK.total_seconds(), 1, most))


def _told(task: ExternalTask) -> dict[str, Any]:
    names = ("id", "topic", "case", "state", "attempts", "retries", "inputs")
    told = {name: getattr(task, name) for name in names}
    return {**told, "activity": task.node, "held_until": task.free_at.isoformat()}
