"""The token game: what it refuses, what it finds unsound, and laws of its moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.errors import NotCovered, NotEnabled
from bpmn.model import Activity, ActivityKind, EventDefinition, ProcessModel, Trigger
from bpmn.semantics import enabled, final, fire, initial, net, reachability, soundness
from tests.contracts.drawings import drawing, throw, user


def test_a_deadlock_is_shown_with_the_way_into_it() -> None:
    verdict = soundness(net(drawing("start > xor1; xor1 > a > and1; xor1 > b > and1; and1 > end")))
    assert verdict.sound is False
    assert "Deadlock" in verdict.reason and "a_and1" in verdict.reason
    assert verdict.path[:2] == ("start", "xor1")


def test_branches_that_are_never_joined_run_twice_what_follows() -> None:
    verdict = soundness(net(drawing("start > and1; and1 > a > xor1; and1 > b > xor1; xor1 > c > end")))
    assert verdict.sound is False
    assert "without being joined" in verdict.reason


def test_an_activity_without_a_way_to_it_is_dead() -> None:
    verdict = soundness(net(drawing("start > a > end; c > c2 > c")))
    assert verdict.sound is False and set(verdict.elements) == {"c", "c2"}


def test_a_loop_without_a_way_out_never_ends() -> None:
    verdict = soundness(net(drawing("start > xor1; xor1 > end; xor1 > a > b > a")))
    assert verdict.sound is False and "never ends" in verdict.reason


def test_too_large_is_not_decided_rather_than_guessed() -> None:
    lines = "; ".join(f"and1 > t{n} > or1" for n in range(5))
    verdict = soundness(net(drawing(f"start > and1; {lines}; or1 > end")), effort=50)
    assert verdict.sound is None and "states" in verdict.reason


def ad_hoc(**fields: bool) -> Activity:
    return Activity(id="sub", kind=ActivityKind.SUBPROCESS, ad_hoc=True, **fields)


@pytest.mark.parametrize(
    "model",
    [
        drawing("start > a > end", user("a", start_quantity=2)),
        drawing("start > sub > end; a > b", ad_hoc(in_turn=True), user("a", scope="sub"), user("b", scope="sub")),
        drawing("start > undo > end", throw("undo", Trigger.COMPENSATE, waits=False)),
        drawing(
            "start > tell > end", throw("tell", Trigger.MULTIPLE, definitions=(EventDefinition(Trigger.ESCALATION),))
        ),
        drawing("start > to", throw("to", Trigger.LINK, link="nowhere")),
    ],
    ids=["quantity", "in turn", "compensation", "several", "dangling link"],
)
def test_what_has_no_meaning_is_refused_by_name(model: ProcessModel) -> None:
    with pytest.raises(NotCovered) as refusal:
        net(model)
    assert refusal.value.element in str(refusal.value)
    assert model.has(refusal.value.element)


def test_only_an_enabled_step_can_be_taken() -> None:
    board = net(drawing("start > a > end"))
    last = board.transitions[-1]
    with pytest.raises(NotEnabled):
        fire(board, initial(board), last)


def test_a_block_of_plain_gateways_is_a_plain_net() -> None:
    assert net(drawing("start > or1; or1 > a ? x; or1 > b ? y; a > or2; b > or2; or2 > end")).plain
    assert not net(drawing("start > and1; and1 > xor1; xor1 > a > or1; xor1 > end1; and1 > b > or1; or1 > end2")).plain


@st.composite
def blocks(draw: st.DrawFn) -> ProcessModel:
    """Any nesting of sequences, choices, parallel and inclusive blocks and loops: sound by construction."""
    lines: list[str] = []
    names = iter(range(1000))

    def block(entry: str, depth: int) -> str:
        kind = draw(st.sampled_from(["task"] if depth == 0 else ["task", "sequence", "xor", "and", "or", "loop"]))
        if kind == "task":
            task = f"t{next(names)}x"
            lines.append(f"{entry} > {task}")
            return task
        if kind == "sequence":
            return block(block(entry, depth - 1), depth - 1)
        if kind == "loop":
            head, tail = f"xor{next(names)}", f"xor{next(names)}"
            lines.append(f"{entry} > {head}")
            lines.append(f"{block(head, depth - 1)} > {tail}")
            lines.append(f"{tail} > {head}")
            return tail
        split, join = f"{kind}{next(names)}", f"{kind}{next(names)}"
        lines.append(f"{entry} > {split}")
        lines.extend(f"{block(split, depth - 1)} > {join}" for _ in range(draw(st.integers(2, 3))))
        return join

    last = block("start", draw(st.integers(1, 3)))
    return drawing("; ".join([*lines, f"{last} > end"]))


@given(blocks())
def test_nested_blocks_are_sound_and_plain(model: ProcessModel) -> None:
    board = net(model)
    assert board.plain
    assert soundness(board).sound is True


@given(blocks(), st.randoms(use_true_random=False))
def test_a_random_play_moves_only_what_the_step_says(model: ProcessModel, dice: object) -> None:
    board = net(model)
    marking = initial(board)
    for _ in range(60):
        steps = enabled(board, marking)
        assert bool(steps) == (marking != final(board))
        if not steps:
            break
        step = steps[dice.randrange(len(steps))]  # type: ignore[attr-defined]
        after = fire(board, marking, step)
        assert len(after) == len(marking) - len(step.inputs) + len(step.outputs)
        assert set(step.outputs) <= set(after)
        marking = after


def test_the_path_to_a_marking_plays_back_to_it() -> None:
    space = reachability(net(drawing("start > and1; and1 > a > and2; and1 > b > and2; and2 > end", user("a"))))
    assert space.complete and final(space.net) in space.steps
    for marking in space.steps:
        played = initial(space.net)
        for step in space.path(marking):
            played = fire(space.net, played, step)
        assert played == marking
