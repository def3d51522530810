"""A model as one self-contained SVG picture, for pages and reports; shades and badges say what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from bpmn.artifacts import Link, links, pools, things
from bpmn.drawing.colours import EDGE, INK, MARKS, PAPER, shade
from bpmn.drawing.frames import draw_closed_pool, draw_frame, draw_thing
from bpmn.drawing.shapes import Look, draw_node
from bpmn.drawing.text import LINE_HEIGHT, block, wrap
from bpmn.layout import lay_out
from bpmn.layout.routing import Way
from bpmn.layout.sizes import around, bottom, centre, right, text_width
from bpmn.model import Activity, AnyNode, Bounds, EventNode, Flow, Gateway, ProcessModel
from bpmn.xml_text import escaped, quoted

__all__ = ["MARKS", "draw", "shade"]

_MARGIN = 24.0
_FONTS = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei','Source Han Sans SC',system-ui,sans-serif"
_STYLE = (
    f"text{{font-family:{_FONTS};fill:{INK}}}g[fill]>text{{fill:inherit}}"
    f".halo{{paint-order:stroke;stroke:{PAPER};stroke-width:3px;stroke-linejoin:round}}.name{{font-weight:600}}"
)
_EXPANDED = (150.0, 110.0)  # a subprocess larger than this is open where the file does not say


def draw(
    model: ProcessModel,
    *,
    shades: Mapping[str, float] | None = None,
    badges: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    language: str = "zh",
) -> str:
    """The picture as SVG text.

    `shades` are values from 0 to 1 by node, `badges` short texts by node or flow, `marks` say what a comparison found:
    added, removed, changed or moved, by element. What has no coordinates is laid out first.
    """
    if any(node.id not in model.layout.shapes for node in model.nodes):
        model = lay_out(model, keep=True)
    picture = _Picture(model, shades or {}, badges or {}, marks or {}, language)
    parts = [*picture.frames(), *picture.nodes(open=True), *picture.edges(), *picture.nodes(open=False)]
    parts += [*picture.labels(), *picture.badges()]
    return _svg(parts, picture.extent(), model.names.get(language) or model.name or model.key)


def _svg(parts: list[str], box: Bounds, title: str) -> str:
    size = f'width="{box.width:.0f}" height="{box.height:.0f}"'
    view = f'viewBox="{box.x:.0f} {box.y:.0f} {box.width:.0f} {box.height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img"><title>{escaped(title)}</title>'
    paper = f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="100%" height="100%" fill="{PAPER}"/>'
    return "\n".join(
        [head, f"<style>{_STYLE}</style>", _ARROWS, paper, *(part for part in parts if part), "</svg>", ""]
    )


def _arrow(id: str, colour: str, fill: str) -> str:
    box = 'viewBox="0 0 10 10" refX="9.5" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"'
    return f'<marker id="{id}" {box}><path d="M.5 1l9 4-9 4z" fill="{fill}" stroke="{colour}"/></marker>'


_ARROWS = (
    "<defs>"
    + _arrow("arrow", EDGE, EDGE)
    + _arrow("hollow", EDGE, PAPER)
    + "".join(_arrow(f"arrow-{mark}", colour, colour) for mark, colour in MARKS.items())
    + '<marker id="fine" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
    + f'markerUnits="userSpaceOnUse" orient="auto"><path d="M1 1l8 4-8 4" fill="none" stroke="{EDGE}"/></marker></defs>'
)


class _Picture:
    """The parts of one picture, from the back to the front."""

    def __init__(
        self,
        model: ProcessModel,
        shades: Mapping[str, float],
        badges: Mapping[str, str],
        marks: Mapping[str, str],
        language: str,
    ) -> None:
        self.model, self.language = model, language
        self._shades, self._badges, self._marks = shades, badges, marks
        self._layout = model.layout
        self._hidden = self._inside_closed()

    def _inside_closed(self) -> set[str]:
        """Nodes inside a subprocess that is drawn closed."""
        hidden: set[str] = set()
        for node in self.model.nodes:  # what is inside follows what it is inside of
            scope = node.scope
            if scope is not None and (scope in hidden or not self._is_open(scope)):
                hidden.add(node.id)
        return hidden

    def _is_open(self, id: str) -> bool:
        box = self._layout.shapes.get(id)
        if id in self._layout.expanded:
            return self._layout.expanded[id]
        return box is not None and (box.width, box.height) >= _EXPANDED

    def _shown(self) -> list[AnyNode]:
        return [n for n in self.model.nodes if n.id not in self._hidden and n.id in self._layout.shapes]

    def extent(self) -> Bounds:
        ids = [node.id for node in self._shown()] + [lane.id for lane in self.model.lanes]
        ids += [pool.id for pool in pools(self.model)] + [thing.id for thing in things(self.model)]
        boxes = [self._layout.shapes[id] for id in ids if id in self._layout.shapes]
        boxes += [self._layout.labels[id] for id in ids if id in self._layout.labels]
        boxes += [Bounds(x, y, 0, 0) for _, way in self._ways() for x, y in way]
        return around(boxes or [Bounds(0, 0, 200, 100)], _MARGIN)

    def frames(self) -> list[str]:
        """Pools, then lanes from the outer to the inner ones, then groups and data."""
        parts = []
        for pool in pools(self.model):
            box = self._layout.shapes.get(pool.id)
            if box is not None:
                horizontal = self._layout.horizontal.get(pool.id, box.width >= box.height)
                own = pool.process == self.model.key
                parts.append(
                    draw_frame(box, self._pool_name(pool.name, own), horizontal=horizontal, pool=True)
                    if own
                    else draw_closed_pool(box, pool.name)
                )
        for lane in self.model.lanes:
            box = self._layout.shapes.get(lane.id)
            if box is not None:
                horizontal = self._layout.horizontal.get(lane.id, box.width >= box.height)
                parts.append(draw_frame(box, lane.label(self.language), horizontal=horizontal, pool=False))
        return parts

    def _pool_name(self, name: str, own: bool) -> str:
        return (self.model.names.get(self.language) if own else None) or name

    def nodes(self, *, open: bool) -> list[str]:
        """Open subprocesses, or all other nodes; boundary events last, on top of their activities."""
        shown = [node for node in self._shown() if self._opens(node) is open]
        shown.sort(key=lambda node: isinstance(node, EventNode) and node.attached_to is not None)
        drawn = [self._node(node) for node in shown]
        if not open:
            drawn += [
                draw_thing(t, self._layout.shapes[t.id]) for t in things(self.model) if t.id in self._layout.shapes
            ]
        return drawn

    def _opens(self, node: AnyNode) -> bool:
        return (
            isinstance(node, Activity) and any(n.scope == node.id for n in self.model.nodes) and self._is_open(node.id)
        )

    def _node(self, node: AnyNode) -> str:
        look = Look(
            label=node.label(self.language),
            shade=self._shades.get(node.id),
            mark=self._marks.get(node.id),
            expanded=self._opens(node),
        )
        drawn = draw_node(node, self._layout.shapes[node.id], look)
        return f"<g data-element={quoted(node.id)}><title>{escaped(look.label)}</title>{drawn}</g>"

    def _ways(self) -> list[tuple[Flow | Link, Way]]:
        flows = [f for f in self.model.flows if f.source not in self._hidden and f.target not in self._hidden]
        edges: list[Flow | Link] = [*flows, *links(self.model)]
        return [(edge, self._layout.edges[edge.id]) for edge in edges if edge.id in self._layout.edges]

    def edges(self) -> list[str]:
        return [self._flow(e, w) if isinstance(e, Flow) else _link(e, w) for e, w in self._ways()]

    def _flow(self, flow: Flow, way: Way) -> str:
        mark = self._marks.get(flow.id, "")
        colour = MARKS.get(mark, EDGE)
        head = f"arrow-{mark}" if mark in MARKS else "arrow"
        line = f'fill="none" stroke="{colour}" stroke-width="{2.6 if mark else 1.4}"'
        dashes = ' stroke-dasharray="6 4"' if mark == "removed" else ""
        path = f'<path d="{_rounded(way)}" {line}{dashes} marker-end="url(#{head})"/>'
        return f"<g data-element={quoted(flow.id)}>{path}{self._start_sign(flow, way)}</g>"

    def _start_sign(self, flow: Flow, way: Way) -> str:
        """The slash of a default flow, the small diamond of a conditional one that leaves no gateway."""
        source = self.model.node(flow.source) if self.model.has(flow.source) else None
        (x, y), (u, v) = way[0], way[1] if len(way) > 1 else way[0]
        dx, dy = (1 if u > x else -1 if u < x else 0), (1 if v > y else -1 if v < y else 0)
        if source is not None and getattr(source, "default", None) == flow.id:
            cx, cy = x + 9 * dx, y + 9 * dy
            return f'<path d="M{cx - 4:g} {cy - 4:g}l8 8" stroke="{EDGE}" stroke-width="1.4"/>'
        if flow.condition and not isinstance(source, Gateway):
            points = f"{x:g},{y:g} {x + 7 * dx - 4 * dy:g},{y + 7 * dy - 4 * dx:g} "
            points += f"{x + 14 * dx:g},{y + 14 * dy:g} {x + 7 * dx + 4 * dy:g},{y + 7 * dy + 4 * dx:g}"
            return f'<polygon points="{points}" fill="{PAPER}" stroke="{EDGE}"/>'
        return ""

    def labels(self) -> list[str]:
        """Names beside events, gateways and flows."""
        parts = []
        for node in self._shown():
            if not isinstance(node, Activity) and (node.name or node.names):
                parts.append(self._label(node.id, node.label(self.language), self._default_label(node)))
        for edge, way in self._ways():
            name = edge.names.get(self.language) or edge.name if isinstance(edge, Flow) else edge.name
            if name:
                middle = way[len(way) // 2]
                place = Bounds(middle[0] - 45, middle[1] - 18, 90, 14)
                translated = name != edge.name and edge.id in self._layout.labels
                parts.append(self._beside(edge.id, name, way) if translated else self._label(edge.id, name, place))
        return parts

    def _default_label(self, node: AnyNode) -> Bounds:
        box = self._layout.shapes[node.id]
        x, _ = centre(box)
        return Bounds(x - 48, bottom(box) + 5, 96, 14)

    def _label(self, id: str, text: str, otherwise: Bounds) -> str:
        box = self._layout.labels.get(id, otherwise)
        x, _ = centre(box)
        lines = wrap(text, max(box.width + 4, 92), size=11, lines=4)
        step = 11 * LINE_HEIGHT
        above = id in self._layout.labels and self._is_above(id, box)
        middle = bottom(box) - step * len(lines) / 2 if above else box.y + step * len(lines) / 2
        return block(lines, x, middle, size=11, kind="halo")

    def _beside(self, id: str, text: str, way: Way) -> str:
        """A label in another language than the layout was made for: it keeps the side that looks at the edge."""
        box = self._layout.labels[id]
        lines = wrap(text, 92, size=11, lines=4)
        middle = box.y + 11 * LINE_HEIGHT * len(lines) / 2
        if centre(box)[0] >= way[0][0]:
            return block(lines, box.x, middle, size=11, anchor="start", kind="halo")
        return block(lines, right(box), middle, size=11, anchor="end", kind="halo")

    def _is_above(self, id: str, box: Bounds) -> bool:
        shape = self._layout.shapes.get(id)
        return shape is not None and bottom(box) <= shape.y + 2

    def badges(self) -> list[str]:
        parts = []
        for id, text in self._badges.items():
            if id in self._layout.shapes and id not in self._hidden:
                box = self._layout.shapes[id]
                parts.append(_badge(text, right(box) - 6, box.y))
            elif id in self._layout.edges:
                parts.append(_badge(text, *_half_way(self._layout.edges[id])))
        return parts


def _link(link: Link, way: Way) -> str:
    if link.kind == "messageFlow":
        line = f'stroke="{EDGE}" stroke-width="1.3" stroke-dasharray="7 4" marker-end="url(#hollow)"'
        x, y = way[0]
        start = f'<circle cx="{x:g}" cy="{y:g}" r="3.5" fill="{PAPER}" stroke="{EDGE}"/>'
        return f'<path d="{_rounded(way)}" fill="none" {line}/>{start}'
    head = ' marker-end="url(#fine)"' if link.directed else ""
    return f'<path d="{_rounded(way)}" fill="none" stroke="{EDGE}" stroke-width="1.2" stroke-dasharray="2 3"{head}/>'


def _rounded(way: Way, radius: float = 6.0) -> str:
    """The path with rounded corners."""
    parts = [f"M{way[0][0]:g} {way[0][1]:g}"]
    for before, corner, after in zip(way, way[1:], way[2:], strict=False):
        one, two = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{one[0]:g} {one[1]:g}Q{corner[0]:g} {corner[1]:g} {two[0]:g} {two[1]:g}")
    return "".join(parts) + f"L{way[-1][0]:g} {way[-1][1]:g}"


def _towards(start: tuple[float, float], end: tuple[float, float], distance: float) -> tuple[float, float]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    part = min(distance, length / 2) / length if length else 0.0
    return round(start[0] + dx * part, 1), round(start[1] + dy * part, 1)


def _half_way(way: Way) -> tuple[float, float]:
    """The middle of the longest piece."""
    pieces = list(pairwise(way)) or [(way[0], way[0])]
    one, two = max(pieces, key=lambda p: abs(p[0][0] - p[1][0]) + abs(p[0][1] - p[1][1]))
    return (one[0] + two[0]) / 2, (one[1] + two[1]) / 2


def _badge(text: str, x: float, y: float) -> str:
    """A pill around the point."""
    width = text_width(text) * 11 / 12 + 14
    place = f'x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" height="18"'
    pill = f'<rect {place} rx="9" fill="{INK}" stroke="{PAPER}" stroke-width="1.5"/>'
    return f'<g fill="{PAPER}">{pill}{block([text], x, y, size=11)}</g>'
