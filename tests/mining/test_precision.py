"""Precision: worked out by hand on small nets, laws, and the textbook's log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import ProcessModel
from bpmn.semantics import Net, Transition, net
from event_logs.log import EventLog
from mining.alignment import Trace, align, silenced
from mining.precision import Precision, precision, run_of
from mining.variants import variants
from tests.builders import both, end, model, start, user, xor

Counted = Sequence[tuple[Trace, int]]


def found(board: Net, log: Counted) -> Precision:
    alignments = align(board, [trace for trace, _ in log]).alignments
    result = precision(board, [(run_of(a), n) for a, (_, n) in zip(alignments, log, strict=True) if a])
    assert result is not None
    return result


def drawn(process: ProcessModel) -> Net:
    return silenced(net(process), frozenset({"s", "z"}))


def either() -> Net:
    return drawn(
        model(
            start("s"), user("a"), xor("x"), user("b"), user("c"), xor("y"), end("z"),
            paths=["s > a > x > b > y > z", "x > c > y"],
        )
    )  # fmt: skip


def beside() -> Net:
    return drawn(
        model(
            start("s"), both("x"), user("b"), user("c"), both("y"), end("z"),
            paths=["s > x > b > y > z", "x > c > y"],
        )
    )  # fmt: skip


def tree(log: Counted) -> Net:
    """A net that does what the log did, beginning by beginning, and nothing else."""
    beginnings = sorted({trace[:at] for trace, _ in log for at in range(len(trace) + 1)})
    place = {beginning: "p" + "/".join(beginning) for beginning in beginnings}
    steps = [
        Transition(f"t{n}", b[-1], b[-1], inputs=(place[b[:-1]],), outputs=(place[b],))
        for n, b in enumerate(beginnings)
        if b
    ]
    ends = [Transition(f"e{n}", "end", None, inputs=(place[trace],), outputs=()) for n, (trace, _) in enumerate(log)]
    return Net("tree", tuple(place.values()), (*steps, *ends), (place[()],))


def flower(activities: Sequence[str]) -> Net:
    petals = tuple(Transition(a, a, a, inputs=("p",), outputs=("p",)) for a in activities)
    return Net("flower", ("p",), (*petals, Transition("end", "end", None, inputs=("p",), outputs=())), ("p",))


def test_by_hand_a_branch_that_nobody_took() -> None:
    three = found(either(), [(("a", "b"), 3)])
    assert (three.done, three.allowed, three.value) == (6, 9, 2 / 3)  # a: 3 of 3, then b: 3 of b and c: 6
    assert three.escaping == {("a", "c"): 3}
    assert found(either(), [(("a", "b"), 3), (("a", "c"), 1)]).value == 1


def test_by_hand_parallel_work_that_was_always_done_in_one_order() -> None:
    assert found(beside(), [(("b", "c"), 1)]).value == 2 / 3
    assert found(beside(), [(("b", "c"), 9), (("c", "b"), 1)]).value == 1


def test_what_deviates_is_judged_by_the_run_that_explains_it() -> None:
    assert found(either(), [(("a", "x", "b"), 2)]) == found(either(), [(("a", "b"), 2)])
    assert found(either(), [(("b",), 2)]) == found(either(), [(("a", "b"), 2)])


def test_two_branches_of_one_name_are_one_choice() -> None:
    """The figure depends on what a net allows to be seen, not on how it is built."""
    twice = Net(
        "twice", ("p", "q", "r", "z"),
        (
            Transition("a1", "a", "a", ("p",), ("q",)), Transition("a2", "a", "a", ("p",), ("r",)),
            Transition("b", "b", "b", ("q",), ("z",)), Transition("c", "c", "c", ("r",), ("z",)),
            Transition("end", "end", None, ("z",), ()),
        ), ("p",),
    )  # fmt: skip
    log = [(("a", "b"), 3), (("a", "c"), 2)]
    assert found(twice, log) == found(either(), log) and found(twice, log).value == 1


logs = st.dictionaries(
    st.lists(st.sampled_from("abcx"), min_size=1, max_size=5).map(tuple), st.integers(1, 9), min_size=1, max_size=6
).map(lambda log: tuple(log.items()))


@settings(max_examples=60, deadline=None)
@given(logs)
def test_a_model_that_does_just_what_the_log_did_is_precise_and_the_flower_is_not(log: Counted) -> None:
    assert found(tree(log), log).value == 1
    assert found(flower("abcx"), log).value == pytest.approx(_flower_by_hand(log, 4))


def _flower_by_hand(log: Counted, petals: int) -> float:
    begun: dict[Trace, int] = {}
    after: dict[Trace, set[str]] = {}
    for trace, cases in log:
        for at in range(len(trace) + 1):
            begun[trace[:at]] = begun.get(trace[:at], 0) + cases
            after.setdefault(trace[:at], set()).update(trace[at : at + 1])
    return sum(n * len(after[b]) for b, n in begun.items()) / (petals * sum(begun.values()))


@settings(max_examples=60, deadline=None)
@given(logs, st.sampled_from([either, beside]), st.permutations("abcx"))
def test_neither_more_of_the_same_nor_other_names_nor_another_order_change_it(
    log: Counted, drawing: Callable[[], Net], names: list[str]
) -> None:
    board, name = drawing(), dict(zip("abcx", names, strict=True))
    once = found(board, log)
    assert found(board, [(trace, 2 * cases) for trace, cases in log]).value == once.value
    assert found(board, log[::-1]) == once
    other = replace(
        board, transitions=tuple(replace(t, label=name[t.label] if t.label else None) for t in board.transitions)
    )
    assert found(other, [(tuple(name[a] for a in trace), cases) for trace, cases in log]).value == once.value
    assert once.value is not None and 0 < once.value <= 1


@settings(max_examples=40, deadline=None)
@given(logs)
def test_allowing_more_is_never_more_precise(log: Counted) -> None:
    values = [found(flower("abcx" + "defgh"[:more]), log).value for more in range(4)]
    assert values == sorted(values, reverse=True)  # type: ignore[type-var]


def wide(branches: int, *, silent: bool) -> Net:
    names = [f"a{n:02}" for n in range(branches)]
    steps = tuple(Transition(a, a, None if silent else a, (f"p{a}",), ()) for a in names)
    places = tuple(f"p{a}" for a in names)
    return Net("wide", places, steps, places)


def test_of_a_net_with_a_billion_states_only_those_beside_the_runs_are_played() -> None:
    run = tuple(f"a{n:02}" for n in range(30))
    found = precision(wide(30, silent=False), [(run, 2)])
    assert found is not None and (found.done, found.allowed) == (2 * 30, 2 * 30 * 31 // 2)


def test_too_many_states_beside_the_runs_have_no_figure() -> None:
    assert precision(wide(8, silent=True), [((), 1)], most=2**8 - 1) is None
    assert precision(wide(8, silent=True), [((), 1)], most=2**8) == Precision(0, 0, {})


@pytest.mark.slow
def test_the_textbook_log_as_published(public_log: Callable[[str], EventLog]) -> None:
    from mining.pm4py_bridge import inductive_net

    paths = variants(public_log("running_example.xes.gz"))
    assert found(inductive_net(paths), [(v.activities, v.cases) for v in paths]).value == pytest.approx(61 / 81)
