"""Where a drawing begins and ends, and flows that lead nowhere."""

from __future__ import annotations

from dataclasses import replace

from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Gateway, GatewayKind, Position, ProcessModel, Repair
from bpmn.repairing.step import Repaired, free_id, in_flow, inside_ad_hoc, is_at, joined, named


def executable(model: ProcessModel) -> Repaired:
    if model.executable:
        return Repaired(model)
    message = f"The process {model.key} was drawn as not executable; it is taken as executable."
    return Repaired(replace(model, executable=True), (Repair("made_executable", model.key, message),))


def dangling_flows(model: ProcessModel) -> Repaired:
    wrong = [flow for flow in model.flows if not (model.has(flow.source) and model.has(flow.target))]
    kept = tuple(flow for flow in model.flows if flow not in wrong)
    text = "The flow {0} does not lead from a node to a node; it is left out."
    return Repaired(replace(model, flows=kept), named("dangling_flow", [flow.id for flow in wrong], text))


def implicit_starts(model: ProcessModel) -> Repaired:
    """What nothing leads to begins with its scope; a start event says so."""
    repairs: list[Repair] = []
    for scope in [None, *(a.id for a in model.activities if _has_inside(model, a))]:
        model, done = _start_of(model, scope)
        repairs += done
    return Repaired(model, tuple(repairs))


def _has_inside(model: ProcessModel, activity: Activity) -> bool:
    """Subprocesses that flow, and in which something is drawn."""
    plain = activity.kind is ActivityKind.SUBPROCESS and not (activity.triggered_by_event or activity.ad_hoc)
    return plain and any(node.scope == activity.id for node in model.nodes)


def _start_of(model: ProcessModel, scope: str | None) -> tuple[ProcessModel, list[Repair]]:
    inside = [node for node in model.nodes if node.scope == scope]
    first = [node for node in inside if not model.incoming(node.id) and in_flow(node)]
    if any(is_at(node, Position.START) for node in inside) or not first:
        return model, []
    start = EventNode(id=free_id(model, "start"), position=Position.START, lane=first[0].lane, scope=scope)
    model = replace(model, nodes=(start, *model.nodes))
    model, into = _gathered(model, first, scope)
    model = joined(model, start.id, into)
    message = f"{scope or model.key} had no start event; {start.id} leads to {', '.join(node.id for node in first)}."
    return model, [Repair("implicit_start", start.id, message)]


def _gathered(model: ProcessModel, nodes: list[AnyNode], scope: str | None) -> tuple[ProcessModel, str]:
    """One node that leads to all of these: itself, or a parallel gateway before them."""
    if len(nodes) == 1:
        return model, nodes[0].id
    id = free_id(model, "start_split")
    gateway = Gateway(id=id, kind=GatewayKind.PARALLEL, lane=nodes[0].lane, scope=scope)
    model = replace(model, nodes=(gateway, *model.nodes))
    for node in nodes:
        model = joined(model, gateway.id, node.id)
    return model, gateway.id


def implicit_ends(model: ProcessModel) -> Repaired:
    """What nothing follows ends its branch; an end event says so."""
    last = [n for n in model.nodes if not model.outgoing(n.id) and in_flow(n) and not is_at(n, Position.END)]
    repairs = []
    for node in (n for n in last if not inside_ad_hoc(model, n)):
        end = EventNode(id=free_id(model, f"{node.id}_end"), position=Position.END, lane=node.lane, scope=node.scope)
        model = joined(replace(model, nodes=(*model.nodes, end)), node.id, end.id)
        repairs.append(Repair("implicit_end", end.id, f"Nothing follows {node.id}; the end event {end.id} does now."))
    return Repaired(model, tuple(repairs))
