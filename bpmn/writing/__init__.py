"""Process models as BPMN 2.0 files: the same model always gives the same bytes, and reading them gives the same model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from bpmn import kept
from bpmn.errors import Unwritable
from bpmn.kept import Entry
from bpmn.model import Activity, ActivityKind, Definitions, EventNode, Lane, Layout, ProcessModel
from bpmn.references import association_to_handler
from bpmn.vocabulary import BPMN, BPMNDI, DC, DI, FEEL, OURS, TARGET, XSI, rank_in_file, rank_in_node, rank_in_process
from bpmn.writing.diagram import write_diagram
from bpmn.writing.names import Names
from bpmn.writing.nodes import document, write_flow, write_lane, write_node
from bpmn.writing.tag import Tag, give_back, lines, local_name, namespaces, sort_children
from bpmn.xml_text import prefix_for

__all__ = ["write_bpmn"]

_ALWAYS = (BPMN, BPMNDI, DC, DI, XSI, OURS)


def write_bpmn(model: ProcessModel | Definitions) -> bytes:
    """A BPMN 2.0 file in UTF-8; raises Unwritable for what no XML can hold.

    A model without layout is written without a diagram: `bpmn.layout.lay_out` gives it one first.
    """
    models = (model,) if isinstance(model, ProcessModel) else model.models
    raw = model.raw
    names = Names(raw)
    root = Tag("bpmn:definitions", _attributes(raw, models[0].key if models else ""))
    root.add(*(_process(each, names) for each in models))
    root.add(*names.declarations())
    give_back_to_root(root, raw)
    sort_children(root, rank_in_file)
    before = [child for child in root.children if rank_in_file(local_name(child)) < rank_in_file("relationship")]
    root.children[len(before) : len(before)] = write_diagram(_whole_layout(model), _plane(raw, models))
    return _text(root).encode("utf-8")


def give_back_to_root(root: Tag, raw: Iterable[Entry]) -> None:
    """What the file had beside the process; vendors' elements stand directly in definitions."""
    for entry in raw:
        pair = kept.split_attribute(entry)
        if pair:
            root.attributes[pair[0]] = pair[1]
        else:
            root.add(entry)


def _attributes(raw: Iterable[Entry], key: str) -> dict[str, str]:
    found = {"id": f"Definitions_{key}", "targetNamespace": TARGET, "expressionLanguage": FEEL}
    return found | {name: value for name, value in kept.attributes(raw).items() if name in found}


def _plane(raw: tuple[Entry, ...], models: tuple[ProcessModel, ...]) -> str:
    for entry in raw:
        if kept.tag_of(entry) == "collaboration":
            return str(kept.parse(entry).get("id"))
    return models[0].key if models else ""


def _whole_layout(model: ProcessModel | Definitions) -> Layout:
    if isinstance(model, ProcessModel):
        return model.layout
    layouts = [each.layout for each in model.models] + [model.layout]
    merged: dict[str, dict[str, object]] = {}
    for layout in layouts:
        for name in (f.name for f in fields(Layout) if f.name != "extensions"):
            merged.setdefault(name, {}).update(getattr(layout, name))
    return Layout(**merged, extensions=model.layout.extensions)  # type: ignore[arg-type]


def _process(model: ProcessModel, names: Names) -> Tag:
    _check_scopes(model)
    tag = Tag("bpmn:process", {"id": model.key})
    tag.set("name", model.name)
    tag.names(model.names)
    tag.attributes["isExecutable"] = "true" if model.executable else "false"
    document(tag, model.documentation)
    _fill(tag, model, None, names)
    give_back(tag, model.extensions)
    sort_children(tag, rank_in_process)
    return tag


def _fill(tag: Tag, model: ProcessModel, scope: str | None, names: Names) -> None:
    """Lanes, nodes and flows of one scope, and of the subprocesses in it."""
    lanes = [lane for lane in model.lanes if lane.scope == scope and lane.parent is None]
    if lanes:
        tag.child("bpmn:laneSet").add(*(_lane(model, lane) for lane in lanes))
    for node in (n for n in model.nodes if n.scope == scope):
        element = write_node(node, model.incoming(node.id), model.outgoing(node.id), names)
        if isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS:
            _fill(element, model, node.id, names)
            sort_children(element, rank_in_node)
        tag.add(element)
    tag.add(*(write_flow(flow) for flow in model.flows if model.scope_of(flow) == scope))
    tag.add(*_associations(model, scope))


def _associations(model: ProcessModel, scope: str | None) -> list[Tag]:
    """Lines from compensation events to their handlers, where the file does not keep one already."""
    events = [n for n in model.nodes if isinstance(n, EventNode) and n.handler and n.scope == scope]
    missing = [event for event in events if not any(_joins(entry, event.id) for entry in _kept(model))]
    return [Tag("bpmn:association", association_to_handler(event.id, event.handler or "")) for event in missing]


def _kept(model: ProcessModel) -> Iterable[Entry]:
    return [entry for holder in (model, *model.nodes) for entry in holder.extensions] + list(model.raw)


def _joins(entry: Entry, id: str) -> bool:
    return "association" in entry and f'"{id}"' in entry


def _check_scopes(model: ProcessModel) -> None:
    holders = {a.id for a in model.activities if a.kind is ActivityKind.SUBPROCESS}
    for element in (*model.nodes, *model.lanes):
        if element.scope is not None and element.scope not in holders:
            raise Unwritable(element.id, f"it stands inside {element.scope!r}, which is no subprocess of the model.")


def _lane(model: ProcessModel, lane: Lane) -> Tag:
    members = [node.id for node in model.nodes if node.lane == lane.id]
    inner = [_lane(model, other) for other in model.lanes if other.parent == lane.id]
    return write_lane(lane, members, inner)


def _text(root: Tag) -> str:
    known = {prefix_for(uri): uri for uri in _ALWAYS}
    declared = {n.removeprefix("xmlns:"): v for n, v in root.attributes.items() if n.startswith("xmlns:")}
    used = {prefix_for(uri): uri for uri in namespaces(root)} | known
    root.attributes = {n: v for n, v in root.attributes.items() if not n.startswith("xmlns:")}
    spaces = declared | used
    root.attributes = {f"xmlns:{p}": spaces[p] for p in sorted(spaces) if p != "xml"} | root.attributes
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines(root), ""])
