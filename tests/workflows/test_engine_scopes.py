"""What comes out of a scope: of calls, subprocesses and instances, when they end, are interrupted, or fail at their border."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bpmn.model import ActivityKind, Assignment, EventNode, MultiInstance, ProcessModel, Trigger
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
    service,
    start,
    subprocess,
    throw,
    user,
    xor,
)
from tests.workflows.playing import Play
from workflows.engine import CannotRun, facts, prepare
from workflows.errors import ProcedureFault

LATE = after('duration("PT1H")')
EACH = MultiInstance(collection="items", element="item")


def payment(*ways: str, more: tuple[Any, ...] = ()) -> dict[str, ProcessModel]:
    """A procedure that is called: somebody pays."""
    nodes = (start("s2"), user("pay"), *more) if ways else (start("s2"), user("pay"), end("e2"))
    return {"payment": model(*nodes, paths=ways or ("s2 > pay > e2",), key="payment")}


def call(**more: Any) -> Any:
    return activity("call", ActivityKind.CALL, called="payment", **more)


def mapped(**more: Any) -> Any:
    """It sees `sum` and gives back `slip`, and nothing else either way."""
    return call(inputs=(Assignment("sum", "amount"),), outputs=(Assignment("slip", "reference"),), **more)


def with_border(host: Any, event: EventNode) -> ProcessModel:
    """The host leads to `z`, the event on its border to `y`."""
    return model(
        start(), host, event, user("z"), user("y"), end(), end("e3"),
        paths=[f"start > {host.id} > z > end", f"{event.id} > y > e3"],
    )  # fmt: skip


# calls


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_on_the_border_of_a_call_goes_on_with_the_data_of_the_caller(interrupting: bool) -> None:
    drawn = with_border(mapped(), boundary("late", "call", Trigger.TIMER, timer=LATE, interrupting=interrupting))
    play = Play(drawn, {"amount": Decimal(3), "secret": "x"}, payment()).fire("late")
    assert play.variables("y") == {"amount": 3, "secret": "x"}


def test_an_event_on_the_border_of_a_call_that_maps_nothing_keeps_what_was_written_in_it() -> None:
    called = payment("s2 > pay > more > e2", more=(user("more"), end("e2")))
    drawn = with_border(call(), boundary("late", "call", Trigger.TIMER, timer=LATE))
    assert Play(drawn, {"a": 1}, called).complete("call/pay", n=2).fire("late").variables("y") == {"a": 1, "n": 2}


def test_a_call_has_variables_of_its_own_as_long_as_it_runs_and_when_it_fails() -> None:
    called = payment("s2 > pay > e2", more=(end("e2", Trigger.ERROR, code="E"),))
    drawn = with_border(mapped(), boundary("bad", "call", Trigger.ERROR, code="E"))
    play = Play(drawn, {"amount": Decimal(3), "secret": "x"}, called)
    assert play.variables("call/pay") == {"sum": 3}
    play.complete("call/pay", amount=Decimal(99), internal=1)
    assert play.variables("y") == {"amount": 3, "secret": "x"} == play.data


def test_the_variables_of_a_call_are_not_those_of_the_case() -> None:
    called = payment("s2 > pay > more > e2", more=(user("more"), end("e2")))
    play = Play(
        with_border(mapped(), boundary("late", "call", Trigger.TIMER, timer=LATE)), {"amount": Decimal(3)}, called
    )
    play.complete("call/pay", amount=Decimal(99), reference="R")
    assert play.data == {"amount": 3} and play.variables("call/more")["amount"] == 99
    assert play.complete("call/more").data == {"amount": 3, "slip": "R"} == play.variables("z")


def test_a_condition_in_a_call_is_asked_of_the_variables_of_the_call() -> None:
    rich = catch("rich", Trigger.CONDITIONAL, condition="amount > 10")
    called = payment("s2 > s > rich > e2", "s > pay > e3", more=(both("s"), rich, end("e2"), end("e3")))
    given = call(inputs=(Assignment("amount", "amount * 2"),))
    play = Play(model(start(), given, user("z"), paths=["start > call > z"]), {"amount": Decimal(6)}, called)
    assert play.waiting == ["call/pay"], "twelve is more than ten, whatever the caller has"


def test_an_output_of_a_call_that_fails_is_tried_again_and_not_the_call() -> None:
    drawn = model(
        start(), call(outputs=(Assignment("slip", "if reference = null then (function(a) a) else reference"),)), user("z"),
        paths=["start > call > z"],
    )  # fmt: skip
    play = Play(drawn, {}, payment()).complete("call/pay")
    assert [s.node for s in play.said(facts.Stuck)] == ["call"] and play.waiting == []
    assert play.correct(reference="R").waiting == ["z"]
    assert play.variables("z") == {"reference": "R", "slip": "R"} and play.path.count("call/pay") == 1


def test_an_input_of_a_call_that_fails_is_tried_again_before_the_call_begins() -> None:
    given = call(inputs=(Assignment("sum", "if amount = null then (function(a) a) else amount"),))
    play = Play(model(start(), given, user("z"), paths=["start > call > z"]), {}, payment())
    assert [s.node for s in play.said(facts.Stuck)] == ["call"] and play.waiting == []
    assert play.correct(amount=Decimal(3)).waiting == ["call/pay"]
    assert play.complete("call/pay").waiting == ["z"]


def test_an_escalation_out_of_a_call_is_caught_on_its_border() -> None:
    up = throw("up", Trigger.ESCALATION, code="X")
    called = payment("s2 > pay > up > more > e2", more=(up, user("more"), end("e2")))
    for interrupting, waiting in ((True, ["y"]), (False, ["call/more", "y"])):
        told = boundary("told", "call", Trigger.ESCALATION, code="X", interrupting=interrupting)
        play = Play(with_border(call(), told), {}, called).complete("call/pay", n=1)
        assert play.waiting == waiting and play.variables("y") == {"n": 1}


# instances


@pytest.mark.parametrize("repeated", [{"multi_instance": EACH}, {"loop_condition": "count(items) > found"}])
def test_the_outputs_of_a_repeated_activity_are_given_by_each_instance_alone(repeated: dict[str, Any]) -> None:
    each = service("ask", "registry", outputs=(Assignment("found", "result.n"),), **repeated)
    play = Play(
        model(start(), each, user("z"), paths=["start > ask > z"]), {"items": ["p", "q"]},
        registry=lambda given: {"n": given["loopCounter"]},
    )  # fmt: skip
    assert play.variables("z")["found"] == 2, "and not once more by the whole, where there is no result"


def test_an_interrupted_multi_instance_keeps_the_results_it_has_and_no_instance_s_own_variables() -> None:
    drawn = with_border(user("vote", multi_instance=EACH), boundary("late", "vote", Trigger.TIMER, timer=LATE))
    play = Play(drawn, {"items": ["p", "q", "r"]}).complete("vote", opinion="yes").fire("late")
    first = {"loopCounter": 1, "item": "p", "opinion": "yes"}
    assert play.variables("y") == {"items": ["p", "q", "r"], "opinion": "yes", "vote_results": [first]}
    loop = with_border(user("vote", loop_condition="again"), boundary("late", "vote", Trigger.TIMER, timer=LATE))
    assert Play(loop).complete("vote", again=True).fire("late").variables("y") == {"again": True}


def test_the_own_variables_of_instances_are_none_of_the_case() -> None:
    drawn = model(
        start(), subprocess("p", multi_instance=EACH), *inside("p", start("ps"), user("a"), end("pe")), user("z"),
        paths=["start > p > z", "ps > a > pe"],
    )  # fmt: skip
    play = Play(drawn, {"items": ["p", "q"]}).complete("a")
    assert set(play.data) == {"items"} and set(play.complete("a").data) == {"items", "p_results"}


def test_what_an_instance_makes_of_its_own_element_stands_in_the_results() -> None:
    play = Play(model(start(), user("v", multi_instance=EACH), user("z"), paths=["start > v > z"]), {"items": ["p"]})
    assert play.complete("v", item="better").variables("z")["v_results"] == [{"loopCounter": 1, "item": "better"}]


def test_the_results_are_those_of_the_last_round_even_where_it_had_nothing_to_do() -> None:
    drawn = model(
        start(), xor("m"), user("v", multi_instance=EACH), user("z"), xor("q", default="q__end"), end(),
        paths=["start > m > v > z > q > end", "q > m : again"],
    )  # fmt: skip
    play = Play(drawn, {"items": ["p"]}).complete("v").complete("z", again=True, items=[])
    assert play.variables("z")["v_results"] == []


def test_an_instance_that_cannot_be_judged_is_counted_once_when_that_is_repaired() -> None:
    each = MultiInstance(cardinality="3", complete_when="nrOfCompletedInstances >= need")
    drawn = model(
        start(), user("v", multi_instance=each), boundary("undo", "v", Trigger.COMPENSATE, handler="h"),
        replace(user("h"), for_compensation=True), throw("back", Trigger.COMPENSATE), user("z"),
        paths=["start > v > back > z"],
    )  # fmt: skip
    play = Play(drawn).complete("v")
    assert [s.node for s in play.said(facts.Stuck)] == ["v"]
    assert play.correct(need=Decimal(2)).waiting == ["v", "v"]
    play.complete("v")
    assert play.waiting == ["h"], "two of three are enough"
    assert play.complete("h").complete("h").waiting == ["z"], "each is made undone once"
    assert len(play.data["v_results"]) == 2


# branches that come to their ends


def two_ends(*, around: bool) -> ProcessModel:
    branches = (both("s"), user("a"), user("b"), end("ea"), end("eb"))
    if not around:
        return model(start(), *branches, paths=["start > s > a > ea", "s > b > eb"])
    within = inside("p", start("ps"), *branches)
    return model(start(), subprocess("p"), *within, user("z"), paths=["start > p > z", "ps > s > a > ea", "s > b > eb"])


@pytest.mark.parametrize("around", [True, False])
def test_branches_that_end_apart_and_contradict_each_other_are_a_conflict(around: bool) -> None:
    play = Play(two_ends(around=around), {"risk": "?"}).complete("a", risk="high").complete("b", risk="low")
    assert [(c.path, c.values) for c in play.said(facts.Conflict)] == [("risk", ("high", "low"))]
    assert play.data["risk"] == "low"


@pytest.mark.parametrize("how", ["time", "terminate", "error", "event subprocess"])
def test_branches_that_contradict_each_other_when_they_are_ended_are_a_conflict(how: str) -> None:
    over = {"terminate": Trigger.TERMINATE, "error": Trigger.ERROR}.get(how, Trigger.NONE)
    nodes = [
        both("s"),
        user("a"),
        user("a2"),
        user("b"),
        user("c"),
        end("pe", over, code="E" if how == "error" else None),
    ]
    beside = (
        subprocess("es", triggered_by_event=True),
        *inside("es", start("go", Trigger.MESSAGE, message="m"), user("x")),
    )
    drawn = model(
        start(), subprocess("p"), *inside("p", start("ps"), *nodes, beside[0]), *beside[1:], user("z"), user("y"), user("w"),
        boundary("late", "p", Trigger.TIMER, timer=LATE), boundary("bad", "p", Trigger.ERROR, code="E"),
        paths=["start > p > z", "late > y", "bad > w", "ps > s > a > a2 > pe", "s > b > c", "go > x"],
    )  # fmt: skip
    play = Play(drawn, {"risk": "?"}).complete("a", risk="high").complete("b", risk="low")
    assert not play.said(facts.Conflict)
    if how == "time":
        play.fire("late")
    elif how == "event subprocess":
        play.fire("go")
    else:
        play.complete("a2")
    assert play.waiting in (["y"], ["w"], ["z"], ["late", "x"])
    assert {c.path for c in play.said(facts.Conflict)} == {"risk"}


@pytest.mark.parametrize("kind", ["subprocess", "call"])
def test_what_has_an_event_subprocess_is_watched_on_its_border_too(kind: str) -> None:
    watched = [
        *(start("s2"), user("a"), end("e2"), subprocess("es", triggered_by_event=True)),
        *inside("es", start("go", Trigger.MESSAGE, message="m", interrupting=False), user("x"), end("ee")),
    ]
    ways = ["s2 > a > e2", "go > x > ee"]
    late = boundary("late", "p", Trigger.TIMER, timer=LATE)
    if kind == "call":
        called = {"inner": model(*watched, paths=ways, key="inner")}
        drawn = with_border(activity("p", ActivityKind.CALL, called="inner"), late)
    else:
        within = [node if node.scope else replace(node, scope="p") for node in watched]
        paths = ["start > p > z", "late > y", *ways]
        called, drawn = {}, model(start(), subprocess("p"), *within, late, user("z"), user("y"), paths=paths)
    play = Play(drawn, {}, called)
    at = "p/" if kind == "call" else ""
    assert play.waiting == sorted([f"{at}a", f"{at}go", "late"])
    assert play.fire(f"{at}go").waiting == sorted([f"{at}a", f"{at}go", f"{at}x", "late"])
    assert play.fire("late").waiting == ["y"]


def test_a_correction_reaches_what_came_to_its_end_already() -> None:
    play = Play(two_ends(around=True), {"risk": "?"}).complete("a")
    play.execution.correct({"risk": "none"})
    assert play.complete("b").variables("z") == {"risk": "none"} and not play.said(facts.Conflict)


def test_what_others_wrote_before_everything_is_ended_is_not_lost() -> None:
    drawn = model(
        start(), subprocess("p"), *inside("p", start("ps"), both("s"), user("a"), user("b"), user("c"), end("x", Trigger.TERMINATE)),
        user("z"), paths=["start > p > z", "ps > s > a > x", "s > b > c"],
    )  # fmt: skip
    play = Play(drawn).complete("b", paid=True).complete("a", checked=True)
    assert play.variables("z") == {"paid": True, "checked": True} and play.withdrawn == ["c"]


def test_a_scope_that_closes_does_not_hide_what_a_parallel_branch_wrote_meanwhile() -> None:
    drawn = model(
        start(), both("s"), subprocess("p"), *inside("p", start("ps"), user("a"), end("pe")), user("b"), user("c"), user("d"),
        paths=["start > s > p > d", "ps > a > pe", "s > b > c"],
    )  # fmt: skip
    assert Play(drawn, {"x": 1}).complete("b", x=2).complete("a").data["x"] == 2


# borders of handlers, and races


def test_an_event_on_the_border_of_a_handler_is_part_of_what_is_made_undone() -> None:
    drawn = model(
        start(), user("a"), boundary("undo", "a", Trigger.COMPENSATE, handler="h"), user("h", for_compensation=True),
        boundary("late", "h", Trigger.TIMER, timer=LATE, interrupting=False), user("note"),
        throw("back", Trigger.COMPENSATE), user("z"), paths=["start > a > back > z", "late > note"],
    )  # fmt: skip
    play = Play(drawn).complete("a").fire("late")
    assert play.waiting == ["h", "note"]
    assert play.complete("note").complete("h").waiting == ["z"]
    play = Play(drawn).complete("a").fire("late").complete("h")
    assert play.waiting == ["note"] and play.complete("note").waiting == ["z"]


def test_a_handler_whose_error_is_caught_on_its_border_is_done_with_it() -> None:
    def refuse(given: object) -> dict[str, Any]:
        raise ProcedureFault("E", "no")

    drawn = model(
        start(), user("a"), boundary("undo", "a", Trigger.COMPENSATE, handler="h"), service("h", "f", for_compensation=True),
        boundary("bad", "h", Trigger.ERROR, code="E"), user("look"), throw("back", Trigger.COMPENSATE), user("z"),
        paths=["start > a > back > z", "bad > look"],
    )  # fmt: skip
    play = Play(drawn, f=refuse).complete("a")
    assert play.waiting == ["look"] and play.complete("look").waiting == ["z"]


@pytest.mark.parametrize("repeated", [{"multi_instance": EACH}, {"loop_condition": "again"}])
def test_what_is_done_several_times_has_no_place_in_a_race_of_events(repeated: dict[str, Any]) -> None:
    receive = activity("r", ActivityKind.RECEIVE, message="m", **repeated)
    pause = catch("pause", Trigger.TIMER, timer=LATE)
    drawn = model(start(), first_of("g"), receive, pause, end(), paths=["start > g > r > end", "g > pause > end"])
    with pytest.raises(CannotRun) as refused:
        prepare(drawn)
    assert [(r.element, r.rule) for r in refused.value.refusals] == [("r", "race_target")]
