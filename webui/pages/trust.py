"""Trust: the seals over all recorded events, the key that they are signed with, and a check of the database against them."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, g, redirect, url_for
from werkzeug.wrappers import Response as Redirect

from event_logs.ledger.findings import Finding, Kind
from event_logs.ledger.inspection import inspect
from event_logs.store import last_position
from webui import facts
from webui.analyses import jobs
from webui.answers import answer, db, engine, now
from webui.auth import Right, requires
from webui.jobs import Progress
from webui.language import gettext as _
from workflows.database import reading

page = Blueprint("trust", __name__)
CHECK = "verify the database"
SHOWN = 50  # findings


@page.get("/trust")
@requires(Right.MANAGE, Right.ADMINISTER)
def show() -> Response:
    settings = current_app.config["SETTINGS"]
    book = facts.ledger(settings)
    last = book.book.last()
    recorded, sealed = last_position(db()), last.seal.through if last else 0
    every = timedelta(seconds=settings.seal_seconds)
    job = jobs().find(CHECK)
    verdict = job.result if job else None
    return answer(
        "trust.html",
        seal=last.seal if last else None,
        sealed=sum(head.size for head in last.seal.heads.values()) if last else 0,
        fingerprint=book.key().public.fingerprint,
        public_key=book.key().public.pem(),
        every=settings.seal_seconds,
        due_at=now() + every if recorded > sealed else None,  # at the latest: the clock looks every so often
        job=job.state if job else None,
        checked_at=job.asked_at if job else None,
        failure=str(job.error) if job and job.error else None,
        verdict=verdict,
        findings=[{"kind": str(one.kind), "text": said(one)} for one in verdict.findings[:SHOWN]] if verdict else [],
    )


@page.post("/trust/verify")
@requires(Right.MANAGE, Right.ADMINISTER)
def verify() -> Redirect:
    book, database = facts.ledger(current_app.config["SETTINGS"]), reading(engine())

    def work(progress: Progress) -> object:
        progress("check", None)
        return inspect(database, book)

    jobs().start(CHECK, work, by=g.officer.code, now=now())
    return redirect(url_for("trust.show"))


def said(finding: Finding) -> str:
    """A finding in the language of the page."""
    values = {
        "position": finding.position,
        "case": finding.case_id or "–",
        "activity": finding.activity or "–",
        "was": finding.was,
    }
    texts = {
        Kind.ALTERED: _("Event %(position)s of case %(case)s (%(activity)s) is not what was sealed.", **values),
        Kind.MISSING: _("Event %(position)s was sealed and is missing (case %(case)s).", **values),
        Kind.INSERTED: _("Event %(position)s of case %(case)s stands where nothing was sealed.", **values),
        Kind.MOVED: _("Event %(position)s of case %(case)s was sealed at position %(was)s.", **values),
    }
    return texts.get(finding.kind, finding.reason)
