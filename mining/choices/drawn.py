"""What the drawing says about a gateway: the conditions on its flows, held against what cases did."""

from __future__ import annotations

from bpmn.feel import FeelError, names, truth
from bpmn.model import Gateway, GatewayKind, ProcessModel
from mining.choices.moments import Known


def drawn_outcome(model: ProcessModel, gateway: str, known: Known) -> str | None:
    """The flows that the conditions choose for those variables, as an outcome; None where nothing is drawn or it cannot be told.

    Of an exclusive gateway the first flow whose condition holds, of an inclusive one all of them, else the default (BPMN 2.0.2,
    13.4). A condition over what is not known decides nothing.
    """
    node = model.node(gateway)
    flows = model.outgoing(gateway)
    if not isinstance(node, Gateway) or not any(flow.condition for flow in flows):
        return None
    taken: list[str] = []
    for flow in flows:
        if flow.id == node.default or not flow.condition:
            continue
        try:
            holds = truth(flow.condition, known)
        except FeelError:
            return None
        if holds:
            taken.append(flow.id)
            if node.kind is GatewayKind.EXCLUSIVE:
                return flow.id
    return "+".join(taken) if taken else node.default


def drawn_names(model: ProcessModel, gateway: str) -> frozenset[str]:
    """The variables that the conditions on its flows read; of a condition that cannot be read none."""
    found: frozenset[str] = frozenset()
    for flow in model.outgoing(gateway):
        try:
            found |= names(flow.condition) if flow.condition else frozenset()
        except FeelError:
            continue
    return found


def same(one: str, other: str) -> bool:
    """Whether two outcomes take the same flows."""
    return set(one.split("+")) == set(other.split("+"))
