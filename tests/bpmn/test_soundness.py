"""The verdict on the reduced net is the verdict on the net itself, and every counter-example can be played."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.errors import NotCovered
from bpmn.model import Flow, Gateway, GatewayKind, ProcessModel, Trigger
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_all
from bpmn.semantics import Verdict, decide, enabled, fire, initial, net, soundness
from tests.bpmn.corpora import corpus, needs_corpora
from tests.bpmn.test_semantics import blocks
from tests.contracts.drawings import boundary, drawing, end, start, subprocess, user
from tests.contracts.traces import CONTRACTS


def judged(verdict: Verdict) -> dict[str, object]:
    """What two verdicts on one net must agree on."""
    return {
        "deadlock": verdict.deadlock is not None,
        "livelock": verdict.livelock is not None,
        "unbounded": verdict.unbounded is not None,
        "doubled": bool(verdict.doubled),
        "cut off": set(verdict.cut_off),
        "dead": verdict.dead if verdict.deadlock is None else (),
    }


@st.composite
def damaged(draw: st.DrawFn) -> ProcessModel:
    """A sound model with a few faults that people make: another gateway, a flow more, a flow less, an end that terminates."""
    model = draw(blocks())
    for n in range(draw(st.integers(1, 3))):
        fault = draw(st.sampled_from(["gateway", "more", "less", "terminate"]))
        ids = [node.id for node in model.nodes if not node.id.startswith(("start", "end"))]
        if fault == "gateway":
            changed = draw(st.sampled_from([n.id for n in model.nodes]))
            kind = draw(st.sampled_from([GatewayKind.EXCLUSIVE, GatewayKind.PARALLEL]))
            nodes = (replace(n, kind=kind) if isinstance(n, Gateway) and n.id == changed else n for n in model.nodes)
            model = replace(model, nodes=tuple(nodes))
        elif fault == "more":
            source, target = draw(st.sampled_from(ids)), draw(st.sampled_from([*ids, "end"]))
            flow = Flow(id=f"more{n}", source=source, target=target)
            model = replace(model, flows=(*model.flows, flow))
        elif fault == "less":
            gone = draw(st.sampled_from([flow.id for flow in model.flows] or [""]))
            model = replace(model, flows=tuple(flow for flow in model.flows if flow.id != gone))
        else:
            nodes = (end("end", trigger=Trigger.TERMINATE) if n.id == "end" else n for n in model.nodes)
            model = replace(model, nodes=tuple(nodes))
    return model


@settings(max_examples=100, deadline=None)
@given(damaged())
def test_reducing_changes_no_verdict(model: ProcessModel) -> None:
    try:
        board = net(model, repeat=False)
    except NotCovered:
        return
    small, whole = decide(board), decide(board, 300_000, reduce=False)
    if whole.complete and small.complete:
        assert judged(small) == judged(whole)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_reducing_changes_no_verdict_on_any_construct(contract: object) -> None:
    board = net(contract.model, repeat=False)  # type: ignore[attr-defined]
    assert judged(decide(board)) == judged(decide(board, reduce=False))


@settings(max_examples=100, deadline=None)
@given(damaged())
def test_the_way_to_a_counter_example_can_be_played(model: ProcessModel) -> None:
    try:
        board = net(model, repeat=False)
    except NotCovered:
        return
    verdict = decide(board)
    shown = [w for w in (verdict.deadlock, verdict.livelock, verdict.unbounded) if w is not None]
    for witness in (*shown, *verdict.doubled.values()):
        marking = initial(board)
        for transition in witness.way:
            marking = fire(board, marking, transition)
        assert marking == witness.marking
    if verdict.deadlock is not None:
        assert verdict.deadlock.marking and not enabled(board, verdict.deadlock.marking)
    for place, witness in verdict.doubled.items():
        assert witness.marking.count(place) > 1


def test_many_branches_are_decided_at_once() -> None:
    lines = "; ".join(f"and1 > a{n}x > b{n}x > c{n}x > and2" for n in range(30))
    board = net(drawing(f"start > and1; {lines}; and2 > end"))
    verdict = decide(board)
    assert verdict.complete and verdict.states < 10  # of 4 ** 30
    assert soundness(board).sound is True


def test_a_join_of_many_inclusive_branches_is_decided() -> None:
    ways = "; ".join(f"xor1 > a{n}x > or1" for n in range(12))
    model = drawing(f"start > xor1; {ways}; or1 > end")
    with pytest.raises(NotCovered):
        net(model)
    assert soundness(net(model, repeat=False)).sound is True


def test_a_loop_that_leaves_a_branch_behind_each_time_has_no_bound() -> None:
    model = drawing("start > xor1; xor1 > and1; and1 > a > xor1; and1 > b > and2; and2 > end; c > and2")
    verdict = decide(net(model, repeat=False))
    assert verdict.unbounded is not None and verdict.unbounded.path[:3] == ("start", "xor1", "and1")


def test_a_case_that_is_ended_while_others_work_is_shown() -> None:
    model = drawing("start > and1; and1 > a > end1; and1 > b > end2", end("end1", trigger=Trigger.TERMINATE))
    assert set(decide(net(model, repeat=False)).cut_off) == {"end1"}


def test_a_subprocess_with_an_event_on_its_border_shrinks_too() -> None:
    model = drawing(
        "start > sub > end1; start2 > a > b > c > end2; late > end3",
        subprocess("sub"),
        start("start2", "sub"),
        *(user(id, scope="sub") for id in "abc"),
        end("end2", "sub"),
        boundary("late", "sub", message="m"),
    )
    board = net(model, repeat=False)
    assert decide(board).states < decide(board, reduce=False).states


@needs_corpora
@pytest.mark.slow
def test_every_given_model_is_decided_in_two_seconds() -> None:
    rows = []
    models = [(path.name, model) for path in corpus() for model in read_all(path.read_bytes()).models]
    models += [(procedure.key, procedure.model) for procedure in read_all_procedures()]
    for name, model in models:
        began = time.process_time()
        try:
            sound = soundness(net(model, repeat=False)).sound
        except NotCovered as refused:
            sound = f"not covered: {refused.element}"
        rows.append((time.process_time() - began, name, model.key, sound))
    for seconds, name, key, sound in sorted(rows, key=lambda row: -row[0]):
        print(f"{seconds * 1000:8.1f} ms  {sound!s:6}  {name} {key}")
    assert max(rows)[0] < 2
    assert all(sound is not None for *_, sound in rows)
