"""From where in the drawing a flow can still be reached: what an inclusive join has to know."""

from __future__ import annotations

from bpmn.model import EventNode, Position, ProcessModel, Trigger


def upstream(model: ProcessModel, join: str, prefix: str) -> dict[str, frozenset[str]]:
    """For each flow into the join: the elements from which it can be reached without passing the join."""
    before = _predecessors(model)
    return {
        flow.id: frozenset(prefix + id for id in _backwards(before, flow.source, join)) for flow in model.incoming(join)
    }


def _predecessors(model: ProcessModel) -> dict[str, set[str]]:
    before: dict[str, set[str]] = {node.id: {flow.source for flow in model.incoming(node.id)} for node in model.nodes}
    for node in model.nodes:
        if isinstance(node, EventNode) and node.attached_to:
            before[node.id].add(node.attached_to)
        if isinstance(node, EventNode) and node.trigger is Trigger.LINK and node.position is Position.CATCH:
            before[node.id] |= {n.id for n in model.nodes if _links_to(n, node)}
    return before


def _links_to(node: object, target: EventNode) -> bool:
    return (
        isinstance(node, EventNode)
        and node.trigger is Trigger.LINK
        and node.position is Position.THROW
        and (node.link, node.scope) == (target.link, target.scope)
    )


def _backwards(before: dict[str, set[str]], source: str, join: str) -> set[str]:
    found: set[str] = set()
    ahead = [source]
    while ahead:
        id = ahead.pop()
        if id != join and id not in found:
            found.add(id)
            ahead.extend(before[id])
    return found
