"""Events: which triggers may stand where (the table of the standard), and what each trigger needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from bpmn.model import Activity, EventNode, Position, TimerKind, Trigger
from bpmn.validation.reach import link_name
from bpmn.validation.rule import Breach, Rule, advice, at
from bpmn.validation.sheet import Sheet

_AWAITED = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.CONDITIONAL, Trigger.SIGNAL, Trigger.MULTIPLE})
_INSIDE = frozenset({Trigger.ERROR, Trigger.ESCALATION, Trigger.COMPENSATE})
_THROWN = frozenset({Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION, Trigger.COMPENSATE, Trigger.MULTIPLE})
ALLOWED = {
    Position.START: _AWAITED | {Trigger.NONE},
    Position.CATCH: _AWAITED | {Trigger.LINK},
    Position.BOUNDARY: _AWAITED | _INSIDE | {Trigger.CANCEL},
    Position.THROW: _THROWN | {Trigger.NONE, Trigger.LINK},
    Position.END: _THROWN | {Trigger.NONE, Trigger.ERROR, Trigger.CANCEL, Trigger.TERMINATE},
}
_IN_SUBPROCESS, _IN_EVENT_SUBPROCESS = frozenset({Trigger.NONE}), _AWAITED | _INSIDE
_CATCHING = (Position.START, Position.CATCH, Position.BOUNDARY)
_DURATION = re.compile(r'duration\("(-?)P([^"]*)"\)')
_DATE = re.compile(r'date(?: and time)?\("[^"]*"\)')
_CYCLE = re.compile(r'"R\d*/')


def allowed(sheet: Sheet, event: EventNode) -> frozenset[Trigger]:
    """The triggers that an event may have where it stands."""
    holder = sheet.scope_of(event)
    if event.position is not Position.START or holder is None:
        return ALLOWED[event.position]
    return _IN_EVENT_SUBPROCESS if holder.triggered_by_event else _IN_SUBPROCESS


def _misplaced(wanted: Callable[[EventNode, Activity | None], bool]) -> Callable[[Sheet], Iterator[Breach]]:
    def search(sheet: Sheet) -> Iterator[Breach]:
        for event in sheet.events:
            possible = allowed(sheet, event)
            if event.trigger not in possible and wanted(event, sheet.scope_of(event)):
                yield at(event.id, trigger=event.trigger, possible=", ".join(sorted(possible)))

    return search


def _at(position: Position, *, plain: bool = False) -> Callable[[Sheet], Iterator[Breach]]:
    """Wrong triggers of events at that position, missing ones (`plain`) or others."""
    return _misplaced(lambda e, _: e.position is position and (e.trigger is Trigger.NONE) is plain)


def _start_in(wanted: Callable[[EventNode, Activity | None], bool]) -> Callable[[Sheet], Iterator[Breach]]:
    return _misplaced(lambda e, holder: e.position is Position.START and wanted(e, holder))


def _wrong_parts(sheet: Sheet) -> Iterator[Breach]:
    for event in sheet.events:
        if event.trigger is Trigger.MULTIPLE:
            possible = allowed(sheet, event) - {Trigger.MULTIPLE, Trigger.NONE}
            wrong = [t for t in sheet.triggers(event) if t not in possible]
            if wrong:
                yield at(event.id, listed=", ".join(dict.fromkeys(wrong)))


# --- what each trigger needs -------------------------------------------------------------------------------------------


def _lacks(
    trigger: Trigger, *positions: Position, name: Callable[[EventNode], object]
) -> Callable[[Sheet], Iterator[Breach]]:
    """Events with that trigger, at one of these positions, that do not name what it needs."""
    return lambda sheet: (
        at(e.id) for e in sheet.events if e.trigger is trigger and e.position in positions and not name(e)
    )


def _timers(sheet: Sheet) -> Iterator[tuple[EventNode, TimerKind, str]]:
    for event in sheet.events:
        if event.timer is not None:
            yield event, event.timer.kind, event.timer.expression.strip()


def _other_kind(kind: TimerKind, text: str) -> bool:
    wrong = {
        TimerKind.DATE: (_DURATION, _CYCLE),
        TimerKind.DURATION: (_DATE, _CYCLE),
        TimerKind.CYCLE: (_DATE,),
    }
    return any(pattern.match(text) for pattern in wrong[kind])


def _is_no_wait(text: str) -> bool:
    match = _DURATION.fullmatch(text)
    return match is not None and (match[1] == "-" or not any(digit in match[2] for digit in "123456789"))


def _two_times(sheet: Sheet) -> Iterator[Breach]:
    return (at(k.holder) for k in sheet.own("timeDuration", "timeCycle") if k.parent() is None)


# --- links -------------------------------------------------------------------------------------------------------------


def _links(sheet: Sheet, position: Position) -> Iterator[tuple[EventNode, int]]:
    """Link events at that position, and how many at the other end have their name."""
    other = Position.CATCH if position is Position.THROW else Position.THROW
    links = [e for e in sheet.events if e.trigger is Trigger.LINK]
    counted = Counter((e.scope, link_name(e)) for e in links if e.position is other)
    return ((e, counted[(e.scope, link_name(e))]) for e in links if e.position is position)


def _elsewhere(sheet: Sheet, event: EventNode) -> bool:
    """Whether the link has its target in another scope."""
    targets = (e for e in sheet.events if e.trigger is Trigger.LINK and e.position is Position.CATCH)
    return any(link_name(e) == link_name(event) and e.scope != event.scope for e in targets)


def _doubled_links(sheet: Sheet) -> Iterator[Breach]:
    catching = [e for e in sheet.events if e.trigger is Trigger.LINK and e.position is Position.CATCH]
    counted = Counter((e.scope, link_name(e)) for e in catching)
    return (at(e.id, name=link_name(e)) for e in catching if counted[(e.scope, link_name(e))] > 1)


EVENTS = (
    Rule(
        "start_trigger",
        "A start event cannot have the trigger {trigger}, as {element} has.",
        "Possible are: {possible}.",
        _start_in(lambda _, holder: holder is None),
    ),
    Rule(
        "subprocess_start_trigger",
        "{element} begins a subprocess, which no {trigger} can begin: only a flow does.",
        "Take the trigger away, or draw an event subprocess.",
        _start_in(lambda _, holder: holder is not None and not holder.triggered_by_event),
    ),
    Rule(
        "event_subprocess_without_trigger",
        "Nothing triggers {element}, with which an event subprocess begins.",
        "Possible are: {possible}.",
        _start_in(lambda e, holder: holder is not None and holder.triggered_by_event and e.trigger is Trigger.NONE),
    ),
    Rule(
        "event_subprocess_trigger",
        "An event subprocess cannot begin with the trigger {trigger}, as {element} does.",
        "Possible are: {possible}.",
        _start_in(lambda e, holder: holder is not None and holder.triggered_by_event and e.trigger is not Trigger.NONE),
    ),
    Rule(
        "catch_without_trigger",
        "{element} waits in the flow, but for nothing.",
        "Possible are: {possible}.",
        _at(Position.CATCH, plain=True),
    ),
    Rule(
        "catch_trigger",
        "An event that waits in the flow cannot have the trigger {trigger}, as {element} has.",
        "Possible are: {possible}.",
        _at(Position.CATCH),
    ),
    Rule(
        "boundary_without_trigger",
        "Nothing triggers the boundary event {element}.",
        "Possible are: {possible}.",
        _at(Position.BOUNDARY, plain=True),
    ),
    Rule(
        "boundary_trigger",
        "A boundary event cannot have the trigger {trigger}, as {element} has.",
        "Possible are: {possible}.",
        _at(Position.BOUNDARY),
    ),
    Rule(
        "throw_trigger",
        "An event in the flow cannot throw {trigger}, as {element} does.",
        "Possible are: {possible}.",
        _at(Position.THROW),
    ),
    Rule(
        "end_trigger",
        "An end event cannot have the trigger {trigger}, as {element} has.",
        "Possible are: {possible}.",
        _at(Position.END),
    ),
    Rule(
        "part_of_event_in_wrong_place",
        "{element} has several triggers; {listed} may not be among them there.",
        "Draw events with one trigger each.",
        _wrong_parts,
    ),
    advice(
        "parallel_event_of_one",
        "{element} waits for all of its events, but has fewer than two.",
        "Take `parallelMultiple` away.",
        lambda sheet: (at(e.id) for e in sheet.events if e.all_of and len(sheet.triggers(e)) < 2),
    ),
    Rule(
        "timer_without_time",
        "The timer {element} does not say when it fires.",
        "Write a date, a duration or a cycle.",
        lambda sheet: (
            at(e.id)
            for e in sheet.events
            if e.trigger is Trigger.TIMER and not (e.timer and e.timer.expression.strip())
        ),
    ),
    Rule(
        "timer_with_two_times",
        "The timer {element} has more than one of date, duration and cycle.",
        "Keep one of them.",
        _two_times,
    ),
    Rule(
        "timer_of_other_kind",
        "The timer {element} is said to be a {kind}, but has {text}.",
        "Write a {kind}, or choose the kind that fits.",
        lambda sheet: (at(e.id, kind=kind, text=text) for e, kind, text in _timers(sheet) if _other_kind(kind, text)),
    ),
    advice(
        "timer_without_wait",
        "The timer {element} waits {text}, which is no time.",
        "Write a positive duration.",
        lambda sheet: (at(e.id, text=text) for e, _, text in _timers(sheet) if _is_no_wait(text)),
    ),
    Rule(
        "cycle_in_flow",
        "{element} waits in the flow for a time that repeats.",
        "Write a duration or a date.",
        lambda sheet: (
            at(e.id) for e, kind, _ in _timers(sheet) if kind is TimerKind.CYCLE and e.position is Position.CATCH
        ),
    ),
    Rule(
        "message_without_name",
        "{element} waits for a message that has no name.",
        "Name the message.",
        _lacks(Trigger.MESSAGE, *_CATCHING, name=lambda e: e.message),
    ),
    advice(
        "sent_message_without_name",
        "{element} sends a message that has no name.",
        "Name the message.",
        _lacks(Trigger.MESSAGE, Position.THROW, Position.END, name=lambda e: e.message),
    ),
    Rule(
        "signal_without_name",
        "{element} has a signal without a name.",
        "Name the signal.",
        _lacks(Trigger.SIGNAL, *Position, name=lambda e: e.signal),
    ),
    Rule(
        "event_without_condition",
        "{element} waits for a condition, but none is written.",
        "Write the condition in FEEL.",
        _lacks(Trigger.CONDITIONAL, *_CATCHING, name=lambda e: e.condition),
    ),
    Rule(
        "error_without_code",
        "{element} raises an error without a code.",
        "Name its code.",
        _lacks(Trigger.ERROR, Position.THROW, Position.END, name=lambda e: e.code),
    ),
    Rule(
        "escalation_without_code",
        "{element} raises an escalation without a code.",
        "Name its code.",
        _lacks(Trigger.ESCALATION, Position.THROW, Position.END, name=lambda e: e.code),
    ),
    Rule(
        "link_without_name",
        "The link event {element} has no name, so that it leads nowhere.",
        "Give both ends of the link one name.",
        _lacks(Trigger.LINK, Position.THROW, Position.CATCH, name=link_name),
    ),
    Rule(
        "link_target",
        "The link {name!r} of {element} leads to {count} places instead of one.",
        "Draw exactly one catching link event of that name.",
        lambda sheet: (
            at(e.id, name=link_name(e), count=count)
            for e, count in _links(sheet, Position.THROW)
            if count != 1 and not (count == 0 and _elsewhere(sheet, e))
        ),
    ),
    Rule(
        "link_across_subprocess",
        "The link {name!r} of {element} leads over the border of a subprocess.",
        "Draw both of its ends in the same process or subprocess.",
        lambda sheet: (
            at(e.id, name=link_name(e))
            for e, count in _links(sheet, Position.THROW)
            if count == 0 and _elsewhere(sheet, e)
        ),
    ),
    Rule(
        "several_link_targets",
        "Another catching link event beside {element} is called {name!r}.",
        "Give each its own name.",
        _doubled_links,
    ),
    advice(
        "link_source",
        "No link leads to {element}.",
        "Draw the throwing link event, or delete this one.",
        lambda sheet: (at(e.id) for e, count in _links(sheet, Position.CATCH) if not count),
    ),
    advice(
        "start_interrupts_nothing",
        "{element} is drawn as not interrupting, but there is nothing around it to go on.",
        "Draw it as an ordinary start event.",
        lambda sheet: (
            at(e.id)
            for e in sheet.at_position(Position.START)
            if not e.interrupting and not ((holder := sheet.scope_of(e)) and holder.triggered_by_event)
        ),
    ),
    Rule(
        "start_error_interrupts",
        "{element} begins an event subprocess by {trigger}, which always interrupts what is around it.",
        "Draw it as interrupting.",
        lambda sheet: (
            at(e.id, trigger=e.trigger)
            for e in sheet.at_position(Position.START)
            if not e.interrupting and e.trigger in (Trigger.ERROR, Trigger.COMPENSATE)
        ),
    ),
)
