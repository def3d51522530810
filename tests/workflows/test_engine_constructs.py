"""Compensation, complex gateways, events with several triggers, ad-hoc work, quantities, and what instances throw."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bpmn.model import (
    Activity,
    Behavior,
    EventDefinition,
    EventNode,
    Gateway,
    GatewayKind,
    InstanceThrow,
    MultiInstance,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)
from tests.builders import (
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
    user,
    xor,
)
from tests.builders import throw as thrown
from tests.workflows.playing import Play
from workflows.engine import HandedOut, facts
from workflows.errors import UnknownToken

LATE = after('duration("PT1H")')


def undo(on: str, by: str) -> EventNode:
    return boundary(f"undo_{on}", on, Trigger.COMPENSATE, handler=by)


def handler(id: str, **lines: str) -> Activity:
    return replace(script(id, **lines), for_compensation=True)


# compensation


def booking(*more: Any, paths: list[str]) -> ProcessModel:
    """Two bookings, each with the way back; `u` gives up."""
    return model(
        start(), user("hotel"), user("flight"), user("u"), undo("hotel", "cancel_hotel"), undo("flight", "cancel_flight"),
        user("cancel_hotel", for_compensation=True), user("cancel_flight", for_compensation=True), user("z"), *more,
        paths=["start > hotel > flight > u", *paths],
    )  # fmt: skip


def test_what_was_done_is_made_undone_last_first_and_waited_for() -> None:
    play = Play(booking(thrown("back", Trigger.COMPENSATE), paths=["u > back > z"]))
    play.complete("hotel").complete("flight").complete("u")
    assert play.waiting == ["cancel_flight"]
    assert play.complete("cancel_flight").waiting == ["cancel_hotel"]
    assert play.complete("cancel_hotel").waiting == ["z"]
    assert play.path[-4:] == ["u", "cancel_flight", "cancel_hotel", "back"]


def test_only_what_was_completed_is_made_undone_and_only_once() -> None:
    drawn = model(
        start(), both("s"), user("a"), user("b"), undo("a", "ua"), undo("b", "ub"),
        user("ua", for_compensation=True), user("ub", for_compensation=True), user("u"),
        thrown("back", Trigger.COMPENSATE), thrown("again", Trigger.COMPENSATE), user("z"),
        paths=["start > s > a", "s > b", "s > u > back > again > z"],
    )  # fmt: skip
    play = Play(drawn).complete("a").complete("u")
    assert play.waiting == ["b", "ua"]
    assert play.complete("ua").waiting == ["b", "z"]


def test_one_activity_is_made_undone_by_name() -> None:
    play = Play(booking(thrown("back", Trigger.COMPENSATE, compensates="hotel"), paths=["u > back > z"]))
    play.complete("hotel").complete("flight").complete("u")
    assert play.waiting == ["cancel_hotel"]
    assert play.complete("cancel_hotel").waiting == ["z"]


def test_compensation_that_is_not_waited_for_goes_on_beside() -> None:
    play = Play(booking(end("back", Trigger.COMPENSATE, waits=False), paths=["u > back"]))
    play.complete("hotel").complete("flight").complete("u")
    assert play.waiting == ["cancel_flight"] and not play.ended
    assert play.complete("cancel_flight").complete("cancel_hotel").ended


def test_a_handler_sees_the_data_as_they_were_and_changes_only_what_it_sets() -> None:
    drawn = model(
        start(), user("pay"), undo("pay", "refund"), handler("refund", refunded="amount", left="0"), user("u"),
        thrown("back", Trigger.COMPENSATE), user("z"), paths=["start > pay > u > back > z"],
    )  # fmt: skip
    play = Play(drawn).complete("pay", amount=Decimal(5)).complete("u", amount=Decimal(9), note="kept")
    assert play.execution.variables(play.token("z")) == {"amount": 9, "note": "kept", "refunded": 5, "left": 0}
    assert play.data == {"amount": 9, "note": "kept", "refunded": 5, "left": 0}


def test_a_finished_subprocess_is_undone_by_what_was_done_in_it() -> None:
    drawn = model(
        start(), subprocess("p"), thrown("back", Trigger.COMPENSATE, compensates="p"), user("z"),
        *inside("p", user("a"), user("b"), undo("a", "ua"), undo("b", "ub"),
                user("ua", for_compensation=True), user("ub", for_compensation=True)),
        paths=["start > p > back > z", "a > b"],
    )  # fmt: skip
    play = Play(drawn).complete("a").complete("b")
    assert play.waiting == ["ub"]
    assert play.complete("ub").complete("ua").waiting == ["z"]


def test_a_compensation_event_subprocess_stands_for_its_subprocess() -> None:
    drawn = model(
        start(), subprocess("p"), thrown("back", Trigger.COMPENSATE), user("z"),
        *inside("p", user("a"), undo("a", "ua"), user("ua", for_compensation=True), subprocess("es", triggered_by_event=True)),
        *inside("es", start("es_start", Trigger.COMPENSATE), user("look"), thrown("inner", Trigger.COMPENSATE), end("es_end")),
        paths=["start > p > back > z", "es_start > look > inner > es_end"],
    )  # fmt: skip
    play = Play(drawn).complete("a")
    assert play.waiting == ["look"]
    assert play.complete("look").waiting == ["ua"]
    assert play.complete("ua").waiting == ["z"]


def test_a_cancelled_transaction_is_undone_before_its_border_goes_on() -> None:
    drawn = model(
        start(), subprocess("p", transaction=True), boundary("off", "p", Trigger.CANCEL), user("z"), end(),
        *inside("p", start("ps"), both("s"), user("a"), undo("a", "ua"), user("ua", for_compensation=True), user("b"),
                xor("d", default="d__pe"), end("pe"), end("px", Trigger.CANCEL)),
        paths=["start > p > end", "off > z", "ps > s > a > d > pe", "s > b", "d > px : stop = true"],
    )  # fmt: skip
    play = Play(drawn).complete("a", stop=True)
    assert play.waiting == ["ua"] and play.withdrawn == ["b"]
    assert play.complete("ua").waiting == ["z"]


def test_each_instance_is_made_undone() -> None:
    each = MultiInstance(collection="items", element="item")
    drawn = model(
        start(), user("a", multi_instance=each), undo("a", "ua"), user("ua", for_compensation=True),
        thrown("back", Trigger.COMPENSATE), user("z"), paths=["start > a > back > z"],
    )  # fmt: skip
    play = Play(drawn, {"items": ["p", "q"]}).complete("a").complete("a")
    seen = []
    while play.waiting == ["ua"]:
        seen.append(play.execution.variables(play.token("ua"))["item"])
        play.complete("ua")
    assert seen == ["q", "p"] and play.waiting == ["z"]


def test_an_interrupted_subprocess_leaves_nothing_to_be_undone() -> None:
    drawn = model(
        start(), subprocess("p"), boundary("late", "p", Trigger.TIMER, timer=LATE), thrown("back", Trigger.COMPENSATE),
        user("z"), end(), *inside("p", user("a"), user("b"), undo("a", "ua"), user("ua", for_compensation=True)),
        paths=["start > p > end", "late > back > z", "a > b"],
    )  # fmt: skip
    assert Play(drawn).complete("a").fire("late").waiting == ["z"]


# complex gateways


def at_least_two(*ways: str) -> ProcessModel:
    return model(
        start(), both("s"), *(user(n) for n in "abc"), Gateway(id="g", kind=GatewayKind.COMPLEX, activation="activationCount >= 2"),
        user("z"), user("late"), end(), paths=["start > s", *(f"s > {n} > g" for n in "abc"), *ways, "z > end"],
    )  # fmt: skip


def test_a_complex_gateway_goes_on_with_two_of_three_and_swallows_the_last() -> None:
    play = Play(at_least_two("g > z")).complete("a", x=1)
    assert play.waiting == ["b", "c"]
    assert play.complete("c", y=2).waiting == ["b", "z"]
    assert play.execution.variables(play.token("z")) == {"x": 1, "y": 2}
    assert play.complete("b").waiting == ["z"]
    assert play.complete("z").ended


def test_on_its_reset_it_asks_the_flows_that_speak_of_the_phase() -> None:
    play = Play(at_least_two("g > z : waitingForStart", "g > late : not(waitingForStart)"))
    play.complete("a").complete("b")
    assert play.waiting == ["c", "z"]
    assert play.complete("c").waiting == ["late", "z"]


def test_it_resets_when_nothing_more_can_come() -> None:
    drawn = model(
        start(), both("s"), user("a"), user("b"), xor("d", default="d__e2"), end("e2"), user("z"), user("late"),
        Gateway(id="g", kind=GatewayKind.COMPLEX, activation="a__g + d__g >= 1"),
        paths=["start > s > a > g", "s > b > d > e2", "d > g : x = 1", "g > z : waitingForStart", "g > late : not(waitingForStart)"],
    )  # fmt: skip
    play = Play(drawn).complete("a")
    assert play.waiting == ["b", "z"]
    assert play.complete("b", x=2).waiting == ["late", "z"]


def test_an_activation_that_cannot_be_decided_waits_for_a_person() -> None:
    drawn = model(
        start(), both("s"), user("a"), user("b"), Gateway(id="g", kind=GatewayKind.COMPLEX, activation="activationCount >= n"),
        user("z"), paths=["start > s > a > g > z", "s > b > g"],
    )  # fmt: skip
    play = Play(drawn).complete("a")
    assert [s.node for s in play.said(facts.Stuck)] == ["g"]
    play.execution.correct({"n": Decimal(1)})
    assert play.retry().waiting == ["b", "z"]


# events with several triggers


TWO = (EventDefinition(Trigger.MESSAGE, message="paid"), EventDefinition(Trigger.TIMER, timer=LATE))


def test_one_of_several_triggers_is_enough_and_the_event_speaks_once() -> None:
    drawn = model(start(), catch("e", Trigger.MULTIPLE, definitions=TWO), user("z"), paths=["start > e > z"])
    play = Play(drawn)
    assert play.waiting == ["e", "e"] and [f.node for f in play.said(facts.Expected)] == ["e"]
    message = play.said(facts.Awaited)[0].token
    play.execution.fire(message, {"sum": 7})
    play._settle()
    assert play.waiting == ["z"] and play.data == {"sum": 7}
    assert [(f.node, f.part) for f in play.said(facts.Completed)] == [("e", True), ("e", False)]
    assert [f.part for f in play.said(facts.Withdrawn)] == [True]


def test_all_triggers_of_a_parallel_event_are_needed_in_any_order() -> None:
    for order in ((0, 1), (1, 0)):
        drawn = model(
            start(), catch("e", Trigger.MULTIPLE, definitions=TWO, all_of=True), user("z"), paths=["start > e > z"]
        )
        play = Play(drawn)
        tokens = sorted(play.execution.waiting())
        for number, at in enumerate(order):
            assert "z" not in play.waiting
            play.execution.fire(tokens[at], {f"v{number}": number})
            play._settle()
        assert play.waiting == ["z"] and play.data == {"v0": 0, "v1": 1}


def test_several_triggers_on_a_border_and_behind_a_gateway() -> None:
    failing = (*TWO, EventDefinition(Trigger.ERROR, code="E1"))
    drawn = model(
        start(), subprocess("p"), boundary("b", "p", Trigger.MULTIPLE, definitions=failing), user("y"), end(),
        *inside("p", user("a"), xor("d", default="d__e"), end("e"), end("x", Trigger.ERROR, code="E1")),
        paths=["start > p > end", "b > y", "a > d > e", "d > x : bad = true"],
    )  # fmt: skip
    assert Play(drawn).complete("a", bad=True).waiting == ["y"]
    play = Play(drawn)
    play.execution.fire(play.said(facts.TimerSet)[0].token, {})
    play._settle()
    assert play.waiting == ["y"] and "a" in play.withdrawn
    race = model(
        start(), first_of("g"), catch("e", Trigger.MULTIPLE, definitions=TWO), catch("s", Trigger.SIGNAL, signal="stop"),
        user("y"), user("z"), paths=["start > g > e > y", "g > s > z"],
    )  # fmt: skip
    play = Play(race)
    assert play.signal("stop") == 1 and play.waiting == ["z"]


def test_an_event_subprocess_begins_with_any_of_its_triggers_again_and_again() -> None:
    two = (EventDefinition(Trigger.SIGNAL, signal="go"), EventDefinition(Trigger.MESSAGE, message="paid"))
    drawn = model(
        start(), user("a"), end(), subprocess("es", triggered_by_event=True),
        *inside("es", start("es_start", Trigger.MULTIPLE, definitions=two, interrupting=False), user("read"), end("ee")),
        paths=["start > a > end", "es_start > read > ee"],
    )  # fmt: skip
    play = Play(drawn)
    play.signal("go")
    play.signal("go")
    assert [w for w in play.waiting if w != "es_start"] == ["a", "read", "read"]


def test_several_things_are_thrown_in_their_order() -> None:
    what = (EventDefinition(Trigger.SIGNAL, signal="one"), EventDefinition(Trigger.MESSAGE, message="two"))
    play = Play(model(start(), thrown("t", Trigger.MULTIPLE, definitions=what), end(), paths=["start > t > end"]))
    assert [f.name for f in play.facts if isinstance(f, facts.Signalled | facts.Sent)] == ["one", "two"] and play.ended


# ad-hoc work


def free(**more: Any) -> ProcessModel:
    return model(
        start(), subprocess("p", ad_hoc=True, **more), user("z"), *inside("p", user("a"), user("b"), user("b2")),
        paths=["start > p > z", "b > b2"],
    )  # fmt: skip


def test_ad_hoc_work_is_done_at_once_or_one_after_the_other() -> None:
    play = Play(free())
    assert play.waiting == ["a", "b"]
    assert play.complete("b").complete("a").waiting == ["b2"]
    assert play.complete("b2").waiting == ["z"]
    play = Play(free(in_turn=True))
    assert play.waiting == ["a"] and list(play.execution.choices().values()) == [[]]
    assert play.complete("a").waiting == ["b"]


def test_it_is_over_when_its_condition_holds_and_what_runs_is_ended_or_waited_for() -> None:
    play = Play(free(complete_when="enough = true")).complete("a", enough=True)
    assert play.waiting == ["z"] and play.withdrawn == ["b"]
    play = Play(free(complete_when="enough = true", cancel_remaining=False)).complete("a", enough=True)
    assert play.waiting == ["b"] and not play.withdrawn
    assert play.complete("b").complete("b2").waiting == ["z"]


def test_a_person_has_more_of_it_done() -> None:
    play = Play(free())
    ((scope, places),) = play.execution.choices().items()
    assert places == ["a", "b"]
    play.execution.choose(scope, "a")
    play._settle()
    assert play.waiting == ["a", "a", "b"]
    with pytest.raises(UnknownToken):
        play.execution.choose(scope, "z")


# quantities, repeating times, instances that throw


def test_as_many_tokens_leave_as_it_says_and_as_many_are_waited_for() -> None:
    drawn = model(
        start(),
        user("a", completion_quantity=2),
        user("b"),
        user("c", start_quantity=2),
        end(),
        paths=["start > a > b > c > end"],
    )
    play = Play(drawn).complete("a")
    assert play.waiting == ["b", "b"]
    assert play.complete("b", x=1).waiting == ["b"]
    play.complete("b", y=1)
    assert play.waiting == ["c"] and play.execution.variables(play.token("c")) == {"x": 1, "y": 1}
    assert play.complete("c").ended


def test_a_repeating_time_in_the_flow_sends_one_on_each_time() -> None:
    every = Timer(TimerKind.CYCLE, "R2/PT1H")
    play = Play(model(start(), catch("e", Trigger.TIMER, timer=every), user("z"), paths=["start > e > z"]))
    assert play.fire("e").waiting == ["e", "z"]
    assert play.fire("e").waiting == ["z", "z"]


def throwing(behavior: Behavior, condition: str | None = None) -> ProcessModel:
    event = EventDefinition(Trigger.SIGNAL, signal="done")
    each = MultiInstance(cardinality="3", behavior=behavior, throws=(InstanceThrow((event,), condition),))
    return model(
        start(), user("a", multi_instance=each), boundary("b", "a", Trigger.SIGNAL, signal="done"), user("note"), user("z"),
        paths=["start > a > z", "b > note"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("behavior", "condition", "notes"),
    [(Behavior.NONE, None, 2), (Behavior.ONE, None, 1), (Behavior.COMPLEX, "nrOfCompletedInstances >= 2", 1)],
)
def test_instances_throw_and_the_activity_goes_on(behavior: Behavior, condition: str | None, notes: int) -> None:
    play = Play(throwing(behavior, condition)).complete("a").complete("a")
    assert play.waiting.count("note") == notes
    assert play.waiting.count("z" if behavior is Behavior.COMPLEX else "a") == 1


def test_two_works_that_were_handed_out_are_under_way_together() -> None:
    drawn = model(start(), both("s"), service("a", "far"), service("b", "far"), both("j"), user("z"),
                  paths=["start > s > a > j > z", "s > b > j"])  # fmt: skip
    play = Play(drawn, far=lambda given: HandedOut())
    assert play.waiting == ["a", "b"]
    assert play.complete("b").complete("a").waiting == ["z"]
