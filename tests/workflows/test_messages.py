"""Messages early, late, twice and for two; signals across cases; and what several decide together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bpmn.model import MultiInstance, ProcessModel, Trigger
from tests.builders import catch, choice, form, user
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, deployed, line, opened
from tests.workflows.test_tasks import do, open_tasks
from workflows import messages, tasks
from workflows.tables import Case, ReceivedMessage, Task

DAY = timedelta(days=1)


def waiting() -> ProcessModel:
    wait = catch("wait", Trigger.MESSAGE, message="papers", correlation="key")
    return line(user("first", **CLERK), wait, user("last", **CLERK))


def send(office: Office, key: str | None, **more: Any) -> int:
    with office.begin() as session:
        return messages.deliver(session, "papers", key, {"pages": 3}, now=office.now, **more)


def stands_at(office: Office, case: str) -> list[str]:
    with office.begin() as session:
        return sorted(open_tasks(session, case))


def test_a_message_that_comes_too_early_is_kept_and_taken_once(office: Office) -> None:
    deployed(office, waiting())
    case, other = opened(office, key="a"), opened(office, key="a")
    assert send(office, "a", keep=DAY) == 0 and send(office, "b", keep=DAY) == 0
    do(office, case, "first")
    assert stands_at(office, case) == ["last"]
    do(office, other, "first")
    assert stands_at(office, other) == [], "the one message was taken by the first case that waited"
    with office.begin() as session:
        assert session.get_one(Case, case).data["pages"] == 3
        rows = {m.correlation: (m.taken, m.keep_until is None) for m in session.scalars(select(ReceivedMessage))}
        assert rows == {"a": (1, True), "b": (0, False)}


def test_a_kept_message_is_given_up_after_its_time(office: Office) -> None:
    deployed(office, waiting())
    case = opened(office, key="a")
    send(office, "a", keep=timedelta(minutes=30))  # every look at the clock takes an hour
    do(office, case, "first")
    assert stands_at(office, case) == []
    assert send(office, "a") == 1 and stands_at(office, case) == ["last"]


def test_a_message_that_comes_too_late_or_without_being_kept_reaches_nobody(office: Office) -> None:
    deployed(office, waiting())
    case = opened(office, key="a")
    assert send(office, "a") == 0
    do(office, case, "first")
    assert stands_at(office, case) == [] and send(office, "a") == 1
    assert send(office, "a") == 0, "it waits no longer"


def test_the_same_message_is_taken_once(office: Office) -> None:
    deployed(office, waiting())
    case, other = opened(office, key="a"), opened(office, key="a")
    do(office, case, "first")
    assert send(office, "a", message_id="m1") == 1
    do(office, other, "first")
    assert send(office, "a", message_id="m1") == 0 and stands_at(office, other) == []
    assert send(office, "a", message_id="m2") == 1 and stands_at(office, other) == ["last"]


def test_two_that_wait_with_the_same_correlation_both_take_it(office: Office) -> None:
    deployed(office, waiting())
    numbers = [opened(office, key="a"), opened(office, key="a"), opened(office, key="b")]
    for number in numbers:
        do(office, number, "first")
    assert send(office, "a") == 2
    assert [stands_at(office, number) for number in numbers] == [["last"], ["last"], []]


def test_a_signal_reaches_every_waiting_case_exactly_once(office: Office) -> None:
    """Each case waits for the same signal twice in a row: one broadcast brings it one step on."""
    steps = [catch("one", Trigger.SIGNAL, signal="law"), catch("two", Trigger.SIGNAL, signal="law")]
    deployed(office, line(*steps, user("last", **CLERK)))
    numbers = [opened(office) for _ in range(5)]
    with office.begin() as session:
        assert messages.broadcast(session, "law", {}, now=office.now) == 5
    assert all(stands_at(office, number) == [] for number in numbers)
    with office.begin() as session:
        assert messages.broadcast(session, "law", {}, now=office.now) == 5
    assert all(stands_at(office, number) == ["last"] for number in numbers)


# 会签 and 或签: what `complete_when` says

PASSED = 'count(sign_results[sign_outcome = "pass"])'
REFUSED = 'some r in sign_results satisfies r.sign_outcome = "refuse"'
RULES = {
    "all": (None, ["pass", "refuse", "pass"], 3),
    "any": ("nrOfCompletedInstances >= 1", ["refuse"], 1),
    "one who agrees": (f"{PASSED} >= 1", ["refuse", "pass"], 2),
    "two thirds": (f"{PASSED} / nrOfInstances >= 0.66", ["pass", "refuse", "pass"], 3),
    "two thirds early": (f"{PASSED} / nrOfInstances >= 0.66", ["pass", "pass"], 2),
    "the first refusal decides": (REFUSED, ["pass", "refuse"], 2),
}


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_several_decide_by_the_rule(sqlite_office: Office, rule: str, sequential: bool) -> None:
    complete_when, votes, needed = RULES[rule]
    many = MultiInstance(sequential=sequential, cardinality="3", complete_when=complete_when)
    asked = form("sign", choice("sign_outcome", "pass", "refuse"))
    deployed(
        sqlite_office, line(user("sign", form="sign", multi_instance=many, **CLERK), user("last", **CLERK)), sign=asked
    )
    case = opened(sqlite_office)
    for vote in votes:
        assert stands_at(sqlite_office, case) == ["sign"]
        with sqlite_office.begin() as session:
            first = select(Task).where(Task.case == case, Task.state == "assigned").order_by(Task.id)
            task = session.scalars(first).first()
            assert task is not None
            tasks.complete(session, task, task.officer or "", {"sign_outcome": vote}, now=sqlite_office.now)
    assert stands_at(sqlite_office, case) == ["last"] and len(votes) == needed
    with sqlite_office.begin() as session:
        told = session.get_one(Case, case).data["sign_results"]
        assert [result["sign_outcome"] for result in told] == votes
