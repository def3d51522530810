"""Which of a node's flows can carry the token onward."""

from __future__ import annotations

from itertools import combinations

from bpmn.errors import NotCovered
from bpmn.model import AnyNode, Flow, Gateway, GatewayKind, ProcessModel

MOST_BRANCHES = 6  # of one inclusive gateway or conditional split: 2**6 - 1 steps
Choice = tuple[Flow, ...]


def choices(model: ProcessModel, node: AnyNode) -> list[Choice]:
    """The sets of outgoing flows that can carry the token onward."""
    flows = model.outgoing(node.id)
    if isinstance(node, Gateway) and node.kind in (GatewayKind.EXCLUSIVE, GatewayKind.EVENT_BASED):
        return [(flow,) for flow in flows] or [()]
    if isinstance(node, Gateway) and node.kind is GatewayKind.PARALLEL:
        return [flows]
    default = getattr(node, "default", None)
    return _subsets(node, flows, default)


def _subsets(node: AnyNode, flows: Choice, default: str | None) -> list[Choice]:
    """Inclusive choice: any of the conditional flows beside the unconditional ones, the default only if none holds.
    An inclusive gateway drawn without any condition may choose freely."""
    drawn_free = isinstance(node, Gateway) and not any(flow.condition for flow in flows)
    free = [flow for flow in flows if flow.id != default and (flow.condition or drawn_free)]
    always = tuple(flow for flow in flows if flow.id != default and flow not in free)
    if len(free) > MOST_BRANCHES:
        raise NotCovered(node.id, f"a choice among {len(free)} flows that exclude nothing has too many combinations.")
    chosen = [(*always, *some) for n in range(1, len(free) + 1) for some in combinations(free, n)]
    fallback = (*always, *(flow for flow in flows if flow.id == default))
    return [fallback, *chosen] if fallback or not flows else chosen
