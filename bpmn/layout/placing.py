"""Rows and pixels: the nodes of one scope on a grid, lanes as bands from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpmn.layout.layering import begins, columns, forward, heights, scope_edges, topological
from bpmn.layout.sizes import GAP, PADDING, ROW_GAP, TASK, size
from bpmn.model import AnyNode, Bounds, EventNode, ProcessModel

Band = str | None


@dataclass
class Placed:
    """Rectangles relative to the top left corner of the scope, and the band of each lane as (top, height)."""

    shapes: dict[str, Bounds] = field(default_factory=dict)
    bands: dict[Band, tuple[float, float]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


def place(
    model: ProcessModel, nodes: Sequence[AnyNode], bands: Sequence[Band], inner: Mapping[str, tuple[float, float]]
) -> Placed:
    """The nodes of a scope; `inner` are the sizes of its expanded subprocesses."""
    edges = scope_edges(model, nodes)
    order = begins(model, nodes)
    ahead = forward(
        {id: edges[id] for id in [*[i for i in order if i in edges], *[i for i in edges if i not in order]]}, order
    )
    column = columns(ahead)
    band = {node.id: node.lane if node.lane in bands else bands[0] for node in nodes}
    row = _rows(model, ahead, column, band)
    sizes = {node.id: inner.get(node.id, size(node)) for node in nodes}
    placed = _pixels(column, row, band, bands, sizes)
    _attach(nodes, placed)
    return placed


def _rows(
    model: ProcessModel, edges: Mapping[str, list[str]], column: Mapping[str, int], band: Mapping[str, Band]
) -> dict[str, int]:
    """The row of each node in its band: that of the main branch before it, else the nearest free one."""
    before: dict[str, list[str]] = {id: [] for id in edges}
    for id, targets in edges.items():
        for target in targets:
            before[target].append(id)
    height = heights(edges)
    taken: set[tuple[Band, int, int]] = set()
    rows: dict[str, int] = {}
    for id in sorted(topological(edges), key=lambda i: (column[i], -height[i])):
        wanted = _wanted(model, id, before[id], rows, band)
        rows[id] = _free(wanted, lambda row, id=id: (band[id], column[id], row) not in taken)
        taken.add((band[id], column[id], rows[id]))
    return rows


def _wanted(
    model: ProcessModel, id: str, before: Sequence[str], rows: Mapping[str, int], band: Mapping[str, Band]
) -> int:
    """The row of what comes before in the same band; one further down behind a boundary event."""
    flows = model.incoming(id)
    by_border = {model.node(f.source).id for f in flows if model.has(f.source) and _is_boundary(model.node(f.source))}
    same = [rows[other] for other in before if band[other] == band[id] and other in rows]
    if not same:
        return 0
    return min(same) + (1 if by_border and len(by_border) == len(flows) else 0)


def _is_boundary(node: AnyNode) -> bool:
    return isinstance(node, EventNode) and node.attached_to is not None


def _free(wanted: int, is_free: object) -> int:
    assert callable(is_free)
    distance = 0
    while True:
        for row in (wanted + distance, wanted - distance):
            if row >= 0 and is_free(row):
                return row
        distance += 1


def _pixels(
    column: Mapping[str, int],
    row: Mapping[str, int],
    band: Mapping[str, Band],
    bands: Sequence[Band],
    sizes: Mapping[str, tuple[float, float]],
) -> Placed:
    placed = Placed()
    lefts, placed.width = _offsets(column, {id: sizes[id][0] for id in column}, 0.0, GAP, PADDING)
    top = 0.0
    for each in bands:
        members = {id: row[id] for id in row if band[id] == each}
        tall = {id: max(sizes[id][1], TASK[1]) for id in members}
        tops, height = _offsets(members, tall, 0.0, ROW_GAP, PADDING)
        height = max(height, TASK[1] + 2 * PADDING)
        for id in members:
            (x, width), (y, depth) = lefts[column[id]], tops[row[id]]
            w, h = sizes[id]
            placed.shapes[id] = Bounds(x + (width - w) / 2, top + y + (depth - h) / 2, w, h)
        placed.bands[each] = (top, height)
        top += height
    placed.height = top
    return placed


def _offsets(
    index: Mapping[str, int], extent: Mapping[str, float], start: float, gap: float, padding: float
) -> tuple[dict[int, tuple[float, float]], float]:
    """(offset, extent) of each column or row, and the whole extent."""
    found: dict[int, tuple[float, float]] = {}
    at = start + padding
    for i in range(max(index.values(), default=-1) + 1):
        largest = max((extent[id] for id, other in index.items() if other == i), default=0.0)
        found[i] = (at, largest)
        at += largest + (gap if largest else 0.0)
    return found, at - (gap if found else 0.0) + padding


def _attach(nodes: Sequence[AnyNode], placed: Placed) -> None:
    """Boundary events along the lower border of their activity."""
    hosts: dict[str, list[AnyNode]] = {}
    for node in nodes:
        if isinstance(node, EventNode) and node.attached_to in placed.shapes:
            hosts.setdefault(str(node.attached_to), []).append(node)
    for host, events in hosts.items():
        for i, event in enumerate(events):
            placed.shapes[event.id] = on_border(event, placed.shapes[host], i, len(events))


def on_border(event: AnyNode, host: Bounds, number: int, count: int) -> Bounds:
    """The place of a boundary event on the lower border of its activity."""
    width, height = size(event)
    along = (2 * number + 1) / (2 * count) if count < 3 else number / (count - 1)
    x = host.x + host.width * along
    return Bounds(round(x - width / 2), host.y + host.height - height / 2, width, height)
