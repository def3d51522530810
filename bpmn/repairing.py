"""Drawings that were never meant to run, made ready as far as it is certain what they mean; every step is listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

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
    Repair,
)

Step: TypeAlias = Callable[[ProcessModel], "Repaired"]


@dataclass(frozen=True, slots=True)
class Repaired:
    """The model after repair, and what was done to it."""

    model: ProcessModel
    repairs: tuple[Repair, ...] = ()


def repair(model: ProcessModel) -> Repaired:
    """Whatever can be put right without asking; what was repaired in reading comes first.

    The model may need `lay_out(model, keep=True)` for the elements that were added.
    """
    done = list(model.repairs)
    for step in STEPS:
        after = step(model)
        model, done = after.model, [*done, *after.repairs]
    return Repaired(replace(model, repairs=()), tuple(dict.fromkeys(done)))


def _executable(model: ProcessModel) -> Repaired:
    if model.executable:
        return Repaired(model)
    message = f"The process {model.key} was drawn as not executable; it is taken as executable."
    return Repaired(replace(model, executable=True), (Repair("made_executable", model.key, message),))


def _dangling_flows(model: ProcessModel) -> Repaired:
    wrong = [flow for flow in model.flows if not (model.has(flow.source) and model.has(flow.target))]
    kept = tuple(flow for flow in model.flows if flow not in wrong)
    text = "The flow {0} does not lead from a node to a node; it is left out."
    return Repaired(replace(model, flows=kept), _named("dangling_flow", [flow.id for flow in wrong], text))


def _defaults(model: ProcessModel) -> Repaired:
    """A default that is no flow of its own node says nothing."""
    wrong = [n for n in model.nodes if _default(n) and _default(n) not in {f.id for f in model.outgoing(n.id)}]
    nodes = tuple(_without_default(n) if n in wrong else n for n in model.nodes)
    text = "{0} names a default flow that does not leave it; the default is left out."
    return Repaired(replace(model, nodes=nodes), _named("unknown_default", [node.id for node in wrong], text))


def _without_default(node: AnyNode) -> AnyNode:
    return node if isinstance(node, EventNode) else replace(node, default=None)


def _default(node: AnyNode) -> str | None:
    return None if isinstance(node, EventNode) else node.default


def _implicit_start(model: ProcessModel) -> Repaired:
    """What nothing leads to begins with its scope; a start event says so."""
    if any(_is(node, Position.START) and node.scope is None for node in model.nodes):
        return Repaired(model)
    first = [node for node in model.nodes if node.scope is None and not model.incoming(node.id) and _in_flow(node)]
    if not first:
        return Repaired(model)
    start = EventNode(id=_free(model, "start"), position=Position.START, lane=first[0].lane)
    model = replace(model, nodes=(start, *model.nodes))
    model, into = _gathered(model, first)
    model = _joined(model, start.id, into)
    message = f"{model.key} had no start event; {start.id} leads to {', '.join(node.id for node in first)}."
    return Repaired(model, (Repair("implicit_start", start.id, message),))


def _implicit_ends(model: ProcessModel) -> Repaired:
    """What nothing follows ends its branch; an end event says so."""
    last = [n for n in model.nodes if not model.outgoing(n.id) and _in_flow(n) and not _is(n, Position.END)]
    last = [n for n in last if not _inside_ad_hoc(model, n)]
    repairs = []
    for node in last:
        end = EventNode(id=_free(model, f"{node.id}_end"), position=Position.END, lane=node.lane, scope=node.scope)
        model = _joined(replace(model, nodes=(*model.nodes, end)), node.id, end.id)
        repairs.append(Repair("implicit_end", end.id, f"Nothing follows {node.id}; the end event {end.id} does now."))
    return Repaired(model, tuple(repairs))


def _implicit_splits(model: ProcessModel) -> Repaired:
    """Several flows out of one activity run side by side; a parallel gateway says so, an inclusive one if they have conditions."""
    repairs = []
    for node in model.nodes:
        flows = model.outgoing(node.id)
        if isinstance(node, Gateway) or len(flows) < 2:
            continue
        plain = all(flow.condition is None for flow in flows) and _default(node) is None
        kind = GatewayKind.PARALLEL if plain else GatewayKind.INCLUSIVE
        gateway = Gateway(
            id=_free(model, f"{node.id}_split"), kind=kind, lane=node.lane, scope=node.scope, default=_default(node)
        )
        model = _with_split(model, node, gateway)
        message = f"{len(flows)} flows left {node.id}; the {kind} gateway {gateway.id} splits them now."
        repairs.append(Repair("implicit_split", gateway.id, message))
    return Repaired(model, tuple(repairs))


def _with_split(model: ProcessModel, node: AnyNode, gateway: Gateway) -> ProcessModel:
    flows = tuple(replace(f, source=gateway.id) if f.source == node.id else f for f in model.flows)
    nodes = tuple(_without_default(n) if n.id == node.id else n for n in (*model.nodes, gateway))
    return _joined(replace(model, nodes=nodes, flows=flows), node.id, gateway.id)


def _choices(model: ProcessModel) -> Repaired:
    """The only flow of a choice that has no condition is its default."""
    repairs = []
    for node in model.nodes:
        bare = [flow for flow in model.outgoing(node.id) if flow.condition is None]
        if not isinstance(node, Gateway) or node.kind not in (GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE):
            continue
        if len(bare) == 1 and node.default is None and len(model.outgoing(node.id)) > 1:
            changed = replace(node, default=bare[0].id)
            model = replace(model, nodes=tuple(changed if n.id == node.id else n for n in model.nodes))
            message = f"{bare[0].id} is the only flow of {node.id} without a condition; it is its default now."
            repairs.append(Repair("missing_default", node.id, message))
    return Repaired(model, tuple(repairs))


STEPS: tuple[Step, ...] = (
    _executable,
    _dangling_flows,
    _defaults,
    _implicit_splits,
    _choices,
    _implicit_start,
    _implicit_ends,
)


def _named(rule: str, elements: list[str], text: str) -> tuple[Repair, ...]:
    return tuple(Repair(rule, element, text.format(element)) for element in elements)


def _is(node: AnyNode, position: Position) -> bool:
    return isinstance(node, EventNode) and node.position is position


def _in_flow(node: AnyNode) -> bool:
    """Whether flows are to lead to this node and away from it."""
    if isinstance(node, Activity):
        return not (node.triggered_by_event or node.for_compensation)
    return not (
        isinstance(node, EventNode) and (node.position is Position.BOUNDARY or node.link or node.trigger == "link")
    )


def _inside_ad_hoc(model: ProcessModel, node: AnyNode) -> bool:
    holder = model.node(node.scope) if node.scope and model.has(node.scope) else None
    return isinstance(holder, Activity) and holder.kind is ActivityKind.SUBPROCESS and holder.ad_hoc


def _gathered(model: ProcessModel, nodes: list[AnyNode]) -> tuple[ProcessModel, str]:
    """One node that leads to all of these: itself, or a parallel gateway before them."""
    if len(nodes) == 1:
        return model, nodes[0].id
    gateway = Gateway(id=_free(model, "start_split"), kind=GatewayKind.PARALLEL, lane=nodes[0].lane)
    model = replace(model, nodes=(gateway, *model.nodes))
    for node in nodes:
        model = _joined(model, gateway.id, node.id)
    return model, gateway.id


def _joined(model: ProcessModel, source: str, target: str) -> ProcessModel:
    flow = Flow(id=_free(model, f"{source}__{target}"), source=source, target=target)
    return replace(model, flows=(*model.flows, flow))


def _free(model: ProcessModel, wanted: str) -> str:
    """An id that nothing has yet."""
    taken = {model.key, *(e.id for e in (*model.nodes, *model.flows, *model.lanes))}
    number, id = 1, wanted
    while id in taken:
        number, id = number + 1, f"{wanted}_{number + 1}"
    return id
