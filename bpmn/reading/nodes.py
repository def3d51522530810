"""Elements of a process as nodes, flows and lanes."""

from __future__ import annotations

import re
from typing import Any

from bpmn import kept, vendors
from bpmn.expressions import assignments, due_timer
from bpmn.kept import Entry
from bpmn.model import Activity, ActivityKind, AnyNode, Assignment, Flow, Gateway, GatewayKind, Lane, MultiInstance
from bpmn.reading.events import read_event
from bpmn.reading.formulas import formula
from bpmn.reading.listening import listeners_of
from bpmn.reading.part import TRUE, Part
from bpmn.reading.source import Source
from bpmn.reading.throws import read_throws
from bpmn.vocabulary import ACTIVITIES, EVENTS, GATEWAYS, rank_in_node

_SINGLE = ("form", "decision", "service", "assignee", "candidates", "priority")
NODES = frozenset([*ACTIVITIES, *GATEWAYS, *EVENTS])


def read_node(source: Source, part: Part, scope: str | None) -> AnyNode:
    """The node of an element whose own nodes and flows are taken out already."""
    common = read_common(source, part, scope)
    if part.tag in ACTIVITIES:
        return _activity(source, part, common)
    if part.tag in GATEWAYS:
        return _gateway(source, part, common)
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


def _gateway(source: Source, part: Part, common: dict[str, Any]) -> Gateway:
    kind, id = GATEWAYS[part.tag], common["id"]
    fields: dict[str, Any] = {"default": part.reference("default"), "listeners": listeners_of(part)}
    if kind is GatewayKind.COMPLEX:
        fields["activation"] = formula(source, part, "activationCondition", id) or None
    extensions = entries(part)
    theirs = vendors.terms(extensions, id)
    source.keeps(id, theirs.kept)
    if fields["listeners"] is None:
        fields["listeners"] = theirs.listeners
    return Gateway(kind=kind, extensions=extensions, **fields, **common)


def _activity(source: Source, part: Part, common: dict[str, Any]) -> Activity:
    kind = ACTIVITIES[part.tag]
    message = part.reference("messageRef")
    fields: dict[str, Any] = {
        "kind": kind,
        "message": source.name("message", message, common["id"]),
        "correlation": part.ours("correlation") or source.correlation(message),
        "four_eyes": part.words("fourEyes") or (),
        "guards": frozenset(part.words("guards") or ()),
        "skills": part.words("skills") or (),
        "calls_latest": part.ours("calls") == "latest",
        "stops_clock": part.ours("stopsClock") in TRUE,
        "default": part.reference("default"),
        "for_compensation": part.flag("isForCompensation"),
        "triggered_by_event": part.flag("triggeredByEvent"),
        "ad_hoc": part.tag == "adHocSubProcess",
        "transaction": part.tag == "transaction",
    }
    own = {name: part.ours(name) for name in _SINGLE}
    due, working = part.ours("due"), part.ours("dueWorking") in TRUE
    called, posts = part.take("calledElement"), part.words("posts")
    lists: dict[str, Any] = {"posts": posts, "listeners": listeners_of(part)}
    lists |= {"inputs": _mappings(part, "input"), "outputs": _mappings(part, "output")}
    fields |= _script(part, kind) | _loops(source, part, common["id"]) | _quantities(part)
    fields |= _ad_hoc(source, part, common["id"]) if fields["ad_hoc"] else {}
    fields["instantiate"] = kind is ActivityKind.RECEIVE and part.flag("instantiate")
    extensions = entries(part)
    theirs = vendors.terms(extensions, common["id"])
    source.keeps(common["id"], theirs.kept)
    fields |= {name: _first(value, getattr(theirs, name)) for name, value in own.items()}
    fields |= {name: getattr(theirs, name) if value is None else value for name, value in lists.items()}
    fields |= {
        "called": _first(source.local_name(called), theirs.called),
        "due": due_timer(_first(due, theirs.due), working),
    }
    if kind is ActivityKind.SCRIPT and theirs.script and not fields.get("script_text"):
        fields.setdefault("script", theirs.script)
    return Activity(extensions=extensions, **fields, **common)


def _first(ours: str | None, theirs: str) -> str | None:
    """Our own word if it is there, even an empty one, else the vendor's."""
    return (theirs if ours is None else ours) or None


def _mappings(part: Part, name: str) -> tuple[Assignment, ...] | None:
    found = part.extension_children(name)
    lines = [Assignment(line.text_of("name"), line.text_of("value")) for line in found]
    return tuple(line for line in lines if line.name) if found else None


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


def _ad_hoc(source: Source, part: Part, id: str) -> dict[str, Any]:
    condition = formula(source, part, "completionCondition", id)
    ordering = part.take("ordering") or "Parallel"
    if ordering.strip().lower() not in ("parallel", "sequential"):
        part.put("ordering", ordering)
    return {
        "in_turn": ordering.strip().lower() == "sequential",
        "complete_when": condition or None,
        "cancel_remaining": part.flag("cancelRemainingInstances", True),
    }


def _loops(source: Source, part: Part, id: str) -> dict[str, Any]:
    repeated = part.open("standardLoopCharacteristics")
    if repeated is not None:
        return {"loop_condition": formula(source, repeated, "loopCondition", id) or ""}
    many = part.open("multiInstanceLoopCharacteristics")
    return {"multi_instance": _multi_instance(source, many, id)} if many is not None else {}


def _multi_instance(source: Source, part: Part, id: str) -> MultiInstance:
    cardinality = formula(source, part, "loopCardinality", id)
    condition = formula(source, part, "completionCondition", id)
    collection, element = part.ours("collection"), part.ours("element")
    sequential = part.flag("isSequential")
    thrown = read_throws(source, part, id)
    theirs = vendors.loop(part.rest())
    source.keeps(id, theirs.kept)
    return MultiInstance(
        sequential=sequential,
        collection=_first(collection, theirs.collection),
        cardinality=cardinality or None,
        element=_first(element, theirs.element),
        complete_when=condition or None,
        **thrown,
    )


def read_flow(source: Source, part: Part) -> Flow:
    """A sequence flow; one without source or target has an empty one, which `problems` names."""
    id = part.take("id") or source.new_id(part.tag)
    condition = formula(source, part, "conditionExpression", id)
    fields: dict[str, Any] = {
        "source": part.reference("sourceRef") or "",
        "target": part.reference("targetRef") or "",
        "name": part.text_of("name"),
        "names": part.names(),
    }
    extensions = entries(part)
    source.keeps(id, vendors.terms(extensions).kept)
    return Flow(id=id, condition=condition or None, extensions=extensions, **fields)


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
