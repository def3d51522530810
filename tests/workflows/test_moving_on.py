"""Deadlines, messages, signals and automatic work move cases on without a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.model import ActivityKind, Assignment, Timer, TimerKind, Trigger
from event_logs import store
from tests.builders import activity, after, boundary, catch, end, model, procedure, service, start, throw, user
from tests.workflows.conftest import Office
from workflows import automation, cases, deadlines, deployment, messages, notifications, tasks
from workflows.automation import Entry, Letter, Outcome
from workflows.errors import NotAllowed, ServiceFailed, StepFailed
from workflows.tables import Case, Incident, OutgoingMessage, Record, Subscription, Task
from workflows.tables import Timer as TimerRow


def deployed(office: Office, drawn: Any) -> None:
    with office.begin() as session:
        version = deployment.deploy(session, procedure(drawn), now=office.now)
        deployment.activate(session, version, now=office.now)


def begun(office: Office, key: str, **data: Any) -> str:
    with office.begin() as session:
        return cases.start(session, key, data, now=office.now, office="east").number


def state(office: Office, case: str) -> str:
    with office.begin() as session:
        return session.get_one(Case, case).state


WAITING = model(
    start(),
    activity("wait", ActivityKind.RECEIVE, message="paid", correlation="case_number"),
    boundary("late", "wait", Trigger.TIMER, timer=after('duration("P3D")', working=True)),
    end(),
    end("gone"),
    paths=["start > wait > end", "late > gone"],
    key="waiting",
)


def test_a_due_timer_fires_in_working_time_and_only_then(office: Office) -> None:
    deployed(office, WAITING)
    case = begun(office, "waiting")
    with office.begin() as session:
        due = deadlines.next_due(session)
        assert due is not None and due == datetime(2026, 3, 5, 9, 30, tzinfo=UTC), (
            "Monday and three working days: Thursday's close"
        )
        assert deadlines.fire_due(session, due - timedelta(seconds=1)) == 0
        assert deadlines.fire_due(session, due) == 1 and deadlines.fire_due(session, due) == 0
    assert state(office, case) == "completed"
    with office.begin() as session:
        assert not session.scalars(select(TimerRow)).all() and not session.scalars(select(Subscription)).all()
        assert [(e.activity, str(e.lifecycle)) for e in store.read(session, case_id=case)][-3:] == [
            ("wait", "withdraw"),
            ("late", "complete"),
            ("gone", "complete"),
        ]


def test_a_message_reaches_the_case_that_waits_for_it(office: Office) -> None:
    deployed(office, WAITING)
    one, other = begun(office, "waiting"), begun(office, "waiting")
    with office.begin() as session:
        assert messages.deliver(session, "paid", "somebody else", {}, now=office.now) == 0
        assert messages.deliver(session, "paid", one, {"amount": Decimal("3.10")}, now=office.now) == 1
        assert messages.deliver(session, "paid", one, {}, now=office.now) == 0, "it does not wait any more"
        assert session.get_one(Case, one).data["amount"] == Decimal("3.10")
    assert (state(office, one), state(office, other)) == ("completed", "running")


def test_a_suspended_case_has_no_deadlines(office: Office) -> None:
    deployed(office, WAITING)
    case = begun(office, "waiting")
    with office.begin() as session:
        due = deadlines.next_due(session)
        assert due is not None
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        assert deadlines.next_due(session) is None and deadlines.fire_due(session, due) == 0
        cases.resume(session, case, by="h1", now=office.now + timedelta(days=10))
        assert due == datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
        assert deadlines.next_due(session) == datetime(2026, 3, 17, 9, 30, tzinfo=UTC), (
            "it rested for eight working days"
        )


def test_one_case_tells_another_and_a_message_can_begin_one(office: Office) -> None:
    teller = model(
        start(),
        throw("tell", Trigger.MESSAGE, message="news", correlation="topic"),
        end(),
        paths=["start > tell > end"],
        key="teller",
    )
    listener = model(
        start("begun", Trigger.MESSAGE, message="news"),
        catch("more", Trigger.MESSAGE, message="news", correlation="topic"),
        end(),
        paths=["begun > more > end"],
        key="listener",
    )
    deployed(office, teller)
    deployed(office, listener)
    with office.begin() as session:
        assert messages.deliver(session, "news", None, {"topic": "tax", "office": "east"}, now=office.now) == 1
    begun(office, "teller", topic="tax")
    with office.begin() as session:
        (case,) = session.scalars(select(Case).where(Case.procedure == "listener"))
        assert case.state == "completed" and case.office == "east"
        assert [(m.name, m.sent_at is not None) for m in session.scalars(select(OutgoingMessage))] == [("news", True)]


def test_a_signal_reaches_all_cases(office: Office) -> None:
    drawn = model(
        start(), catch("hear", Trigger.SIGNAL, signal="holiday"), end(), paths=["start > hear > end"], key="ears"
    )
    deployed(office, drawn)
    numbers = [begun(office, "ears") for _ in range(3)]
    with office.begin() as session:
        assert messages.broadcast(session, "holiday", {}, now=office.now) == 3
    assert {state(office, number) for number in numbers} == {"completed"}


def test_the_clock_begins_cases_again_and_again(office: Office) -> None:
    drawn = model(
        start("morning", Trigger.TIMER, timer=Timer(TimerKind.CYCLE, "R/P1D")),
        end(),
        paths=["morning > end"],
        key="daily",
    )
    deployed(office, drawn)
    with office.begin() as session:
        assert deadlines.fire_due(session, office.now + timedelta(days=3, hours=1)) == 3
        assert len(session.scalars(select(Case).where(Case.procedure == "daily")).all()) == 3


# automatic work


@pytest.fixture
def flaky() -> Iterator[list[str]]:
    """A service task `test.flaky` that fails as long as the list has something."""
    failures = ["busy"] * 2

    def work(inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
        if failures:
            raise ServiceFailed(failures.pop())
        entry = Entry("ledger", inputs["case_number"], {"amount": inputs["amount"]})
        return Outcome({"order": "A1"}, (Letter("treasury", "pay", "bank", {"amount": inputs["amount"]}),), (entry,))

    automation.SERVICE_TASKS["test.flaky"] = work
    yield failures
    del automation.SERVICE_TASKS["test.flaky"]


PAYING = model(
    start(),
    user("ask", posts=("clerk",)),
    service(
        "pay", "test.flaky", inputs=(Assignment("amount", "asked_for * 2"),), outputs=(Assignment("slip", "order"),)
    ),
    end(),
    paths=["start > ask > pay > end"],
    key="paying",
)


def asked(office: Office) -> str:
    deployed(office, PAYING)
    case = begun(office, "paying", asked_for=Decimal("1.25"))
    with office.begin() as session:
        task = session.scalars(select(Task)).one()
        tasks.complete(session, task, task.officer or "", {}, now=office.now)
    return case


def test_a_failing_step_is_tried_again_and_does_not_harm_the_officer(office: Office, flaky: list[str]) -> None:
    case = asked(office)
    assert state(office, case) == "running"
    for _ in range(2):
        with office.begin() as session:
            due = deadlines.next_due(session)
            assert due is not None and deadlines.fire_due(session, due) == 1
            office.now = due
    with office.begin() as session:
        found = session.get_one(Case, case)
        assert (found.state, found.data["slip"]) == ("completed", "A1") and "order" not in found.data
        (letter,) = notifications.unsent(session, office.now)
        assert (letter.channel, letter.payload, letter.correlation) == ("treasury", {"amount": Decimal("2.50")}, case)
        assert session.scalars(select(Record)).one().values == {"amount": Decimal("2.50")}


def test_what_keeps_failing_becomes_an_incident_that_a_manager_resumes(office: Office, flaky: list[str]) -> None:
    flaky.extend(["still busy"] * 9)
    case = asked(office)
    with office.begin() as session:
        while (due := deadlines.next_due(session)) is not None:
            deadlines.fire_due(session, due)
        (incident,) = cases.incidents(session)
        assert (incident.node, incident.attempts, incident.message) == ("pay", 6, "still busy")
        with pytest.raises(NotAllowed):
            cases.retry(session, incident, by="c1", now=office.now)
        flaky.clear()
        cases.retry(session, incident, by="h1", now=office.now)
        assert session.get_one(Case, case).state == "completed" and not cases.incidents(session)


def test_a_case_that_is_stuck_can_still_be_withdrawn(office: Office, flaky: list[str]) -> None:
    flaky.extend(["busy"] * 20)
    case = asked(office)
    with office.begin() as session:
        while (due := deadlines.next_due(session)) is not None:
            deadlines.fire_due(session, due)
        cases.withdraw(session, case, by="h1", reason="done by hand", now=office.now)
    with office.begin() as session:
        last = list(store.read(session, case_id=case))[-1]
        assert (last.activity, last.attributes["case_state"], last.attributes["reason"]) == (
            "pay",
            "withdrawn",
            "done by hand",
        )
        assert not cases.incidents(session) and not session.scalars(select(TimerRow)).all()


def test_a_step_with_a_mistake_in_it_counts_as_failed() -> None:
    with pytest.raises(ServiceFailed, match="due_date"):
        automation.perform("tax.late_fee", {"tax_due": 1}, now=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("tax", "due", "paid", "fee"),
    [
        ("10000", date(2026, 1, 15), date(2026, 1, 25), "50.00"),
        ("10000", date(2026, 1, 15), date(2026, 1, 15), "0.00"),
        ("333.33", date(2026, 1, 15), date(2026, 1, 18), "0.50"),
        ("10000", date(2026, 1, 15), date(2026, 1, 1), "0.00"),
    ],
)
def test_the_late_fee_is_five_hundredths_of_a_percent_a_day_to_the_cent(
    tax: str, due: date, paid: date, fee: str
) -> None:
    inputs = {"tax_due": Decimal(tax), "due_date": due, "paid_on": paid}
    outcome = automation.perform("tax.late_fee", inputs, now=datetime(2026, 2, 1, tzinfo=UTC))
    assert outcome.values["late_fee"] == Decimal(fee)


@given(st.decimals("0.01", "1000000", places=2), st.integers(0, 2000), st.integers(0, 2000))
def test_a_later_payment_never_costs_less(tax: Decimal, one: int, other: int) -> None:
    due = date(2026, 1, 1)
    fees = [
        automation.perform(
            "tax.late_fee", {"tax_due": tax, "due_date": due, "paid_on": due + timedelta(days=n)}, now=None
        )  # type: ignore[arg-type]
        for n in sorted((one, other))
    ]
    assert fees[0].values["late_fee"] <= fees[1].values["late_fee"]


def test_conflicting_branches_are_shown_to_a_person(office: Office) -> None:
    from tests.builders import both

    drawn = model(
        start(),
        both("s"),
        user("a", posts=("clerk",)),
        user("b", posts=("clerk",)),
        both("j"),
        end(),
        paths=["start > s > a > j > end", "s > b > j"],
        key="pair",
    )
    deployed(office, drawn)
    case = begun(office, "pair", risk="?")
    with office.begin() as session:
        for activity_, risk in (("a", "high"), ("b", "low")):
            task = session.scalars(select(Task).where(Task.activity == activity_)).one()
            tasks.complete(session, task, task.officer or "", {"risk": risk}, now=office.now)
        (seen,) = session.scalars(select(Incident).where(Incident.case == case)).all()
        assert "'high', 'low'" in seen.message and seen.resolved_at is not None


def test_the_outbox_tries_again_with_growing_pauses(sqlite_office: Office) -> None:
    now = sqlite_office.now
    with sqlite_office.begin() as session:
        letter = notifications.enqueue(session, channel="sms", name="hello", payload={}, now=now)
        session.flush()
        notifications.mark_failed(session, letter, "no line", now=now)
        notifications.mark_failed(session, letter, "no line", now=now)
        assert letter.next_try_at == now + timedelta(minutes=2) and not notifications.unsent(session, now)
        notifications.mark_sent(session, letter, now=now)
        assert not notifications.unsent(session, now + timedelta(days=1))


def test_a_time_that_is_none_is_said() -> None:
    from event_logs.working_time import WorkingCalendar
    from workflows.working_hours import due

    with pytest.raises(StepFailed):
        due("soon", working=False, now=datetime(2026, 1, 1, tzinfo=UTC), calendar=WorkingCalendar.china(), place="t")


def test_statements_of_a_completion_are_few(sqlite_office: Office) -> None:
    from sqlalchemy import event

    from tests.workflows.test_tasks import PASS, opened

    case = opened(sqlite_office)
    count: list[str] = []
    event.listen(sqlite_office.engine, "before_cursor_execute", lambda *a: count.append(a[2]))
    with Session(sqlite_office.engine) as session, session.begin():
        task = session.scalars(select(Task).where(Task.case == case)).one()
        count.clear()
        tasks.complete(session, task, task.officer or "", PASS, now=sqlite_office.now)
    assert len(count) <= 9, count  # two tasks are routed here; one needs a statement less


def test_a_suspended_case_hears_what_happened_outside_when_it_goes_on(office: Office) -> None:
    deployed(office, WAITING)
    case = begun(office, "waiting")
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        assert messages.deliver(session, "paid", case, {"amount": 5}, now=office.now) == 1, "it is kept, and says so"
    with office.begin() as session:
        assert session.get_one(Case, case).state == "suspended" and "amount" not in session.get_one(Case, case).data
        (kept,) = messages.kept(session, case)
        assert (kept.name, kept.payload) == ("paid", {"amount": 5})
        cases.resume(session, case, by="h1", now=office.now)
    with office.begin() as session:
        assert (session.get_one(Case, case).state, session.get_one(Case, case).data["amount"]) == ("completed", 5)
        assert not messages.kept(session, case) and not cases.incidents(session, case=case)


def test_a_message_that_comes_twice_to_a_suspended_case_is_told_to_a_person(office: Office) -> None:
    deployed(office, WAITING)
    case = begun(office, "waiting")
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        assert [messages.deliver(session, "paid", case, {"amount": n}, now=office.now) for n in (5, 6)] == [1, 1]
        cases.resume(session, case, by="h1", now=office.now)
        assert session.get_one(Case, case).data["amount"] == 5
        (incident,) = cases.incidents(session, case=case)
        assert "'paid'" in incident.message and "'amount': 6" in incident.message
        cases.acknowledge(session, incident, by="h1", now=office.now)  # the case is over; a person has read it
        assert cases.incidents(session) == []


def test_a_withdrawn_case_keeps_no_messages(office: Office) -> None:
    deployed(office, WAITING)
    case = begun(office, "waiting")
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        messages.deliver(session, "paid", case, {}, now=office.now)
        cases.withdraw(session, case, by=None, reason="gone", now=office.now)
        assert not messages.kept(session, case)


HALTED = model(
    start(),
    catch("halt", Trigger.SIGNAL, signal="closing_day"),
    user("ask", posts=("clerk",), due=after('duration("P2D")')),
    boundary("late", "ask", Trigger.TIMER, timer=after('duration("P1D")')),
    end(),
    end("gone"),
    paths=["start > halt > ask > end", "late > gone"],
    key="halted",
)


def test_a_signal_reaches_a_suspended_case_when_it_goes_on_and_its_times_count_from_then(office: Office) -> None:
    deployed(office, HALTED)
    case = begun(office, "halted")
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
        assert messages.broadcast(session, "closing_day", {}, now=office.now) == 1
        assert not session.scalars(select(TimerRow).where(TimerRow.case == case)).all(), "nothing goes on meanwhile"
    later = office.now + timedelta(days=10)
    with office.begin() as session:
        cases.resume(session, case, by="h1", now=later)
        (timer,) = session.scalars(select(TimerRow).where(TimerRow.case == case))
        (task,) = session.scalars(select(Task).where(Task.case == case))
        assert timer.due_at == later + timedelta(days=1), "set after the rest, so it does not move"
        assert (task.state, task.due_at) == ("assigned", later + timedelta(days=2))


def test_a_message_without_a_correlation_reaches_nobody_who_waits_for_one(office: Office) -> None:
    deployed(office, WAITING)
    case = begun(office, "waiting")
    with office.begin() as session:
        assert messages.deliver(session, "paid", None, {}, now=office.now) == 0
    assert state(office, case) == "running"


def test_one_broken_case_does_not_stop_the_clock(office: Office) -> None:
    deployed(office, WAITING)
    broken, sound = begun(office, "waiting"), begun(office, "waiting")
    with office.begin() as session:
        session.get_one(Case, broken).execution = "no state at all"
    with office.begin() as session:
        due = deadlines.next_due(session)
        assert due is not None and deadlines.fire_due(session, due) == 2
    assert (state(office, broken), state(office, sound)) == ("running", "completed")
    with office.begin() as session:
        (incident,) = cases.incidents(session, case=broken)
        assert "cannot be read" in incident.message and deadlines.next_due(session) == due + timedelta(hours=1)
