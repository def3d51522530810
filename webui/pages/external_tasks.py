"""External workers over HTTP: fetch work, hold it, hand in what came of it. A worker is known by its token.

Each request is a transaction of its own, so that it may be repeated when its answer was lost. Values are typed JSON.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session

from event_logs import typed_json
from webui.answers import engine
from webui.auth import PUBLIC, requires
from webui.errors import Refused, UnknownWorker
from workflows import external
from workflows.database import run
from workflows.tables import ExternalTask, Worker

Result = TypeVar("Result")

page = Blueprint("external_tasks", __name__, url_prefix="/api/external-tasks")
LONGEST_WAIT = 30.0
LOOK_SECONDS = 0.5
WAITERS = threading.BoundedSemaphore(2)  # a request that waits takes one of the server's threads


@page.post("/fetch")
@requires(PUBLIC)
def fetch() -> Response:
    body = _body()
    topics = body.get("topics", [])
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise Refused("`topics` has to be a list of names.")
    lock, limit = _lock(body), int(_number(body, "limit", 10, 1, external.MOST_AT_ONCE))

    def free() -> list[ExternalTask]:
        return _as_worker(lambda db, me: external.fetch(db, me, topics, now=_now(), limit=limit, lock=lock))

    found = _waited(free, _number(body, "wait_seconds", 0, 0, LONGEST_WAIT))
    return _answer({"tasks": [_told(task) for task in found]})


@page.post("/<int:id>/extend")
@requires(PUBLIC)
def extend(id: int) -> Response:
    lock = _lock(_body())
    return _one(lambda db, me: external.extend(db, id, me, lock=lock, now=_now()))


@page.post("/<int:id>/complete")
@requires(PUBLIC)
def complete(id: int) -> Response:
    result = _body().get("result", {})
    if not isinstance(result, dict):
        raise Refused("`result` has to be an object of names and values.")
    return _one(lambda db, me: external.complete(db, id, me, result, now=_now()))


@page.post("/<int:id>/fail")
@requires(PUBLIC)
def fail(id: int) -> Response:
    body = _body()
    message = _text(body, "message")
    retries = int(_number(body, "retries", 0, 0, 1000)) if "retries" in body else None
    pause = timedelta(seconds=_number(body, "pause_seconds", 0, 0, 30 * 86400)) if "pause_seconds" in body else None
    return _one(lambda db, me: external.fail(db, id, me, message, retries=retries, pause=pause, now=_now()))


@page.post("/<int:id>/error")
@requires(PUBLIC)
def error(id: int) -> Response:
    body = _body()
    code, message = _text(body, "code"), str(body.get("message", ""))
    return _one(lambda db, me: external.report_error(db, id, me, code, message, now=_now()))


def _one(work: Callable[[Session, Worker], ExternalTask]) -> Response:
    return _answer(_told(_as_worker(work)))


def _as_worker(work: Callable[[Session, Worker], Result]) -> Result:
    """Do something as the worker whose token the request carries; what a deadlock breaks off is done again."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")

    def known(session: Session) -> Result:
        worker = external.worker_with(session, token.strip()) if scheme.lower() == "bearer" else None
        if worker is None:
            raise UnknownWorker
        return work(session, worker)

    return run(engine(), known)


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


def _body() -> dict[str, Any]:
    try:
        body = typed_json.loads(request.get_data(as_text=True) or "{}")
    except (ValueError, ArithmeticError, TypeError) as error:
        raise Refused(f"The body is no JSON with typed values: {error}") from error
    if not isinstance(body, dict):
        raise Refused("The body has to be a JSON object.")
    return body


def _number(body: Mapping[str, Any], name: str, otherwise: float, least: float, most: float) -> float:
    value = body.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused(f"`{name}` has to be a number from {least:g} to {most:g}.")
    return float(value)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(f"`{name}` has to be a text.")
    return value


def _lock(body: Mapping[str, Any]) -> timedelta:
    most = external.LONGEST_LOCK.total_seconds()
    return timedelta(seconds=_number(body, "lock_seconds", external.LOCK.total_seconds(), 1, most))


def _now() -> Any:
    return current_app.config["CLOCK"]()


def _told(task: ExternalTask) -> dict[str, Any]:
    names = ("id", "topic", "case", "state", "attempts", "retries", "inputs")
    told = {name: getattr(task, name) for name in names}
    return {**told, "activity": task.node, "held_until": task.free_at.isoformat()}


def _answer(value: Mapping[str, Any]) -> Response:
    return Response(typed_json.dumps(value), mimetype="application/json")
