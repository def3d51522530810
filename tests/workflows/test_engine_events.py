"""What a case waits for, what it throws, and what interrupts what."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from bpmn.model import ActivityKind, Timer, TimerKind, Trigger
from tests.builders import (
    activity,
    after,
    both,
    boundary,
    catch,
    end,
    first_of,
    inside,
    model,
    script,
    service,
    start,
    subprocess,
    throw,
    user,
)
from tests.workflows.playing import MONDAY, Play
from workflows.engine import facts
from workflows.errors import ProcedureFault, ServiceFailed

HOURS = 'duration("PT5H")'


def test_a_timer_waits_until_its_time() -> None:
    play = Play(model(start(), catch("pause", Trigger.TIMER, timer=after(HOURS)), end(), paths=["start > pause > end"]))
    (timer,) = play.said(facts.TimerSet)
    assert (timer.due_at - MONDAY).total_seconds() == 5 * 3600 and not timer.attached
    assert play.fire("pause").ended


def test_an_interrupting_timer_ends_the_task_and_keeps_what_was_written() -> None:
    drawn = model(
        start(),
        subprocess("sub"),
        *inside("sub", start("in"), user("a"), user("b"), end("out")),
        boundary("late", "sub", Trigger.TIMER, timer=after(HOURS)),
        user("hurry"),
        user("next"),
        paths=["start > sub > next", "in > a > b > out", "late > hurry"],
    )
    play = Play(drawn).complete("a", noted="yes").fire("late")
    assert play.waiting == ["hurry"] and play.withdrawn == ["b"]
    assert play.execution.variables(play.token("hurry")) == {"noted": "yes"}


def test_the_timer_goes_when_its_activity_is_done() -> None:
    drawn = model(
        start(),
        user("a"),
        boundary("late", "a", Trigger.TIMER, timer=after(HOURS)),
        user("x"),
        end(),
        paths=["start > a > end", "late > x"],
    )
    play = Play(drawn)
    assert play.waiting == ["a", "late"]
    play.complete("a")
    assert play.ended and play.withdrawn == ["late"]


def test_a_reminder_beside_the_task_repeats_as_often_as_drawn() -> None:
    drawn = model(
        start(),
        user("a"),
        boundary("remind", "a", Trigger.TIMER, timer=Timer(TimerKind.CYCLE, "R2/PT1H"), interrupting=False),
        script("note", reminders="if reminders = null then 1 else reminders + 1"),
        end(),
        paths=["start > a > end", "remind > note"],
    )
    play = Play(drawn, {"reminders": None})
    play.fire("remind").fire("remind")
    assert play.waiting == ["a"] and play.path.count("note") == 2
    assert play.complete("a").ended


def test_messages_carry_a_correlation_and_bring_variables() -> None:
    drawn = model(
        start(),
        catch("paid", Trigger.MESSAGE, message="paid", correlation='"INV-" + reference'),
        end(),
        paths=["start > paid > end"],
    )
    play = Play(drawn, {"reference": "7"})
    (awaited,) = play.said(facts.Awaited)
    assert (awaited.kind, awaited.name, awaited.correlation) == ("message", "paid", "INV-7")
    assert play.fire("paid", amount=Decimal("1.50")).data["amount"] == Decimal("1.50")


def test_a_correlation_without_a_value_is_said() -> None:
    drawn = model(
        start(), catch("m", Trigger.MESSAGE, message="m", correlation="reference"), end(), paths=["start > m > end"]
    )
    assert "correlation" in Play(drawn).said(facts.Stuck)[0].reason


def test_the_first_of_several_events_withdraws_the_others() -> None:
    drawn = model(
        start(),
        first_of("wait"),
        activity("reply", ActivityKind.RECEIVE, message="reply"),
        catch("late", Trigger.TIMER, timer=after(HOURS)),
        user("a"),
        user("b"),
        paths=["start > wait", "wait > reply > a", "wait > late > b"],
    )
    play = Play(drawn)
    assert play.waiting == ["late", "reply"]
    play.fire("reply")
    assert play.waiting == ["a"] and play.withdrawn == ["late"]
    assert Play(drawn).fire("late").waiting == ["b"]


def test_a_signal_thrown_inside_interrupts_before_anything_else_is_stepped() -> None:
    drawn = model(
        start(),
        subprocess("sub"),
        *inside("sub", start("in"), throw("shout", Trigger.SIGNAL, signal="stop"), script("never", x="1"), end("out")),
        boundary("heard", "sub", Trigger.SIGNAL, signal="stop"),
        user("after"),
        paths=["start > sub", "in > shout > never > out", "heard > after"],
    )
    play = Play(drawn)
    assert play.waiting == ["after"] and "never" not in play.path
    assert [s.name for s in play.said(facts.Signalled)] == ["stop"]


def test_a_signal_from_outside_reaches_every_place() -> None:
    drawn = model(
        start(),
        both("s"),
        catch("one", Trigger.SIGNAL, signal="go"),
        catch("two", Trigger.SIGNAL, signal="go"),
        end(),
        paths=["start > s > one > end", "s > two > end"],
    )
    play = Play(drawn)
    assert play.signal("other") == 0 and play.signal("go") == 2 and play.ended


def _with_error_handler(code: str | None) -> Any:
    return model(
        start(),
        subprocess("sub"),
        *inside("sub", start("in"), both("s"), user("a"), end("bad", Trigger.ERROR, code="E1")),
        boundary("caught", "sub", Trigger.ERROR, code=code),
        user("repair"),
        end(),
        paths=["start > sub > end", "in > s > a", "s > bad", "caught > repair"],
    )


@pytest.mark.parametrize("code", ["E1", None])
def test_an_error_is_caught_by_its_code_or_by_a_handler_for_all(code: str | None) -> None:
    assert Play(_with_error_handler(code)).waiting == ["repair"]


def test_an_error_that_nobody_catches_ends_the_execution() -> None:
    play = Play(_with_error_handler("E2"))
    assert play.ended and play.said(facts.Ended)[0].error == "E1"


def test_an_escalation_that_does_not_interrupt_goes_on_beside() -> None:
    drawn = model(
        start(),
        subprocess("sub"),
        *inside("sub", start("in"), throw("up", Trigger.ESCALATION, code="X"), user("a"), end("out")),
        boundary("told", "sub", Trigger.ESCALATION, code="X", interrupting=False),
        user("manager"),
        paths=["start > sub", "in > up > a > out", "told > manager"],
    )
    assert Play(drawn).waiting == ["a", "manager"]


def test_an_event_subprocess_takes_over_or_runs_beside() -> None:
    def drawn(interrupting: bool) -> Any:
        return model(
            start(),
            user("work"),
            end(),
            subprocess("esp", triggered_by_event=True),
            *inside(
                "esp",
                start("called", Trigger.MESSAGE, message="cancel", interrupting=interrupting),
                user("clean"),
                end("out"),
            ),
            paths=["start > work > end", "called > clean > out"],
        )

    play = Play(drawn(True))
    assert play.waiting == ["called", "work"]
    play.fire("called", why="moved")
    assert play.waiting == ["clean"] and play.withdrawn == ["work"] and play.data["why"] == "moved"
    assert play.complete("clean").ended
    beside = Play(drawn(False)).fire("called").fire("called")
    assert beside.waiting == ["called", "clean", "clean", "work"]
    beside.complete("clean").complete("clean").complete("work")
    assert beside.ended


def test_an_error_in_a_scope_is_handled_by_its_event_subprocess_once() -> None:
    drawn = model(
        start(),
        end("bad", Trigger.ERROR, code="E"),
        subprocess("esp", triggered_by_event=True),
        *inside("esp", start("on", Trigger.ERROR, code="E"), user("clean"), end("again", Trigger.ERROR, code="E")),
        paths=["start > bad", "on > clean > again"],
    )
    play = Play(drawn)
    assert play.waiting == ["clean"]
    assert play.complete("clean").ended and play.said(facts.Ended)[0].error == "E"


def test_a_condition_fires_when_it_becomes_true() -> None:
    drawn = model(
        start(),
        both("s"),
        user("a"),
        catch("rich", Trigger.CONDITIONAL, condition="amount > 10"),
        user("b"),
        paths=["start > s > a", "s > rich > b"],
    )
    assert Play(drawn).complete("a", amount=Decimal(5)).waiting == ["rich"]
    assert Play(drawn).complete("a", amount=Decimal(50)).waiting == ["b"]


@pytest.mark.parametrize("at", ["border", "event subprocess"])
def test_a_condition_that_is_caught_beside_the_work_comes_again_when_it_was_false_in_between(at: str) -> None:
    if at == "border":
        event = boundary("rich", "a", Trigger.CONDITIONAL, condition="amount > 10", interrupting=False)
        beside: tuple[Any, ...] = (event, user("b"), end("be"))
    else:
        event = start("rich", Trigger.CONDITIONAL, condition="amount > 10", interrupting=False)
        beside = (subprocess("es", triggered_by_event=True), *inside("es", event, user("b"), end("be")))
    drawn = model(start(), user("a"), *beside, end(), paths=["start > a > end", "rich > b > be"])
    play = Play(drawn, {"amount": Decimal(5)})
    for amount, times in ((50, 1), (60, 1), (5, 1), (50, 2)):
        play.execution.correct({"amount": Decimal(amount)})
        play._settle()
        assert play.waiting.count("b") == times
    play.complete("a").complete("b").complete("b")
    assert play.ended


def test_a_link_jumps_within_its_scope() -> None:
    drawn = model(
        start(),
        throw("away", Trigger.LINK, link="L"),
        catch("here", Trigger.LINK, link="L"),
        user("a"),
        paths=["start > away", "here > a"],
    )
    assert Play(drawn).waiting == ["a"]


def test_a_service_that_fails_keeps_its_place_and_is_tried_again() -> None:
    tries: list[int] = []

    def flaky(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        tries.append(1)
        if len(tries) < 3:
            raise ServiceFailed("the line is busy")
        return {"order": "A1"}

    play = Play(model(start(), service("pay", "pay"), user("next"), paths=["start > pay > next"]), pay=flaky)
    assert [(s.reason, s.transient, s.attempt) for s in play.said(facts.Stuck)] == [("the line is busy", True, 1)]
    play.retry()
    assert play.said(facts.Stuck)[-1].attempt == 2
    assert play.retry().waiting == ["next"] and play.data["order"] == "A1"


def test_a_service_can_report_a_business_error_that_the_drawing_catches() -> None:
    def refuse(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ProcedureFault("no_account", "The account is closed.")

    drawn = model(
        start(),
        service("pay", "pay"),
        boundary("failed", "pay", Trigger.ERROR, code="no_account"),
        user("correct"),
        end(),
        paths=["start > pay > end", "failed > correct"],
    )
    play = Play(drawn, pay=refuse)
    assert play.waiting == ["correct"] and play.data["error_message"] == "The account is closed."


def test_a_business_error_that_the_drawing_forgot_waits_for_a_person() -> None:
    def refuse(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ProcedureFault("no_account", "The account is closed.")

    play = Play(model(start(), service("pay", "pay"), end(), paths=["start > pay > end"]), pay=refuse)
    (stuck,) = play.said(facts.Stuck)
    assert not play.ended and not stuck.transient and "The account is closed." in stuck.reason


def test_sent_messages_leave_with_their_inputs() -> None:
    drawn = model(
        start(), throw("tell", Trigger.MESSAGE, message="news", correlation="id"), end(), paths=["start > tell > end"]
    )
    (sent,) = Play(drawn, {"id": "9"}).said(facts.Sent)
    assert (sent.name, sent.correlation, sent.payload) == ("news", "9", {"id": "9"})
