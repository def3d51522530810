"""What is tried again after a repair: the part that failed, and nothing of what was done."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.model import ActivityKind, Assignment, EventDefinition, MultiInstance, Trigger
from tests.builders import activity, end, form, model, service, start, throw, user
from tests.workflows.conftest import Office
from tests.workflows.playing import Play
from tests.workflows.test_migration import CLERK, KEY, deployed, opened
from tests.workflows.test_tasks import open_tasks
from workflows import cases, notifications, tasks
from workflows.engine import HandedOut, facts
from workflows.errors import InvalidAnswers
from workflows.tables import OutgoingMessage

NEEDS_RATE = (Assignment("net", "if rate = null then (function(a) a) else result.gross * rate"),)


def played(step: Any, **services: Any) -> Play:
    """The step, whose output cannot be said before somebody knows the rate."""
    return Play(model(start(), step, user("z"), paths=[f"start > {step.id} > z"]), **services)


def repaired(play: Play) -> dict[str, Any]:
    assert [stuck.node for stuck in play.said(facts.Stuck)] == ["x"] and play.waiting == []
    assert play.correct(rate=2).waiting == ["z"]
    return play.variables("z")


def test_a_person_does_no_work_again_because_an_output_failed() -> None:
    play = played(user("x", outputs=NEEDS_RATE)).complete("x", gross=7)
    assert repaired(play) == {"gross": 7, "rate": 2, "net": 14}
    assert [fact.node for fact in play.said(facts.Enabled)] == ["x", "z"]


def test_a_message_is_not_waited_for_again() -> None:
    play = played(activity("x", ActivityKind.RECEIVE, message="m", outputs=NEEDS_RATE)).fire("x", gross=7)
    assert repaired(play)["net"] == 14 and len(play.said(facts.Awaited)) == 1


def test_a_service_is_not_performed_again() -> None:
    play = played(service("x", "pay", outputs=NEEDS_RATE), pay=lambda given: {"gross": 7})
    assert repaired(play)["net"] == 14 and play.around.called == ["x"]
    assert [fact.values for fact in play.said(facts.Performed)] == [{"net": 14}]


def test_work_that_was_handed_out_is_not_handed_out_again() -> None:
    play = played(service("x", "pay", outputs=NEEDS_RATE), pay=lambda given: HandedOut()).complete("x", gross=7)
    assert repaired(play)["net"] == 14 and len(play.said(facts.Handed)) == 1


def test_a_message_is_not_sent_again() -> None:
    lines = (Assignment("net", "if rate = null then (function(a) a) else rate"),)
    play = played(activity("x", ActivityKind.SEND, message="m", outputs=lines))
    assert repaired(play)["net"] == 2 and len(play.said(facts.Sent)) == 1


def test_of_several_things_that_are_thrown_none_is_where_one_cannot_be() -> None:
    what = (
        EventDefinition(Trigger.SIGNAL, signal="one"),
        EventDefinition(Trigger.MESSAGE, message="two", correlation="key"),
    )
    play = Play(model(start(), throw("t", Trigger.MULTIPLE, definitions=what), user("z"), paths=["start > t > z"]))
    assert not play.said(facts.Signalled) and not play.said(facts.Sent)
    assert play.correct(key="k").waiting == ["z"]
    assert (len(play.said(facts.Signalled)), len(play.said(facts.Sent))) == (1, 1)


def test_a_payment_is_ordered_once(sqlite_office: Office) -> None:
    office = sqlite_office
    lines = (Assignment("slip", "if bank = null then (function(a) a) else result.order"),)
    pay = service("pay", "treasury.order_pay_out", outputs=lines)
    deployed(office, model(start(), pay, end(), paths=["start > pay > end"], key=KEY))
    number = opened(office, amount=5, account="1", payee="x")
    with office.begin() as session:
        (incident,) = cases.incidents(session, case=number)
        cases.correct(session, incident, {"bank": "b"}, by="h1", reason="asked", now=office.now)
        cases.retry(session, incident, by="h1", now=office.now)
        assert cases.find(session, number).state == "completed" and "slip" in cases.find(session, number).data
        assert session.query(OutgoingMessage).filter_by(case=number).count() == 1
        assert len(list(notifications.unsent(session, office.now))) == 1


def test_a_form_is_checked_with_what_belongs_to_the_task_alone(sqlite_office: Office) -> None:
    """The element of an instance decides there whether a field is asked."""
    office = sqlite_office
    why = {"type": "textfield", "key": "why", "label": "why", "validate": {"required": True}}
    asked = form("check", {**why, "conditional": {"hide": '=item = "plain"'}})
    each = MultiInstance(sequential=True, collection="items", element="item")
    drawn = model(
        start(),
        user("check", form="check", multi_instance=each, **CLERK),
        end(),
        paths=["start > check > end"],
        key=KEY,
    )
    deployed(office, drawn, check=asked)
    number = opened(office, items=["plain", "odd"])
    with office.begin() as session:
        task = open_tasks(session, number)["check"]
        tasks.complete(session, task, task.officer or "", {}, now=office.now)
    with office.begin() as session:
        task = open_tasks(session, number)["check"]
        with pytest.raises(InvalidAnswers):
            tasks.complete(session, task, task.officer or "", {}, now=office.now)
