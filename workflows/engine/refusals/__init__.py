"""What the engine does not run is refused by element and rule when it is deployed, never accepted and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpmn.kept import tag_of
from bpmn.model import Activity, ActivityKind, AnyNode, EventNode, Flow, Position, ProcessModel, Trigger
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
    found += _of_correlation(model)
    if not any(node.scope is None for node in model.nodes):
        found.append(Refusal("empty", model.key, "The process has no element."))
    return found + list(_recursion(model, called, (model.key,)))


def _of_correlation(model: ProcessModel) -> Iterator[Refusal]:
    """Messages find their case by an expression of ours, not by the keys of BPMN, which nothing would fill in."""
    remedy = "Set qj:correlation on what waits for the message."
    if any(tag_of(entry) == "correlationSubscription" for entry in model.extensions):
        yield Refusal("correlation", model.key, "It correlates messages by a subscription.", remedy)
    if any(tag_of(entry) == "collaboration" and "correlationKey" in entry for entry in model.raw):
        for node in filter(_waits_for_any_message, model.nodes):
            yield Refusal("correlation", node.id, "Its message is correlated by a key of the collaboration.", remedy)


def _waits_for_any_message(node: AnyNode) -> bool:
    if isinstance(node, Activity):
        return node.kind is ActivityKind.RECEIVE and not node.correlation
    if not isinstance(node, EventNode) or node.position in (Position.THROW, Position.END):
        return False
    begins = node.position is Position.START and node.scope is None
    return not begins and any(d.trigger is Trigger.MESSAGE and not d.correlation for d in node.definitions or (node,))


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
