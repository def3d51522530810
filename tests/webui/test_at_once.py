"""Two people act in the same moment through the pages: one wins, the other is told who and when, and nobody sees a lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations_with_replacement
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from event_logs import store
from tests.webui.conftest import MONDAY, REFUND, SignIn
from webui import leaving
from webui.answers import db
from webui.auth import PUBLIC, requires
from webui.database import transaction
from webui.settings import Settings, read_settings
from workflows import cases, staff, tasks
from workflows.locking import locked_case
from workflows.tables import Case, Officer, Task

AT_ONCE = 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    given = {"QIANGJI_HOME": str(tmp_path / "home"), "QIANGJI_CLOCK": "no"}
    if request.param == "postgresql":
        given["QIANGJI_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return read_settings(given)


def at_once(*work: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(work))

    def one(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def test_one_submits_and_the_others_are_told_who_and_when(signed_in: SignIn, case: str) -> None:
    clients = [signed_in("clerk") for _ in range(AT_ONCE)]
    told = at_once(*[lambda c=c: c.post("/tasks/1/complete", data={"accept_outcome": "pass"}) for c in clients])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in told) == [302] + [409] * (AT_ONCE - 1), [t.text[:300] for t in told]
    late = next(answer for answer in told if answer.status_code == 409)
    assert "clerk" in late.text.lower() and "10:00" in late.text, "who did it, and when"


def test_requests_that_want_each_others_cases_both_get_through(
    app: Flask, engine: sa.Engine, settings: Settings, case: str
) -> None:
    with transaction(engine) as session:
        other = cases.start(session, "vat_credit_refund", REFUND, now=MONDAY, office="east").number
    together, tries = Barrier(2), []
    meets = engine.dialect.name == "postgresql"  # on SQLite the second one begins when the first has ended

    def both(first: str, second: str) -> str:
        tries.append(first)
        locked_case(db(), first)
        if meets and len(tries) <= 2:
            together.wait(timeout=20)
        return locked_case(db(), second).number

    app.add_url_rule("/both/<first>/<second>", "both", requires(PUBLIC)(both), methods=["POST"])
    ways = ((case, other), (other, case))
    told = at_once(*[lambda w=w: app.test_client().post(f"/both/{w[0]}/{w[1]}") for w in ways])  # type: ignore[misc]
    assert [answer.status_code for answer in told] == [200, 200]
    assert [answer.text for answer in told] == [other, case]
    assert len(tries) == (3 if meets else 2), "what was broken off was done again"


PEOPLE: dict[str, tuple[str, str, dict[str, str]]] = {  # who, where, what is sent
    "complete": ("clerk", "/tasks/{task}/complete", {"accept_outcome": "pass"}),
    "return": ("clerk", "/tasks/{task}/return", {"reason": "a paper is missing"}),
    "begin": ("clerk", "/tasks/{task}/begin", {}),
    "release": ("clerk", "/tasks/{task}/release", {}),
    "reassign": ("manager", "/tasks/{task}/reassign", {"to": "other_clerk", "reason": "holiday"}),
    "suspend": ("manager", "/cases/{case}/suspend", {"reason": "a ruling is awaited"}),
    "withdraw": ("manager", "/cases/{case}/withdraw", {"reason": "filed twice"}),
    "move": ("manager", "/cases/{case}/move", {"to": "{token}:risk_scan", "reason": "papers are known"}),
    "dismiss": ("admin", "/staff/officers/clerk/dismiss", {"post": "reception", "office": "east"}),
    "leave": ("admin", "/staff/officers/other_clerk/active", {"active": "no"}),
}


@pytest.mark.slow
def test_whatever_two_do_at_once_one_wins_and_the_other_is_told(
    signed_in: SignIn, engine: sa.Engine, settings: Settings
) -> None:
    """Every two acts on one task and its case, through the pages: no failure of ours, and all tables agree afterwards."""
    browsers = {who: signed_in(who) for who in ("clerk", "manager", "admin")}
    again = {who: signed_in(who) for who in browsers}
    for first, second in combinations_with_replacement(PEOPLE, 2):
        case, task, token = opened(engine)

        def act(name: str, browser: dict[str, FlaskClient], of: dict[str, object]) -> TestResponse:
            who, where, sent = PEOPLE[name]
            data = {key: value.format(**of) for key, value in sent.items()}
            return browser[who].post(where.format(**of), data=data)

        of: dict[str, object] = {"case": case, "task": task, "token": token}
        told = at_once(partial(act, first, browsers, of), partial(act, second, again, of))
        statuses = [answer.status_code for answer in told]
        assert set(statuses) <= {302, 403, 409, 422} and 302 in statuses, (first, second, statuses, told[0].text)
        for officer in ("clerk", "other_clerk"):  # as its job does a little later
            leaving.look_again(engine, {"officer": officer, "by": "admin", "why": "officer_left"}, MONDAY)
        assert_agreed(engine, case, (first, second))


def opened(engine: sa.Engine) -> tuple[str, int, int]:
    """A case whose first task lies on the clerk's desk; another clerk may do it, too."""
    with transaction(engine) as session:
        for code in ("clerk", "other_clerk"):
            session.get_one(Officer, code).active = True
            if not any(h.office == "east" and h.post == "reception" for h in staff.posts_of(session, code, MONDAY)):
                staff.appoint(session, code, "reception", "east")
        case = cases.start(session, "vat_credit_refund", REFUND, now=MONDAY, office="east")
        task = session.scalars(sa.select(Task).where(Task.case == case.number)).one()
        if task.officer != "clerk":
            tasks.reassign(session, task, "clerk", by="manager", reason="for the test", now=MONDAY)
        return case.number, task.id, int(task.instance)


def assert_agreed(engine: sa.Engine, case: str, acts: tuple[str, str]) -> None:
    """The state, the tasks and the facts tell the same."""
    with transaction(engine) as session:
        found = session.get_one(Case, case)
        of_case = list(session.scalars(sa.select(Task).where(Task.case == case)))
        open_ones = {task.instance: task for task in of_case if task.state not in ("completed", "withdrawn")}
        facts = list(store.read(session, case_id=case))
        last = {fact.instance: fact.lifecycle for fact in facts if fact.instance in {t.instance for t in of_case}}
        ended = {instance for instance, lifecycle in last.items() if lifecycle in ("complete", "withdraw")}
        assert ended == {task.instance for task in of_case} - set(open_ones), acts
        assert all((task.state == "suspended") == (found.state == "suspended") for task in open_ones.values()), acts
        assert found.state != "withdrawn" or not open_ones, acts
        assert sum(fact.lifecycle == "complete" and fact.activity == "accept" for fact in facts) <= 1, acts
        for task in open_ones.values():
            assert task.officer is None or session.get_one(Officer, task.officer).active, acts
