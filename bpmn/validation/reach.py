"""Where flows, borders and links lead to, whatever data and gateways decide."""

from __future__ import annotations

from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Position, ProcessModel, Trigger


def reached_nodes(model: ProcessModel, *, interrupting_only: bool = False) -> set[str]:
    """Ids of the nodes that flows, borders and links lead to, from the starts of all scopes.

    With `interrupting_only` no way leads over the border events that let their activity go on.
    """
    started = {n.scope for n in model.nodes if isinstance(n, EventNode) and n.position is Position.START}
    waiting = [node.id for node in model.nodes if _begins(model, node, started)]
    borders: dict[str, list[EventNode]] = {}
    for event in (n for n in model.nodes if isinstance(n, EventNode) and n.attached_to):
        borders.setdefault(event.attached_to or "", []).append(event)
    reached: set[str] = set()
    while waiting:
        id = waiting.pop()
        if id in reached:
            continue
        reached.add(id)
        waiting += [flow.target for flow in model.outgoing(id) if model.has(flow.target)]
        waiting += [e.id for e in borders.get(id, ()) if e.interrupting or not interrupting_only]
        waiting += link_targets(model, model.node(id))
    return reached


def _begins(model: ProcessModel, node: AnyNode, started: set[str | None]) -> bool:
    if isinstance(node, EventNode):
        if node.position is Position.START:
            return True
        if node.position is Position.BOUNDARY or (node.trigger is Trigger.LINK and node.position is Position.CATCH):
            return False
    if isinstance(node, Activity) and (node.triggered_by_event or node.for_compensation):
        return True
    return not model.incoming(node.id) and (node.scope not in started or is_free(model, node))


def is_free(model: ProcessModel, node: AnyNode) -> bool:
    """Whether the node stands in an ad-hoc subprocess, where no flow needs to lead to it."""
    holder = model.node(node.scope) if node.scope and model.has(node.scope) else None
    return isinstance(holder, Activity) and holder.kind is ActivityKind.SUBPROCESS and holder.ad_hoc


def link_targets(model: ProcessModel, node: AnyNode) -> list[str]:
    """The catching link events to which a throwing one leads."""
    if not isinstance(node, EventNode) or node.trigger is not Trigger.LINK or node.position is not Position.THROW:
        return []
    return [
        n.id
        for n in model.nodes
        if isinstance(n, EventNode)
        and (n.trigger, n.position, n.scope) == (Trigger.LINK, Position.CATCH, node.scope)
        and link_name(n) == link_name(node)
    ]


def link_name(node: EventNode) -> str:
    return node.link or node.name
