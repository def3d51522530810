"""What programs elsewhere ask over HTTP: a worker is known by its token, values are typed JSON, each request is a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from event_logs import typed_json
from webui.answers import engine
from webui.errors import Refused, UnknownWorker
from workflows import external
from workflows.database import run
from workflows.tables import Worker

Result = TypeVar("Result")


def as_worker(work: Callable[[Session, Worker], Result]) -> Result:
    """Do something as the worker whose token the request carries; what a deadlock breaks off is done again."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")

    def known(session: Session) -> Result:
        worker = external.worker_with(session, token.strip()) if scheme.lower() == "bearer" else None
        if worker is None:
            raise UnknownWorker
        return work(session, worker)

    return run(engine(), known)


def body_of_request() -> dict[str, Any]:
    """The body as an object with typed values; raises Refused."""
    try:
        body = typed_json.loads(request.get_data(as_text=True) or "{}")
    except (ValueError, ArithmeticError, TypeError) as error:
        raise Refused(f"The body is no JSON with typed values: {error}") from error
    if not isinstance(body, dict):
        raise Refused("The body has to be a JSON object.")
    return body


def number_of(body: Mapping[str, Any], name: str, otherwise: float, least: float, most: float) -> float:
    value = body.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused(f"`{name}` has to be a number from {least:g} to {most:g}.")
    return float(value)


def text_of(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(f"`{name}` has to be a text.")
    return value


def moment() -> Any:
    """Now, by the clock of the application."""
    return current_app.config["CLOCK"]()


def typed(value: Mapping[str, Any]) -> Response:
    return Response(typed_json.dumps(value), mimetype="application/json")
