"""Events that nothing can cause, that do not say what they wait for, or that stand where they have no sense."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import EventDefinition, EventNode, Position, ProcessModel, Timer, TimerKind, Trigger
from workflows.engine.plan import is_link_target
from workflows.engine.refusals.refusal import Refusal, elements_called, expression
from workflows.engine.specs.events import REPEATS

CATCHING = (Position.START, Position.CATCH, Position.BOUNDARY)
WAITED_FOR = (Trigger.TIMER, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.CONDITIONAL)
CARRIED = ("dataInputAssociation", "dataOutputAssociation")
BEGINS = (Trigger.NONE, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.TIMER)


def of_event(model: ProcessModel, node: EventNode) -> Iterator[Refusal]:
    if node.trigger is Trigger.MULTIPLE:
        yield from _of_several(model, node)
    elif node.trigger is Trigger.LINK:
        yield from _of_link(model, node)
    elif node.trigger is Trigger.CANCEL and not _in_transaction(model, node):
        yield Refusal("cancel_event", node.id, "A cancel event belongs at the end or on the border of a transaction.")
    elif node.position is Position.BOUNDARY and node.trigger in (Trigger.NONE, Trigger.TERMINATE):
        yield Refusal("boundary", node.id, "A boundary event needs a trigger.")
    elif node.position is Position.CATCH and node.trigger not in WAITED_FOR:
        yield Refusal("catch", node.id, "An intermediate catching event needs something outside to wait for.")
    elif node.position is Position.START:
        yield from _of_start(model, node)
    if node.position is Position.BOUNDARY and node.attached_to is None:
        yield Refusal("boundary", node.id, "A boundary event needs an activity that it sits on.")
    if elements_called(node, CARRIED):
        yield Refusal(
            "data_association", node.id, "What comes with an event becomes variables by their names; nothing is mapped."
        )
    yield from _of_interruption(node)
    for caught in node.definitions or (node,):
        yield from _details(node, caught)


def _of_several(model: ProcessModel, node: EventNode) -> Iterator[Refusal]:
    """Several triggers: which of them may stand together, and where."""
    triggers = [definition.trigger for definition in node.definitions]
    if len(triggers) < 2:
        yield Refusal("several", node.id, "An event with several triggers has less than two that are known.")
    if node.position in CATCHING:
        inside = node.position is Position.BOUNDARY or node.scope is not None
        looked_up = (Trigger.ERROR, Trigger.ESCALATION) if inside and not node.all_of else ()
        wrong = [t for t in triggers if t not in (*WAITED_FOR, *looked_up)]
        if node.position is Position.START and node.scope is None:
            wrong = [t for t in triggers if t not in BEGINS or node.all_of]
    else:
        wrong = [t for t in triggers if t in (Trigger.COMPENSATE, Trigger.CANCEL, Trigger.LINK, Trigger.TERMINATE)]
    if wrong:
        kinds = ", ".join(sorted({str(trigger) for trigger in wrong}))
        yield Refusal(
            "several", node.id, f"{kinds} cannot be one of several triggers here.", "Draw events of their own."
        )
    if any(definition.timer and definition.timer.kind is TimerKind.CYCLE for definition in node.definitions):
        yield Refusal("several", node.id, "A repeating time cannot be one of several triggers.", "Use a duration.")


def _of_start(model: ProcessModel, node: EventNode) -> Iterator[Refusal]:
    if node.scope is None:
        if not node.interrupting:
            yield Refusal("not_interrupting", node.id, "A process that begins has nothing that it could leave running.")
        if node.trigger not in BEGINS:
            remedy = "Use none, message, signal or timer."
            yield Refusal("start", node.id, f"Nothing can start a process by {node.trigger!s}.", remedy)
    elif node.trigger is not Trigger.NONE and not model.activity(node.scope).triggered_by_event:
        yield Refusal("start", node.id, "A subprocess in the flow begins with a plain start event.")


def _of_interruption(node: EventNode) -> Iterator[Refusal]:
    """An error ends what it comes from, so nothing can catch it beside the work that goes on."""
    ending = [
        caught.trigger for caught in node.definitions or (node,) if caught.trigger in (Trigger.ERROR, Trigger.CANCEL)
    ]
    if not node.interrupting and node.position in CATCHING and ending:
        yield Refusal(
            "not_interrupting", node.id, f"An event of the kind {ending[0]!s} always ends what it comes from."
        )


def _in_transaction(model: ProcessModel, node: EventNode) -> bool:
    """Cancel ends a transaction from inside, or is caught on its border."""
    place = node.attached_to if node.position is Position.BOUNDARY else node.scope
    return (
        place is not None and node.position in (Position.BOUNDARY, Position.END) and model.activity(place).transaction
    )


def _of_link(model: ProcessModel, node: EventNode) -> Iterator[Refusal]:
    if node.position is Position.THROW:
        targets = [n for n in model.nodes if is_link_target(n, node)]
        if len(targets) != 1:
            yield Refusal("link", node.id, f"The link {node.link!r} leads to {len(targets)} places instead of one.")
    elif node.position is not Position.CATCH:
        yield Refusal("link", node.id, "A link stands in the middle of the flow.")


def unnamed(what: EventNode | EventDefinition) -> bool:
    """Whether it throws or catches something that has no name."""
    return (what.trigger is Trigger.SIGNAL and not what.signal) or (
        what.trigger is Trigger.MESSAGE and not what.message
    )


def _details(node: EventNode, caught: EventNode | EventDefinition) -> Iterator[Refusal]:
    if caught.trigger is Trigger.TIMER and (caught.timer is None or not caught.timer.expression.strip()):
        yield Refusal("timer", node.id, "The timer has no time.")
    if caught.trigger is Trigger.SIGNAL and not caught.signal:
        yield Refusal("signal", node.id, "The signal has no name.")
    if caught.trigger is Trigger.MESSAGE and not caught.message and node.position in CATCHING:
        yield Refusal("message", node.id, "The message has no name.")
    if caught.trigger is Trigger.CONDITIONAL and not caught.condition:
        yield Refusal("condition", node.id, "The event waits for a condition, but has none.")
    if caught.timer and _is_never(caught.timer):
        yield Refusal("timer", node.id, "A time that repeats R0 times never comes.", "Write R3/PT1H or R/PT1H.")
    if node.position is Position.CATCH and caught.timer and _is_endless(caught.timer):
        yield Refusal("endless_cycle", node.id, "A time that repeats for ever in the flow never lets a case end.")
    yield from expression(node.id, caught.correlation)
    yield from expression(node.id, caught.condition)
    if caught.timer and not (caught.timer.kind is TimerKind.CYCLE and REPEATS.match(caught.timer.expression.strip())):
        yield from expression(node.id, caught.timer.expression)


def _times(timer: Timer) -> str | None:
    """How often a written repetition says that it comes, "" for ever; None of any other time."""
    repeats = REPEATS.match(timer.expression.strip().strip('"')) if timer.kind is TimerKind.CYCLE else None
    return repeats.group(1) if repeats else None


def _is_endless(timer: Timer) -> bool:
    return _times(timer) == ""


def _is_never(timer: Timer) -> bool:
    times = _times(timer)
    return bool(times) and int(times or 0) == 0
