"""Administration: offices, posts, officers, what they hold, when they are away, and their first password."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from webui import accounts
from webui.answers import answer, db, now
from webui.auth import Right, me, requires
from webui.catalogue import Names, named
from webui.errors import Refused
from webui.formats import zone
from webui.language import gettext as _
from webui.leaving import give_away
from workflows import staff
from workflows.tables import Absence, Holding, KeyAccount, Office, Officer, Post, Skill, Task

page = Blueprint("staff", __name__)
MOST_ACCOUNTS = 100


@page.get("/staff")
@requires(Right.ADMINISTER)
def show() -> Response:
    names, text = Names(db()), request.args.get("q", "").strip().casefold()
    held: dict[str, list[Holding]] = {}
    skilled, skills = staff.skills_of(db()), _skills()
    open_ones = select(Holding).where((Holding.until.is_(None)) | (Holding.until > now()))
    for holding in db().scalars(open_ones.order_by(Holding.id)):
        held.setdefault(holding.officer, []).append(holding)
    everyone = [
        _row(officer, held.get(officer.code, []), names)
        | {
            "skills": [
                {"key": s.skill, "name": skills[s.skill], "level": s.level} for s in skilled.get(officer.code, [])
            ]
        }
        for officer in db().scalars(select(Officer).order_by(Officer.code))
    ]
    return answer(
        "staff.html",
        officers=[
            row for row in everyone if not text or text in f"{row['code']} {row['name']} {row['office']}".casefold()
        ],
        total=len(everyone),
        text=text,
        offices=[
            (o.key, named(o.names, o.key), o.level)
            for o in db().scalars(select(Office).order_by(Office.level, Office.key))
        ],
        posts=[(p.key, named(p.names, p.key), p.rights) for p in db().scalars(select(Post).order_by(Post.key))],
        absences=_absences(names),
        skills=list(skills.items()),
        accounts=_accounts(names),
    )


def _accounts(names: Names) -> list[dict[str, str]]:
    """Key taxpayers, each with the officer who looks after it."""
    rows = db().scalars(select(KeyAccount).order_by(KeyAccount.taxpayer_id).limit(MOST_ACCOUNTS))
    return [{"taxpayer": row.taxpayer_id, "officer": f"{names.officer(row.officer)} ({row.officer})"} for row in rows]


def _skills() -> dict[str, str]:
    return {skill.key: named(skill.names, skill.key) for skill in db().scalars(select(Skill).order_by(Skill.key))}


def _row(officer: Officer, held: list[Holding], names: Names) -> dict[str, object]:
    return {
        "code": officer.code,
        "name": named(officer.names, officer.code),
        "office": names.office(officer.office),
        "active": officer.active,
        "holdings": [
            {"post": h.post, "office": h.office, "text": f"{names.post(h.post)} · {names.office(h.office)}"}
            for h in held
        ],
    }


def _absences(names: Names) -> list[dict[str, object]]:
    rows = db().scalars(select(Absence).where(Absence.until > now()).order_by(Absence.since))
    return [
        {
            "id": a.id,
            "officer": names.officer(a.officer),
            "since": a.since,
            "last": a.until - timedelta(microseconds=1),
            "stand_in": names.officer(a.stand_in),
            "now": a.since <= now(),
        }
        for a in rows
    ]


def _text(name: str, label: str) -> str:
    text = request.form.get(name, "").strip()
    if not text:
        raise Refused(_("%(label)s is missing.", label=label))
    return text


@page.post("/staff/officers")
@requires(Right.ADMINISTER)
def add_officer() -> Redirect:
    code, office = _text("code", _("Officer code")), _text("office", _("Office"))
    if db().get(Officer, code) is not None:
        raise Refused(_("There is already an officer %(code)s.", code=code))
    names = {"zh": _text("name", _("Name")), "en": request.form.get("en", "").strip() or request.form["name"].strip()}
    staff.add_officer(db(), code, names, office=office, posts=request.form.getlist("posts"))
    return _with_password(code, _("Officer %(code)s is added.", code=code))


@page.post("/staff/officers/<code>/password")
@requires(Right.ADMINISTER)
def new_password(code: str) -> Redirect:
    staff.find_officer(db(), code)
    return _with_password(code, _("Officer %(code)s has a new password; all earlier sign-ins have ended.", code=code))


def _with_password(code: str, text: str) -> Redirect:
    password = secrets.token_urlsafe(9)
    accounts.set_password(db(), code, password, now=now())
    return _back(f"{text} " + _("First password, shown only now: %(password)s", password=password))


@page.post("/staff/officers/<code>/active")
@requires(Right.ADMINISTER)
def set_active(code: str) -> Redirect:
    """Whoever leaves holds no work any more: it goes to others, or waits in the pool."""
    officer = staff.find_officer(db(), code)
    _need_another(code)
    officer.active = request.form.get("active") == "yes"
    if officer.active:
        return _back(_("Changed."))
    db().flush()
    moved = give_away(db(), code, by=me().code, why="officer_left", now=now())
    return _back(f"{_('Officer %(code)s is no longer active.', code=code)} {_given(moved)}")


def _need_another(code: str) -> None:
    """An office must not be locked out of its own system by one click."""
    if code == me().code:
        raise Refused(_("Another administrator has to do this."))


def _given(moved: list[Task]) -> str:
    left = sum(task.officer is None for task in moved)
    return _("%(n)s open tasks went to others, %(m)s wait in the pool.", n=len(moved) - left, m=left)


@page.post("/staff/officers/<code>/appoint")
@requires(Right.ADMINISTER)
def appoint(code: str) -> Redirect:
    staff.appoint(
        db(), staff.find_officer(db(), code), _text("post", _("Post")), _text("office", _("Office")), since=now()
    )
    return _back(_("Appointed."))


@page.post("/staff/officers/<code>/dismiss")
@requires(Right.ADMINISTER)
def dismiss(code: str) -> Redirect:
    post, office = _text("post", _("Post")), _text("office", _("Office"))
    if Right.ADMINISTER in db().get_one(Post, post).rights:
        _need_another(code)
    staff.dismiss(db(), staff.find_officer(db(), code), post, office, now=now())
    moved = give_away(db(), code, by=me().code, why="post_taken_back", now=now())
    return _back(f"{_('The post is taken back.')} {_given(moved)}")


@page.post("/staff/skills")
@requires(Right.ADMINISTER)
def add_skill() -> Redirect:
    key, name = _text("key", _("Key")), _text("name", _("Name"))
    staff.add_skill(db(), key, {"zh": name, "en": request.form.get("en", "").strip() or name})
    return _back(_("The skill is added."))


@page.post("/staff/officers/<code>/skill")
@requires(Right.ADMINISTER)
def rate(code: str) -> Redirect:
    level = request.form.get("level", type=int)
    if level is None or not 0 <= level <= 9:
        raise Refused(_("A level from 0 (not at all) to 9 is wanted."))
    staff.rate(db(), staff.find_officer(db(), code), _text("skill", _("Skill")), level)
    return _back(_("Changed."))


@page.post("/staff/accounts")
@requires(Right.ADMINISTER)
def dedicate() -> Redirect:
    """An officer looks after a key taxpayer from now on; without an officer nobody in particular does."""
    taxpayer, code = _text("taxpayer", _("Taxpayer number")), request.form.get("officer", "").strip()
    if not code:
        staff.no_longer_dedicate(db(), taxpayer)
        return _back(_("Changed."))
    staff.dedicate(db(), taxpayer, staff.find_officer(db(), code))
    return _back(_("Changed."))


@page.post("/staff/absences")
@requires(Right.ADMINISTER)
def add_absence() -> Redirect:
    since, until = _day("since"), _day("until") + timedelta(days=1)
    if until <= since:
        raise Refused(_("The absence ends before it begins."))
    officer = staff.find_officer(db(), _text("officer", _("Officer")))
    staff.record_absence(db(), officer, since=since, until=until, stand_in=request.form.get("stand_in") or None)
    return _back(_("The absence is recorded."))


@page.post("/staff/absences/<int:id>/end")
@requires(Right.ADMINISTER)
def end_absence(id: int) -> Redirect:
    """Back earlier, or not going at all."""
    absence = db().get(Absence, id)
    if absence is None or absence.until <= now():
        raise Refused(_("This absence is over already."))
    staff.end_absence(db(), absence, now=now())
    return _back(_("The absence is over."))


def _day(name: str) -> datetime:
    try:
        return datetime.combine(datetime.strptime(request.form.get(name, ""), "%Y-%m-%d"), time(), zone())
    except ValueError as error:
        raise Refused(_("A date such as 2026-03-02 is wanted.")) from error


def _back(text: str) -> Redirect:
    flash(text, "good")
    return redirect(url_for("staff.show"))
