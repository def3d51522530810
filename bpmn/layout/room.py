"""Places for new elements in a drawing that stays as it is: what is right of them makes room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bpmn import kept
from bpmn.artifacts import links, pools, things
from bpmn.layout.layering import begins, columns, forward, scope_edges
from bpmn.layout.placing import on_border
from bpmn.layout.sizes import GAP, PADDING, ROW_GAP, TASK, bottom, centre, moved, right, size
from bpmn.model import Activity, ActivityKind, AnyNode, Bounds, EventNode, Extensions, Layout, ProcessModel
from bpmn.reading.diagram import POINTERS
from bpmn.reading.part import unprefixed

_CLEAR = 20.0  # distance to neighbours below which two shapes stand too close


def place_new(model: ProcessModel) -> Layout:
    """The layout without what is gone, with places for the nodes that have none, in the order of their flows."""
    ahead = _forward(model)
    layout = _without_later_branches(model, _without_gone(model), ahead)
    for node in _in_order(model):
        if node.id not in layout.shapes:
            layout = _place(model, layout, node, ahead)
    return _grown(model, layout)


Ahead = dict[str, list[str]]


def _forward(model: ProcessModel) -> Ahead:
    """Who follows whom, loops left out, in all scopes."""
    found: Ahead = {}
    for scope in dict.fromkeys(node.scope for node in model.nodes):
        nodes = [node for node in model.nodes if node.scope == scope]
        found |= forward(scope_edges(model, nodes), begins(model, nodes))
    return found


def _without_later_branches(model: ProcessModel, layout: Layout, ahead: Ahead) -> Layout:
    """Steps that used to follow each other and now stand behind a new split are to stand below each other."""
    again: set[str] = set()
    for node in model.nodes:
        targets = [id for id in ahead.get(node.id, []) if id in layout.shapes]
        if node.id in layout.shapes or len(targets) < 2 or len(model.outgoing(node.id)) < 2:
            continue
        first, *others = sorted(targets, key=lambda id: layout.shapes[id].x)
        for other in others:
            if _side_by_side(layout.shapes[first], layout.shapes[other]):
                again |= _reach(other, ahead) - _reach(first, ahead)
    again |= {n.id for n in model.nodes if isinstance(n, EventNode) and n.attached_to in again}
    shapes = {id: box for id, box in layout.shapes.items() if id not in again}
    return replace(layout, shapes=shapes, labels={id: box for id, box in layout.labels.items() if id not in again})


def _side_by_side(one: Bounds, two: Bounds) -> bool:
    return one.y < bottom(two) and two.y < bottom(one)


def _reach(id: str, ahead: Ahead) -> set[str]:
    found, waiting = set(), [id]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += ahead.get(id, [])
    return found


def _without_gone(model: ProcessModel) -> Layout:
    there = {e.id for e in (*model.nodes, *model.flows, *model.lanes, *pools(model), *things(model), *links(model))}
    there |= {id for id in model.layout.shapes if any(id in entry for entry in (*model.raw, *model.extensions))}
    there |= {id for id in model.layout.edges if any(id in entry for entry in (*model.raw, *model.extensions))}
    layout = model.layout
    drawn = there & (layout.shapes.keys() | layout.edges.keys())
    others = tuple(entry for entry in layout.extensions if _draws_again(entry, drawn))
    styles = {id: entries for id, entries in layout.styles.items() if id in there}
    return replace(
        layout,
        shapes={id: v for id, v in layout.shapes.items() if id in there},
        edges={id: v for id, v in layout.edges.items() if id in there},
        labels={id: v for id, v in layout.labels.items() if id in there},
        expanded={id: v for id, v in layout.expanded.items() if id in there},
        horizontal={id: v for id, v in layout.horizontal.items() if id in there},
        styles=_with_ids_that_are_used(styles, others),
        extensions=others,
    )


def _draws_again(entry: str, drawn: set[str]) -> bool:
    """False for a kept shape of what is gone or gets a new place; True for a second one of what is drawn."""
    shape = _drawn(entry)
    return (
        shape is None or unprefixed(shape.get("bpmnElement", "")) in drawn or not kept.local(shape).startswith("BPMN")
    )


def _drawn(entry: str) -> kept.Element | None:
    """The shape or edge that an entry of the plane is."""
    within = kept.split_inside(entry)
    wanted = within is not None and within[0] == "BPMNPlane" and kept.is_element(within[1])
    return kept.parse(within[1]) if within and wanted and not within[1].startswith(("<!--", "<?")) else None


def _with_ids_that_are_used(styles: Mapping[str, Extensions], others: Extensions) -> dict[str, Extensions]:
    """A shape keeps its own id only while an edge points to it."""
    pairs = [pair for entries in styles.values() for pair in map(kept.split_attribute, entries) if pair]
    used = {value for name, value in pairs if name in POINTERS}
    used |= {shape.get(name) for shape in map(_drawn, others) for name in POINTERS if shape is not None}
    found = {}
    for id, entries in styles.items():
        own = [e for e in entries if not e.startswith("id=") or e[3:] in used]
        if own:
            found[id] = tuple(own)
    return found


def _in_order(model: ProcessModel) -> list[AnyNode]:
    """Nodes by column, activities before their boundary events."""
    found: list[AnyNode] = []
    for scope in dict.fromkeys(node.scope for node in model.nodes):
        nodes = [node for node in model.nodes if node.scope == scope]
        edges = scope_edges(model, nodes)
        column = columns(forward(edges, begins(model, nodes)))
        found += sorted(nodes, key=lambda n: (n.id not in column, column.get(n.id, 0)))
    return found


def _place(model: ProcessModel, layout: Layout, node: AnyNode, ahead: Ahead) -> Layout:
    if isinstance(node, EventNode) and node.attached_to in layout.shapes:
        events = model.boundary_events(node.attached_to or "")
        number = [event.id for event in events].index(node.id)
        box = on_border(node, layout.shapes[str(node.attached_to)], number, len(events))
        return replace(layout, shapes={**layout.shapes, node.id: box})
    if isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS:
        layout = replace(layout, expanded={**layout.expanded, node.id: False})
    width, height = size(node)
    left, middle = _wanted(model, layout, node, ahead)
    box = Bounds(left, middle - height / 2, width, height)
    layout, box = _free(model, layout, node, box)
    return replace(layout, shapes={**layout.shapes, node.id: box})


def _wanted(model: ProcessModel, layout: Layout, node: AnyNode, ahead: Ahead) -> tuple[float, float]:
    """Left edge and middle of a new node: behind the last placed one before it, in its own lane."""
    before = [id for id, following in ahead.items() if node.id in following and id in layout.shapes]
    after = [id for id in ahead.get(node.id, []) if id in layout.shapes]
    boxes = [layout.shapes[id] for id in before] or [layout.shapes[id] for id in after]
    if not boxes:
        placed = [layout.shapes[n.id] for n in model.nodes if n.id in layout.shapes]
        return max(right(box) for box in placed) + GAP, centre(placed[0])[1]
    same = [id for id in (*before, *after) if model.node(id).lane == node.lane]
    if before and (not same or same[0] in before):
        left = max(right(box) for box in boxes) + GAP
    else:  # a step that another lane leads to stands before what follows it in its own
        left = min(layout.shapes[id].x for id in same or after) - GAP - size(node)[0]
    if same:
        return left, centre(layout.shapes[same[0]])[1]
    lane = layout.shapes.get(node.lane or "")
    return left, centre(lane)[1] if lane else centre(boxes[0])[1]


def _free(model: ProcessModel, layout: Layout, node: AnyNode, box: Bounds) -> tuple[Layout, Bounds]:
    """Room for the new node: what stands right of its left edge moves to the right where it would be in the way."""
    after = [layout.shapes[f.target] for f in model.outgoing(node.id) if f.target in layout.shapes]
    ahead = [other for other in after if other.x >= box.x - GAP]
    need = max((right(box) + GAP - other.x for other in ahead), default=0.0)
    if need > 0 and not _parallel(model, layout, node):
        layout = _shifted(model, layout, box.x - _CLEAR, need)
    boxes = [layout.shapes[n.id] for n in model.nodes if n.id in layout.shapes and n.scope == node.scope]
    while any(_close(box, other) for other in boxes):
        box = moved(box, 0, TASK[1] + ROW_GAP)
    return layout, box


def _parallel(model: ProcessModel, layout: Layout, node: AnyNode) -> bool:
    """Whether another branch already has the room that the new node needs, so that it goes below it."""
    before = {f.source for f in model.incoming(node.id)}
    siblings = [f.target for id in before for f in model.outgoing(id) if f.target != node.id]
    after = {f.target for f in model.outgoing(node.id)}
    return any(
        s in layout.shapes and s not in after and {f.target for f in model.outgoing(s)} & after for s in siblings
    )


def _close(one: Bounds, two: Bounds) -> bool:
    return (
        one.x < right(two) + _CLEAR
        and two.x < right(one) + _CLEAR
        and one.y < bottom(two) + _CLEAR
        and two.y < bottom(one) + _CLEAR
    )


def _shifted(model: ProcessModel, layout: Layout, from_x: float, by: float) -> Layout:
    """Everything that begins right of a line moves; what the line goes through grows."""
    frames = {lane.id for lane in model.lanes} | {pool.id for pool in pools(model)}
    frames |= {a.id for a in model.activities if layout.expanded.get(a.id)}
    shapes = {id: _moved_or_grown(box, id in frames, from_x, by) for id, box in layout.shapes.items()}
    for node in model.nodes:
        if isinstance(node, EventNode) and node.attached_to in shapes and node.id in shapes:
            host, before = shapes[node.attached_to], layout.shapes[node.attached_to]
            shapes[node.id] = moved(layout.shapes[node.id], host.x - before.x, 0)
    edges = {id: tuple((x + by if x > from_x else x, y) for x, y in way) for id, way in layout.edges.items()}
    labels = {id: moved(box, by if centre(box)[0] > from_x else 0, 0) for id, box in layout.labels.items()}
    return replace(layout, shapes=shapes, edges=edges, labels=labels)


def _moved_or_grown(box: Bounds, frame: bool, from_x: float, by: float) -> Bounds:
    if frame and box.x <= from_x:
        return Bounds(box.x, box.y, box.width + (by if right(box) > from_x else 0), box.height)
    return moved(box, by if centre(box)[0] > from_x else 0, 0)


def _grown(model: ProcessModel, layout: Layout) -> Layout:
    """Lanes and pools large enough for the nodes in them; lower lanes move down."""
    for lane in model.lanes:
        if lane.id in layout.shapes:
            layout = _with_tall_lane(model, layout, lane.id)
    shapes = dict(layout.shapes)
    end = max((right(shapes[n.id]) for n in model.nodes if n.id in shapes), default=0.0) + PADDING
    frames = {lane.id for lane in model.lanes} | {pool.id for pool in pools(model)}
    for id in frames & shapes.keys():
        box = shapes[id]
        shapes[id] = Bounds(box.x, box.y, max(box.width, end - box.x), box.height)
    return replace(layout, shapes=shapes)


def _with_tall_lane(model: ProcessModel, layout: Layout, lane: str) -> Layout:
    """What is below the lane moves down by as much as its lowest node stands out of it."""
    line = bottom(layout.shapes[lane])
    members = {n.id for n in model.nodes if n.lane == lane and n.scope is None and n.id in layout.shapes}
    members |= {n.id for n in model.nodes if isinstance(n, EventNode) and n.attached_to in members}
    need = max((bottom(layout.shapes[id]) + PADDING - line for id in members & layout.shapes.keys()), default=0.0)
    if need <= 0:
        return layout
    shapes = {id: box if id in members else _down(box, line, need) for id, box in layout.shapes.items()}
    edges = {id: tuple((x, y + need if y >= line else y) for x, y in way) for id, way in layout.edges.items()}
    labels = {id: box if id in members else _down(box, line, need) for id, box in layout.labels.items()}
    return replace(layout, shapes=shapes, edges=edges, labels=labels)


def _down(box: Bounds, line: float, by: float) -> Bounds:
    """Below the line it moves, across the line it grows."""
    if box.y >= line:
        return moved(box, 0, by)
    if bottom(box) >= line and box.width > 3 * TASK[0]:
        return Bounds(box.x, box.y, box.width, box.height + by)
    return box
