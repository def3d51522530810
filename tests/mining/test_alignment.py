"""Alignments: exact, the same by three ways, right on public logs to the digit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import ProcessModel
from bpmn.semantics import Net, net
from event_logs.log import EventLog
from mining.alignment import Aligned, Side, Trace, align, silenced
from mining.alignment.by_r4pm import by_r4pm
from mining.alignment.search import Search
from mining.alignment.states import States
from mining.errors import NoAlignment
from mining.variants import Variant, variants
from tests.builders import both, end, model, some, start, user, xor
from tests.mining.conftest import completions

DRAWN = ["a", "b", "c", "d", "e"]


def loop() -> ProcessModel:
    return model(
        start("s"), user("a"), both("split"), user("b"), user("c"), both("join"), xor("again"), user("d"), xor("merge"),
        end("z"), user("e"),
        paths=["s > merge > a > split > b > join > again > d > z", "split > c > join", "again > e > merge"],
    )  # fmt: skip


def inclusive() -> ProcessModel:
    return model(
        start("s"), user("a"), some("fork"), user("b"), user("c"), some("meet"), user("d"), end("z"),
        paths=["s > a > fork > b > meet > d > z", "fork > c > meet"],
    )  # fmt: skip


def _drawn(process: ProcessModel) -> Net:
    return silenced(net(process), frozenset({"s", "z"}))


traces = st.lists(st.lists(st.sampled_from([*DRAWN, "x"]), max_size=8).map(tuple), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(traces)
def test_three_ways_find_the_same_costs(paths: list[Trace]) -> None:
    board = _drawn(loop())
    assert board.plain
    states = States.of(board)
    assert states is not None
    ours, theirs = states.align(paths), by_r4pm(board, paths)
    plain = [Search(board).align(path, prefix=False) for path in paths]
    costs = [[a.cost if a else None for a in found] for found in (ours, theirs, plain)]
    assert costs[0] == costs[1] == costs[2]


@settings(max_examples=60, deadline=None)
@given(traces, st.booleans(), st.sampled_from([loop, inclusive]))
def test_an_alignment_is_the_path_on_one_side_and_a_run_on_the_other(
    paths: list[Trace], prefixes: bool, drawing: Callable[[], ProcessModel]
) -> None:
    board = _drawn(drawing())
    found = align(board, paths, prefixes=prefixes)
    for path, alignment in zip(paths, found.alignments, strict=True):
        assert alignment is not None
        assert tuple(m.activity for m in alignment.moves if m.side is not Side.MODEL) == path
        assert alignment.cost == sum(m.side is not Side.BOTH for m in alignment.moves)
        run = tuple(m.activity for m in alignment.moves if m.side is not Side.LOG)
        [again] = align(board, [run], prefixes=prefixes).alignments
        assert again is not None and again.cost == 0
        [other] = [Search(board).align(path, prefix=prefixes)]
        assert other is not None and other.cost == alignment.cost


def test_what_was_aligned_before_is_remembered_and_the_same() -> None:
    board = _drawn(loop())
    first, states = align(board, [("a", "b"), ("x",)]), States.of(board)
    again = align(_drawn(loop()), [("x",), ("a", "b"), ("a", "c")])
    assert states is not None and States.of(_drawn(loop())) is states
    assert again.alignments[:2] == first.alignments[::-1] and all(
        one is other for one, other in zip(again.alignments[:2], first.alignments[::-1], strict=True)
    )
    assert align(board, [("a", "b")], prefixes=True).alignments != first.alignments[:1]


def test_a_case_that_is_not_finished_need_not_reach_the_end() -> None:
    board = _drawn(loop())
    [whole], [so_far] = (align(board, [("a", "b")], prefixes=p).alignments for p in (False, True))
    assert whole is not None and so_far is not None
    assert (whole.cost, so_far.cost) == (2, 0)  # c and d are missing, or still to come
    assert [(m.side, m.activity) for m in whole.moves if m.side is not Side.BOTH] == [
        (Side.MODEL, "c"),
        (Side.MODEL, "d"),
    ]


def test_an_empty_case_costs_the_shortest_run() -> None:
    found = align(_drawn(loop()), [()])
    assert found.shortest == 4
    [empty] = found.alignments
    assert empty is not None and empty.cost == 4 and found.fitness((), empty) == 0


def test_a_model_that_never_ends_is_refused() -> None:
    stuck = model(
        start("s"), xor("either"), user("a"), user("b"), both("join"), end("z"),
        paths=["s > either > a > join > z", "either > b > join"],
    )  # fmt: skip
    with pytest.raises(NoAlignment, match="none of its runs reaches the end"):
        align(net(stuck), [("a",)])


def _figures(found: Aligned, paths: Sequence[Variant]) -> tuple[float, int, float]:
    """Average fitness, total cost, share of fitting cases."""
    cases = sum(v.cases for v in paths)
    pairs = [(v, a) for v, a in zip(paths, found.alignments, strict=True) if a is not None]
    assert len(pairs) == len(paths)
    return (
        sum(v.cases * found.fitness(v.activities, a) for v, a in pairs) / cases,
        sum(v.cases * a.cost for v, a in pairs),
        sum(v.cases for v, a in pairs if not a.cost) / cases,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "noise", "fitness", "cost", "fitting"),
    [
        ("receipt_wabo_permit.xes.gz", 0.2, 0.8155, 2465, 0.497),
        ("receipt_wabo_permit.xes.gz", 0.0, 1.0, 0, 1.0),
        ("bpic2012_loan.xes.gz", 0.2, 0.9610, 11935, 0.537),
        ("bpic2013_closed_problems.xes.gz", 0.2, 0.9876, None, 0.920),
        ("bpic2013_incidents.xes.gz", 0.2, 0.9941, None, 0.931),
    ],
)
def test_published_fitness_to_the_digit(
    public_log: Callable[[str], EventLog], name: str, noise: float, fitness: float, cost: int | None, fitting: float
) -> None:
    from mining.pm4py_bridge import inductive_net

    log = public_log(name)
    paths = variants(completions(log) if name.startswith("bpic2012") else log)
    board = inductive_net(paths, noise=noise)
    found = _figures(align(board, [v.activities for v in paths]), paths)
    assert (round(found[0], 4), round(found[2], 3)) == (fitness, fitting)
    assert cost is None or found[1] == cost
