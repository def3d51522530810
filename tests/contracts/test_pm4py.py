"""pm4py reads our drawings and allows the same traces, where it knows the element."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bpmn.model import ProcessModel
from bpmn.writing import write_bpmn
from tests.contracts.traces import CONTRACTS, Contract

KNOWN = [contract for contract in CONTRACTS if contract.foreign]


def named_by_id(model: ProcessModel) -> ProcessModel:
    """pm4py knows activities by their names."""
    return replace(model, nodes=tuple(replace(node, name=node.id) for node in model.nodes))


def their_traces(net: Any, start: Any, longest: int) -> frozenset[tuple[str, ...]]:
    from pm4py.objects.petri_net import semantics

    found: set[tuple[str, ...]] = set()
    waiting: list[tuple[Any, tuple[str, ...]]] = [(start, ())]
    seen: set[tuple[frozenset[tuple[str, int]], tuple[str, ...]]] = set()
    while waiting:
        marking, trace = waiting.pop()
        enabled = semantics.enabled_transitions(net, marking)
        if not enabled:
            found.add(trace)
        for transition in enabled:
            shown = transition.label is not None and not transition.label.startswith(("start", "end"))
            longer = (*trace, transition.label) if shown else trace
            after = semantics.weak_execute(transition, marking)
            state = frozenset((place.name, count) for place, count in after.items()), longer
            if len(longer) <= longest and state not in seen:
                seen.add(state)
                waiting.append((after, longer))
    return frozenset(found)


@pytest.mark.slow
@pytest.mark.parametrize("contract", KNOWN, ids=lambda contract: contract.name)
def test_pm4py_allows_the_same_traces(contract: Contract, tmp_path: Path) -> None:
    import pm4py

    path = tmp_path / "model.bpmn"
    path.write_bytes(write_bpmn(named_by_id(contract.model)))
    net, start, _ = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path)))
    assert their_traces(net, start, contract.longest) == contract.traces
