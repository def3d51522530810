"""The clock fires what is due, in one process only."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.webui.conftest import Hands, SignIn
from webui import scheduler
from webui.database import transaction
from webui.settings import Settings, read_settings
from workflows.tables import Task


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


def test_only_one_process_runs_the_clock(settings: Settings, engine: sa.Engine, clock: Hands) -> None:
    on = read_settings({"QIANGJI_HOME": str(settings.home)})
    first = scheduler.start(on, engine, clock)
    assert first is not None
    assert scheduler.start(on, engine, clock) is None
    first.stop()
    again = scheduler.start(on, engine, clock)
    assert again is not None
    again.stop()


def test_the_clock_can_be_switched_off(settings: Settings, engine: sa.Engine, clock: Hands) -> None:
    assert scheduler.start(settings, engine, clock) is None
