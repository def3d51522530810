"""Circles: event definitions inline, by reference, or several at once."""

from __future__ import annotations

import copy
from typing import Any

from bpmn import kept, vendors
from bpmn.model import EventDefinition, EventNode, Timer, TimerKind, Trigger
from bpmn.reading.formulas import formula
from bpmn.reading.listening import listeners_of
from bpmn.reading.part import TRUE, Part, unprefixed
from bpmn.reading.source import Source
from bpmn.vocabulary import EVENT_DEFINITIONS, EVENTS, rank_in_node

_TIMERS = {"timeDate": TimerKind.DATE, "timeDuration": TimerKind.DURATION, "timeCycle": TimerKind.CYCLE}


def read_event(source: Source, part: Part, common: dict[str, Any]) -> EventNode:
    """The event node; with several definitions its trigger is `multiple`."""
    fields: dict[str, Any] = {
        "attached_to": part.reference("attachedToRef"),
        "interrupting": part.flag("cancelActivity", True) and part.flag("isInterrupting", True),
        "all_of": part.flag("parallelMultiple"),
        "stops_clock": part.ours("stopsClock") in TRUE,
    }
    correlation = part.ours("correlation")
    fields |= _trigger(source, part, common["id"])
    if fields.get("trigger") is Trigger.COMPENSATE and fields["attached_to"]:
        fields["handler"] = source.associated(common["id"])
    fields["correlation"] = correlation or fields.get("correlation")
    if fields.pop("working", False) and fields.get("timer"):
        fields["timer"] = Timer(fields["timer"].kind, fields["timer"].expression, True)
    form, listeners = part.ours("form"), listeners_of(part)
    extensions = kept.in_order(part.rest(), rank_in_node)
    theirs = vendors.terms(extensions, common["id"])
    source.keeps(common["id"], theirs.kept)
    fields["form"] = (theirs.form if form is None else form) or None
    fields["listeners"] = theirs.listeners if listeners is None else listeners
    return EventNode(position=EVENTS[part.tag], extensions=extensions, **(common | fields))


def _trigger(source: Source, part: Part, id: str) -> dict[str, Any]:
    working = part.ours("working") in TRUE
    count = part.count([*EVENT_DEFINITIONS, "eventDefinitionRef"])
    if count == 0:
        return {}
    if count > 1:
        return {"trigger": Trigger.MULTIPLE, "definitions": _several(source, part, id)}
    definition = _by_reference(source, part, id) or _inline(part)
    if definition is None:
        return {}
    trigger = EVENT_DEFINITIONS[definition.tag]
    return {"trigger": trigger, "working": working, **_details(source, definition, trigger, id)}


def _several(source: Source, part: Part, id: str) -> tuple[EventDefinition, ...]:
    """All definitions, those by reference after the others."""
    found = [read_definition(source, each, id) for each in part.children(EVENT_DEFINITIONS)]
    for reference in part.children(("eventDefinitionRef",)):
        definition = _referred(source, reference, id)
        if definition is None:
            part.keep(reference)
        else:
            found.append(read_definition(source, definition, id))
    return tuple(found)


def read_definition(source: Source, part: Part, element: str) -> EventDefinition:
    """A definition that stands beside others, or that says what an instance throws."""
    trigger = EVENT_DEFINITIONS[part.tag]
    id, correlation = part.take("id"), part.ours("correlation")
    details = _details(source, part, trigger, element)
    details["correlation"] = correlation or details.get("correlation")
    return EventDefinition(trigger, id=id, extensions=kept.in_order(part.rest(), rank_in_node), **details)


def _inline(part: Part) -> Part | None:
    return next((found for tag in EVENT_DEFINITIONS if (found := part.open(tag)) is not None), None)


def _by_reference(source: Source, part: Part, id: str) -> Part | None:
    """The definition that `eventDefinitionRef` points to, copied into this event."""
    reference = part.open("eventDefinitionRef")
    if reference is None:
        return None
    definition = _referred(source, reference, id)
    if definition is None:
        part.give_back(reference)
    else:
        part.adopt(definition)
    return definition


def _referred(source: Source, reference: Part, id: str) -> Part | None:
    """A copy of the definition that the reference means; a missing one is a repair."""
    name = unprefixed(reference.text())
    element = source.event_definition(name)
    if element is None:
        message = (
            f"{id} refers to the event definition {name!r}, which the file does not have; the event is a plain one."
        )
        source.repaired("undeclared_reference", id, message)
        return None
    definition = Part(copy.deepcopy(element))
    definition.take("id")
    return definition


def _details(source: Source, part: Part, trigger: Trigger, id: str) -> dict[str, Any]:
    """The fields of that trigger, taken out of its definition."""
    if trigger is Trigger.TIMER:
        return {"timer": _timer(source, part, id)}
    if trigger is Trigger.MESSAGE:
        reference = part.reference("messageRef")
        found = {"message": source.name("message", reference, id)}
        return found | ({"correlation": c} if (c := source.correlation(reference)) else {})
    if trigger is Trigger.SIGNAL:
        return {"signal": source.name("signal", part.reference("signalRef"), id)}
    if trigger is Trigger.ERROR:
        return {"code": source.name("error", part.reference("errorRef"), id)}
    if trigger is Trigger.ESCALATION:
        return {"code": source.name("escalation", part.reference("escalationRef"), id)}
    if trigger is Trigger.CONDITIONAL:
        return {"condition": formula(source, part, "condition", id) or None}
    if trigger is Trigger.COMPENSATE:
        return {"compensates": part.reference("activityRef"), "waits": part.flag("waitForCompletion", True)}
    return {"link": part.take("name")} if trigger is Trigger.LINK else {}


def _timer(source: Source, part: Part, id: str) -> Timer | None:
    working = part.ours("working") in TRUE
    for tag, kind in _TIMERS.items():
        if part.says(tag):
            return Timer(kind, formula(source, part, tag, id, time=True) or "", working)
    return None
