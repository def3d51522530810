"""Events that other systems push over HTTP, as CloudEvents 1.0: one (structured or binary) or many (batch) in a request.

A system is known by the token of a worker whose topics name the log, as `events/<log>`. Each event is answered for itself: taken,
known already, or refused with the reason; the others go in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session

from event_logs.collecting import Told, keep
from event_logs.collecting.cloud_events import told_of
from event_logs.errors import BadCloudEvent, Unstorable
from event_logs.typed_json import dumps
from webui.answers import engine
from webui.auth import PUBLIC, requires
from webui.errors import Refused, UnknownWorker
from workflows import external
from workflows.database import run

page = Blueprint("pushed_events", __name__, url_prefix="/api/events")
MOST_EVENTS, LARGEST_BODY, LARGEST_EVENT = 1_000, 8 * 1024**2, 256 * 1024
_LOG = re.compile(r"\w[\w.\-]{0,99}")
_STRUCTURED, _BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


@page.post("/<name>")
@requires(PUBLIC)
def push(name: str) -> Response:
    """202 where every event is in the log now, 207 where some were refused, 400 where none could be read."""
    if not _LOG.fullmatch(name):
        raise Refused(f"{name!r} cannot name a log; use letters, digits, '-', '_' and '.'.")
    given = _events()
    answers: list[dict[str, str]] = []
    told: dict[str, list[tuple[int, Told]]] = {}
    for number, one in enumerate(given):
        answers.append({"id": str(one.get("id", "")) if isinstance(one, Mapping) else ""})
        try:
            source, event = _checked(one)
            told.setdefault(source, []).append((number, event))
        except BadCloudEvent as error:
            answers[number] |= {"status": "refused", "reason": error.reason}
    _keep(name, told, answers)
    refused = sum(answer["status"] == "refused" for answer in answers)
    status = 202 if not refused else 400 if refused == len(answers) else 207
    return Response(json.dumps({"events": answers}, ensure_ascii=False), status, mimetype="application/json")


def _checked(one: Any) -> tuple[str, Told]:
    source, event = told_of(one)
    try:
        if len(dumps(event.attributes)) > LARGEST_EVENT:
            raise BadCloudEvent(f"its data are longer than {LARGEST_EVENT:,} characters")
    except (Unstorable, ValueError, RecursionError) as error:
        raise BadCloudEvent(f"its data cannot be stored ({error})") from error
    return source, event


def _keep(name: str, told: Mapping[str, list[tuple[int, Told]]], answers: list[dict[str, str]]) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    now = current_app.config["CLOCK"]()

    def work(session: Session) -> dict[int, bool]:
        worker = external.worker_with(session, token.strip()) if scheme.lower() == "bearer" else None
        if worker is None or f"events/{name}" not in worker.topics:
            raise UnknownWorker
        return {
            number: bool(keep(session, name, source, [event], now=now))
            for source, events in told.items()
            for number, event in events
        }

    for number, new in run(engine(), work).items():
        answers[number]["status"] = "taken" if new else "known"


def _events() -> list[Any]:
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refused(f"The body is longer than {LARGEST_BODY:,} bytes; send the events in several requests.")
    kind = request.mimetype
    if kind == _BATCH:
        events = _json()
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise Refused(f"A batch has to be a JSON array of at most {MOST_EVENTS:,} events.")
        return events
    return [_json() if kind == _STRUCTURED else _binary()]


def _binary() -> dict[str, Any]:
    """The attributes are headers, the body is the data."""
    event: dict[str, Any] = {
        name.lower().removeprefix("ce-"): value for name, value in request.headers if name.lower().startswith("ce-")
    }
    if request.get_data():
        event["data"] = _json() if request.is_json else request.get_data(as_text=True)
    return event


def _json() -> Any:
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Refused(f"The body is no JSON: {error}") from error
