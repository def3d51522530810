"""What the engine does not run is refused by element and rule when it is deployed, never accepted and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpmn.kept import tag_of
from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Flow, ProcessModel
from workflows.engine.refusals.activities import of_activity
from workflows.engine.refusals.compensation import of_compensation
from workflows.engine.refusals.events import of_event
from workflows.engine.refusals.gateways import of_gateway
from workflows.engine.refusals.refusal import Refusal, expression

__all__ = ["Refusal", "refusals"]


def refusals(model: ProcessModel, called: Mapping[str, ProcessModel]) -> list[Refusal]:
    """Every reason why this model cannot run; empty when it can."""
    found = [refusal for node in model.nodes for refusal in _of_node(model, node, called)]
    found += [r for flow in model.flows for r in expression(flow.id, flow.condition)]
    found += [r for flow in model.flows for r in _of_ends(model, flow)]
    found += of_compensation(model)
    if any(tag_of(entry) == "correlationSubscription" for entry in model.extensions):
        remedy = "Set qj:correlation on what waits for the message."
        found.append(Refusal("correlation", model.key, "It correlates messages by a subscription.", remedy))
    if not any(node.scope is None for node in model.nodes):
        found.append(Refusal("empty", model.key, "The process has no element."))
    return found + list(_recursion(model, called, (model.key,)))


def _of_ends(model: ProcessModel, flow: Flow) -> Iterator[Refusal]:
    for id in (flow.source, flow.target):
        if not model.has(id):
            yield Refusal("flow", flow.id, f"It is drawn to {id!r}, which is no element that runs.")


def _of_node(model: ProcessModel, node: AnyNode, called: Mapping[str, ProcessModel]) -> Iterator[Refusal]:
    if isinstance(node, EventNode):
        return of_event(model, node)
    return of_activity(model, node, called) if isinstance(node, Activity) else of_gateway(model, node)


def _recursion(model: ProcessModel, called: Mapping[str, ProcessModel], line: tuple[str, ...]) -> Iterator[Refusal]:
    for node in model.activities:
        if node.kind is ActivityKind.CALL and node.called and node.called in called:
            if node.called in line:
                yield Refusal("recursion", node.id, f"It calls {node.called!r}, which is already running around it.")
            else:
                yield from _recursion(called[node.called], called, (*line, node.called))
