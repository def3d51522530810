"""Gateways that do not say enough, or wait for what is no event."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.kept import attributes
from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Gateway, GatewayKind, Position, ProcessModel, Trigger
from workflows.engine.refusals.refusal import Refusal, expression

STANDARD = {"instantiate": "false", "eventGatewayType": "Exclusive"}


def of_gateway(model: ProcessModel, node: Gateway) -> Iterator[Refusal]:
    if node.kind is GatewayKind.COMPLEX and len(model.incoming(node.id)) > 1 and not node.activation:
        remedy = "Write an activation condition such as: activationCount >= 2"
        yield Refusal("activation", node.id, "Nothing says when the complex gateway goes on.", remedy)
    if node.kind is GatewayKind.EVENT_BASED:
        yield from _of_race(model, node)
    yield from expression(node.id, node.activation)


def _of_race(model: ProcessModel, node: Gateway) -> Iterator[Refusal]:
    said = attributes(node.extensions)
    for name, standard in STANDARD.items():
        if said.get(name, standard).lower() != standard.lower():
            yield Refusal(
                "event_gateway", node.id, f"{name}={said[name]!r} is not run.", "Begin cases by message start events."
            )
    for flow in model.outgoing(node.id):
        if model.has(flow.target) and not _can_race(model.node(flow.target)):
            yield Refusal(
                "race_target", flow.target, "It stands behind an event-based gateway, but waits for no event."
            )
        elif model.has(flow.target) and _is_repeated(model.node(flow.target)):
            yield Refusal(
                "race_target",
                flow.target,
                "It stands behind an event-based gateway, where one event decides.",
                "Let it wait once.",
            )


def _is_repeated(node: AnyNode) -> bool:
    return isinstance(node, Activity) and (node.multi_instance is not None or node.loop_condition is not None)


def _can_race(node: AnyNode) -> bool:
    if isinstance(node, EventNode):
        return node.position is Position.CATCH and node.trigger is not Trigger.LINK
    return isinstance(node, Activity) and node.kind is ActivityKind.RECEIVE
