"""The picture: every element drawn, every shape and edge of an element, with a size and a way."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Activity, AnyNode
from bpmn.validation.rule import Breach, advice, at
from bpmn.validation.sheet import Sheet


def _is_drawn(sheet: Sheet) -> bool:
    return bool(sheet.model.layout.shapes)


def _is_shown(sheet: Sheet, node: AnyNode) -> bool:
    """Whether every subprocess around the node shows its inside."""
    expanded = sheet.model.layout.expanded
    scopes = (sheet.activity(scope) for scope in sheet.around(node.scope))
    return all(holder is None or expanded.get(holder.id, True) for holder in scopes)


def _undrawn(sheet: Sheet) -> Iterator[Breach]:
    layout = sheet.model.layout
    if _is_drawn(sheet):
        nodes = (n for n in sheet.model.nodes if n.id not in layout.shapes and _is_shown(sheet, n))
        yield from (at(n.id) for n in nodes)


def _undrawn_flows(sheet: Sheet) -> Iterator[Breach]:
    layout = sheet.model.layout
    for flow, source, target in sheet.flows:
        if {source.id, target.id} <= layout.shapes.keys() and flow.id not in layout.edges:
            yield at(flow.id)


def _of_nothing(sheet: Sheet) -> Iterator[Breach]:
    layout = sheet.model.layout
    known = sheet.names.keys() | sheet.ends.keys() | {k.id for k in sheet.all("process")}
    inside = {e.get("id") for k in sheet.all("process") for e in k.element.iter() if isinstance(e.tag, str)}
    return (at(id) for id in (*layout.shapes, *layout.edges) if id not in known and id not in inside)


def _hosts(sheet: Sheet) -> Iterator[tuple[str, Activity]]:
    for event in sheet.events:
        host = sheet.activity(event.attached_to)
        if host is not None:
            yield event.id, host


def _away_from_host(sheet: Sheet) -> Iterator[Breach]:
    shapes = sheet.model.layout.shapes
    for event, host in _hosts(sheet):
        if event in shapes and host.id in shapes:
            one, other = shapes[event], shapes[host.id]
            apart_x = one.x > other.x + other.width or other.x > one.x + one.width
            if apart_x or one.y > other.y + other.height or other.y > one.y + one.height:
                yield at(event, host=host.id)


DIAGRAM = (
    advice("not_drawn", "{element} is not in the picture.", "Draw it, or let the layout be made anew.", _undrawn),
    advice(
        "flow_not_drawn",
        "The flow {element} is not in the picture.",
        "Draw it, or let the layout be made anew.",
        _undrawn_flows,
    ),
    advice(
        "drawn_but_not_there",
        "The picture shows {element}, which the file does not have.",
        "Delete the shape.",
        _of_nothing,
    ),
    advice(
        "shape_without_size",
        "{element} is drawn with no width or no height.",
        "Give it a size.",
        lambda sheet: (at(id) for id, b in sheet.model.layout.shapes.items() if b.width <= 0 or b.height <= 0),
    ),
    advice(
        "edge_without_way",
        "The edge of {element} has fewer than two points.",
        "Draw it from one element to the other.",
        lambda sheet: (at(id) for id, points in sheet.model.layout.edges.items() if len(points) < 2),
    ),
    advice(
        "boundary_drawn_elsewhere",
        "{element} is not drawn on the border of {host}, on which it sits.",
        "Move it there.",
        _away_from_host,
    ),
)
