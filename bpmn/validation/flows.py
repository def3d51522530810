"""Rules about flows: where they may begin and end, and what each node needs around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Position,
    ProcessModel,
    Trigger,
)
from bpmn.validation.problem import Problem, warning


def is_xml_name(id: str) -> bool:
    """Whether the id may stand in a file as xsd:ID (a little wider than the standard's table of characters)."""
    return (
        bool(id)
        and ("_" + id.replace("-", "_").replace(".", "_")).isidentifier()
        and not (id[0].isdigit() or id[0] in "-.")
    )


def ids(model: ProcessModel) -> Iterator[Problem]:
    """Every id once, and one that XML allows."""
    elements = [model.key, *(e.id for e in (*model.nodes, *model.flows, *model.lanes))]
    for id, count in Counter(elements).items():
        if count > 1:
            yield Problem(
                "duplicate_id", id, f"{count} elements have the id {id!r}.", "Give each element an id of its own."
            )
        if not is_xml_name(id):
            yield Problem(
                "invalid_id",
                id,
                f"{id!r} cannot be an id in XML.",
                "Begin with a letter and use letters, digits, - and _.",
            )


def ends_of_flows(model: ProcessModel) -> Iterator[Problem]:
    """Each flow leads from a node to a node of the same scope."""
    for flow in model.flows:
        missing = [id for id in (flow.source, flow.target) if not model.has(id)]
        if missing:
            yield Problem(
                "dangling_flow",
                flow.id,
                f"The flow {flow.id} ends at {missing[0] or 'nothing'}, which is no node of this process.",
                "Connect both of its ends, or delete it.",
            )
        else:
            yield from _allowed(model, flow, model.node(flow.source), model.node(flow.target))


def _allowed(model: ProcessModel, flow: Flow, source: AnyNode, target: AnyNode) -> Iterator[Problem]:
    if source.scope != target.scope:
        yield Problem(
            "flow_across_subprocess",
            flow.id,
            f"The flow {flow.id} crosses the border of a subprocess.",
            "Lead it to the subprocess itself, or use an event at its border.",
        )
    if isinstance(target, EventNode) and target.position in (Position.START, Position.BOUNDARY):
        yield _wrong_flow(
            "flow_into_event", flow, f"leads into {target.id}, a {target.position} event, which only begins flows"
        )
    if isinstance(source, EventNode) and source.position is Position.END:
        yield _wrong_flow("flow_out_of_end", flow, f"leads out of {source.id}, an end event")
    for node in (source, target):
        if isinstance(node, Activity) and node.triggered_by_event:
            yield _wrong_flow("flow_at_event_subprocess", flow, f"touches {node.id}, which an event starts and no flow")
        if isinstance(node, Activity) and node.for_compensation:
            yield _wrong_flow("flow_at_compensation", flow, f"touches {node.id}, which only compensation starts")


def _wrong_flow(rule: str, flow: Flow, what: str) -> Problem:
    return Problem(rule, flow.id, f"The flow {flow.id} {what}.", "Delete the flow, or lead it to another node.")


def scopes(model: ProcessModel) -> Iterator[Problem]:
    """The process and each of its subprocesses begin and end."""
    holders: list[tuple[str | None, str]] = [(None, model.key)]
    holders += [(a.id, a.id) for a in model.activities if a.kind is ActivityKind.SUBPROCESS]
    for scope, id in holders:
        inside = [node for node in model.nodes if node.scope == scope]
        if not inside:
            yield _empty(id, scope)
        elif scope is None or not model.activity(scope).ad_hoc:
            yield from _begin_and_end(model, inside, scope, id)


def _empty(id: str, scope: str | None) -> Problem:
    if scope is None:
        return Problem(
            "empty_process", id, f"The process {id} has no element.", "Draw a start event, the work and an end event."
        )
    return warning("empty_subprocess", id, f"Nothing is drawn inside {id}.", "Draw its steps, or make it a task.")


def _begin_and_end(model: ProcessModel, inside: list[AnyNode], scope: str | None, id: str) -> Iterator[Problem]:
    starts = [n for n in inside if isinstance(n, EventNode) and n.position is Position.START]
    if not starts and scope is None:
        yield Problem(
            "no_start", id, f"Nothing says where {id} starts.", "Draw a start event and a flow to the first step."
        )
    plain = [start for start in starts if start.trigger is Trigger.NONE]
    if len(plain) > 1:
        listed = ", ".join(start.id for start in plain)
        yield warning(
            "several_starts", id, f"{id} has several plain start events: {listed}.", "Keep one, or give them triggers."
        )
    if not any(isinstance(n, EventNode) and n.position is Position.END for n in inside):
        yield warning("no_end", id, f"Nothing says where {id} ends.", "Draw an end event behind the last step.")


def reachable(model: ProcessModel) -> Iterator[Problem]:
    """Every node can be reached by flows from where its scope begins."""
    reached = reached_nodes(model)
    for node in model.nodes:
        if node.id not in reached:
            yield Problem(
                "unreachable",
                node.id,
                f"No flow leads to {node.id} from a start of its scope.",
                "Connect it with the rest of the drawing, or delete it.",
            )


def reached_nodes(model: ProcessModel, *, interrupting_only: bool = False) -> set[str]:
    """Ids of the nodes that flows, borders and links lead to, from the starts of all scopes.

    With `interrupting_only` no way leads over the border events that let their activity go on.
    """
    waiting = [node.id for node in model.nodes if _begins(model, node)]
    reached: set[str] = set()
    while waiting:
        id = waiting.pop()
        if id in reached:
            continue
        reached.add(id)
        waiting += [flow.target for flow in model.outgoing(id) if model.has(flow.target)]
        waiting += [e.id for e in model.boundary_events(id) if e.interrupting or not interrupting_only]
        waiting += _link_targets(model, model.node(id))
    return reached


def _begins(model: ProcessModel, node: AnyNode) -> bool:
    if isinstance(node, EventNode):
        if node.position is Position.START:
            return True
        if node.position is Position.BOUNDARY or (node.trigger is Trigger.LINK and node.position is Position.CATCH):
            return False
    if isinstance(node, Activity) and (node.triggered_by_event or node.for_compensation):
        return True
    return not model.incoming(node.id) and not _has_start(model, node.scope)


def _has_start(model: ProcessModel, scope: str | None) -> bool:
    starts = (n for n in model.nodes if isinstance(n, EventNode) and n.position is Position.START and n.scope == scope)
    return any(starts)


def _link_targets(model: ProcessModel, node: AnyNode) -> list[str]:
    if not isinstance(node, EventNode) or node.trigger is not Trigger.LINK or node.position is not Position.THROW:
        return []
    return [
        n.id
        for n in model.nodes
        if isinstance(n, EventNode)
        and (n.trigger, n.position, n.scope) == (Trigger.LINK, Position.CATCH, node.scope)
        and (n.link or n.name) == (node.link or node.name)
    ]


def implicit_splits(model: ProcessModel) -> Iterator[Problem]:
    """Several unconditional flows out of one activity or event run side by side, which drawings often do not mean."""
    for node in model.nodes:
        flows = [flow for flow in model.outgoing(node.id) if flow.condition is None]
        default = getattr(node, "default", None)
        flows = [flow for flow in flows if flow.id != default]
        if not isinstance(node, Gateway) and len(flows) > 1:
            yield warning(
                "implicit_split",
                node.id,
                f"{len(flows)} flows leave {node.id} without a gateway: all of them are taken at once.",
                "Draw a parallel gateway if this is meant, else an exclusive one with conditions.",
            )


def gateways(model: ProcessModel) -> Iterator[Problem]:
    for node in model.nodes:
        if isinstance(node, Gateway):
            yield from _gateway(model, node)
        elif isinstance(node, Activity) and node.default is not None:
            yield from _default(model, node.id, node.default)


def _gateway(model: ProcessModel, node: Gateway) -> Iterator[Problem]:
    outgoing, incoming = model.outgoing(node.id), model.incoming(node.id)
    if not outgoing:
        yield Problem(
            "gateway_without_way_out",
            node.id,
            f"No flow leaves the gateway {node.id}.",
            "Draw the way on, or delete it.",
        )
    if len(outgoing) == 1 and len(incoming) == 1:
        yield warning(
            "superfluous_gateway",
            node.id,
            f"{node.id} neither splits nor joins anything.",
            "Delete the gateway, or draw the branch.",
        )
    if node.default is not None:
        yield from _default(model, node.id, node.default)
    if node.kind in (GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE) and len(outgoing) > 1:
        yield from _choices(node, outgoing)
    if node.kind in (GatewayKind.PARALLEL, GatewayKind.EVENT_BASED):
        yield from _ignored_conditions(node, outgoing)
    if node.kind is GatewayKind.EVENT_BASED:
        yield from _race(model, node, outgoing)
    if node.kind is GatewayKind.COMPLEX:
        yield Problem(
            "complex_gateway",
            node.id,
            f"{node.id} is a complex gateway, which is not run.",
            "Use an inclusive gateway.",
        )


def _default(model: ProcessModel, id: str, default: str) -> Iterator[Problem]:
    flows = {flow.id: flow for flow in model.outgoing(id)}
    if default not in flows:
        yield Problem(
            "unknown_default", id, f"The default flow {default!r} does not leave {id}.", "Choose one of its own flows."
        )
    elif flows[default].condition:
        yield warning(
            "condition_on_default",
            default,
            f"{default} is the default of {id}, so that its condition is not asked.",
            "Delete the condition.",
        )


def _choices(node: Gateway, outgoing: tuple[Flow, ...]) -> Iterator[Problem]:
    bare = [flow for flow in outgoing if flow.condition is None and flow.id != node.default]
    if bare:
        listed = ", ".join(flow.id for flow in bare)
        yield Problem(
            "flow_without_condition",
            node.id,
            f"The gateway {node.id} cannot choose: {listed} {'has' if len(bare) == 1 else 'have'} no condition.",
            "Write a condition on each flow and mark one as the default.",
        )
    elif node.default is None:
        yield warning(
            "no_default",
            node.id,
            f"If no condition of the gateway {node.id} is true, its cases stop there.",
            "Mark one of its flows as the default.",
        )


def _ignored_conditions(node: Gateway, outgoing: tuple[Flow, ...]) -> Iterator[Problem]:
    for flow in outgoing:
        if flow.condition:
            yield warning(
                "ignored_condition",
                flow.id,
                f"The condition of {flow.id} is never asked: {node.id} is a {node.kind.replace('_', '-')} gateway.",
                "Delete the condition, or use an inclusive gateway.",
            )


def _race(model: ProcessModel, node: Gateway, outgoing: tuple[Flow, ...]) -> Iterator[Problem]:
    if len(outgoing) < 2:
        yield warning(
            "race_of_one",
            node.id,
            f"The event-based gateway {node.id} waits for one event only.",
            "Draw the event alone.",
        )
    for flow in outgoing:
        if model.has(flow.target) and not _can_race(model.node(flow.target)):
            yield Problem(
                "race_target",
                flow.target,
                f"{flow.target} stands behind the event-based gateway {node.id}, but waits for no event.",
                "Put a catching event or a receive task there.",
            )


def _can_race(node: AnyNode) -> bool:
    if isinstance(node, EventNode):
        return node.position is Position.CATCH
    return isinstance(node, Activity) and node.kind is ActivityKind.RECEIVE
