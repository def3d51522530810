"""The page of a case tells what it waits for besides people: a time, a message, a program elsewhere, another try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bpmn.model import ProcessModel, Trigger
from tests.builders import after, boundary, catch, end, first_of, model, procedure, service, start, user
from tests.webui.conftest import MONDAY, Hands, SignIn
from webui.database import transaction
from workflows import cases, deployment, external, messages
from workflows.tables import Case, Task, Worker

PAYING = model(
    start(),
    service("pay", "external:pay"),
    boundary("late", "pay", Trigger.TIMER, timer=after('duration("P3D")'), interrupting=False),
    user("remind", posts=("reception",)),
    end(),
    end("reminded"),
    paths=["start > pay > end", "late > remind > reminded"],
    key="paying",
)
HEARING = model(
    start(),
    first_of("which"),
    catch("reply", Trigger.MESSAGE, message="paid", correlation="case_number"),
    catch("law", Trigger.SIGNAL, signal="new_law"),
    catch("enough", Trigger.TIMER, timer=after('duration("P30D")')),
    end(),
    paths=["start > which > reply > end", "which > law > end", "which > enough > end"],
    key="hearing",
)


@pytest.fixture
def opened(engine: sa.Engine) -> Any:
    def open_one(drawn: ProcessModel) -> str:
        with transaction(engine) as session:
            version = deployment.deploy(session, procedure(drawn), now=MONDAY)
            deployment.activate(session, version, now=MONDAY)
            return cases.start(session, drawn.key, {}, now=MONDAY, office="east").number

    return open_one


def seen(signed_in: SignIn, case: str) -> tuple[dict[str, str], dict[str, str]]:
    """What it waits for, by place, and the colours of the drawing."""
    page: Any = signed_in("manager").get(f"/cases/{case}?format=json").json
    return {wait["place"]: f"{wait['what']}; {wait['note']}" for wait in page["waits"]}, page["colours"]


def test_work_of_a_program_is_seen_and_who_holds_it(
    signed_in: SignIn, engine: sa.Engine, opened: Any, clock: Hands
) -> None:
    case = opened(PAYING)
    waits, colours = seen(signed_in, case)
    assert waits == {"late": "a time; ", "pay": "a program elsewhere, topic “pay”; nobody has fetched it"}
    assert colours["pay"] == "current"
    with transaction(engine) as session:
        external.add_worker(session, "robot", ["pay"], now=MONDAY)
        (task,) = external.fetch(session, session.get_one(Worker, "robot"), now=MONDAY)
    assert seen(signed_in, case)[0]["pay"].endswith("robot has it until 2026-03-02 10:05")
    clock.pass_by(timedelta(minutes=6))
    assert "let its time run out" in seen(signed_in, case)[0]["pay"]
    with transaction(engine) as session:
        worker = session.get_one(Worker, "robot")
        (task,) = external.fetch(session, worker, now=clock())
        external.fail(session, task.id, worker, "no paper", now=clock())
    assert seen(signed_in, case)[0]["pay"].endswith("may be fetched again at 2026-03-02 10:11; 4 tries left · no paper")


def test_messages_signals_and_times_are_seen_and_what_is_kept_while_the_case_rests(
    signed_in: SignIn, engine: sa.Engine, opened: Any, clock: Hands
) -> None:
    case = opened(HEARING)
    waits, colours = seen(signed_in, case)
    assert waits == {
        "enough": "a time; ",
        "reply": f"the message “paid”; for {case}",
        "law": "the signal “new_law”; ",
    }
    assert {colours[place] for place in waits} == {"current"}
    signed_in("manager").post(f"/cases/{case}/suspend", data={"reason": "a ruling is awaited"})
    with transaction(engine) as session:
        assert messages.deliver(session, "paid", case, {}, now=MONDAY) == 1
    page: Any = signed_in("manager").get(f"/cases/{case}?format=json").json
    assert [w["what"] for w in page["waits"] if w["kind"] == "kept"] == [
        "“paid” came while the case rests, and is handed over when it goes on"
    ]
    assert "rests since 2026-03-02 10:00" in seen(signed_in, case)[0]["enough"]


def test_a_place_that_waits_a_second_time_is_where_the_case_is(signed_in: SignIn, case: str, engine: sa.Engine) -> None:
    clerk = signed_in("clerk")
    for _ in range(2):
        with transaction(engine) as session:
            task = session.scalars(sa.select(Task.id).where(Task.state == "assigned")).one()
        clerk.post(f"/tasks/{task}/return", data={"reason": "a paper is missing"})
        (place,) = (p for p, what in seen(signed_in, case)[0].items() if "message" in what)
        assert seen(signed_in, case)[1][place] == "current"
        with transaction(engine) as session:
            name = cases.waits(session, case)[1][0]
            assert messages.deliver(session, name.name, name.correlation, {}, now=MONDAY) == 1


def test_the_statutory_clock_stands_while_the_taxpayer_corrects_papers(
    signed_in: SignIn, case: str, engine: sa.Engine, clock: Hands
) -> None:
    with transaction(engine) as session:
        told = session.get_one(Case, case).due_at
    signed_in("clerk").post("/tasks/1/return", data={"reason": "a paper is missing"})
    assert "Clock stopped" in signed_in("manager").get(f"/cases/{case}").text
    clock.pass_by(timedelta(days=7))
    with transaction(engine) as session:
        assert messages.deliver(session, "papers_corrected", case, {}, now=clock()) == 1
        due = session.get_one(Case, case).due_at
        assert told is not None and due == told + timedelta(days=7), "five working days later, a weekend between"
    page: Any = signed_in("manager").get(f"/cases/{case}?format=json").json
    assert [stop["until"] is not None for stop in page["stops"]] == [True]


def test_what_came_too_late_is_read_by_a_manager_also_when_the_case_is_over(
    signed_in: SignIn, engine: sa.Engine, opened: Any
) -> None:
    case, manager = opened(HEARING), signed_in("manager")
    manager.post(f"/cases/{case}/suspend", data={"reason": "a ruling is awaited"})
    with transaction(engine) as session:
        assert [messages.deliver(session, "paid", case, {"n": n}, now=MONDAY) for n in (1, 2)] == [1, 1]
    manager.post(f"/cases/{case}/resume", data={"reason": "it came"})
    page: Any = manager.get(f"/cases/{case}?format=json").json
    (late,) = page["incidents"]
    assert page["case"]["state"] == "completed" and "came while the case rested" in late["message"]
    assert case in manager.get("/incidents").text and case in manager.get("/cases?state=incidents").text
    assert "I have read it" in manager.get(f"/incidents/{late['id']}").text
    assert manager.post(f"/incidents/{late['id']}/read").status_code == 302
    assert manager.post(f"/incidents/{late['id']}/read").status_code == 409
    assert case not in manager.get("/incidents").text
