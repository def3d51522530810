"""Activities that do not say who or what does them, or repeat in a way that has no sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpmn.data_objects import DataObjects, carries_more
from bpmn.kept import attributes
from bpmn.model import Activity, ActivityKind, Behavior, EventNode, MultiInstance, Position, ProcessModel, Trigger
from workflows.engine.drawn import MANY, attribute, loop_maximum
from workflows.engine.refusals.events import unnamed
from workflows.engine.refusals.refusal import Refusal, elements_called, expression

PEOPLE = ("potentialOwner", "humanPerformer", "performer", "resourceRole")
LOOP_DATA = ("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem")
THROWN_BY_INSTANCES = (Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ERROR, Trigger.ESCALATION)


def of_activity(model: ProcessModel, node: Activity, called: Mapping[str, ProcessModel]) -> Iterator[Refusal]:
    yield from _of_work(model, node, called)
    yield from _of_repetition(node)
    yield from _of_quantities(node)
    if node.instantiate and (model.incoming(node.id) or node.scope is not None or not node.message):
        yield Refusal(
            "instantiate", node.id, "A receive task begins a case with its message, at the very start of the process."
        )
    if node.triggered_by_event:
        yield from _of_event_subprocess(model, node)
    if node.ad_hoc:
        yield from _of_ad_hoc(model, node)
    if node.transaction and attribute(node, "method") not in (None, "##Compensate"):
        yield Refusal("transaction", node.id, "A transaction is undone by compensation, by no other method.")
    yield from _expressions(node)


def _of_work(model: ProcessModel, node: Activity, called: Mapping[str, ProcessModel]) -> Iterator[Refusal]:
    objects = DataObjects(model)
    if node.kind is ActivityKind.TASK:
        yield Refusal("untyped_task", node.id, "A task without a type does nothing.", "Say who or what does it.")
    if node.script_text is not None:
        yield Refusal("script_language", node.id, "Its script is no list of `name = FEEL` lines.")
    if node.kind is ActivityKind.CALL and (node.called or "") not in called:
        yield Refusal(
            "unknown_call", node.id, f"It calls {node.called!r}, which is not deployed.", "Deploy that one first."
        )
    if node.kind is ActivityKind.SEND and not (node.message or node.service):
        yield Refusal("message", node.id, "The message that it sends has no name.")
    if node.kind is ActivityKind.RECEIVE and not node.message:
        yield Refusal("message", node.id, "The message that it waits for has no name.")
    if (node.inputs or node.outputs) and node.kind is ActivityKind.SUBPROCESS:
        yield Refusal("mapping", node.id, "A subprocess sees all variables: nothing is mapped into or out of it.")
    if node.inputs and node.kind is ActivityKind.RECEIVE:
        yield Refusal("mapping", node.id, "Nothing is handed to an activity that waits for a message.")
    if elements_called(node, PEOPLE):
        yield Refusal("performer", node.id, "Who does it is said by posts, not by resources.", "Set qj:posts.")
    if node.kind is ActivityKind.SUBPROCESS and (objects.inputs(node) or objects.outputs(node)):
        yield Refusal("data_association", node.id, "A subprocess sees all variables: none gets another name in it.")
    if carries_more(node):
        yield Refusal(
            "data_association", node.id, "Its data association computes something.", "Use inputs and outputs."
        )
    if node.kind is ActivityKind.SERVICE and not node.service:
        yield Refusal(
            "service_missing", node.id, "An automatic task needs a registered service task.", "Set qj:service."
        )
    if node.kind is ActivityKind.RULE and not node.decision:
        yield Refusal("decision_missing", node.id, "A rule task needs a decision table.", "Set qj:decision.")


def _of_quantities(node: Activity) -> Iterator[Refusal]:
    said = attributes(node.extensions)
    for name, quantity in (("startQuantity", node.start_quantity), ("completionQuantity", node.completion_quantity)):
        if quantity < 1 or name in said:
            yield Refusal("quantity", node.id, f"{name}={said.get(name, quantity)} is no number of tokens from 1 on.")


def _of_repetition(node: Activity) -> Iterator[Refusal]:
    many, maximum = node.multi_instance, loop_maximum(node)
    if many is not None and node.loop_condition is not None:
        yield Refusal("two_loops", node.id, "It is both a loop and a multi-instance.")
    if node.loop_condition == "" and not maximum:
        yield Refusal("endless_loop", node.id, "It repeats, but nothing says until when.")
    if maximum is not None and not (maximum.isdigit() and int(maximum) > 0):
        yield Refusal("loop_maximum", node.id, f"It repeats at most {maximum!r} times, which is no number from 1 on.")
    if many is not None:
        yield from _of_instances(node, many)


def _of_instances(node: Activity, many: MultiInstance) -> Iterator[Refusal]:
    if not (many.collection or many.cardinality):
        yield Refusal("how_often", node.id, "Nothing says for what or how often it is repeated.")
    if many.collection and many.cardinality:
        yield Refusal("how_often", node.id, "Both a list and a number say how often it is repeated.", "Keep one.")
    if any(kept.startswith(f"{MANY}/") and any(tag in kept for tag in LOOP_DATA) for kept in node.extensions):
        yield Refusal(
            "loop_data", node.id, "What it is repeated for is a list of the case.", "Set qj:collection and qj:element."
        )
    if attribute(node, f"{MANY}/behavior") is not None or (many.behavior is not Behavior.ALL and not many.throws):
        yield Refusal("behavior", node.id, "Nothing says what its instances throw when they are done.")
    for event in (event for throw in many.throws for event in throw.events):
        if event.trigger not in THROWN_BY_INSTANCES or unnamed(event):
            yield Refusal("behavior", node.id, f"Its instances cannot throw an event of the kind {event.trigger!s}.")


def _of_event_subprocess(model: ProcessModel, node: Activity) -> Iterator[Refusal]:
    inside = [n for n in model.nodes if n.scope == node.id]
    starts = [n for n in inside if isinstance(n, EventNode) and n.position is Position.START]
    if len(starts) != 1 or starts[0].trigger is Trigger.NONE:
        yield Refusal("event_subprocess", node.id, "An event subprocess needs one start event, with a trigger.")
    if model.incoming(node.id) or model.outgoing(node.id):
        yield Refusal("event_subprocess_flow", node.id, "No flow may touch an event subprocess.")
    if model.boundary_events(node.id) or node.multi_instance or node.loop_condition is not None or node.ad_hoc:
        yield Refusal("event_subprocess_kind", node.id, "An event subprocess is not repeated and has no border events.")


def _of_ad_hoc(model: ProcessModel, node: Activity) -> Iterator[Refusal]:
    inside = [n for n in model.nodes if n.scope == node.id]
    if (ordering := attribute(node, "ordering")) is not None:
        yield Refusal("ordering", node.id, f"ordering={ordering!r} says no order.", "Write Parallel or Sequential.")
    if any(isinstance(n, EventNode) and n.position in (Position.START, Position.END) for n in inside):
        yield Refusal("ad_hoc_events", node.id, "An ad-hoc subprocess has no start and no end event.", "Delete them.")
    if not any(isinstance(n, Activity) for n in inside):
        yield Refusal("ad_hoc_empty", node.id, "There is nothing to do in the ad-hoc subprocess.")


def _expressions(node: Activity) -> Iterator[Refusal]:
    many = node.multi_instance
    texts = [line.expression for line in (*node.script, *node.inputs, *node.outputs)]
    optional = [node.correlation, node.loop_condition or None, node.due.expression if node.due else None]
    optional.append(node.complete_when)
    if many:
        optional += [many.collection, many.cardinality, many.complete_when, *(t.condition for t in many.throws)]
    for text in (*texts, *optional):
        yield from expression(node.id, text)
