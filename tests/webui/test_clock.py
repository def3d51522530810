"""The clock fires what is due, once, in however many processes it runs."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import sqlalchemy.orm

from tests.webui.conftest import REFUND, Hands, SignIn
from webui import scheduler
from webui.database import transaction
from webui.settings import Settings, read_settings
from workflows import cases, deadlines
from workflows.tables import Case, Incident, Task, Timer


def test_a_returned_case_that_is_never_corrected_ends_by_itself(
    signed_in: SignIn, case: str, engine: sa.Engine, clock: Hands
) -> None:
    signed_in("clerk").post("/tasks/1/return", data={"reason": "缺少银行证明"})
    assert scheduler.tick(engine, clock) == 0
    clock.pass_by(timedelta(days=31))
    assert scheduler.tick(engine, clock) == 1
    assert signed_in("manager").get(f"/cases/{case}?format=json").json["case"]["state"] == "completed"  # type: ignore[index]
    with transaction(engine) as session:
        assert session.get_one(Task, 1).state == "completed"


def test_any_number_of_clocks_fire_once_and_one_goes_on_when_another_ends(
    settings: Settings, engine: sa.Engine, clock: Hands, signed_in: SignIn, case: str
) -> None:
    on = read_settings({"QIANGJI_HOME": str(settings.home)})
    clocks = [scheduler.start(on, engine, clock) for _ in range(3)]
    assert clocks[0] is not None
    clocks[0].stop()
    signed_in("clerk").post("/tasks/1/return", data={"reason": "缺少银行证明"})
    clock.pass_by(timedelta(days=31))
    deadline = time.monotonic() + 20
    manager = signed_in("manager")
    while manager.get(f"/cases/{case}?format=json").json["case"]["state"] != "completed":  # type: ignore[index]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for running in clocks[1:]:
        assert running is not None
        running.stop()


def test_a_timer_that_fails_as_nobody_foresaw_stops_no_other_one(
    signed_in: SignIn, case: str, engine: sa.Engine, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as session:
        other = cases.start(session, "vat_credit_refund", REFUND, now=clock(), office="east").number
        first, second = session.scalars(sa.select(Task.id).order_by(Task.id))
    for task in (first, second):
        signed_in("clerk").post(f"/tasks/{task}/return", data={"reason": "缺少银行证明"})
    fire = deadlines._fire

    def broken(session: sa.orm.Session, timer: Timer, of: Case, now: datetime) -> None:
        if of.number == case:
            raise ZeroDivisionError("a slip in a step")
        fire(session, timer, of, now)

    monkeypatch.setattr(deadlines, "_fire", broken)
    clock.pass_by(timedelta(days=31))
    assert scheduler.tick(engine, clock) == 2, "it is put off, and the next one fires"
    with transaction(engine) as session:
        assert session.get_one(Case, other).state == "completed"
        assert session.get_one(Case, case).state == "running"
        (incident,) = session.scalars(sa.select(Incident))
        assert (incident.case, incident.message) == (case, "a slip in a step")
    monkeypatch.undo()
    clock.pass_by(deadlines.POSTPONED)
    assert scheduler.tick(engine, clock) == 1, "it is tried again"


def test_the_clock_can_be_switched_off(settings: Settings, engine: sa.Engine, clock: Hands) -> None:
    assert scheduler.start(settings, engine, clock) is None
