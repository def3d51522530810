"""Rules about circles: which triggers may stand where, and what each trigger needs."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, ActivityKind, EventNode, Position, ProcessModel, Trigger
from bpmn.validation.problem import Problem, warning

_WAITED_FOR = {Trigger.MESSAGE, Trigger.TIMER, Trigger.CONDITIONAL, Trigger.SIGNAL, Trigger.MULTIPLE}
_INSIDE = {Trigger.ERROR, Trigger.ESCALATION, Trigger.COMPENSATE}
_ALLOWED = {
    Position.START: _WAITED_FOR | {Trigger.NONE},
    Position.CATCH: _WAITED_FOR | {Trigger.LINK},
    Position.BOUNDARY: _WAITED_FOR | _INSIDE | {Trigger.CANCEL},
    Position.THROW: {
        Trigger.NONE,
        Trigger.MESSAGE,
        Trigger.SIGNAL,
        Trigger.ESCALATION,
        Trigger.COMPENSATE,
        Trigger.LINK,
        Trigger.MULTIPLE,
    },
    Position.END: _INSIDE
    | {Trigger.NONE, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.CANCEL, Trigger.TERMINATE, Trigger.MULTIPLE},
}
_NOT_RUN = {Trigger.MULTIPLE, Trigger.COMPENSATE, Trigger.CANCEL}


def events(model: ProcessModel) -> Iterator[Problem]:
    for node in model.nodes:
        if isinstance(node, EventNode):
            yield from _trigger(model, node)
            yield from _details(node)
            if node.position is Position.BOUNDARY:
                yield from _boundary(model, node)
            if node.trigger is Trigger.LINK:
                yield from _link(model, node)


def _trigger(model: ProcessModel, node: EventNode) -> Iterator[Problem]:
    allowed = _allowed(model, node)
    if node.trigger not in allowed:
        listed = ", ".join(sorted(allowed))
        yield Problem(
            "trigger_in_wrong_place",
            node.id,
            f"A {node.position} event here cannot have the trigger {node.trigger}.",
            f"Possible are: {listed}.",
        )
    elif node.trigger in _NOT_RUN:
        yield Problem(
            "unsupported_event",
            node.id,
            f"The engine does not run {node.trigger} events such as {node.id}.",
            "Draw what is to happen as flows, or use several events with one trigger each.",
        )


def _allowed(model: ProcessModel, node: EventNode) -> set[Trigger]:
    if node.position is not Position.START or node.scope is None or not model.has(node.scope):
        return _ALLOWED[node.position]
    holder = model.node(node.scope)
    if isinstance(holder, Activity) and holder.triggered_by_event:
        return _WAITED_FOR | _INSIDE
    return {Trigger.NONE}


def _details(node: EventNode) -> Iterator[Problem]:
    catches = node.position in (Position.START, Position.CATCH, Position.BOUNDARY)
    if node.trigger is Trigger.TIMER and (node.timer is None or not node.timer.expression.strip()):
        yield Problem(
            "timer_without_time",
            node.id,
            f"The timer {node.id} does not say when it fires.",
            "Write a date, a duration or a cycle.",
        )
    if node.trigger is Trigger.MESSAGE and not node.message:
        yield _nameless("message", node, catches)
    if node.trigger is Trigger.SIGNAL and not node.signal:
        yield _nameless("signal", node, True)
    if node.trigger is Trigger.CONDITIONAL and not node.condition:
        yield Problem(
            "event_without_condition",
            node.id,
            f"{node.id} waits for a condition, but none is written.",
            "Write the condition in FEEL.",
        )
    if node.trigger in (Trigger.ERROR, Trigger.ESCALATION) and not node.code and not catches:
        yield Problem(
            f"{node.trigger}_without_code",
            node.id,
            f"{node.id} raises an {node.trigger} without a code.",
            "Name its code.",
        )


def _nameless(kind: str, node: EventNode, needed: bool) -> Problem:
    make = Problem if needed else warning
    what = "waits for" if node.position is not Position.THROW and node.position is not Position.END else "sends"
    return make(f"{kind}_without_name", node.id, f"{node.id} {what} a {kind} that has no name.", f"Name the {kind}.")


def _boundary(model: ProcessModel, node: EventNode) -> Iterator[Problem]:
    host = model.node(node.attached_to) if node.attached_to and model.has(node.attached_to) else None
    if not isinstance(host, Activity):
        where = f"sits on {node.attached_to!r}, which is no activity" if node.attached_to else "sits on nothing"
        yield Problem(
            "boundary_on_nothing", node.id, f"The boundary event {node.id} {where}.", "Attach it to an activity."
        )
        return
    if host.scope != node.scope:
        yield Problem(
            "boundary_across_subprocess",
            node.id,
            f"{node.id} and its activity {host.id} stand in different scopes.",
            "Move the event.",
        )
    if not model.outgoing(node.id) and node.trigger is not Trigger.COMPENSATE:
        yield Problem(
            "boundary_without_way_out",
            node.id,
            f"No flow leaves the boundary event {node.id}.",
            "Draw what happens when it fires.",
        )
    if node.trigger is Trigger.ERROR and not node.interrupting:
        yield Problem(
            "error_interrupts",
            node.id,
            f"The error event {node.id} always ends its activity.",
            "Draw it as interrupting.",
        )
    if node.trigger is Trigger.CANCEL and not host.transaction:
        yield Problem(
            "cancel_without_transaction",
            node.id,
            f"{node.id} waits for the cancelling of {host.id}, which is no transaction.",
            "Use an error event.",
        )


def _link(model: ProcessModel, node: EventNode) -> Iterator[Problem]:
    others = [
        n for n in model.nodes if isinstance(n, EventNode) and n.trigger is Trigger.LINK and n.scope == node.scope
    ]
    same = [n for n in others if (n.link or n.name) == (node.link or node.name)]
    catching = [n for n in same if n.position is Position.CATCH]
    if node.position is Position.THROW and len(catching) != 1:
        yield Problem(
            "link_target",
            node.id,
            f"The link {node.link or node.name!r} of {node.id} leads to {len(catching)} places instead of one.",
            "Draw exactly one catching link event of that name.",
        )
    if node.position is Position.CATCH and not any(n.position is Position.THROW for n in same):
        yield warning(
            "link_source", node.id, f"No link leads to {node.id}.", "Draw the throwing link event, or delete this one."
        )


def event_subprocesses(model: ProcessModel) -> Iterator[Problem]:
    for activity in model.activities:
        if activity.kind is ActivityKind.SUBPROCESS and activity.triggered_by_event:
            inside = [n for n in model.nodes if n.scope == activity.id]
            starts = [n for n in inside if isinstance(n, EventNode) and n.position is Position.START]
            if len(starts) != 1:
                yield Problem(
                    "event_subprocess_start",
                    activity.id,
                    f"The event subprocess {activity.id} has {len(starts)} start events instead of one.",
                    "Draw one start event that says what triggers it.",
                )
