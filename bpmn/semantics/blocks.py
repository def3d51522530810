"""Blocks of the drawing: which inclusive join closes which inclusive split."""

from __future__ import annotations

from bpmn.model import Activity, EventNode, Flow, Gateway, GatewayKind, ProcessModel


def matched_joins(model: ProcessModel) -> dict[str, str]:
    """Inclusive split -> inclusive join, where each branch of the split leads to its own flow into the join and
    nothing else enters or leaves in between: there the join can wait for exactly the branches that were chosen."""
    inclusive = [n for n in model.nodes if isinstance(n, Gateway) and n.kind is GatewayKind.INCLUSIVE]
    splits = [n.id for n in inclusive if len(model.outgoing(n.id)) > 1]
    joins = [n.id for n in inclusive if len(model.incoming(n.id)) > 1]
    found: dict[str, str] = {}
    for split in splits:
        for join in joins:
            if join not in found.values() and branch_ends(model, split, join) is not None:
                found[split] = join
                break
    return found


def branch_ends(model: ProcessModel, split: str, join: str) -> dict[str, str] | None:
    """Flow out of the split -> flow into the join, one to one; None where they form no block."""
    ends: dict[str, str] = {}
    visited: set[str] = set()
    for flow in model.outgoing(split):
        branch, arrivals = _branch(model, flow, join)
        if len(arrivals) != 1 or branch & visited or split in branch or not _closed(model, flow, branch):
            return None
        ends[flow.id] = arrivals.pop()
        visited |= branch
    complete = set(ends.values()) == {flow.id for flow in model.incoming(join)}
    return ends if complete and len(set(ends.values())) == len(ends) else None


def _branch(model: ProcessModel, first: Flow, join: str) -> tuple[set[str], set[str]]:
    """The nodes between a flow and the join, and the flows by which they arrive there (`:end` for a dead end)."""
    nodes: set[str] = set()
    arrivals: set[str] = set()
    waiting = [first]
    while waiting:
        flow = waiting.pop()
        if flow.target == join:
            arrivals.add(flow.id)
        elif flow.target not in nodes:
            nodes.add(flow.target)
            onward = (*model.outgoing(flow.target), *_boundary_flows(model, flow.target))
            waiting.extend(onward)
            if not model.outgoing(flow.target):
                arrivals.add(f"{flow.target}:end")
    return nodes, arrivals


def _boundary_flows(model: ProcessModel, node: str) -> list[Flow]:
    if not isinstance(model.node(node), Activity):
        return []
    return [flow for event in model.boundary_events(node) for flow in model.outgoing(event.id)]


def _closed(model: ProcessModel, first: Flow, branch: set[str]) -> bool:
    """Whether nothing but the first flow enters the branch from outside."""
    for node in branch:
        for flow in model.incoming(node):
            source = model.node(flow.source)
            origin = source.attached_to if isinstance(source, EventNode) and source.attached_to else source.id
            if flow.id != first.id and origin not in branch:
                return False
    return True
