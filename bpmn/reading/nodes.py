"""Elements of a process as nodes, flows and lanes."""

from __future__ import annotations

import re
from typing import Any

from bpmn import kept, vendors
from bpmn.dialects import translated
from bpmn.expressions import assignments, due_timer, feel
from bpmn.kept import Entry
from bpmn.model import Activity, ActivityKind, AnyNode, Assignment, Flow, Gateway, GatewayKind, Lane, MultiInstance
from bpmn.reading.events import read_event
from bpmn.reading.part import Part
from bpmn.reading.source import Source
from bpmn.reading.throws import read_throws
from bpmn.vendors import Terms
from bpmn.vocabulary import ACTIVITIES, EVENTS, GATEWAYS, OURS, rank_in_node

NODES = frozenset([*ACTIVITIES, *GATEWAYS, *EVENTS])


def read_node(source: Source, part: Part, scope: str | None) -> AnyNode:
    """The node of an element whose own nodes and flows are taken out already."""
    common = read_common(source, part, scope)
    if part.tag in ACTIVITIES:
        return _activity(source, part, common)
    if part.tag in GATEWAYS:
        kind, default = GATEWAYS[part.tag], part.reference("default")
        condition = part.expression("activationCondition") if kind is GatewayKind.COMPLEX else None
        activation = feel(condition or "") or None
        return Gateway(kind=kind, default=default, activation=activation, extensions=entries(part), **common)
    return read_event(source, part, common)


def read_common(source: Source, part: Part, scope: str | None) -> dict[str, Any]:
    """The fields that every node has, except its extensions."""
    id = part.take("id") or source.new_id(part.tag)
    source.list_flows(id, part.children(("incoming", "outgoing")))
    return {
        "id": id,
        "name": part.text_of("name"),
        "names": part.names(),
        "scope": scope,
        "documentation": documentation(part),
    }


def documentation(part: Part) -> str:
    """The first documentation that is plain text; others are kept."""
    found = part.open("documentation") if part.count(("documentation",)) == 1 else None
    if found is None:
        return ""
    if found.has_elements:
        part.give_back(found)
        return ""
    return found.text()


def entries(part: Part) -> tuple[Entry, ...]:
    return kept.in_order(part.rest(), rank_in_node)


def _activity(source: Source, part: Part, common: dict[str, Any]) -> Activity:
    kind = ACTIVITIES[part.tag]
    message = part.reference("messageRef")
    fields: dict[str, Any] = {
        "kind": kind,
        "message": source.name("message", message, common["id"]),
        "correlation": part.ours("correlation") or source.correlation(message),
        "four_eyes": part.words("fourEyes") or (),
        "guards": frozenset(part.words("guards") or ()),
        "due": due_timer(part.ours("due"), part.ours("dueWorking") in ("true", "1")),
        "default": part.reference("default"),
        "for_compensation": part.flag("isForCompensation"),
        "triggered_by_event": part.flag("triggeredByEvent"),
        "ad_hoc": part.tag == "adHocSubProcess",
        "transaction": part.tag == "transaction",
    }
    own = {name: part.ours(name) for name in ("form", "decision", "service")}
    called, posts = part.take("calledElement"), part.words("posts")
    inputs, outputs = _mappings(part, "input"), _mappings(part, "output")
    fields |= _script(part, kind) | _loops(source, part, common["id"]) | _quantities(part)
    fields |= _ad_hoc(part) if fields["ad_hoc"] else {}
    fields["instantiate"] = kind is ActivityKind.RECEIVE and part.flag("instantiate")
    extensions = entries(part)
    theirs = vendors.terms(extensions)
    fields |= {name: _first(value, getattr(theirs, name)) for name, value in own.items()}
    fields |= {"posts": theirs.posts if posts is None else posts, "called": _first(called, theirs.called)}
    fields |= _assigned(inputs, outputs, theirs)
    return Activity(extensions=extensions, **fields, **common)


def _first(ours: str | None, theirs: str) -> str | None:
    """Our own word if it is there, even an empty one, else the vendor's."""
    return (theirs if ours is None else ours) or None


def _mappings(part: Part, name: str) -> tuple[Assignment, ...] | None:
    found = part.extension_children(name)
    lines = [Assignment(line.text_of("name"), line.text_of("value")) for line in found]
    return tuple(line for line in lines if line.name) if found else None


def _assigned(
    inputs: tuple[Assignment, ...] | None, outputs: tuple[Assignment, ...] | None, theirs: Terms
) -> dict[str, tuple[Assignment, ...]]:
    return {
        "inputs": theirs.inputs if inputs is None else inputs,
        "outputs": theirs.outputs if outputs is None else outputs,
    }


def _script(part: Part, kind: ActivityKind) -> dict[str, Any]:
    if kind is not ActivityKind.SCRIPT:
        return {}
    language = part.take("scriptFormat")
    found = part.open("script")
    text = found.text() if found else ""
    lines = assignments(text) if (language or "").lower() == "feel" else None
    if lines:
        return {"script": lines}
    return {"script_text": text or None, "script_format": language}


def _quantities(part: Part) -> dict[str, Any]:
    """How many tokens begin it and leave it; what is no number stays as it is written."""
    found = {}
    for name, field in (("startQuantity", "start_quantity"), ("completionQuantity", "completion_quantity")):
        text = part.take(name)
        if text is not None and re.fullmatch(r"-?\d{1,9}", text.strip()):
            found[field] = int(text)
        elif text is not None:
            part.put(name, text)
    return found


def _ad_hoc(part: Part) -> dict[str, Any]:
    condition = part.expression("completionCondition")
    ordering = part.take("ordering") or "Parallel"
    return {
        "in_turn": ordering.strip().lower() == "sequential",
        "complete_when": feel(condition or "") or None,
        "cancel_remaining": part.flag("cancelRemainingInstances", True),
    }


def _loops(source: Source, part: Part, id: str) -> dict[str, Any]:
    repeated = part.open("standardLoopCharacteristics")
    if repeated is not None:
        return {"loop_condition": feel(repeated.expression("loopCondition") or "")}
    many = part.open("multiInstanceLoopCharacteristics")
    return {"multi_instance": _multi_instance(source, many, id)} if many is not None else {}


def _multi_instance(source: Source, part: Part, id: str) -> MultiInstance:
    cardinality, condition = part.expression("loopCardinality"), part.expression("completionCondition")
    collection, element = part.ours("collection"), part.ours("element")
    sequential = part.flag("isSequential")
    thrown = read_throws(source, part, id)
    theirs = vendors.loop(part.rest())
    return MultiInstance(
        sequential=sequential,
        collection=_first(collection, theirs.collection),
        cardinality=feel(cardinality or "") or None,
        element=_first(element, theirs.element),
        complete_when=feel(condition or "") or None,
        **thrown,
    )


def read_flow(source: Source, part: Part) -> Flow:
    """A sequence flow; one without source or target has an empty one, which `problems` names."""
    id = part.take("id") or source.new_id(part.tag)
    condition = feel(part.expression("conditionExpression") or "")
    ours = translated(condition)
    kept_as = [f"conditionExpression/{{{OURS}}}original={condition}"] if ours else []
    if ours:
        source.repaired("translated_condition", id, f"The condition {condition} of {id} is {ours} in FEEL.")
    return Flow(
        id=id,
        source=part.reference("sourceRef") or "",
        target=part.reference("targetRef") or "",
        name=part.text_of("name"),
        names=part.names(),
        condition=ours or condition or None,
        extensions=kept.in_order([*part.rest(), *kept_as], rank_in_node),
    )


def read_lane(source: Source, part: Part, parent: str | None, scope: str | None) -> Lane:
    """A lane whose node references and inner lanes are taken out already."""
    return Lane(
        id=part.take("id") or source.new_id(part.tag),
        name=part.text_of("name"),
        names=part.names(),
        posts=part.words("posts") or (),
        parent=parent,
        scope=scope,
        extensions=entries(part),
    )
