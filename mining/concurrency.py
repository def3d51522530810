"""Which activities of a model can run side by side, so that one of them does not enable the other."""

from __future__ import annotations

from itertools import combinations

from bpmn.model import ProcessModel
from bpmn.semantics import Transition, net, reachability

MARKINGS = 20_000

Pairs = frozenset[tuple[str, str]]


def side_by_side(model: ProcessModel, limit: int = MARKINGS) -> Pairs:
    """Both orders of each pair of activities (ids) that some reachable marking enables independently of each other.

    Explores at most `limit` markings; what lies beyond counts as sequential. Raises NotCovered.
    """
    found: set[tuple[str, str]] = set()
    for steps in reachability(net(model, repeat=False), limit).steps.values():
        visible = [transition for transition, _ in steps if transition.label]
        for one, other in combinations(visible, 2):
            if _independent(one, other):
                found |= {(one.node, other.node), (other.node, one.node)}
    return frozenset(found)


def _independent(one: Transition, other: Transition) -> bool:
    return one.node != other.node and set(one.inputs).isdisjoint(other.inputs)
