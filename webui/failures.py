"""What a person reads when something cannot be done: each error of ours as a page with its sentence and the fitting status."""

from __future__ import annotations

import uuid

from flask import Flask, Response, current_app, g
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from bpmn.errors import BpmnError, UnknownElement
from event_logs.errors import EventLogError, UnknownLog
from mining.errors import MiningError, NothingLeft, UnknownAcceptance
from webui import errors as window
from webui import overtaken
from webui.answers import answer, db, wants_json
from webui.catalogue import Names
from webui.language import gettext as _
from workflows import errors as workflow
from workflows.errors import WorkflowError

EXPECTED: tuple[type[Exception], ...] = (WorkflowError, BpmnError, EventLogError, MiningError, window.WindowError)

# The first line that fits decides.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (workflow.AlreadyDone, 409),
    (workflow.NotOpen, 409),
    (workflow.WrongVersionState, 409),
    (window.JobRunning, 409),
    (workflow.NotAllowed, 403),
    (window.NotAllowed, 403),
    (workflow.UnknownCase, 404),
    (workflow.UnknownTask, 404),
    (workflow.UnknownProcedure, 404),
    (workflow.UnknownIncident, 404),
    (workflow.UnknownExternalTask, 404),
    (workflow.UnknownMessage, 404),
    (workflow.UnknownStaff, 404),
    (UnknownLog, 404),
    (UnknownAcceptance, 404),
    (UnknownElement, 404),
    (window.NotFound, 404),
    (window.TooManySignIns, 429),
    (window.SignInRefused, 401),
    (window.UnknownWorker, 401),
    (WorkflowError, 422),
    (BpmnError, 422),
    (EventLogError, 422),
    (MiningError, 422),
    (window.WindowError, 422),
)


def status_of(error: Exception) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def install(app: Flask) -> None:
    for kind in EXPECTED:
        app.register_error_handler(kind, _ours)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def title(status: int) -> str:
    titles = {
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Somebody was faster"),
        413: _("Too large"),
        422: _("This cannot be done"),
        429: _("Too many attempts"),
    }
    return titles.get(status, _("Something went wrong") if status >= 500 else _("This cannot be done"))


def sentence(error: Exception) -> str:
    """The error in the language of the reader, as far as its words are known there."""
    if isinstance(error, workflow.AlreadyDone):
        return overtaken.already_done(error, Names(db()).officer)
    if isinstance(error, window.NotAllowed):
        return _("None of your posts carries the right that this page asks for.")
    if isinstance(error, window.NotFound):
        return _("This does not exist, or it belongs to an office whose cases you do not see.")
    if isinstance(error, window.TooManySignIns):
        return _("Too many failed attempts. Try again in %(n)s minutes or ask an administrator.", n=error.minutes)
    if isinstance(error, window.WeakPassword):
        return _("The password needs at least %(n)s characters and may not be the officer code.", n=error.least)
    if isinstance(error, workflow.NotOpen):
        return overtaken.not_open(error, Names(db()).officer)
    if isinstance(error, workflow.NotAllowed):
        return overtaken.not_allowed(error, Names(db()).officer)
    if isinstance(error, workflow.CannotMove):
        return _("The case cannot be moved there: %(reason)s", reason=_(error.REASONS[error.reason]))
    if isinstance(error, workflow.CannotUndo):
        return _("The migration cannot be undone: %(reason)s", reason=_(error.REASONS[error.reason]))
    return _(str(error))


def told(error: str) -> str:
    """A failure that was written down as its kind and its sentence, in the language of the reader."""
    kind, _sign, text = error.partition(": ")
    if kind == NothingLeft.__name__:
        return _("No case of the log meets these conditions. Leave one of them out, or choose a wider one.")
    return _(text or error)


def _ours(error: Exception) -> Response:
    return refuse(status_of(error), sentence(error), kind=type(error).__name__)


def refuse(status: int, text: str, *, kind: str = "") -> Response:
    if "database" in g:
        g.database.rollback()
    if wants_json():
        return answer("failure.html", status=status, error=text, kind=kind)
    return answer("failure.html", status=status, title=title(status), sentence=text, number=status)


def _forged(error: CSRFError) -> Response:
    return refuse(400, _("This page was open too long or comes from elsewhere. Go back, reload it and send it again."))


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(error.get_response().response, error.code, dict(error.get_headers()))
    texts = {
        401: _("Your sign-in has ended. Sign in again."),
        404: _("There is no such page. Check the address or start from the home page."),
        405: _("This address does not take that kind of request."),
        413: _("The file or form is larger than what can be taken in."),
    }
    return refuse(error.code, texts.get(error.code, str(error.description)))


def _unexpected(error: Exception) -> Response:
    number = uuid.uuid4().hex[:8]
    current_app.logger.error("Failure %s", number, exc_info=error)
    return refuse(500, _("Nothing was changed. Tell the operator this number: %(number)s.", number=number))
