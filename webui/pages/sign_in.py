"""Signing in and out, the language, one's own password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from webui import accounts
from webui.answers import answer, db, now
from webui.auth import PUBLIC, SIGNED_IN, me, requires
from webui.errors import SignInRefused, TooManySignIns, WeakPassword
from webui.failures import sentence
from webui.language import COOKIE, current_language
from webui.language import gettext as _
from webui.settings import LANGUAGES
from workflows.tables import Office, Post

page = Blueprint("sign_in", __name__)
YEAR = 365 * 24 * 3600


@page.get("/sign-in")
@requires(PUBLIC)
def show() -> Response:
    return answer("sign_in.html", code="", error=None, after=_safe(request.args.get("after")))


@page.post("/sign-in")
@requires(PUBLIC)
def sign_in() -> Response | Redirect:
    code = request.form.get("code", "").strip()
    address = request.remote_addr or ""
    try:
        token = accounts.sign_in(db(), code, request.form.get("password", ""), address=address, now=now())
    except SignInRefused as error:
        accounts.note_failure(db(), code, address=address, now=now())
        db().commit()  # the refusal itself has to be remembered
        return _again(code, 401, sentence(error))
    except TooManySignIns as error:
        return _again(code, 429, sentence(error))
    session.clear()  # a new session for a new person: nothing planted before survives
    session["token"] = token
    session.permanent = True
    return redirect(_safe(request.form.get("after")))


def _again(code: str, status: int, text: str) -> Response:
    return answer("sign_in.html", status=status, code=code, error=text, after=_safe(request.form.get("after")))


@page.post("/sign-out")
@requires(SIGNED_IN)
def sign_out() -> Redirect:
    accounts.sign_out(db(), session["token"])
    session.clear()
    return redirect(url_for("sign_in.show"))


@page.post("/language")
@requires(PUBLIC)
def language() -> Redirect:
    wish = request.form.get("language", "")
    response = redirect(_safe(request.form.get("after")))
    if wish in LANGUAGES:
        response.set_cookie(COOKIE, wish, max_age=YEAR, samesite="Lax", httponly=True)
        if "token" in session and (code := accounts.officer_of(db(), session["token"], now=now())):
            accounts.set_language(db(), code, wish)
    return response


@page.get("/account")
@requires(SIGNED_IN)
def account() -> Response:
    return _account(None, 200)


@page.post("/account/password")
@requires(SIGNED_IN)
def change_password() -> Response | Redirect:
    code = me().code
    try:
        accounts.check_password(db(), code, request.form.get("old", ""))
        accounts.set_password(db(), code, request.form.get("new", ""), now=now())
    except SignInRefused:
        return _account(_("The present password is not right."), 422)
    except WeakPassword as error:
        return _account(sentence(error), 422)
    session.clear()
    flash(_("The password is changed. Sign in with the new one."), "good")
    return redirect(url_for("sign_in.show"))


def _account(error: str | None, status: int) -> Response:
    language = current_language()
    posts = db().scalars(select(Post).where(Post.key.in_(me().posts)).order_by(Post.key))
    offices = db().scalars(select(Office).where(Office.key.in_(me().offices)).order_by(Office.level, Office.key))
    return answer(
        "account.html",
        status=status,
        error=error,
        posts=[post.names.get(language) or post.key for post in posts],
        offices=[office.names.get(language) or office.key for office in offices],
    )


def _safe(address: str | None) -> str:
    """Only addresses of this site: never lead a person who signs in to somewhere else."""
    parts = urlsplit(address or "/")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
