"""What the engine does not run is refused by element and rule when it is deployed, never accepted and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bpmn.errors import BpmnError
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    Behavior,
    EventNode,
    Gateway,
    GatewayKind,
    Position,
    ProcessModel,
    TimerKind,
    Trigger,
)
from workflows.engine.drawn import MANY, attribute, loop_maximum
from workflows.engine.expressions import Expression
from workflows.engine.plan import is_link_target
from workflows.engine.specs.events import REPEATS


@dataclass(frozen=True, slots=True)
class Refusal:
    """An element that the engine does not run, and by what to replace it."""

    rule: str
    element: str
    message: str
    remedy: str = ""


def refusals(model: ProcessModel, called: Mapping[str, ProcessModel]) -> list[Refusal]:
    """Every reason why this model cannot run; empty when it can."""
    found = [refusal for node in model.nodes for refusal in _of_node(model, node, called)]
    found += [r for flow in model.flows for r in _expression(flow.id, flow.condition)]
    if not any(node.scope is None for node in model.nodes):
        found.append(Refusal("empty", model.key, "The process has no element."))
    return found + list(_recursion(model, called, (model.key,)))


def _of_node(model: ProcessModel, node: AnyNode, called: Mapping[str, ProcessModel]) -> Iterator[Refusal]:
    if isinstance(node, Gateway):
        if node.kind is GatewayKind.COMPLEX:
            yield Refusal("complex_gateway", node.id, "Complex gateways are not run.", "Use an inclusive gateway.")
    elif isinstance(node, EventNode):
        yield from _of_event(model, node)
    else:
        yield from _of_activity(model, node, called)


def _of_activity(model: ProcessModel, node: Activity, called: Mapping[str, ProcessModel]) -> Iterator[Refusal]:
    if node.kind is ActivityKind.TASK:
        yield Refusal("untyped_task", node.id, "A task without a type does nothing.", "Say who or what does it.")
    for wanted, rule, message in (
        (node.ad_hoc, "ad_hoc", "Ad-hoc subprocesses are not run."),
        (node.for_compensation, "compensation", "Compensation is not run; draw the way back as flows."),
        (
            node.multi_instance is not None and node.loop_condition is not None,
            "two_loops",
            "It is both a loop and a multi-instance.",
        ),
        (
            node.loop_condition == "" and not loop_maximum(node),
            "endless_loop",
            "It repeats, but nothing says until when.",
        ),
        (node.script_text is not None, "script_language", "Its script is no list of `name = FEEL` lines."),
    ):
        if wanted:
            yield Refusal(rule, node.id, message)
    yield from _quantities(node)
    if node.kind is ActivityKind.CALL and (node.called or "") not in called:
        yield Refusal(
            "unknown_call", node.id, f"It calls {node.called!r}, which is not deployed.", "Deploy that one first."
        )
    if node.kind is ActivityKind.SERVICE and not node.service:
        yield Refusal(
            "service_missing", node.id, "An automatic task needs a registered service task.", "Set qj:service."
        )
    if node.kind is ActivityKind.RULE and not node.decision:
        yield Refusal("decision_missing", node.id, "A rule task needs a decision table.", "Set qj:decision.")
    if node.multi_instance and not (node.multi_instance.collection or node.multi_instance.cardinality):
        yield Refusal("how_often", node.id, "Nothing says for what or how often it is repeated.")
    if node.triggered_by_event:
        yield from _of_event_subprocess(model, node)
    yield from _expressions(node)


def _quantities(node: Activity) -> Iterator[Refusal]:
    maximum = loop_maximum(node)
    if maximum is not None and not (maximum.isdigit() and int(maximum) > 0):
        yield Refusal("loop_maximum", node.id, f"It repeats at most {maximum!r} times, which is no number from 1 on.")
    for name in ("startQuantity", "completionQuantity"):
        if attribute(node, name) is not None:
            yield Refusal("quantity", node.id, f"{name}={attribute(node, name)!r} is no number of tokens.")
    if (node.start_quantity, node.completion_quantity) != (1, 1):
        yield Refusal("quantity", node.id, "Other quantities of tokens than one are not run.")
    many = node.multi_instance
    if many and (many.behavior is not Behavior.ALL or attribute(node, f"{MANY}/behavior") is not None):
        yield Refusal("behavior", node.id, "Events thrown by single instances are not run.", "Use complete_when.")
    if node.instantiate:
        yield Refusal("instantiate", node.id, "A receive task cannot begin a process.", "Use a message start event.")


def _expressions(node: Activity) -> Iterator[Refusal]:
    many = node.multi_instance
    texts = [line.expression for line in (*node.script, *node.inputs, *node.outputs)]
    optional = [node.correlation, node.loop_condition or None, node.due.expression if node.due else None]
    if many:
        optional += [many.collection, many.cardinality, many.complete_when]
    for text in (*texts, *optional):
        yield from _expression(node.id, text)


def _expression(element: str, text: str | None) -> Iterator[Refusal]:
    if text is None:
        return
    try:
        Expression(text)
    except BpmnError as error:
        yield Refusal("expression", element, f"The expression {text!r} cannot be read: {error}")


def _of_event_subprocess(model: ProcessModel, node: Activity) -> Iterator[Refusal]:
    inside = [n for n in model.nodes if n.scope == node.id]
    starts = [n for n in inside if isinstance(n, EventNode) and n.position is Position.START]
    if len(starts) != 1 or starts[0].trigger is Trigger.NONE:
        yield Refusal("event_subprocess", node.id, "An event subprocess needs one start event, with a trigger.")
    if model.incoming(node.id) or model.outgoing(node.id):
        yield Refusal("event_subprocess_flow", node.id, "No flow may touch an event subprocess.")


def _of_event(model: ProcessModel, node: EventNode) -> Iterator[Refusal]:
    if node.trigger in (Trigger.COMPENSATE, Trigger.MULTIPLE):
        yield Refusal(f"{node.trigger}_event", node.id, f"Events of the kind {node.trigger!s} are not run.")
    elif node.trigger is Trigger.CANCEL and not _in_transaction(model, node):
        yield Refusal("cancel_event", node.id, "A cancel event belongs at the end or on the border of a transaction.")
    elif node.trigger is Trigger.LINK:
        yield from _of_link(model, node)
    elif node.position is Position.BOUNDARY and (node.trigger is Trigger.NONE or node.attached_to is None):
        yield Refusal("boundary", node.id, "A boundary event needs a trigger and an activity that it sits on.")
    elif node.position is Position.CATCH and node.trigger in (Trigger.NONE, Trigger.ERROR, Trigger.ESCALATION):
        yield Refusal("catch", node.id, "An intermediate catching event needs something outside to wait for.")
    elif _start_nobody_can_cause(model, node):
        yield Refusal(
            "start", node.id, f"Nothing can start a process by {node.trigger!s}.", "Use none, message, signal or timer."
        )
    yield from _details(node)


def _in_transaction(model: ProcessModel, node: EventNode) -> bool:
    """Cancel ends a transaction from inside, or is caught on its border. (Nothing can be compensated: that is refused.)"""
    place = node.attached_to if node.position is Position.BOUNDARY else node.scope
    return (
        place is not None and node.position in (Position.BOUNDARY, Position.END) and model.activity(place).transaction
    )


def _start_nobody_can_cause(model: ProcessModel, node: EventNode) -> bool:
    if node.position is not Position.START:
        return False
    if node.scope is None:
        return node.trigger not in (Trigger.NONE, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.TIMER)
    return node.trigger is not Trigger.NONE and not model.activity(node.scope).triggered_by_event


def _of_link(model: ProcessModel, node: EventNode) -> Iterator[Refusal]:
    if node.position is Position.THROW:
        targets = [n for n in model.nodes if is_link_target(n, node)]
        if len(targets) != 1:
            yield Refusal("link", node.id, f"The link {node.link!r} leads to {len(targets)} places instead of one.")


def _details(node: EventNode) -> Iterator[Refusal]:
    catches = node.position in (Position.START, Position.CATCH, Position.BOUNDARY)
    if node.trigger is Trigger.TIMER and (node.timer is None or not node.timer.expression.strip()):
        yield Refusal("timer", node.id, "The timer has no time.")
    if node.position is Position.CATCH and node.timer is not None and node.timer.kind is TimerKind.CYCLE:
        yield Refusal("cycle_in_flow", node.id, "A repeating time cannot be waited for in the flow.", "Use a duration.")
    if node.trigger is Trigger.SIGNAL and not node.signal:
        yield Refusal("signal", node.id, "The signal has no name.")
    if node.trigger is Trigger.MESSAGE and not node.message and catches:
        yield Refusal("message", node.id, "The message has no name.")
    if node.trigger is Trigger.CONDITIONAL and not node.condition:
        yield Refusal("condition", node.id, "The event waits for a condition, but has none.")
    yield from _expression(node.id, node.correlation)
    yield from _expression(node.id, node.condition)
    if node.timer and not (node.timer.kind is TimerKind.CYCLE and REPEATS.match(node.timer.expression.strip())):
        yield from _expression(node.id, node.timer.expression)


def _recursion(model: ProcessModel, called: Mapping[str, ProcessModel], line: tuple[str, ...]) -> Iterator[Refusal]:
    for node in model.activities:
        if node.kind is ActivityKind.CALL and node.called and node.called in called:
            if node.called in line:
                yield Refusal("recursion", node.id, f"It calls {node.called!r}, which is already running around it.")
            else:
                yield from _recursion(called[node.called], called, (*line, node.called))
