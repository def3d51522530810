"""Tokens through gateways, loops and subprocesses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import ActivityKind, Assignment, MultiInstance, Trigger
from tests.builders import (
    activity,
    after,
    both,
    boundary,
    end,
    inside,
    model,
    script,
    service,
    some,
    start,
    subprocess,
    user,
    xor,
)
from tests.workflows.playing import Play
from workflows.engine import CannotRun, HandedOut, facts, prepare
from workflows.errors import ProcedureFault, RunawayProcedure, ServiceFailed, UnknownToken


def test_a_sequence_goes_from_start_to_end() -> None:
    play = Play(model(start(), user("check"), end(), paths=["start > check > end"]))
    assert play.waiting == ["check"]
    play.complete("check", amount=Decimal("0.10"))
    assert play.ended and play.path == ["start", "check", "end"]
    assert play.data == {"amount": Decimal("0.10")}


def test_a_task_is_completed_once() -> None:
    play = Play(model(start(), user("a"), user("b"), end(), paths=["start > a > b > end"]))
    token = play.token("a")
    play.complete("a")
    with pytest.raises(UnknownToken):
        play.execution.complete(token, {})


def test_an_exclusive_gateway_takes_the_first_flow_that_holds_and_else_the_default() -> None:
    drawn = model(
        start(),
        xor("g", default="g__low"),
        user("high"),
        user("low"),
        end(),
        paths=["start > g", "g > high : amount > 5", "g > low", "high > end", "low > end"],
    )
    assert Play(drawn, {"amount": Decimal(6)}).waiting == ["high"]
    assert Play(drawn, {"amount": Decimal(5)}).waiting == ["low"]


def test_a_condition_without_an_answer_is_no_silent_no() -> None:
    drawn = model(
        start(), xor("g", default="g__b"), user("a"), user("b"), paths=["start > g", "g > a : missing > 5", "g > b"]
    )
    play = Play(drawn)
    (stuck,) = play.said(facts.Stuck)
    assert stuck.node == "g" and not stuck.transient and "missing" in stuck.reason and play.waiting == []
    play.execution.correct({"missing": Decimal(9)})
    assert play.retry().waiting == ["a"]


def test_no_flow_that_fits_is_said_and_can_be_repaired() -> None:
    drawn = model(start(), user("t"), xor("g"), end(), paths=["start > t > g", "g > end : ok = true"])
    play = Play(drawn)
    play.complete("t", ok=False)
    assert [s.node for s in play.said(facts.Stuck)] == ["g"]
    play.execution.correct({"ok": True})
    assert play.retry().ended


def test_branches_meet_only_when_all_are_done() -> None:
    drawn = model(
        start(),
        both("s"),
        user("a"),
        user("b"),
        both("j"),
        user("c"),
        end(),
        paths=["start > s > a > j > c > end", "s > b > j"],
    )
    play = Play(drawn)
    assert play.waiting == ["a", "b"]
    assert play.complete("b").waiting == ["a"]
    assert play.complete("a").waiting == ["c"]
    assert play.complete("c").ended


def test_an_activity_with_several_flows_splits_and_several_into_one_do_not_wait() -> None:
    drawn = model(start(), user("a"), user("b"), user("c"), paths=["start > a", "a > b", "a > c", "b > c"])
    play = Play(drawn).complete("a")
    assert play.waiting == ["b", "c"]
    play.complete("b")
    assert play.waiting == ["c", "c"]


def test_a_condition_on_a_flow_out_of_an_activity_counts() -> None:
    drawn = model(start(), user("a"), user("b"), user("c"), paths=["start > a", "a > b : x = 1", "a > c : x > 0"])
    assert Play(drawn).complete("a", x=Decimal(1)).waiting == ["b", "c"]
    assert Play(drawn).complete("a", x=Decimal(2)).waiting == ["c"]


@pytest.mark.parametrize(("x", "branches"), [(1, ["a"]), (2, ["a", "b"]), (3, ["a", "b", "c"]), (0, ["d"])])
def test_an_inclusive_join_waits_for_the_branches_that_were_taken(x: int, branches: list[str]) -> None:
    drawn = model(
        start(),
        some("s", default="s__d"),
        *(user(n) for n in "abcd"),
        some("j"),
        user("last"),
        end(),
        paths=[
            "start > s",
            "s > a : x > 0",
            "s > b : x > 1",
            "s > c : x > 2",
            "s > d",
            *(f"{n} > j" for n in "abcd"),
            "j > last > end",
        ],
    )
    play = Play(drawn, {"x": Decimal(x)})
    assert play.waiting == branches
    for branch in branches:
        assert "last" not in play.waiting
        play.complete(branch)
    assert play.waiting == ["last"]


def test_an_inclusive_join_waits_for_a_token_that_may_still_come_round() -> None:
    drawn = model(
        start(),
        both("s"),
        user("a"),
        user("b"),
        xor("again", default="again__j"),
        some("j"),
        user("last"),
        paths=["start > s > a > j > last", "s > b > again > j", "again > b : more = true"],
    )
    play = Play(drawn).complete("a").complete("b", more=True)
    assert play.waiting == ["b"]
    assert play.complete("b", more=False).waiting == ["last"]


def test_a_loop_of_three_thousand_rounds_stays_small_and_quick() -> None:
    drawn = model(
        start(),
        xor("m"),
        script("count", n="n + 1"),
        xor("x", default="x__end"),
        end(),
        paths=["start > m > count > x", "x > m : n < 3000", "x > end"],
    )
    play = Play(drawn, {"n": Decimal(0)})
    assert play.ended and play.data["n"] == 3000


def test_a_loop_with_a_person_keeps_its_state_small() -> None:
    drawn = model(
        start(),
        xor("m"),
        user("u"),
        xor("x", default="x__end"),
        end(),
        paths=["start > m > u > x > end", "x > m : more"],
    )
    play = Play(drawn)
    sizes = []
    for _ in range(100):
        play.complete("u", more=True)
        sizes.append(len(play.execution.dump()))
    assert sizes[-1] <= sizes[0] + 10
    assert play.complete("u", more=False).ended


def test_a_loop_without_anything_to_wait_for_is_stopped() -> None:
    drawn = model(start(), xor("a"), xor("b"), paths=["start > a > b", "b > a"])
    with pytest.raises(RunawayProcedure):
        Play(drawn)


def test_a_subprocess_is_done_when_all_inside_is_done() -> None:
    drawn = model(
        start(),
        subprocess("sub"),
        *inside("sub", start("in"), both("s"), user("a"), user("b"), end("out")),
        user("after"),
        paths=["start > sub > after", "in > s > a > out", "s > b > out"],
    )
    play = Play(drawn, {"k": "v"})
    assert play.waiting == ["a", "b"]
    play.complete("a", x="1")
    assert play.waiting == ["b"]
    assert play.complete("b", y="2").waiting == ["after"]
    assert play.execution.variables(play.token("after")) == {"k": "v", "x": "1", "y": "2"}


def test_terminate_ends_its_own_scope_alone() -> None:
    drawn = model(
        start(),
        subprocess("sub"),
        *inside("sub", start("in"), both("s"), user("a"), user("b"), end("stop", Trigger.TERMINATE), end("out")),
        user("after"),
        paths=["start > sub > after", "in > s > a > stop", "s > b > out"],
    )
    play = Play(drawn).complete("a")
    assert play.waiting == ["after"] and play.withdrawn == ["b"]


def test_many_instances_at_once_until_enough_agree() -> None:
    many = MultiInstance(collection="members", element="member", complete_when="nrOfCompletedInstances >= 2")
    drawn = model(start(), user("vote", multi_instance=many), user("after"), paths=["start > vote > after"])
    play = Play(drawn, {"members": ["a", "b", "c"]})
    assert play.waiting == ["vote"] * 3
    assert [e.local["member"] for e in play.said(facts.Enabled)] == ["a", "b", "c"]
    play.complete("vote", opinion="yes").complete("vote", opinion="no")
    assert play.waiting == ["after"] and play.withdrawn == ["vote"]
    results = play.execution.variables(play.token("after"))["vote_results"]
    assert [(r["member"], r["opinion"]) for r in results] == [("a", "yes"), ("b", "no")]
    assert "member" not in play.execution.variables(play.token("after"))


def test_many_instances_one_after_the_other() -> None:
    many = MultiInstance(sequential=True, cardinality="times")
    drawn = model(start(), user("visit", multi_instance=many), end(), paths=["start > visit > end"])
    play = Play(drawn, {"times": Decimal(3)})
    for number in (1, 2, 3):
        assert play.waiting == ["visit"] and play.said(facts.Enabled)[-1].local == {"loopCounter": number}
        play.complete("visit")
    assert play.ended


def test_nothing_to_repeat_passes_and_nonsense_is_said() -> None:
    drawn = model(start(), user("v", multi_instance=MultiInstance(cardinality="n")), end(), paths=["start > v > end"])
    assert Play(drawn, {"n": Decimal(0)}).ended
    assert Play(drawn, {"n": Decimal(-1)}).said(facts.Stuck)
    assert Play(drawn, {"n": "three"}).said(facts.Stuck)


def test_a_loop_activity_repeats_while_its_condition_holds() -> None:
    drawn = model(start(), user("u", loop_condition="again"), end(), paths=["start > u > end"])
    play = Play(drawn).complete("u", again=True)
    assert play.waiting == ["u"]
    assert play.complete("u", again=False).ended


@pytest.mark.parametrize(
    ("node", "rule"),
    [
        (activity("x", ActivityKind.TASK), "untyped_task"),
        (activity("x", ActivityKind.SUBPROCESS, ad_hoc=True), "ad_hoc_empty"),
        (user("x", for_compensation=True), "handler_unused"),
        (activity("x", ActivityKind.CALL, called="nowhere"), "unknown_call"),
        (activity("x", ActivityKind.SERVICE), "service_missing"),
        (user("x", loop_condition=""), "endless_loop"),
        (end("x", Trigger.COMPENSATE, compensates="u"), "compensates"),
        (end("x", Trigger.MULTIPLE), "several"),
        (boundary("x", "u", Trigger.CANCEL), "cancel_event"),
        (script("x", value="1 +"), "expression"),
    ],
)
def test_what_is_not_run_is_refused_by_element_and_rule(node: object, rule: str) -> None:
    drawn = model(start(), user("u"), node, paths=["start > u > x"])  # type: ignore[arg-type]
    with pytest.raises(CannotRun) as refused:
        prepare(drawn)
    assert ("x", rule) in [(r.element, r.rule) for r in refused.value.refusals]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_block_structure_ends_whatever_the_order_of_work(data: st.DataObject) -> None:
    """Random nested sequences, choices, parallels, inclusive blocks and loops end after finitely many tasks, with clean state."""
    nodes, paths, counter = [start(), end()], [], [0]

    def fresh(kind: str) -> str:
        counter[0] += 1
        return f"{kind}{counter[0]}"

    def block(depth: int) -> tuple[str, str]:
        kind = data.draw(st.sampled_from(["task", "seq", "xor", "and", "or"])) if depth else "task"
        if kind == "task":
            id = fresh("t")
            nodes.append(user(id))
            return id, id
        if kind == "seq":
            (a, b), (c, d) = block(depth - 1), block(depth - 1)
            paths.append(f"{b} > {c}")
            return a, d
        split, join = fresh("s"), fresh("j")
        branches = [block(depth - 1) for _ in range(data.draw(st.integers(2, 3)))]
        make = {"xor": xor, "and": both, "or": some}[kind]
        nodes.extend([make(split, default=f"{split}__{branches[0][0]}") if kind != "and" else both(split), make(join)])
        for index, (first, last) in enumerate(branches):
            condition = "" if kind == "and" or index == 0 else f" : {str(data.draw(st.booleans())).lower()}"
            paths.extend([f"{split} > {first}{condition}", f"{last} > {join}"])
        return split, join

    first, last = block(3)
    paths.extend([f"start > {first}", f"{last} > end"])
    play = Play(model(*nodes, paths=paths))
    for _ in range(200):
        if play.ended:
            break
        play.complete(data.draw(st.sampled_from(play.waiting)))
    assert play.ended and play.path.count("end") == 1 and not play.execution.run.tasks


def handed(**more: Any) -> Play:
    """A drawing whose service is done elsewhere."""
    return Play(
        model(start(), service("ask", "registry", **more), user("read"), end(), paths=["start > ask > read > end"]),
        registry=lambda given: HandedOut(),
    )


def test_work_that_was_handed_out_is_waited_for_and_gives_its_answer() -> None:
    play = handed(outputs=(Assignment("known", "result.found"),))
    assert play.waiting == ["ask"] and [f.attempt for f in play.said(facts.Handed)] == [1]
    play.complete("ask", found=True)
    assert play.waiting == ["read"] and play.data == {"known": True}


def test_work_that_was_handed_out_may_fail_for_now_and_is_handed_out_again() -> None:
    play = handed().fail("ask", ServiceFailed("The line is dead."))
    assert play.waiting == [] and [(s.attempt, s.transient) for s in play.said(facts.Stuck)] == [(1, True)]
    assert play.retry().waiting == ["ask"] and [f.attempt for f in play.said(facts.Handed)] == [1, 2]


def test_work_that_was_handed_out_may_end_with_an_error_that_the_drawing_catches() -> None:
    drawn = model(
        start(),
        service("ask", "registry"),
        end(),
        boundary("unknown", "ask", Trigger.ERROR, code="E404"),
        user("look"),
        paths=["start > ask > end", "unknown > look"],
    )
    play = Play(drawn, registry=lambda given: HandedOut()).fail("ask", ProcedureFault("E404"))
    assert play.waiting == ["look"] and play.withdrawn == ["ask"]


def test_a_timer_ends_work_that_was_handed_out() -> None:
    drawn = model(
        start(),
        service("ask", "registry"),
        end(),
        boundary("late", "ask", Trigger.TIMER, timer=after('duration("PT2S")')),
        user("phone"),
        paths=["start > ask > end", "late > phone"],
    )
    play = Play(drawn, registry=lambda given: HandedOut()).fire("late")
    assert play.waiting == ["phone"] and play.withdrawn == ["ask"]
