"""Branches that go on beside each other: of each only its own changes count, whenever and wherever it comes to its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import ProcessModel, Timer, TimerKind, Trigger
from tests.builders import after, both, boundary, end, inside, model, some, start, subprocess, throw, user
from tests.workflows.playing import Play
from workflows.engine import facts

LATE = after('duration("PT1H")')


def ends_apart() -> ProcessModel:
    """What was done before the branches parted is done by neither of them."""
    within = inside("p", start("ps"), user("early"), both("s"), user("a"), user("beside"), end("pe"), end("pf"))
    paths = ["start > p > z > end", "ps > early > s > a > pe", "s > beside > pf"]
    return model(start(), subprocess("p"), *within, user("z"), end(), paths=paths)


def reminded(*, on: str, joined: bool) -> ProcessModel:
    """A reminder that does not interrupt, on the task or on the subprocess around it; it ends apart or meets the rest."""
    watch = boundary("event", on, Trigger.TIMER, timer=LATE, interrupting=False, scope="p" if on == "a" else None)
    nodes = [some("j"), user("beside")] if joined else [user("beside"), end("bf")]
    if on == "a":
        within = inside("p", start("ps"), user("early"), user("a"), end("pe"), *nodes)
        last = [f"ps > early > a > {'j > pe' if joined else 'pe'}", f"event > beside > {'j' if joined else 'bf'}"]
        outside: list[Any] = [user("z")]
        main = "start > p > z > end"
    else:
        within, outside = inside("p", start("ps"), user("early"), user("a"), end("pe")), [user("z"), *nodes]
        last = ["ps > early > a > pe", f"event > beside > {'j' if joined else 'bf'}"]
        main = f"start > p > {'j > ' if joined else ''}z > end"
    return model(start(), subprocess("p"), *within, watch, *outside, end(), paths=[main, *last])


def told_of() -> ProcessModel:
    """An event subprocess that begins beside the work."""
    beside = (subprocess("es", triggered_by_event=True, scope="p"),)
    within = inside("p", start("ps"), user("early"), user("a"), end("pe"))
    event = inside("es", start("event", Trigger.TIMER, timer=LATE, interrupting=False), user("beside"), end("ee"))
    paths = ["start > p > z > end", "ps > early > a > pe", "event > beside > ee"]
    return model(start(), subprocess("p"), *within, *beside, *event, user("z"), end(), paths=paths)


def escalated() -> ProcessModel:
    within = inside("p", start("ps"), user("early"), throw("up", Trigger.ESCALATION, code="X"), user("a"), end("pe"))
    event = boundary("event", "p", Trigger.ESCALATION, code="X", interrupting=False)
    paths = ["start > p > j > z > end", "ps > early > up > a > pe", "event > beside > j"]
    return model(start(), subprocess("p"), *within, event, user("beside"), some("j"), user("z"), end(), paths=paths)


DRAWN = {
    "two ends": ends_apart(),
    "a reminder on a task": reminded(on="a", joined=False),
    "a reminder on a task that meets it": reminded(on="a", joined=True),
    "a reminder on a subprocess": reminded(on="p", joined=False),
    "a reminder on a subprocess that meets it": reminded(on="p", joined=True),
    "an event subprocess": told_of(),
    "an escalation": escalated(),
}


@pytest.mark.parametrize("first", ["a", "beside"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_branch_that_comes_to_its_end_late_brings_back_nothing_that_was_changed_meanwhile(
    name: str, first: str
) -> None:
    play = Play(DRAWN[name], {"risk": "?", "lines": []}).complete("early", risk="low", lines=["early"])
    if "event" in play.waiting:
        play.fire("event")
    for place in (first, "beside" if first == "a" else "a"):
        if place == "a":
            play.complete("a", risk="high", lines=["early", "a"])
        else:
            play.complete("beside", noted=True)
    found = play.variables("z")
    if play.waiting.count("z") == 2 or "noted" not in found:
        found = dict(play.data)  # it did not meet the work: the whole comes together at the end
    while play.waiting:
        play.complete("z")
    assert play.ended and not play.said(facts.Conflict)
    assert (found["risk"], found["lines"], play.data["risk"], play.data["noted"]) == (
        "high",
        ["early", "a"],
        "high",
        True,
    )


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_branches_within_branches_that_all_end_apart_lose_nothing(order: tuple[str, ...]) -> None:
    drawn = model(
        start(), subprocess("p"), user("z"), end(),
        *inside("p", start("ps"), user("one"), both("s"), user("a"), user("two"), both("t"), user("b"), user("c"),
                end("ea"), end("eb"), end("ec")),
        paths=["start > p > z > end", "ps > one > s > a > ea", "s > two > t > b > eb", "t > c > ec"],
    )  # fmt: skip
    play = Play(drawn, {"v": 0, "w": 0}).complete("one", v=1, w=1).complete("two", w=2)
    for place in order:
        play.complete(place, **{place: True, **({"v": 2} if place == "a" else {"w": 3} if place == "c" else {})})
    assert play.variables("z") == {"v": 2, "w": 3, "a": True, "b": True, "c": True}
    assert not play.said(facts.Conflict)


def test_what_is_kept_of_reminders_does_not_grow_with_the_case() -> None:
    """Of each that came to its end only what it changed is kept, and nothing of one that changed nothing."""
    every = Timer(TimerKind.CYCLE, "R/P1D")
    event = boundary("event", "a", Trigger.TIMER, timer=every, interrupting=False)
    drawn = model(
        start(), user("a"), event, user("beside"), end("bf"), end(), paths=["start > a > end", "event > beside > bf"]
    )
    play = Play(drawn, {f"name_{number}": "x" * 100 for number in range(20)})
    sizes = []
    for number in range(40):
        play.fire("event").complete("beside", **({f"day_{number}": number} if number < 20 else {}))
        sizes.append(len(play.execution.dump()))
    assert sizes[19] - sizes[0] < 20 * 120 and sizes[39] - sizes[19] < 20
    play.complete("a", last=True)
    assert play.ended and {play.data[f"day_{number}"] for number in range(20)} == set(range(20)) and play.data["last"]


def _blocks(depth: int, names: Iterator[str]) -> st.SearchStrategy[Any]:
    task = st.builds(lambda: next(names))
    if not depth:
        return task
    inner = st.deferred(lambda: _blocks(depth - 1, names))
    return st.one_of(task, st.tuples(st.just("seq"), inner, inner), st.tuples(st.just("and"), inner, inner))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_each_task_s_last_word_stands_in_any_block_structure(data: st.DataObject) -> None:
    """Each task counts itself and those before it in its own branch: nothing is undone, and nothing contradicts."""
    names = (f"t{number}" for number in range(1_000))
    shape = data.draw(_blocks(3, names))
    nodes: list[Any] = [start("ps")]
    paths: list[str] = []
    line: dict[str, list[str]] = {}

    def drawn(block: Any, before: str, written: list[str]) -> tuple[list[str], list[str]]:
        """Where the block leaves off, and what was written before there."""
        if isinstance(block, str):
            nodes.append(user(block))
            paths.append(f"{before} > {block}")
            line[block] = [*written, block]
            return [block], line[block]
        kind, one, other = block
        if kind == "seq":
            lasts, after_one = drawn(one, before, written)
            return drawn(other, lasts[0], after_one)
        split = f"s{len(nodes)}"
        nodes.append(both(split))
        paths.append(f"{before} > {split}")
        (first, *_), seen = drawn(one, split, written)
        others, _ = drawn(other, split, [])
        for last in others:  # the second branch ends apart
            nodes.append(end(f"e{last}"))
            paths.append(f"{last} > e{last}")
        return [first], seen

    lasts, _ = drawn(shape, "ps", [])
    nodes.append(end("pe"))
    paths.append(f"{lasts[0]} > pe")
    play = Play(
        model(start(), subprocess("p"), *inside("p", *nodes), user("z"), end(), paths=["start > p > z > end", *paths])
    )
    times: dict[str, int] = {}
    while play.waiting != ["z"]:
        task = data.draw(st.sampled_from(play.waiting))
        for name in line[task]:
            times[name] = times.get(name, 0) + 1
        play.complete(task, **{name: times[name] for name in line[task]})
    assert {name: play.variables("z")[name] for name in line} == times
    assert not play.said(facts.Conflict)
