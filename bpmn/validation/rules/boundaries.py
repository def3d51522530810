"""Borders of activities: boundary events, event subprocesses, transactions and compensation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bpmn.model import Activity, ActivityKind, EventNode, Position, Trigger
from bpmn.validation.rule import Breach, Rule, advice, at
from bpmn.validation.sheet import Sheet


def _boundaries(sheet: Sheet) -> Iterator[tuple[EventNode, Activity]]:
    """Boundary events that sit on an activity, and that activity."""
    for event in sheet.at_position(Position.BOUNDARY):
        host = sheet.activity(event.attached_to)
        if host is not None:
            yield event, host


def _on_nothing(sheet: Sheet) -> Iterator[Breach]:
    for event in sheet.at_position(Position.BOUNDARY):
        if sheet.activity(event.attached_to) is None:
            where = f"on {event.attached_to!r}, which is no activity" if event.attached_to else "on nothing"
            yield at(event.id, where=where)


def _same_twice(sheet: Sheet) -> Iterator[Breach]:
    """Errors and escalations of one code, caught twice on one border."""
    caught = (Trigger.ERROR, Trigger.ESCALATION, Trigger.CANCEL)
    counted = Counter((e.attached_to, e.trigger, e.code) for e, _ in _boundaries(sheet) if e.trigger in caught)
    for event, host in _boundaries(sheet):
        if counted[(event.attached_to, event.trigger, event.code)] > 1:
            yield at(event.id, what=f"{event.trigger} {event.code or ''}".strip(), host=host.id)


def _event_subprocesses(sheet: Sheet) -> Iterator[Activity]:
    return (activity for activity in sheet.subprocesses if activity.triggered_by_event)


def _in_transaction(sheet: Sheet, event: EventNode) -> bool:
    scopes = (sheet.activity(scope) for scope in sheet.around(event.scope))
    return any(holder is not None and holder.transaction for holder in scopes)


# --- errors ------------------------------------------------------------------------------------------------------------


def _uncaught(sheet: Sheet, trigger: Trigger) -> Iterator[Breach]:
    for event in sheet.at_position(Position.THROW, Position.END):
        if event.trigger is trigger and event.code and not _is_caught(sheet, event):
            yield at(event.id, code=event.code)


def _is_caught(sheet: Sheet, event: EventNode) -> bool:
    for scope in sheet.around(event.scope):
        borders = sheet.model.boundary_events(scope) if scope else ()
        listeners = [a.id for a in _event_subprocesses(sheet) if a.scope == scope and a.id != event.scope]
        starts = [start for listener in listeners for start in sheet.starts(listener)]
        if any(e.trigger is event.trigger and e.code in (None, "", event.code) for e in (*borders, *starts)):
            return True
    return False


# --- compensation ------------------------------------------------------------------------------------------------------


def _handlers(sheet: Sheet) -> dict[str, list[str]]:
    """Compensation boundary event → what it names as its handler, and what else associations tie to it."""
    compensating = [e for e, _ in _boundaries(sheet) if e.trigger is Trigger.COMPENSATE]
    found = {e.id: [e.handler] if e.handler and sheet.model.has(e.handler) else [] for e in compensating}
    for link in sheet.all("association"):
        ends = link.get("sourceRef"), link.get("targetRef")
        for one, other in (ends, ends[::-1]):
            if one in found and sheet.model.has(other) and other not in found[one]:
                found[one].append(other)
    return found


def _no_compensation(sheet: Sheet) -> Iterator[Breach]:
    """Handlers that are no compensation activity."""
    for event, handlers in _handlers(sheet).items():
        for handler in handlers:
            activity = sheet.activity(handler)
            if activity is None or not activity.for_compensation:
                yield at(handler, event=event)


def _unused(sheet: Sheet) -> Iterator[Breach]:
    handlers = {handler for found in _handlers(sheet).values() for handler in found}
    return (at(a.id) for a in sheet.activities if a.for_compensation and a.id not in handlers)


def _thrown(sheet: Sheet) -> Iterator[tuple[EventNode, Activity]]:
    """Events that compensate one activity, and that activity."""
    for event in sheet.at_position(Position.THROW, Position.END):
        target = sheet.activity(event.compensates)
        if event.trigger is Trigger.COMPENSATE and target is not None:
            yield event, target


def _can_be_undone(sheet: Sheet, activity: Activity) -> bool:
    borders = sheet.model.boundary_events(activity.id)
    listeners = [a.id for a in _event_subprocesses(sheet) if a.scope == activity.id]
    starts = (start for listener in listeners for start in sheet.starts(listener))
    if any(e.trigger is Trigger.COMPENSATE for e in (*borders, *starts)):
        return True
    inside = [a for a in sheet.activities if a.scope == activity.id and not a.triggered_by_event]
    return activity.kind is ActivityKind.CALL or any(_can_be_undone(sheet, a) for a in inside)


BOUNDARIES = (
    Rule(
        "boundary_on_nothing",
        "The boundary event {element} sits {where}.",
        "Attach it to an activity.",
        _on_nothing,
    ),
    Rule(
        "boundary_on_event_subprocess",
        "{element} sits on the event subprocess {host}, which has no border.",
        "Draw the event on an activity, or as another event subprocess.",
        lambda sheet: (at(e.id, host=h.id) for e, h in _boundaries(sheet) if h.triggered_by_event),
    ),
    Rule(
        "boundary_across_subprocess",
        "{element} and its activity {host} stand in different scopes.",
        "Move the event.",
        lambda sheet: (at(e.id, host=h.id) for e, h in _boundaries(sheet) if h.scope != e.scope),
    ),
    Rule(
        "boundary_without_way_out",
        "No flow leaves the boundary event {element}.",
        "Draw what happens when it fires.",
        lambda sheet: (
            at(e.id)
            for e, _ in _boundaries(sheet)
            if e.trigger is not Trigger.COMPENSATE and not sheet.model.outgoing(e.id)
        ),
    ),
    Rule(
        "error_interrupts",
        "The {trigger} event {element} always ends its activity.",
        "Draw it as interrupting.",
        lambda sheet: (
            at(e.id, trigger=e.trigger)
            for e, _ in _boundaries(sheet)
            if not e.interrupting and e.trigger in (Trigger.ERROR, Trigger.CANCEL)
        ),
    ),
    advice(
        "caught_twice",
        "Another event on the border of {host} catches the {what} as {element} does.",
        "Keep one of them, or give each a code of its own.",
        _same_twice,
    ),
    Rule(
        "event_subprocess_start",
        "The event subprocess {element} has {count} start events instead of one.",
        "Draw one start event that says what triggers it.",
        lambda sheet: (
            at(a.id, count=len(starts))
            for a in _event_subprocesses(sheet)
            if sheet.inside[a.id] and len(starts := sheet.starts(a.id)) != 1
        ),
    ),
    Rule(
        "cancel_without_transaction",
        "{element} waits for the cancelling of {host}, which is no transaction.",
        "Use an error event.",
        lambda sheet: (
            at(e.id, host=h.id) for e, h in _boundaries(sheet) if e.trigger is Trigger.CANCEL and not h.transaction
        ),
    ),
    Rule(
        "cancel_outside_transaction",
        "{element} cancels a transaction, but stands in none.",
        "Use an error or terminate end event.",
        lambda sheet: (
            at(e.id)
            for e in sheet.at_position(Position.END)
            if e.trigger is Trigger.CANCEL and not _in_transaction(sheet, e)
        ),
    ),
    advice(
        "error_uncaught",
        "Nothing catches the error {code!r} of {element}: it ends the whole case.",
        "Draw a boundary event or an event subprocess that catches it, if that is not meant.",
        lambda sheet: _uncaught(sheet, Trigger.ERROR),
    ),
    advice(
        "escalation_uncaught",
        "Nothing catches the escalation {code!r} of {element}: it has no effect.",
        "Draw a boundary event or an event subprocess that catches it.",
        lambda sheet: _uncaught(sheet, Trigger.ESCALATION),
    ),
    Rule(
        "compensation_with_flow",
        "A flow leaves {element}, which only compensation starts.",
        "Draw an association to the activity that undoes the work.",
        lambda sheet: (
            at(e.id) for e, _ in _boundaries(sheet) if e.trigger is Trigger.COMPENSATE and sheet.model.outgoing(e.id)
        ),
    ),
    Rule(
        "compensation_without_handler",
        "Nothing is tied to {element} that would undo the work of its activity.",
        "Draw an association to a compensation activity.",
        lambda sheet: (
            at(id) for id, handlers in _handlers(sheet).items() if not handlers and not sheet.model.outgoing(id)
        ),
    ),
    advice(
        "several_compensations",
        "{count} activities are tied to {element}; one can undo the work.",
        "Put them into one compensation subprocess.",
        lambda sheet: (at(id, count=len(found)) for id, found in _handlers(sheet).items() if len(set(found)) > 1),
    ),
    Rule(
        "handler_not_for_compensation",
        "{element} is tied to the compensation event {event}, but is no compensation activity.",
        "Mark it as an activity for compensation.",
        _no_compensation,
    ),
    advice(
        "compensation_of_nothing",
        "{element} undoes work, but is tied to no compensation event.",
        "Draw an association from the compensation event on the border of that work.",
        _unused,
    ),
    Rule(
        "compensated_unknown",
        "{element} compensates {target!r}, which is no activity of this process.",
        "Name an activity that has a compensation event.",
        lambda sheet: (
            at(e.id, target=e.compensates)
            for e in sheet.events
            if e.compensates and sheet.activity(e.compensates) is None
        ),
    ),
    advice(
        "compensated_has_no_undo",
        "{element} compensates {target}, which nothing can undo.",
        "Draw a compensation event on its border, or a compensation subprocess in it.",
        lambda sheet: (at(e.id, target=a.id) for e, a in _thrown(sheet) if not _can_be_undone(sheet, a)),
    ),
    Rule(
        "compensated_out_of_sight",
        "{element} compensates {target}, which stands in a scope that it cannot see.",
        "Compensate the subprocess that it stands in.",
        lambda sheet: (at(e.id, target=a.id) for e, a in _thrown(sheet) if a.scope not in sheet.around(e.scope)),
    ),
    Rule(
        "compensation_start_at_top",
        "{element} begins an event subprocess by compensation, but there is no subprocess around it to compensate.",
        "Put the event subprocess into the subprocess whose work it undoes.",
        lambda sheet: (
            at(e.id)
            for e in sheet.at_position(Position.START)
            if e.trigger is Trigger.COMPENSATE and (holder := sheet.scope_of(e)) and holder.scope is None
        ),
    ),
)
