"""Coordinates for models that have none, or not all: columns from left to right, lanes as bands, edges at right angles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from bpmn import kept
from bpmn.artifacts import Link, own_pool, pools, things
from bpmn.artifacts import links as links_of
from bpmn.layout.labelling import labels
from bpmn.layout.placing import Band, Placed, place
from bpmn.layout.room import place_new
from bpmn.layout.routing import Board, Way, entering, leaving, route
from bpmn.layout.sizes import HEADER, around, bottom, centre, moved, right
from bpmn.model import (
    ActivityKind,
    AnyNode,
    Bounds,
    EventNode,
    Extensions,
    Gateway,
    Lane,
    Layout,
    ProcessModel,
)
from bpmn.vocabulary import BPMN
from bpmn.xml_text import escaped, quoted

__all__ = ["drawn_again", "lay_out"]

_ORIGIN = (160.0, 80.0)


def lay_out(model: ProcessModel, *, keep: bool = False) -> ProcessModel:
    """The model with coordinates for everything that is drawn.

    With `keep` what has coordinates stays where it is; new elements get a place behind what they follow, and only what is
    right of them moves, to make room. Flows are drawn anew where they no longer begin and end at their shapes.
    """
    if not model.nodes:
        return model
    if keep and any(node.id in model.layout.shapes for node in model.nodes):
        return _finished(replace(model, layout=place_new(model)), set(model.layout.edges))
    model = _with_pool(model)
    shapes, expanded = _place_scopes(model)
    horizontal = {id: True for id in _frames(model) if id in shapes}
    layout = Layout(shapes, {}, {}, expanded, horizontal, {}, _of_the_diagram(model.layout))
    return _finished(replace(model, layout=layout), set())


def _of_the_diagram(layout: Layout) -> Extensions:
    """What the diagram says besides drawing: what was drawn elsewhere, or twice, is drawn in the new one."""
    return tuple(e for e in layout.extensions if kept.split_attribute(e) or "BPMNLabelStyle" in e[:30])


def _with_pool(model: ProcessModel) -> ProcessModel:
    """A pool around lanes, without which bpmn.io does not show them."""
    if not model.lanes or own_pool(model) is not None or pools(model):
        return model
    participant = f"<bpmn:participant id={quoted(f'Pool_{model.key}')} name={quoted(model.name or model.key)}"
    collaboration = f'<bpmn:collaboration xmlns:bpmn="{BPMN}" id={quoted(f"Collaboration_{model.key}")}>'
    entry = f"{collaboration}{participant} processRef={quoted(escaped(model.key))}/></bpmn:collaboration>"
    return replace(model, raw=(*model.raw, entry))


def _place_scopes(model: ProcessModel) -> tuple[dict[str, Bounds], dict[str, bool]]:
    """Rectangles of all nodes, lanes and pools; subprocesses from the inside out."""
    inside: dict[str | None, list[AnyNode]] = {}
    for node in model.nodes:
        inside.setdefault(node.scope, []).append(node)
    placed: dict[str | None, Placed] = {}
    for scope in [*reversed([n.id for n in model.nodes if n.id in inside]), None]:
        sizes = {id: (p.width, p.height) for id, p in placed.items() if id is not None}
        placed[scope] = place(model, inside.get(scope, []), _bands(model, scope), sizes)
    shapes: dict[str, Bounds] = {}
    depth = _lane_depth(model)
    x = _ORIGIN[0] + (HEADER * (depth + 1) if depth else 0.0)
    _absolute(placed, None, x, _ORIGIN[1], shapes)
    _draw_lanes(model, placed[None], x, depth, shapes)
    subprocesses = [a.id for a in model.activities if a.kind is ActivityKind.SUBPROCESS]
    return shapes, {id: id in inside for id in subprocesses}


def _bands(model: ProcessModel, scope: str | None) -> list[Band]:
    """The lanes that hold nodes of that scope, from top to bottom; None for nodes outside of lanes."""
    parents = {lane.parent for lane in model.lanes}
    leaves: list[Band] = [lane.id for lane in model.lanes if lane.scope == scope and lane.id not in parents]
    nodes = [node for node in model.nodes if node.scope == scope]
    outside = any(node.lane not in leaves and not _on_border(node) for node in nodes)
    return [None, *leaves] if outside or not leaves else leaves


def _on_border(node: AnyNode) -> bool:
    return isinstance(node, EventNode) and node.attached_to is not None


def _absolute(
    placed: dict[str | None, Placed], scope: str | None, x: float, y: float, shapes: dict[str, Bounds]
) -> None:
    waiting = [(scope, x, y)]
    while waiting:
        scope, x, y = waiting.pop()
        for id, box in placed[scope].shapes.items():
            shapes[id] = moved(box, x, y)
            if id in placed and id != scope:
                waiting.append((id, shapes[id].x, shapes[id].y))


def _lane_depth(model: ProcessModel) -> int:
    lanes = {lane.id: lane for lane in model.lanes if lane.scope is None}
    return max((len(_ancestors(lane, lanes)) + 1 for lane in lanes.values()), default=0)


def _ancestors(lane: Lane, lanes: dict[str, Lane]) -> list[str]:
    found: list[str] = []
    parent = lane.parent
    while parent in lanes and parent not in found:
        found.append(parent)
        parent = lanes[parent].parent
    return found


def _draw_lanes(model: ProcessModel, placed: Placed, x: float, depth: int, shapes: dict[str, Bounds]) -> None:
    lanes = {lane.id: lane for lane in model.lanes if lane.scope is None}
    end = x + placed.width
    for lane in reversed(list(lanes.values())):
        left = x - HEADER * (depth - len(_ancestors(lane, lanes)))
        inner = [shapes[other.id] for other in lanes.values() if other.parent == lane.id and other.id in shapes]
        if inner:
            top, height = around(inner).y, around(inner).height
        elif lane.id in placed.bands:
            top, height = placed.bands[lane.id][0] + _ORIGIN[1], placed.bands[lane.id][1]
        else:
            continue
        shapes[lane.id] = Bounds(left, top, end - left, height)
    _draw_pools(model, placed, x, depth, shapes)


def _draw_pools(model: ProcessModel, placed: Placed, x: float, depth: int, shapes: dict[str, Bounds]) -> None:
    own = own_pool(model)
    left = x - HEADER * (depth + (1 if depth else 0))
    if own is not None:
        left = left if depth else x - HEADER
        shapes[own.id] = Bounds(left, _ORIGIN[1], x + placed.width - left, placed.height)
    top = _ORIGIN[1] + placed.height + 40
    for pool in pools(model):
        if pool.id not in shapes:
            shapes[pool.id] = Bounds(left, top, x + placed.width - left, 60.0)
            top += 100


def _frames(model: ProcessModel) -> list[str]:
    return [*(lane.id for lane in model.lanes), *(pool.id for pool in pools(model))]


def _finished(model: ProcessModel, drawn: set[str]) -> ProcessModel:
    """Edges and labels for what still has none; `drawn` are edges that may stay if they meet their shapes."""
    layout = model.layout
    shapes = _with_things(model)
    edges = {id: way for id, way in layout.edges.items() if id in drawn and _still_meets(model, id, way)}
    for scope in dict.fromkeys(node.scope for node in model.nodes):
        _route_scope(model, scope, shapes, edges)
    _route_links(model, shapes, edges)
    named = labels(model, shapes, edges, layout.labels)
    return replace(model, layout=replace(layout, shapes=shapes, edges=edges, labels=named))


def drawn_again(model: ProcessModel, flows: Collection[str]) -> ProcessModel:
    """The model with new ways for these flows; everything else stays where it is."""
    edges = {id: way for id, way in model.layout.edges.items() if id not in flows}
    for scope in dict.fromkeys(node.scope for node in model.nodes):
        _route_scope(model, scope, dict(model.layout.shapes), edges)
    labels_left = {id: box for id, box in model.layout.labels.items() if id not in flows}
    return replace(model, layout=replace(model.layout, edges=edges, labels=labels_left))


def _still_meets(model: ProcessModel, id: str, way: Way) -> bool:
    flow = next((flow for flow in model.flows if flow.id == id), None)
    if flow is None:
        return not id.startswith("flow:")
    shapes = model.layout.shapes
    ends = ((flow.source, way[0]), (flow.target, way[-1]))
    return all(node in shapes and _touches(shapes[node], point) for node, point in ends)


def _touches(box: Bounds, point: tuple[float, float]) -> bool:
    return box.x - 2 <= point[0] <= right(box) + 2 and box.y - 2 <= point[1] <= bottom(box) + 2


def _route_scope(model: ProcessModel, scope: str | None, shapes: dict[str, Bounds], edges: dict[str, Way]) -> None:
    boxes = {n.id: shapes[n.id] for n in model.nodes if n.scope == scope and n.id in shapes}
    flows = [f for f in model.flows if f.source in boxes and f.target in boxes and f.id not in edges]
    if not flows:
        return
    board = Board(boxes)
    for flow in sorted(flows, key=lambda f: _difficulty(boxes[f.source], boxes[f.target])):
        source, target = model.node(flow.source), model.node(flow.target)
        outs = leaving(boxes[source.id], border=_on_border(source), diamond=isinstance(source, Gateway))
        ins = entering(boxes[target.id], diamond=isinstance(target, Gateway))
        edges[flow.id] = route(board, flow.id, outs, ins)


def _difficulty(source: Bounds, target: Bounds) -> tuple[bool, float]:
    """Short forward edges first, so that they are straight; loops last."""
    (x, y), (u, v) = centre(source), centre(target)
    return u < x, abs(u - x) + 2 * abs(v - y)


def _with_things(model: ProcessModel) -> dict[str, Bounds]:
    """The shapes with notes and data below what they belong to, where they had none."""
    shapes = dict(model.layout.shapes)
    new = [thing for thing in things(model) if thing.id not in shapes]
    if not new or not shapes:
        return shapes
    top, at = bottom(around(list(shapes.values()))) + 40, 0.0
    partner = {end: other for link in links_of(model) for end, other in _both_ways(link)}
    for thing in new:
        width, height = (100.0, 40.0) if thing.kind in ("textAnnotation", "group") else (36.0, 50.0)
        anchor = shapes.get(partner.get(thing.id, ""))
        x = max(at, anchor.x if anchor else 0.0)
        shapes[thing.id] = Bounds(x, top, width, height)
        at = x + width + 40
    return shapes


def _both_ways(link: Link) -> Iterable[tuple[str, str]]:
    return ((link.source, link.target), (link.target, link.source))


def _route_links(model: ProcessModel, shapes: dict[str, Bounds], edges: dict[str, Way]) -> None:
    for link in links_of(model):
        if link.id not in edges and link.source in shapes and link.target in shapes:
            edges[link.id] = _vertical(shapes[link.source], shapes[link.target])


def _vertical(source: Bounds, target: Bounds) -> Way:
    """From the lower or upper border of one shape to the other's, straight where they overlap."""
    (x, y), (u, v) = centre(source), centre(target)
    x = u if source.x < u < right(source) else x
    u = x if target.x < x < right(target) else u
    start = bottom(source) if v > y else source.y
    end = target.y if v > y else bottom(target)
    return ((x, start), (u, end))
