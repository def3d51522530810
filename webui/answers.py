"""What every request has: one database session, one moment, and an answer as a page or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from webui.database import reading_sessions, thinking_sessions, writing_sessions
from workflows.database import broken_off

MOST_TRIES = 5
READING = frozenset(("GET", "HEAD", "OPTIONS"))
READING_FIRST = frozenset(("task.complete",))  # they think long before they write


def engine() -> sa.Engine:
    found: sa.Engine = current_app.config["ENGINE"]
    return found


def db() -> Session:
    """The session of this request, committed only when the answer is a success."""
    if "database" not in g:
        g.database = _sessions()(engine())()
    session: Session = g.database
    return session


def _sessions() -> Callable[[sa.Engine], sessionmaker[Session]]:
    if request.method in READING:
        return reading_sessions
    return thinking_sessions if request.endpoint in READING_FIRST else writing_sessions


def now() -> datetime:
    """The moment of this request, the same throughout."""
    if "now" not in g:
        g.now = current_app.config["CLOCK"]()
    moment: datetime = g.now
    return moment


def clock() -> datetime:
    return datetime.now(UTC)


def install(app: Flask) -> None:
    app.dispatch_request = _until_through(app.dispatch_request)  # type: ignore[method-assign]
    app.after_request(_commit)
    app.teardown_appcontext(_close)


def _until_through(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Two requests that want each other's cases: what PostgreSQL breaks off is done again, and nobody sees a lock."""

    def answered() -> ResponseReturnValue:
        for _ in range(MOST_TRIES - 1):
            try:
                return view()
            except DBAPIError as error:
                if not broken_off(error):
                    raise
                _close(None)
        return view()

    return answered


def _commit(response: Response) -> Response:
    if "database" in g and request.method not in READING and response.status_code < 400:
        g.database.commit()
    return response


def _close(_: BaseException | None) -> None:
    if (session := g.pop("database", None)) is not None:
        session.close()


def wants_json() -> bool:
    if request.args.get("format") == "json":
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def answer(template: str, *, status: int = 200, **values: Any) -> Response:
    """The page, or what it shows as JSON where that is asked for."""
    if wants_json():
        return _with_status(jsonify(plain(values)), status)
    return make_response(render_template(template, **values), status)


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response


def plain(thing: Any) -> Any:
    """Values as JSON knows them: exact decimals as text, moments in ISO 8601 UTC, durations in seconds."""
    if isinstance(thing, Enum):
        return thing.value
    if isinstance(thing, float) and not isfinite(thing):
        return None  # JSON knows no NaN; a figure that is not known is null
    if thing is None or isinstance(thing, str | bool | int | float):
        return thing
    if isinstance(thing, datetime):
        return thing.astimezone(UTC).isoformat()
    if isinstance(thing, date | Decimal):
        return str(thing)
    if isinstance(thing, timedelta):
        return thing.total_seconds()
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset):
        return [plain(item) for item in thing]
    return _row(thing)


def _row(thing: Any) -> Any:
    mapper = sa.inspect(thing, raiseerr=False)
    if mapper is None or not hasattr(mapper, "mapper"):
        return str(thing)
    hidden = {"execution", "hands", "revision"}
    return {a.key: plain(getattr(thing, a.key)) for a in mapper.mapper.column_attrs if a.key not in hidden}
