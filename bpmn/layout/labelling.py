"""Where names stand that have no box of their own: beside their event, gateway or flow, on nothing else if there is room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from bpmn.layout.routing import Way
from bpmn.layout.sizes import bottom, centre, label_box, moved, right
from bpmn.model import Activity, ActivityKind, AnyNode, Bounds, EventNode, Flow, Gateway, ProcessModel

_ON_SHAPE, _ON_LABEL, _ON_EDGE = 40.0, 40.0, 6.0  # prices of standing on something
_LATER = 1.0  # price of a place further down the list
_SHORT = 24.0  # pieces of a flow below this have no room for a name


def labels(
    model: ProcessModel, shapes: Mapping[str, Bounds], edges: Mapping[str, Way], there: Mapping[str, Bounds]
) -> dict[str, Bounds]:
    """The labels that are there, and one for every name without; each goes where it covers least (greedily, nodes first)."""
    found = {id: box for id, box in there.items() if id in shapes or id in edges}
    board = _Board(
        [shapes[n.id] for n in model.nodes if n.id in shapes and not _is_open(model, n)], list(edges.values())
    )
    board.taken += found.values()
    for node in model.nodes:
        if node.id not in found and node.name and not isinstance(node, Activity) and node.id in shapes:
            found[node.id] = board.take(_beside_node(model, node, shapes[node.id], edges))
    for flow in model.flows:
        if flow.id not in found and flow.name and flow.id in edges:
            found[flow.id] = board.take(_beside_flow(flow, edges[flow.id]))
    return found


def _is_open(model: ProcessModel, node: AnyNode) -> bool:
    """A name may stand on the paper inside of a subprocess."""
    subprocess = isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS
    return subprocess and any(inner.scope == node.id for inner in model.nodes)


class _Board:
    """What names should not cover."""

    def __init__(self, shapes: list[Bounds], ways: list[Way]) -> None:
        self._shapes = shapes
        self._pieces = [_piece(a, b) for way in ways for a, b in pairwise(way)]
        self.taken: list[Bounds] = []

    def take(self, places: Iterable[Bounds]) -> Bounds:
        priced = [(self._price(place) + _LATER * number, number, place) for number, place in enumerate(places)]
        chosen = min(priced, key=lambda each: each[:2])[2]
        self.taken.append(chosen)
        return chosen

    def _price(self, place: Bounds) -> float:
        on_shapes = sum(_overlap(place, box) for box in self._shapes)
        on_labels = sum(_overlap(place, box) for box in self.taken)
        on_edges = sum(_overlap(place, box) for box in self._pieces)
        return on_shapes * _ON_SHAPE + on_labels * _ON_LABEL + on_edges * _ON_EDGE


def _overlap(one: Bounds, two: Bounds) -> bool:
    beside = one.x >= right(two) or two.x >= right(one)
    return not beside and one.y < bottom(two) and two.y < bottom(one)


def _piece(a: tuple[float, float], b: tuple[float, float]) -> Bounds:
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return Bounds(x - 1, y - 1, abs(a[0] - b[0]) + 2, abs(a[1] - b[1]) + 2)


def _beside_node(model: ProcessModel, node: AnyNode, box: Bounds, edges: Mapping[str, Way]) -> list[Bounds]:
    """Below events, beside the edge of boundary events, above gateways where no edge of theirs runs; then elsewhere."""
    x, y = centre(box)
    below = label_box(node.name, x, bottom(box) + 6)
    above = moved(below, 0, -box.height - 12 - below.height)
    aside = box.width / 2 + 6 + below.width / 2
    left, right_ = (Bounds(below.x + dx, y - below.height / 2, below.width, below.height) for dx in (-aside, aside))
    low_left, low_right = (moved(below, dx, -2) for dx in (-below.width / 2 - 8, below.width / 2 + 8))
    high_left, high_right = (
        moved(above, dx, 6) for dx in (-box.width / 2 - below.width / 2, box.width / 2 + below.width / 2)
    )
    if isinstance(node, EventNode) and node.attached_to is not None:
        return [low_left, low_right, below, moved(low_left, 0, below.height), moved(low_right, 0, below.height)]
    if not isinstance(node, Gateway):
        return [below, above, low_right, low_left, right_, left]
    ends = [edges[f.id][0] for f in model.outgoing(node.id) if f.id in edges]
    ends += [edges[f.id][-1] for f in model.incoming(node.id) if f.id in edges]
    free = [place for point, place in (((x, box.y), above), ((x, bottom(box)), below)) if point not in ends]
    return [*free, high_left, high_right, low_left, low_right]


def _beside_flow(flow: Flow, way: Way) -> list[Bounds]:
    """Beside the long pieces, from the first on: at its beginning, in its middle, on both sides."""
    box = label_box(flow.name, 0, 0)
    places = [place for a, b in pairwise(way) for place in _beside_piece(a, b, box)]
    return places or [moved(box, way[0][0] + 20 + box.width / 2, way[0][1] - 18)]


def _beside_piece(a: tuple[float, float], b: tuple[float, float], box: Bounds) -> list[Bounds]:
    (x, y), (u, v) = a, b
    w, h = box.width, box.height
    if abs(u - x) >= _SHORT:
        ahead = x + 6 if u > x else x - 6 - w
        middle = (x + u - w) / 2
        return [Bounds(at, top, w, h) for at in (ahead, middle) for top in (y - h - 3, y + 3)]
    if abs(v - y) >= _SHORT:
        down = y + 8 if v > y else y - 8 - h
        middle = (y + v - h) / 2
        return [Bounds(at, top, w, h) for top in (down, middle) for at in (x + 5, x - 5 - w)]
    return []
