"""The engine does what the token game allows, and where data decides nothing, all of it."""

from __future__ import annotations

from itertools import product

import pytest

from bpmn.model import Activity, ActivityKind, EventNode, Gateway, GatewayKind, ProcessModel, Trigger
from tests.contracts.traces import CONTRACTS, Contract
from tests.workflows.playing import Play
from workflows.engine import CannotRun, facts

MOST_STEPS = 6


def engine_traces(model: ProcessModel, data: dict[str, object], longest: int) -> frozenset[tuple[str, ...]]:
    """Every order in which what waits can be done, each played from the start."""
    found: set[tuple[str, ...]] = set()
    waiting: list[tuple[int, ...]] = [()]
    while waiting:
        turns = waiting.pop()
        play = Play(model, data)
        for turn in turns:
            _do(play, model, sorted(play.execution.waiting())[turn])
        trace = _trace(play, model)
        if len(trace) > longest:
            continue
        if play.execution.ended:
            found.add(trace)
        elif len(turns) < MOST_STEPS:
            waiting.extend((*turns, turn) for turn in range(len(play.execution.waiting())))
    return frozenset(found)


def _do(play: Play, model: ProcessModel, token: int) -> None:
    node = model.node(play.execution.node(play.execution.waiting()[token]).id)
    if isinstance(node, Activity) and node.kind is ActivityKind.USER:
        play.execution.complete(token, {})
    else:
        play.execution.fire(token)
    play._settle()


def _trace(play: Play, model: ProcessModel) -> tuple[str, ...]:
    said = [fact for fact in play.facts if isinstance(fact, facts.Completed | facts.Performed)]
    done = [fact.node for fact in said if not getattr(fact, "part", False)]
    names = [play.plan.nodes[node].id if node in play.plan.nodes else node for node in done]
    return tuple(name for name in names if not name.startswith(("start", "end")))


def decided_by_nothing(model: ProcessModel) -> bool:
    """No choice that conditions make, no lists, nothing that arrives while something else is done."""
    splits = [
        n for n in model.nodes if isinstance(n, Gateway) and n.kind in (GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE)
    ]
    lists = [a for a in model.activities if a.multi_instance is not None or a.triggered_by_event or a.ad_hoc]
    lists += [a for a in model.activities if a.loop_condition is not None]
    arrivals = [n for n in model.nodes if isinstance(n, EventNode) and n.trigger is not Trigger.NONE]
    return not splits and not lists and not arrivals and not any(flow.condition for flow in model.flows)


def at_once(model: ProcessModel, trace: tuple[str, ...]) -> bool:
    """Whether each subprocess closes as soon as the last step in it is done: the engine never puts that off."""
    for closed in (a.id for a in model.activities if a.kind is ActivityKind.SUBPROCESS and a.id in trace):
        before = trace[trace.index(closed) - 1] if trace.index(closed) else closed
        if model.node(before).scope != closed and before != closed:
            return False
    return True


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_the_engine_keeps_to_the_token_game(contract: Contract) -> None:
    played: set[tuple[str, ...]] = set()
    for x, y in product((True, False), repeat=2):
        try:
            played |= engine_traces(contract.model, {"x": x, "y": y, "n": 2}, contract.longest)
        except CannotRun as refused:
            pytest.skip(f"The engine refuses it by name: {refused}")
    assert played and played <= contract.traces
    if decided_by_nothing(contract.model):
        assert played == {trace for trace in contract.traces if at_once(contract.model, trace)}
