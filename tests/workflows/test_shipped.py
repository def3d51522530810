"""Every procedure that we ship comes to an end, whatever is answered, through the very verbs that people use."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.forms import Clock, Field, Form, Kind
from bpmn.procedure import Procedure, read_all_procedures
from event_logs import store
from tests.workflows.playing import MONDAY
from workflows import cases, deadlines, deployment, messages, staff, tasks
from workflows.database import create_schema, open_engine
from workflows.tables import OPEN_TASK, Case, Incident, OutgoingMessage, Subscription, Task
from workflows.versions import runnable

SHIPPED = read_all_procedures()


TEXTS = ("91310000123456789X", "2026-01", "20260115", "13800000000", "2026")


def filled(form: Form | None, chance: random.Random, *, about: int = 50) -> dict[str, Any]:
    """Random answers that the form takes; numbers are around `about`."""
    return {f.key: answer(f, chance, about) for f in form.fields if not f.locked} if form else {}


def answer(field: Field, chance: random.Random, about: int) -> Any:
    if field.options:
        weights = [1 if option.value == "return" else 4 for option in field.options]
        chosen = chance.choices(field.options, weights)[0].value
        return [chosen] if field.kind in (Kind.CHECKLIST,) else str(chosen)
    if field.kind is Kind.NUMBER:
        least, most = int(field.minimum or 1), int(field.maximum or 10**9)
        return str(min(max(chance.randint(about // 2, about), least), most))
    if field.kind is Kind.DATE_TIME:
        return "2026-02-15" if field.clock is Clock.DATE else "2026-02-15T10:00"
    if field.kind is Kind.CHECKBOX:
        return "true"
    return next(text for text in TEXTS if re.search(field.pattern or "", text))[: field.longest or 20]


def furnished(url: str, procedure: Procedure) -> Any:
    engine = open_engine(url, durable=False)
    create_schema(engine)
    with Session(engine) as session, session.begin():
        staff.add_office(session, "city", {"zh": "市局"})
        for post in procedure.posts:
            staff.add_post(session, post.key, post.names)
            for index in range(4):
                staff.add_officer(session, f"{post.key}{index}", {"zh": "示例"}, office="city", posts=[post.key])
        deployment.activate(session, deployment.deploy(session, procedure, now=MONDAY), now=MONDAY)
    return engine


def one_move(session: Session, case: Case, chance: random.Random, now: Any) -> Any:
    """A person completes something; or a message comes; or the next deadline passes. Gives the time afterwards."""
    ready = runnable(session, case.digest)
    tasks_open = session.scalars(select(Task).where(Task.case == case.number, Task.state.in_(OPEN_TASK))).all()
    if tasks_open and chance.random() < 0.9:
        task = chance.choice(tasks_open)
        assert task.officer is not None, (task.activity, task.why)
        tasks.complete(session, task, task.officer, filled(ready.form(task.activity, task.form), chance), now=now)
        return now
    waiting = session.scalars(select(Subscription).where(Subscription.case == case.number)).all()
    if waiting and chance.random() < 0.7:
        found = chance.choice(waiting)
        payload: Mapping[str, Any] = {"paid_on": MONDAY.date()}
        assert messages.deliver(session, found.name, found.correlation, payload, now=now) == 1
        return now
    due = deadlines.next_due(session)
    if due is not None:
        now = max(due, now)
        deadlines.fire_due(session, now)
    return now


@pytest.mark.parametrize("procedure", SHIPPED, ids=[p.key for p in SHIPPED])
def test_a_shipped_procedure_always_ends(procedure: Procedure, sqlite_url: str) -> None:
    engine = furnished(sqlite_url, procedure)
    ends: set[str] = set()
    for seed in range(4):
        chance, now = random.Random(seed), MONDAY + timedelta(days=seed)
        with Session(engine) as session, session.begin():
            version = deployment.find_version(session, procedure.key)
            form = runnable(session, version.digest).form("", procedure.application.form)
            number = cases.start(
                session, procedure.key, filled(form, chance, about=100_000), now=now, office="city"
            ).number
        for _ in range(300):
            now += timedelta(hours=1)
            with Session(engine) as session, session.begin():
                case = session.get_one(Case, number)
                if case.state != "running":
                    break
                now = one_move(session, case, chance, now)
        with Session(engine) as session:
            stuck = [
                (i.node, i.message) for i in session.scalars(select(Incident).where(Incident.resolved_at.is_(None)))
            ]
            assert session.get_one(Case, number).state == "completed" and not stuck, stuck
            told = list(store.read(session, case_id=number))
            assert told[-1].attributes["case_state"] == "completed"
            ends.add(told[-1].activity)
    engine.dispose()
    assert ends


@pytest.mark.parametrize(("arrears", "orders"), [("500", 1), ("1000", 0), ("4000", 0)])
def test_a_refund_that_arrears_eat_up_is_offset_and_nothing_is_paid_out(
    arrears: str, orders: int, sqlite_url: str
) -> None:
    procedure = next(p for p in SHIPPED if p.key == "overpaid_refund")
    engine, now = furnished(sqlite_url, procedure), MONDAY
    application = {"refund_amount": "1000", "original_account": "false", "interest_due": "false", "arrears": arrears}
    with Session(engine) as session, session.begin():
        ready = runnable(session, deployment.find_version(session, procedure.key).digest)
        fields = filled(ready.form("", procedure.application.form), random.Random(1)) | application
        number = cases.start(session, procedure.key, fields, now=now, office="city").number
    with Session(engine) as session, session.begin():
        while task := session.scalars(select(Task).where(Task.state.in_(OPEN_TASK)).order_by(Task.id)).first():
            form = ready.form(task.activity, task.form)
            passing = {f.key: f.options[0].value for f in form.fields if f.options and not f.locked} if form else {}
            answers = filled(form, random.Random(1)) | passing
            answers |= {"arrears": arrears} if "arrears" in answers else {}
            tasks.complete(session, task, task.officer or "", answers, now=now)
            now += timedelta(hours=1)
        sent = [row.name for row in session.scalars(select(OutgoingMessage))]
        case = session.get_one(Case, number)
        assert sent.count("pay_out_order") == orders and case.data["payable"] == 1000 - int(arrears)
        assert (case.state, "refund_result" in sent) == (("running", False) if orders else ("completed", True))
        assert not cases.incidents(session)
    engine.dispose()
