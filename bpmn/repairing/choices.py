"""Which way a case goes: splits that are not drawn, defaults, and conditions that are not written."""

from __future__ import annotations

from dataclasses import replace

from bpmn.kept import attribute, in_order
from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Flow, Gateway, GatewayKind, ProcessModel, Repair
from bpmn.repairing.step import Repaired, free_id, joined, literal, named, readable, variable, with_node
from bpmn.vocabulary import OURS, rank_in_node

_CHOOSES = (GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE)


def unknown_defaults(model: ProcessModel) -> Repaired:
    """A default that is no flow of its own node says nothing."""
    wrong = [n for n in model.nodes if _default(n) and _default(n) not in {f.id for f in model.outgoing(n.id)}]
    nodes = tuple(_without_default(n) if n in wrong else n for n in model.nodes)
    text = "{0} names a default flow that does not leave it; the default is left out."
    return Repaired(replace(model, nodes=nodes), named("unknown_default", [node.id for node in wrong], text))


def implicit_splits(model: ProcessModel) -> Repaired:
    """Several flows out of one activity run side by side; a parallel gateway says so, an inclusive one if they have conditions."""
    repairs = []
    for node in model.nodes:
        flows = model.outgoing(node.id)
        if isinstance(node, Gateway) or len(flows) < 2:
            continue
        plain = all(flow.condition is None for flow in flows) and _default(node) is None
        kind = GatewayKind.PARALLEL if plain else GatewayKind.INCLUSIVE
        id = free_id(model, f"{node.id}_split")
        gateway = Gateway(id=id, kind=kind, lane=node.lane, scope=node.scope, default=_default(node))
        model = _with_split(model, node, gateway)
        message = f"{len(flows)} flows left {node.id}; the {kind} gateway {gateway.id} splits them now."
        repairs.append(Repair("implicit_split", gateway.id, message))
    return Repaired(model, tuple(repairs))


def unreadable(model: ProcessModel) -> Repaired:
    """A condition in a language that nobody here reads is as good as none; its words stay with the flow."""
    wrong = {flow.id: flow for flow in model.flows if flow.condition and not readable(flow.condition)}
    flows = tuple(_without_condition(f) if f.id in wrong else f for f in model.flows)
    text = "The condition of {0} is no FEEL; it is kept as a remark."
    return Repaired(replace(model, flows=flows), named("unreadable_condition", wrong, text))


def _without_condition(flow: Flow) -> Flow:
    words = attribute(f"{{{OURS}}}unreadable", flow.condition or "")
    others = [e for e in flow.extensions if not e.startswith("conditionExpression/")]
    moved = [words, *others, *(e for e in flow.extensions if e not in others and e.startswith("conditionExpression/<"))]
    return replace(flow, condition=None, extensions=in_order(moved, rank_in_node))


def single_default(model: ProcessModel) -> Repaired:
    """The only flow of a choice that has no condition is its default."""
    repairs = []
    for node in _choosing(model):
        bare = _bare(model, node)
        if len(bare) == 1 and node.default is None:
            model = with_node(model, node.id, default=bare[0].id)
            message = f"{bare[0].id} is the only flow of {node.id} without a condition; it is its default now."
            repairs.append(Repair("missing_default", node.id, message))
    return Repaired(model, tuple(repairs))


def by_name(model: ProcessModel) -> Repaired:
    """Ways that are only named: the outcome of the task before, or a variable of the case, says which name is taken."""
    repairs = []
    for node in _choosing(model):
        bare = _bare(model, node)
        if not bare:
            continue
        word = _asked(model, node)
        conditions = {flow.id: _is_chosen(node, word, flow) for flow in bare}
        flows = tuple(replace(f, condition=conditions.get(f.id, f.condition)) for f in model.flows)
        model = replace(model, flows=flows)
        ways = ", ".join(literal(flow.name or flow.id) for flow in bare)
        repairs.append(
            Repair("choice_by_name", node.id, f"Nothing says which way {node.id} takes; {word} does now: {ways}.")
        )
    return Repaired(model, tuple(repairs))


def _asked(model: ProcessModel, gateway: Gateway) -> str:
    before = [model.node(flow.source) for flow in model.incoming(gateway.id) if model.has(flow.source)]
    if len(before) == 1 and isinstance(before[0], Activity) and before[0].kind is ActivityKind.USER:
        return variable(before[0].id, "outcome")
    return variable(gateway.id, "choice")


def _is_chosen(gateway: Gateway, word: str, flow: Flow) -> str:
    way = literal(flow.name or flow.id)
    return f"{word} = {way}" if gateway.kind is GatewayKind.EXCLUSIVE else f"list contains({word}, {way})"


def _choosing(model: ProcessModel) -> list[Gateway]:
    """Gateways that have to choose between several ways."""
    gateways = [node for node in model.nodes if isinstance(node, Gateway) and node.kind in _CHOOSES]
    return [gateway for gateway in gateways if len(model.outgoing(gateway.id)) > 1]


def _bare(model: ProcessModel, gateway: Gateway) -> list[Flow]:
    return [flow for flow in model.outgoing(gateway.id) if flow.condition is None and flow.id != gateway.default]


def _with_split(model: ProcessModel, node: AnyNode, gateway: Gateway) -> ProcessModel:
    flows = tuple(replace(f, source=gateway.id) if f.source == node.id else f for f in model.flows)
    nodes = tuple(_without_default(n) if n.id == node.id else n for n in (*model.nodes, gateway))
    return joined(replace(model, nodes=nodes, flows=flows), node.id, gateway.id)


def _without_default(node: AnyNode) -> AnyNode:
    return node if isinstance(node, EventNode) else replace(node, default=None)


def _default(node: AnyNode) -> str | None:
    return None if isinstance(node, EventNode) else node.default
