"""Nodes, flows and lanes as elements of a process: the inverse of `bpmn.reading.nodes` and `bpmn.reading.events`."""

from __future__ import annotations

from collections.abc import Iterable

from bpmn import kept, vendors
from bpmn.expressions import plain_time, script_text
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    Assignment,
    Behavior,
    EventDefinition,
    EventNode,
    Flow,
    Gateway,
    InstanceThrow,
    Lane,
    Listener,
    MultiInstance,
    Node,
    Position,
    Timer,
    TimerKind,
    Trigger,
)
from bpmn.vocabulary import ACTIVITY_TAGS, DEFINITION_TAGS, EVENT_TAGS, GATEWAY_TAGS, OURS, XSI, rank_in_node
from bpmn.writing.names import Names
from bpmn.writing.tag import FORMAL, Tag, give_back, sort_children

_TIMER_TAGS = {TimerKind.DATE: "timeDate", TimerKind.DURATION: "timeDuration", TimerKind.CYCLE: "timeCycle"}
_CARRIERS = {
    Trigger.MESSAGE: "message",
    Trigger.SIGNAL: "signal",
    Trigger.ERROR: "error",
    Trigger.ESCALATION: "escalation",
}


def write_node(node: AnyNode, incoming: Iterable[Flow], outgoing: Iterable[Flow], names: Names) -> Tag:
    """The element of a node without what is inside it."""
    if isinstance(node, Activity):
        tag = _activity(node, names)
    elif isinstance(node, Gateway):
        tag = _common(node, GATEWAY_TAGS[node.kind])
        tag.set("default", node.default)
        if node.activation:
            tag.add(expression("activationCondition", node.activation))
        _listeners(tag, node.listeners, vendors.terms(node.extensions, node.id).listeners)
    else:
        tag = _event(node, names)
    tag.add(*(Tag("bpmn:incoming", text=flow.id) for flow in incoming))
    tag.add(*(Tag("bpmn:outgoing", text=flow.id) for flow in outgoing))
    finish(tag, node.extensions)
    return tag


def finish(tag: Tag, entries: Iterable[str]) -> None:
    give_back(tag, entries)
    sort_children(tag, rank_in_node)


def document(tag: Tag, documentation: str) -> None:
    if documentation:
        tag.add(Tag("bpmn:documentation", text=documentation))


def expression(name: str, text: str, *, typed: bool = True) -> Tag:
    return Tag(f"bpmn:{name}", {f"{{{XSI}}}type": FORMAL} if typed else {}, text=text)


def _common(node: Node, name: str) -> Tag:
    tag = Tag(f"bpmn:{name}", {"id": node.id})
    tag.set("name", node.name)
    tag.names(node.names)
    document(tag, node.documentation)
    return tag


def _listeners(tag: Tag, lines: tuple[Listener, ...], theirs: tuple[Listener, ...]) -> None:
    if lines != theirs:
        written = [
            Tag(
                "qj:listener",
                {"event": line.event, "call": line.call} | ({"language": line.language} if line.language else {}),
            )
            for line in lines
        ]
        tag.child("bpmn:extensionElements").add(*(written or [Tag("qj:listener")]))


def _activity(node: Activity, names: Names) -> Tag:
    tag = _common(node, _activity_name(node))
    theirs = vendors.terms(node.extensions, node.id)
    for name in ("form", "decision", "service", "assignee", "candidates", "priority"):
        _ours(tag, name, getattr(node, name), getattr(theirs, name))
    _ours(tag, "posts", " ".join(node.posts), " ".join(theirs.posts))
    tag.ours("fourEyes", " ".join(node.four_eyes))
    tag.ours("guards", " ".join(sorted(node.guards)))
    tag.ours("skills", " ".join(node.skills))
    tag.ours("stopsClock", "true" if node.stops_clock else None)
    names.correlate(tag, node.correlation, "message", node.message)
    _due(tag, node.due, theirs.due)
    _called(tag, node, theirs.called)
    tag.ours("calls", "latest" if node.calls_latest else None)
    tag.set("messageRef", names.id("message", node.message))
    tag.set("default", node.default)
    tag.set("isForCompensation", "true" if node.for_compensation else None)
    tag.set("triggeredByEvent", "true" if node.triggered_by_event else None)
    _mappings(tag, "input", node.inputs, theirs.inputs)
    _mappings(tag, "output", node.outputs, theirs.outputs)
    tag.set("instantiate", "true" if node.instantiate else None)
    _quantities(tag, node)
    _ad_hoc(tag, node)
    _listeners(tag, node.listeners, theirs.listeners)
    _script(tag, node, theirs.script)
    _loops(tag, node, names)
    return tag


def _quantities(tag: Tag, node: Activity) -> None:
    for name, quantity in (("startQuantity", node.start_quantity), ("completionQuantity", node.completion_quantity)):
        tag.set(name, str(quantity) if quantity != 1 else None)


def _ad_hoc(tag: Tag, node: Activity) -> None:
    if node.kind is ActivityKind.SUBPROCESS and node.ad_hoc:
        tag.set("ordering", "Sequential" if node.in_turn else None)
        tag.set("cancelRemainingInstances", None if node.cancel_remaining else "false")
        if node.complete_when:
            tag.add(expression("completionCondition", node.complete_when))


def _activity_name(node: Activity) -> str:
    if node.kind is ActivityKind.SUBPROCESS and node.ad_hoc:
        return "adHocSubProcess"
    return "transaction" if node.kind is ActivityKind.SUBPROCESS and node.transaction else ACTIVITY_TAGS[node.kind]


def _ours(tag: Tag, name: str, value: str | None, theirs: str) -> None:
    """Our own word; an empty one where only the vendor still says something."""
    if value or theirs:
        tag.attributes[f"{{{OURS}}}{name}"] = value or ""


def _called(tag: Tag, node: Activity, theirs: str) -> None:
    if node.called or theirs:
        tag.attributes["calledElement"] = node.called or ""


def _due(tag: Tag, due: Timer | None, theirs: str) -> None:
    _ours(tag, "due", plain_time(due.expression) if due else None, theirs)
    tag.ours("dueWorking", "true" if due and due.working else None)


def _mappings(tag: Tag, name: str, lines: tuple[Assignment, ...], theirs: tuple[Assignment, ...]) -> None:
    if lines or theirs:
        written = [Tag(f"qj:{name}", {"name": line.name, "value": line.expression}) for line in lines]
        tag.child("bpmn:extensionElements").add(*(written or [Tag(f"qj:{name}")]))


def _script(tag: Tag, node: Activity, theirs: tuple[Assignment, ...]) -> None:
    if node.kind is not ActivityKind.SCRIPT or (theirs and node.script == theirs):
        return
    tag.set("scriptFormat", "feel" if node.script else node.script_format)
    text = script_text(node.script) if node.script else node.script_text
    if text:
        tag.add(Tag("bpmn:script", text=text))


def _loops(tag: Tag, node: Activity, names: Names) -> None:
    if node.loop_condition is not None:
        loop = Tag("bpmn:standardLoopCharacteristics")
        if node.loop_condition:
            loop.add(expression("loopCondition", node.loop_condition))
        tag.add(loop)
    elif node.multi_instance is not None:
        inside = kept.of_child(node.extensions, "multiInstanceLoopCharacteristics")
        many = _multi_instance(node.multi_instance, vendors.loop(inside))
        _throws(many, node.multi_instance, names)
        tag.add(many)


def _throws(tag: Tag, many: MultiInstance, names: Names) -> None:
    """What instances throw: by reference to a definition of the file, or with a condition here."""
    if many.behavior is not Behavior.ALL:
        tag.set("behavior", many.behavior)
    for throw in many.throws:
        events = [write_definition(event, names) for event in throw.events]
        if many.behavior in (Behavior.NONE, Behavior.ONE):
            tag.set(f"{many.behavior.lower()}BehaviorEventRef", names.definition(events[0]))
        else:
            tag.add(_conditional_throw(throw, events))


def _conditional_throw(throw: InstanceThrow, events: list[Tag]) -> Tag:
    tag = Tag("bpmn:complexBehaviorDefinition", children=[expression("condition", throw.condition or "true")])
    if events:
        tag.add(Tag("bpmn:event", children=list(events)))
    give_back(tag, throw.extensions)
    return tag


def _multi_instance(many: MultiInstance, theirs: vendors.Loop) -> Tag:
    tag = Tag("bpmn:multiInstanceLoopCharacteristics", {"isSequential": "true" if many.sequential else "false"})
    _ours(tag, "collection", many.collection, theirs.collection)
    _ours(tag, "element", many.element, theirs.element)
    if many.cardinality:
        tag.add(expression("loopCardinality", many.cardinality))
    if many.complete_when:
        tag.add(expression("completionCondition", many.complete_when))
    return tag


def _event(node: EventNode, names: Names) -> Tag:
    tag = _common(node, EVENT_TAGS[node.position])
    tag.set("attachedToRef", node.attached_to)
    if not node.interrupting:
        tag.set("isInterrupting" if node.position is Position.START else "cancelActivity", "false")
    theirs = vendors.terms(node.extensions, node.id)
    _ours(tag, "form", node.form, theirs.form)
    _listeners(tag, node.listeners, theirs.listeners)
    names.correlate(tag, node.correlation, "message", node.message)
    tag.ours("stopsClock", "true" if node.stops_clock else None)
    tag.set("parallelMultiple", "true" if node.all_of else None)
    if node.trigger is Trigger.MULTIPLE:
        tag.add(*(write_definition(definition, names) for definition in node.definitions))
    elif node.trigger is not Trigger.NONE:
        tag.add(_definition(node, names))
    return tag


def write_definition(definition: EventDefinition, names: Names) -> Tag:
    """A definition that stands beside others, or that says what an instance throws."""
    tag = _definition(definition, names)
    tag.set("id", definition.id)
    names.correlate(tag, definition.correlation, "message", definition.message)
    finish(tag, definition.extensions)
    return tag


def _definition(node: EventNode | EventDefinition, names: Names) -> Tag:
    tag = Tag(f"bpmn:{DEFINITION_TAGS[node.trigger]}")
    if node.trigger in _CARRIERS:
        kind = _CARRIERS[node.trigger]
        reference = {"message": node.message, "signal": node.signal}.get(kind, node.code)
        tag.set(f"{kind}Ref", names.id(kind, reference))
    elif node.trigger is Trigger.TIMER and node.timer is not None:
        tag.ours("working", "true" if node.timer.working else None)
        tag.add(expression(_TIMER_TAGS[node.timer.kind], plain_time(node.timer.expression)))
    elif node.trigger is Trigger.CONDITIONAL:  # the schema wants the element even where nothing is written in it
        tag.add(expression("condition", node.condition or ""))
    elif node.trigger is Trigger.COMPENSATE:
        tag.set("activityRef", node.compensates)
        tag.set("waitForCompletion", None if node.waits else "false")
    elif node.trigger is Trigger.LINK:
        tag.set("name", node.link)
    return tag


def write_flow(flow: Flow) -> Tag:
    tag = Tag("bpmn:sequenceFlow", {"id": flow.id})
    tag.set("name", flow.name)
    tag.attributes |= {"sourceRef": flow.source, "targetRef": flow.target}
    tag.names(flow.names)
    if flow.condition:
        tag.add(expression("conditionExpression", flow.condition))
    finish(tag, flow.extensions)
    return tag


def write_lane(lane: Lane, members: Iterable[str], inner: Iterable[Tag]) -> Tag:
    tag = Tag("bpmn:lane", {"id": lane.id})
    tag.set("name", lane.name)
    tag.names(lane.names)
    tag.ours("posts", " ".join(lane.posts))
    tag.add(*(Tag("bpmn:flowNodeRef", text=id) for id in members))
    inner = list(inner)
    if inner:
        tag.add(Tag("bpmn:childLaneSet", children=list(inner)))
    finish(tag, lane.extensions)
    return tag
