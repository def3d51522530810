"""Compensation: events without a handler, handlers without an event, and throws for what cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, ActivityKind, EventNode, Position, ProcessModel, Trigger
from workflows.engine.refusals.refusal import Refusal


def of_compensation(model: ProcessModel) -> Iterator[Refusal]:
    events = [n for n in model.nodes if isinstance(n, EventNode) and n.trigger is Trigger.COMPENSATE]
    for event in events:
        if event.position is Position.BOUNDARY:
            yield from _of_border(model, event)
        elif event.position in (Position.THROW, Position.END) and event.compensates is not None:
            yield from _of_throw(model, event)
    handlers = {event.handler for event in events if event.position is Position.BOUNDARY}
    for node in model.activities:
        yield from _of_handler(model, node, handlers)


def _of_border(model: ProcessModel, event: EventNode) -> Iterator[Refusal]:
    handler = model.node(event.handler) if event.handler and model.has(event.handler) else None
    if not (isinstance(handler, Activity) and handler.for_compensation and handler.scope == event.scope):
        remedy = "Draw an association to an activity for compensation in the same scope."
        yield Refusal("compensation_handler", event.id, "Nothing makes undone what the event sits on.", remedy)
    others = [e for e in model.boundary_events(event.attached_to or "") if e.trigger is Trigger.COMPENSATE]
    if others[0] is not event:
        yield Refusal("two_handlers", event.id, f"{event.attached_to} has a compensation event already.", "Keep one.")


def _of_handler(model: ProcessModel, node: Activity, handlers: set[str | None]) -> Iterator[Refusal]:
    if not node.for_compensation or node.triggered_by_event:
        return
    if node.id not in handlers:
        yield Refusal("handler_unused", node.id, "It is there for compensation, but no compensation event leads to it.")
    if model.incoming(node.id) or model.outgoing(node.id):
        yield Refusal("handler_in_flow", node.id, "No flow may touch an activity that is there for compensation.")


def _of_throw(model: ProcessModel, event: EventNode) -> Iterator[Refusal]:
    """What it names must stand beside it, or beside the event subprocess that it is in, and have something to be undone."""
    scopes, scope = {event.scope}, event.scope
    while scope is not None and model.activity(scope).triggered_by_event:
        scope = model.activity(scope).scope
        scopes.add(scope)
    wanted = event.compensates or ""
    target = model.node(wanted) if model.has(wanted) else None
    if not isinstance(target, Activity) or target.scope not in scopes:
        yield Refusal("compensates", event.id, f"It compensates {wanted!r}, which is no activity beside it.")
    elif not _can_be_undone(model, target):
        yield Refusal("compensates", event.id, f"It compensates {wanted}, which nothing makes undone.")


def _can_be_undone(model: ProcessModel, node: Activity) -> bool:
    if any(e.trigger is Trigger.COMPENSATE for e in model.boundary_events(node.id)) or node.kind is ActivityKind.CALL:
        return True
    inside = [n for n in model.nodes if n.scope == node.id]
    starts = [n for n in model.nodes if isinstance(n, EventNode) and n.trigger is Trigger.COMPENSATE]
    beside = {n.scope for n in starts if n.position is Position.START}
    return any(n.id in beside or (isinstance(n, Activity) and _can_be_undone(model, n)) for n in inside)
