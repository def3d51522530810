"""Who is asking, and whether the posts held carry the right that a page needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webui import accounts
from webui.answers import db, now
from webui.errors import NotAllowed
from workflows.tables import Holding, Office, Officer, Post

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC, SIGNED_IN = "public", "signed in"


class Right(StrEnum):
    """What a post may allow, as the words in `posts.rights`."""

    WORK = "work"
    MANAGE = "manage"
    REDESIGN = "redesign"
    ADMINISTER = "administer"


OVERSEEING = frozenset((Right.MANAGE, Right.REDESIGN, Right.ADMINISTER))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The officer who asks. `offices` are those whose cases may be seen: where posts are held, and below where one oversees."""

    code: str
    names: dict[str, str]
    office: str
    posts: frozenset[str]
    rights: frozenset[str]
    offices: frozenset[str]
    language: str | None

    def may(self, *rights: str) -> bool:
        return any(right in self.rights for right in rights)

    def sees(self, office: str | None) -> bool:
        """A case without office is for those who oversee."""
        return office in self.offices if office else bool(self.rights & OVERSEEING)


def requires(*rights: str) -> Callable[[View], View]:
    """Mark a view with the rights of which one is needed; a view without mark answers nobody."""

    def mark(view: View) -> View:
        @wraps(view)
        def marked(*args: object, **kwargs: object) -> object:
            return view(*args, **kwargs)

        marked.rights = rights  # type: ignore[attr-defined]
        return marked  # type: ignore[return-value]

    return mark


def me() -> SignedIn:
    """The signed-in officer of this request."""
    officer: SignedIn = g.officer
    return officer


def install(app: Flask) -> None:
    app.before_request(_let_in)


def _let_in() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    wanted: tuple[str, ...] | None = getattr(current_app.view_functions[request.endpoint], "rights", None)
    g.officer = _asking()
    if wanted == (PUBLIC,):
        return None
    if g.officer is None:
        return _to_sign_in()
    if wanted != (SIGNED_IN,) and not g.officer.may(*(wanted or ())):
        raise NotAllowed(" / ".join(wanted or ("-",)))
    return None


def _to_sign_in() -> Response:
    if request.headers.get("HX-Request"):
        response = Response(status=401)
        response.headers["HX-Redirect"] = url_for("sign_in.show")
        return response
    if request.accept_mimetypes.best == "application/json" or request.method != "GET":
        abort(401)
    return redirect(url_for("sign_in.show", after=request.full_path.rstrip("?")))


def _asking() -> SignedIn | None:
    token = session.get("token")
    code = accounts.officer_of(db(), token, now=now()) if token else None
    return signed_in(db(), code, now=now()) if code else None


def signed_in(database: Session, code: str, *, now: datetime) -> SignedIn | None:
    """The officer of that code with rights and offices as they are now; None when unknown or no longer active."""
    officer = database.get(Officer, code)
    if officer is None or not officer.active:
        return None
    held = database.execute(
        select(Holding.post, Holding.office, Post.rights)
        .join(Post, Post.key == Holding.post)
        .where(Holding.officer == code, *_open(now))
    ).all()
    return SignedIn(
        code=code,
        names=officer.names,
        office=officer.office,
        posts=frozenset(post for post, _, _ in held),
        rights=frozenset(right for _, _, rights in held for right in rights),
        offices=_offices(database, [(office, frozenset(rights)) for _, office, rights in held]),
        language=accounts.language_of(database, code),
    )


def _open(now: datetime) -> tuple[Any, Any]:
    return or_(Holding.since.is_(None), Holding.since <= now), or_(Holding.until.is_(None), Holding.until > now)


def _offices(database: Session, held: list[tuple[str, frozenset[str]]]) -> frozenset[str]:
    seen = {office for office, _ in held}
    overseen = {office for office, rights in held if rights & OVERSEEING}
    if not overseen:
        return frozenset(seen)
    parents = {row.key: row.parent for row in database.execute(select(Office.key, Office.parent))}
    return frozenset(seen | {office for office in parents if _lies_under(office, overseen, parents)})


def _lies_under(office: str | None, above: set[str], parents: dict[str, str | None]) -> bool:
    while office is not None:
        if office in above:
            return True
        office = parents.get(office)
    return False
