"""What waits for others of which none can come any more does not end in silence: a person sees it and moves it on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bpmn.model import Gateway, GatewayKind, ProcessModel, Trigger
from tests.builders import after, both, boundary, end, inside, model, start, subprocess, user, xor
from tests.workflows.conftest import Office
from tests.workflows.playing import Play
from tests.workflows.test_migration import CLERK, KEY, deployed, opened
from tests.workflows.test_tasks import do, open_tasks
from workflows import cases, moving
from workflows.engine import facts

WAITS = "It waits for another branch, and none can come any more."


def chosen(gateway: Any) -> ProcessModel:
    """One of two is done, and the join wants both."""
    return model(
        start(), xor("x", default="x__b"), user("a"), user("b"), gateway, user("z"),
        paths=["start > x", "x > a : go", "x > b", "a > j > z", "b > j"],
    )  # fmt: skip


NEVER = Gateway(id="j", kind=GatewayKind.COMPLEX, activation="activationCount >= 2")


@pytest.mark.parametrize("gateway", [both("j"), NEVER], ids=["parallel", "complex"])
def test_a_join_that_waits_in_vain_says_so_once_and_can_be_passed_by(gateway: Gateway) -> None:
    play = Play(chosen(gateway), {"go": False}).complete("b")
    (said,) = play.said(facts.Deadlocked)
    assert (said.node, said.reason, play.waiting, play.ended) == ("j", WAITS, [], False)
    play.execution.retry(said.token)
    play._settle()
    assert play.waiting == [] and len(play.said(facts.Deadlocked)) == 2, "trying again brings no other branch"


def test_an_activity_that_needs_more_tokens_than_can_come_says_so() -> None:
    drawn = model(start(), user("a"), user("b", start_quantity=2), end(), paths=["start > a > b > end"])
    play = Play(drawn).complete("a")
    assert [said.node for said in play.said(facts.Deadlocked)] == ["b"]
    play.execution.retry(play.said(facts.Deadlocked)[0].token)
    assert play.waiting == [], "it does not begin with fewer"


def test_who_still_works_or_an_event_that_is_waited_for_may_bring_the_other_branch() -> None:
    drawn = model(
        start(), both("s"), user("a"), user("b"), both("j"), user("z"), user("c"), end("e2"),
        paths=["start > s > a > j > z", "s > b > j", "s > c > e2"],
    )  # fmt: skip
    play = Play(drawn).complete("a").complete("c")
    assert not play.said(facts.Deadlocked) and play.complete("b").waiting == ["z"]
    assert not play.said(facts.Deadlocked)


def test_a_border_may_still_end_what_waits_in_vain() -> None:
    drawn = model(
        start(), subprocess("p"), boundary("late", "p", Trigger.TIMER, timer=after('duration("PT1H")')), user("y"), user("z"),
        *inside("p", start("ps"), xor("x", default="x__b"), user("a"), user("b"), both("j"), end("pe")),
        paths=["start > p > z", "late > y", "ps > x", "x > a : go", "x > b", "a > j > pe", "b > j"],
    )  # fmt: skip
    play = Play(drawn, {"go": False}).complete("b")
    assert [said.node for said in play.said(facts.Deadlocked)] == ["j"]
    assert play.fire("late").waiting == ["y"]


def test_a_person_sees_the_case_and_moves_it_on(sqlite_office: Office) -> None:
    office = sqlite_office
    drawn = model(
        start(), user("a", **CLERK), user("b", start_quantity=2, **CLERK), user("z", **CLERK), end(),
        paths=["start > a > b > z > end"], key=KEY,
    )  # fmt: skip
    deployed(office, drawn)
    number = opened(office, amount=Decimal(1))
    do(office, number, "a")
    with office.begin() as session:
        (incident,) = cases.incidents(session, case=number)
        assert (incident.node, incident.message) == ("b", WAITS)
        moving.move(session, number, "z", by="h1", reason="one is enough", now=office.now)
    with office.begin() as session:
        assert list(open_tasks(session, number)) == ["z"] and cases.incidents(session, case=number) == []
