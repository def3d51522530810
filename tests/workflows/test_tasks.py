"""Officers at work: routing, claiming, completing, returning, handing on, and what each may not do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs import store
from event_logs.event import Lifecycle
from tests.builders import both, end, model, procedure, start, user
from tests.workflows.conftest import Office
from workflows import cases, staff, tasks
from workflows.errors import AlreadyDone, CannotReturn, InvalidAnswers, NotAllowed, NotOpen, UnknownTask
from workflows.tables import OPEN_TASK, Case, Task, TaskState

PASS = {"accept_outcome": "pass", "amount": "100.50"}


def open_tasks(session: Session, case: str) -> dict[str, Task]:
    rows = session.scalars(select(Task).where(Task.case == case, Task.state.in_(OPEN_TASK)))
    return {task.activity: task for task in rows}


def opened(office: Office, **application: Any) -> str:
    with office.begin() as session:
        return cases.start(session, "refund", application, now=office.now, office="east").number


def do(
    office: Office, case: str, activity: str, answers: dict[str, Any] | None = None, officer: str | None = None
) -> str:
    with office.begin() as session:
        task = open_tasks(session, case)[activity]
        who = officer or task.officer
        assert who is not None, task.why
        tasks.complete(session, task, who, answers or {}, now=office.now)
        return who


def test_a_case_goes_from_application_to_end_and_the_facts_tell_it(office: Office) -> None:
    case = opened(office, taxpayer_id="91T", taxpayer_name="示例公司")
    first = do(office, case, "accept", PASS)
    do(office, case, "arrears")
    do(office, case, "account")
    second = do(office, case, "approve", {"approve_outcome": "pass"})
    assert first != second
    with office.begin() as session:
        found = session.get_one(Case, case)
        assert (found.state, found.data["amount"], found.execution) == ("completed", Decimal("100.50"), "")
        told = list(store.read(session, case_id=case))
    assert [(e.activity, str(e.lifecycle)) for e in told[:5]] == [
        ("start", "complete"),
        ("accept", "schedule"),
        ("accept", "assign"),
        ("accept", "start"),
        ("accept", "complete"),
    ]
    assert told[0].attributes["taxpayer_id"] == "91T" and told[0].attributes["arm"] == "current"
    assert told[4].attributes["amount"] == Decimal("100.50") and told[4].officer == first and told[4].post == "clerk"
    assert told[-1].activity == "end" and told[-1].attributes["case_state"] == "completed"
    assert all(e.version == 1 and e.office == "east" for e in told)


def test_replaying_the_facts_gives_the_tasks(office: Office) -> None:
    case = opened(office)
    do(office, case, "accept", PASS)
    do(office, case, "account")
    with office.begin() as session:
        state: dict[tuple[str, str | None], Lifecycle] = {}
        for fact in store.read(session, case_id=case):
            state[(fact.activity, fact.instance)] = fact.lifecycle
        for task in session.scalars(select(Task).where(Task.case == case)):
            expected = {"completed": Lifecycle.COMPLETE, "assigned": Lifecycle.ASSIGN, "ready": Lifecycle.SCHEDULE}
            assert state[(task.activity, task.instance)] is expected[task.state]


def test_two_tasks_of_one_moment_go_to_two_desks(office: Office) -> None:
    case = opened(office)
    do(office, case, "accept", PASS)
    with office.begin() as session:
        found = open_tasks(session, case)
        assert {found["arrears"].officer, found["account"].officer} == {"c1", "c2"}


def test_work_goes_to_the_lowest_load_and_says_why(office: Office) -> None:
    numbers = [opened(office) for _ in range(4)]
    with office.begin() as session:
        held = [open_tasks(session, number)["accept"] for number in numbers]
        assert sorted(task.officer or "" for task in held) == ["c1", "c1", "c2", "c2"]
        assert held[0].why["key"] == "longest_idle" and held[1].why == {
            "key": "lowest_load",
            "load": 0,
            "candidates": 2,
        }


def test_four_eyes_hold_even_when_only_one_would_be_left(office: Office) -> None:
    case = opened(office)
    first = do(office, case, "accept", PASS)
    do(office, case, "arrears")
    do(office, case, "account")
    with office.begin() as session:
        approve = open_tasks(session, case)["approve"]
        assert approve.officer != first
        with pytest.raises(NotAllowed):
            tasks.reassign(session, approve, first, by="h1", reason="quicker", now=office.now)


def test_four_eyes_hold_for_the_very_next_step(sqlite_url: str) -> None:
    drawn = model(
        start(),
        user("write", posts=("clerk",)),
        user("check", posts=("clerk",), four_eyes=("write",)),
        end(),
        paths=["start > write > check > end"],
        key="refund",
    )
    office = Office(sqlite_url, procedure(drawn))
    for _ in range(4):
        case = opened(office)
        writer = do(office, case, "write")
        assert do(office, case, "check") != writer


def test_the_absent_are_replaced_by_their_stand_in(office: Office) -> None:
    with office.begin() as session:
        for absent in ("c1", "c2"):
            staff.record_absence(session, absent, since=office.now, until=office.now + timedelta(days=9), stand_in="r1")
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        assert task.officer == "r1" and task.why["stands_in_for"] == "c1"


def test_a_stand_in_does_the_work_that_was_already_on_the_desk(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        holder = open_tasks(session, case)["accept"].officer or ""
        staff.record_absence(session, holder, since=office.now, until=office.now + timedelta(days=9), stand_in="r2")
        assert [t.activity for t in tasks.inbox(session, "r2", office.now)] == ["accept"]
    do(office, case, "accept", PASS, officer="r2")
    with office.begin() as session:
        task = session.scalars(select(Task).where(Task.case == case, Task.activity == "accept")).one()
        assert (task.officer, task.performed_for) == ("r2", holder)
        told = [str(e.lifecycle) for e in store.read(session, case_id=case) if e.activity == "accept"]
        assert told == ["schedule", "assign", "reassign", "start", "complete"]


def test_nobody_is_no_reason_to_lose_a_task(office: Office) -> None:
    with office.begin() as session:
        for officer in ("c1", "c2"):
            staff.dismiss(session, officer, "clerk", "east", now=office.now)
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        assert (task.state, task.officer, task.why) == ("ready", None, {"key": "nobody_eligible"})
        with pytest.raises(NotAllowed):
            tasks.claim(session, task, "r1", now=office.now)
        staff.appoint(session, "r1", "clerk", "east")
        assert [t.id for t in tasks.pool(session, "r1", office.now)] == [task.id]
        assert tasks.claim(session, task, "r1", now=office.now).state == TaskState.ASSIGNED


def test_an_officer_of_the_office_above_helps_when_nobody_here_can(office: Office) -> None:
    with office.begin() as session:
        for officer in ("c1", "c2"):
            staff.dismiss(session, officer, "clerk", "east", now=office.now)
        staff.appoint(session, "l1", "clerk", "city")
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        assert (task.officer, task.why["office_above"], task.office) == ("l1", "city", "city")


def test_release_puts_it_back_and_another_claims_it(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        holder = task.officer or ""
        other = "c2" if holder == "c1" else "c1"
        with pytest.raises(NotAllowed):
            tasks.release(session, task, other, now=office.now)
        tasks.release(session, task, holder, now=office.now)
        assert [t.id for t in tasks.pool(session, other, office.now)] == [task.id]
    with office.begin() as session:
        tasks.claim(session, task.id, other, now=office.now)
        with pytest.raises(AlreadyDone) as late:
            tasks.claim(session, task.id, holder, now=office.now)
        assert late.value.who == other and late.value.what == "taken"


def test_beginning_is_recorded_once(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        tasks.begin(session, task, task.officer or "", now=office.now)
        tasks.begin(session, task, task.officer or "", now=office.now + timedelta(minutes=5))
        assert task.state == TaskState.STARTED and task.started_at == office.now
        assert [e.lifecycle for e in store.read(session, case_id=case)].count(Lifecycle.START) == 1


def test_wrong_answers_are_said_by_field_and_change_nothing(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        wrong = {"accept_outcome": "maybe", "amount": "-3", "approve_outcome": "pass"}
        with pytest.raises(InvalidAnswers) as refused:
            tasks.complete(session, task, task.officer or "", wrong, now=office.now)
        assert sorted(refused.value.errors) == ["accept_outcome", "amount", "approve_outcome"]
        assert task.state == TaskState.ASSIGNED
    with office.begin() as session, pytest.raises(InvalidAnswers, match="Fill in"):
        tasks.complete(session, task.id, task.officer or "", {"accept_outcome": "pass"}, now=office.now)


def test_only_the_holder_or_a_manager_completes(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        with pytest.raises(NotAllowed):
            tasks.complete(session, task, "c2" if task.officer == "c1" else "c1", PASS, now=office.now)
        tasks.complete(session, task, "h1", PASS, now=office.now)
        assert task.officer == "h1"


def test_the_second_to_complete_learns_who_was_first(office: Office) -> None:
    case = opened(office)
    who = do(office, case, "accept", PASS)
    with office.begin() as session:
        task = session.scalars(select(Task).where(Task.case == case, Task.activity == "accept")).one()
        with pytest.raises(AlreadyDone) as late:
            tasks.complete(session, task, who, PASS, now=office.now)
        assert (late.value.who, late.value.what, late.value.when) == (who, "completed", task.completed_at)


def test_returning_goes_where_the_drawing_leads(office: Office) -> None:
    case = opened(office)
    first = do(office, case, "accept", PASS)
    do(office, case, "arrears")
    do(office, case, "account")
    with office.begin() as session:
        approve = open_tasks(session, case)["approve"]
        tasks.return_for_correction(session, approve, approve.officer or "", "资料不全", now=office.now)
        again = open_tasks(session, case)
        assert list(again) == ["accept"]
        assert session.get_one(Case, case).data["approve_remark"] == "资料不全"
        assert again["accept"].officer != approve.officer, "four eyes hold both ways"
    assert first in ("c1", "c2")


def test_what_has_no_way_back_cannot_be_returned(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        with pytest.raises(CannotReturn):
            tasks.return_for_correction(session, task, task.officer or "", "no", now=office.now)


def test_handing_on_is_for_the_holder_and_managers(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        holder = task.officer or ""
        other = "c2" if holder == "c1" else "c1"
        with pytest.raises(NotAllowed):
            tasks.reassign(session, task, other, by="r1", reason="", now=office.now)
        with pytest.raises(NotAllowed):
            tasks.reassign(session, task, "r1", by="h1", reason="", now=office.now)
        tasks.reassign(session, task, other, by="h1", reason="holiday", now=office.now)
        assert task.officer == other and task.why["by"] == "h1"


def test_a_suspended_case_rests_and_its_limits_move(office: Office) -> None:
    case = opened(office)
    with office.begin() as session:
        task = open_tasks(session, case)["accept"]
        with pytest.raises(NotAllowed):
            cases.suspend(session, case, by="c1", reason="court", now=office.now)
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        with pytest.raises(NotOpen):
            tasks.complete(session, task, task.officer or "", PASS, now=office.now)
    with office.begin() as session:
        cases.resume(session, case, by="h1", now=office.now)
    do(office, case, "accept", PASS)
    with office.begin() as session:
        told = [str(e.lifecycle) for e in store.read(session, case_id=case) if e.activity == "accept"]
        assert told == ["schedule", "assign", "suspend", "resume", "start", "complete"]


def test_a_withdrawn_case_leaves_nothing_open(office: Office) -> None:
    case = opened(office)
    do(office, case, "accept", PASS)
    with office.begin() as session:
        cases.withdraw(session, case, by=None, reason="taxpayer", now=office.now)
    with office.begin() as session:
        assert session.get_one(Case, case).state == "withdrawn" and not open_tasks(session, case)
        last = list(store.read(session, case_id=case))[-1]
        assert (last.lifecycle, last.attributes["case_state"]) == (Lifecycle.WITHDRAW, "withdrawn")


def test_a_key_taxpayer_has_a_dedicated_officer(any_database_url: str) -> None:
    drawn = model(start(), user("check", posts=("clerk",)), end(), paths=["start > check > end"], key="refund")
    rule = '[key_taxpayer]\nwhen = "amount > 100"\npost = "clerk"\n'
    office = Office(any_database_url, procedure(drawn, more=rule))
    with office.begin() as session:
        staff.dedicate(session, "91K", "c2")
    for _ in range(3):
        case = opened(office, taxpayer_id="91K", amount=Decimal(500))
        with office.begin() as session:
            assert open_tasks(session, case)["check"].officer == "c2"
            assert (
                open_tasks(session, case)["check"].why == {"key": "dedicated"}
                and session.get_one(Case, case).key_taxpayer
            )
    office.engine.dispose()


def test_an_unknown_task_is_said(office: Office) -> None:
    with office.begin() as session, pytest.raises(UnknownTask):
        tasks.complete(session, 999, "c1", {}, now=office.now)


def test_nobody_does_both_sides_not_even_a_manager(office: Office) -> None:
    case = opened(office)
    do(office, case, "accept", PASS, officer="h1")
    do(office, case, "arrears")
    do(office, case, "account")
    with office.begin() as session, pytest.raises(NotAllowed, match="accept"):
        tasks.complete(session, open_tasks(session, case)["approve"], "h1", {"approve_outcome": "pass"}, now=office.now)


def counting_twice(url: str) -> Office:
    """Two sides of one case are open at once, and no one may do both."""
    drawn = model(
        start(),
        both("s"),
        user("count", posts=("clerk",)),
        user("recount", posts=("clerk",), four_eyes=("count",)),
        both("j"),
        end(),
        paths=["start > s > count > j > end", "s > recount > j"],
        key="refund",
    )
    return Office(url, procedure(drawn))


def test_two_sides_that_are_open_at_once_go_to_two_people(sqlite_url: str) -> None:
    office = counting_twice(sqlite_url)
    for _ in range(3):
        case = opened(office)
        with office.begin() as session:
            found = open_tasks(session, case)
            assert found["count"].officer != found["recount"].officer


def test_who_stood_in_on_one_side_does_not_do_the_other_that_lay_on_the_desk(sqlite_url: str) -> None:
    office = counting_twice(sqlite_url)
    case = opened(office)
    with office.begin() as session:
        found = open_tasks(session, case)
        absent, other = found["count"].officer or "", found["recount"].officer or ""
        staff.record_absence(session, absent, since=office.now, until=office.now + timedelta(days=9), stand_in=other)
    do(office, case, "count", officer=other)
    with office.begin() as session, pytest.raises(NotAllowed, match="count"):
        tasks.complete(session, open_tasks(session, case)["recount"], other, {}, now=office.now)
