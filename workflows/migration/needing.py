"""Which variables the rest of a procedure reads and nothing on the way there writes."""

from __future__ import annotations

from collections.abc import Iterable

from bpmn.dependence import Materials, reads, writes
from bpmn.errors import UnknownData
from bpmn.model import AnyNode, EventNode, ProcessModel
from bpmn.procedure import Procedure


def needed(procedure: Procedure, places: Iterable[str]) -> frozenset[str]:
    """The variables that a case which stands at these places has to have. Called procedures are not looked into."""
    model, materials = procedure.model, Materials(procedure.forms, procedure.decisions)
    read: set[str] = set()
    written: set[str] = set()
    for id in _ahead(model, [place.partition("/")[0] for place in places]):
        try:
            read |= reads(model, id, materials)
            written |= writes(model, id, materials)
        except UnknownData:
            continue  # what cannot be read says nothing: a missing variable shows when the step is done
    return frozenset(read - written)


def _ahead(model: ProcessModel, begin: list[str]) -> set[str]:
    """All elements that can still be reached."""
    found: set[str] = set()
    while begin:
        id = begin.pop()
        if id not in found and model.has(id):
            found.add(id)
            begin += _next(model, model.node(id))
    return found


def _next(model: ProcessModel, node: AnyNode) -> list[str]:
    following = [flow.target for flow in model.outgoing(node.id)]
    following += [event.id for event in model.boundary_events(node.id)]
    following += [inner.id for inner in model.nodes if inner.scope == node.id]
    if node.scope is not None:
        following += [flow.target for flow in model.outgoing(node.scope)]
    if isinstance(node, EventNode) and node.link:
        following += [n.id for n in model.nodes if isinstance(n, EventNode) and n.link == node.link]
    return following
