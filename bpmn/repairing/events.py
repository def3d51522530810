"""Circles that do not say what they wait for, until when, or where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bpmn.kept import attribute, in_order
from bpmn.layout.sizes import bottom, centre, right
from bpmn.model import (
    Activity,
    ActivityKind,
    Bounds,
    EventNode,
    Position,
    ProcessModel,
    Repair,
    Timer,
    TimerKind,
    Trigger,
)
from bpmn.repairing.step import Repaired, each, named, readable, variable, with_node
from bpmn.vocabulary import OURS, rank_in_node

_NEAR = 12.0  # pixels from a border at which an event still stands on it
NEVER = Timer(TimerKind.DURATION, 'duration("P999Y")')
AT_ONCE = Timer(TimerKind.DURATION, 'duration("PT0S")')
_NAMED = {Trigger.MESSAGE: "message", Trigger.SIGNAL: "signal", Trigger.LINK: "link"}
_CODED = (Trigger.ERROR, Trigger.ESCALATION)


def by_drawing(model: ProcessModel) -> Repaired:
    """A boundary event that is attached to nothing is attached to the activity on whose border it is drawn."""
    activities = {activity.id for activity in model.activities}
    repairs = []
    for event in [n for n in model.nodes if isinstance(n, EventNode) and n.position is Position.BOUNDARY]:
        host = None if event.attached_to in activities else _drawn_on(model, event)
        if host is not None:
            model = with_node(model, event.id, attached_to=host.id, scope=host.scope)
            repairs.append(event.id)
    text = "{0} is attached to no activity; it is to the one on whose border it is drawn."
    return Repaired(model, named("attached_by_drawing", repairs, text))


def _drawn_on(model: ProcessModel, event: EventNode) -> Activity | None:
    place = model.layout.shapes.get(event.id)
    if place is None:
        return None
    point = centre(place)
    hosts = [a for a in model.activities if a.id in model.layout.shapes]
    return next((a for a in reversed(hosts) if _on_border(model.layout.shapes[a.id], point)), None)


def _on_border(box: Bounds, point: tuple[float, float]) -> bool:
    x, y = point
    within = box.x - _NEAR <= x <= right(box) + _NEAR and box.y - _NEAR <= y <= bottom(box) + _NEAR
    deep = box.x + _NEAR < x < right(box) - _NEAR and box.y + _NEAR < y < bottom(box) - _NEAR
    return within and not deep


def named_after_themselves(model: ProcessModel) -> Repaired:
    """Messages, signals and links without a name, and errors that are thrown without a code, are called as their event."""
    text = "{0} does not say what it is called that comes or goes there; it is called as the event itself now."
    return each(EventNode, model, _is_nameless, _named, rule="unnamed_event", text=text)


def _is_nameless(event: EventNode) -> bool:
    throws = event.position in (Position.THROW, Position.END)
    nameless = event.trigger in _NAMED and not getattr(event, _NAMED[event.trigger])
    return nameless or (throws and event.trigger in _CODED and not event.code)


def _named(event: EventNode) -> EventNode:
    field: dict[str, Any] = {_NAMED.get(event.trigger, "code"): event.name.strip() or event.id}
    return replace(event, **field)


def timers(model: ProcessModel) -> Repaired:
    """A timer without a time: work starts by hand, goes on at once, or is never interrupted."""
    repairs = []
    for node in model.nodes:
        if not isinstance(node, EventNode) or node.trigger is not Trigger.TIMER or _has_time(node.timer):
            continue
        fields, what = _without_time(node)
        model = with_node(model, node.id, **fields)
        repairs.append(
            Repair("timer_without_time", node.id, f"The timer {node.id} does not say when it fires; {what}.")
        )
    return Repaired(model, tuple(repairs))


def _without_time(event: EventNode) -> tuple[dict[str, Any], str]:
    if event.position is Position.START and event.scope is None:
        return {"trigger": Trigger.NONE, "timer": None}, "cases start by hand"
    if event.position is Position.CATCH:
        return {"timer": AT_ONCE}, "nothing is waited for"
    return {"timer": NEVER}, "it never fires"


def _has_time(timer: Timer | None) -> bool:
    return timer is not None and bool(timer.expression)


def conditions(model: ProcessModel) -> Repaired:
    """What waits for a condition that is not written, or not in FEEL, waits for a variable that says it holds."""
    text = "Nothing that can be read says what {0} waits for; it waits until the variable of its name is true."
    return each(EventNode, model, _waits_for_nothing, _for_variable, rule="condition_by_variable", text=text)


def _waits_for_nothing(event: EventNode) -> bool:
    return event.trigger is Trigger.CONDITIONAL and not readable(event.condition)


def _for_variable(event: EventNode) -> EventNode:
    words = (attribute(f"{{{OURS}}}unreadable", event.condition),) if event.condition else ()
    others = tuple(entry for entry in event.extensions if "/condition/" not in entry)
    return replace(
        event, condition=f"{variable(event.id, 'holds')} = true", extensions=in_order([*words, *others], rank_in_node)
    )


def transactions(model: ProcessModel) -> Repaired:
    """A subprocess that is cancelled is a transaction."""
    cancelled = {_cancels(node) for node in model.nodes if isinstance(node, EventNode)}
    return each(
        Activity,
        model,
        lambda a: a.id in cancelled and a.kind is ActivityKind.SUBPROCESS and not (a.transaction or a.ad_hoc),
        lambda a: replace(a, transaction=True),
        rule="transaction_from_cancel",
        text="{0} is cancelled but drawn as a plain subprocess; it is a transaction now.",
    )


def _cancels(event: EventNode) -> str | None:
    if event.trigger is not Trigger.CANCEL:
        return None
    return event.attached_to if event.position is Position.BOUNDARY else event.scope
