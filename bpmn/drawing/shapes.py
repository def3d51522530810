"""The shapes of nodes: rounded boxes, diamonds, circles, each with its signs."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.drawing import icons
from bpmn.drawing.colours import ACCENT, INK, LINE, MARKS, PAPER, ink_on, shade
from bpmn.drawing.text import block, wrap
from bpmn.layout.sizes import bottom, centre, right
from bpmn.model import Activity, ActivityKind, AnyNode, Bounds, EventNode, Gateway, Position, Trigger


@dataclass(frozen=True, slots=True)
class Look:
    """How one node is shown: its label, its shade (None for none), its mark."""

    label: str
    shade: float | None = None
    mark: str | None = None
    expanded: bool = False

    @property
    def fill(self) -> str:
        return PAPER if self.shade is None else shade(self.shade)

    @property
    def ink(self) -> str:
        return INK if self.shade is None else ink_on(self.shade)

    @property
    def line(self) -> str:
        return MARKS.get(self.mark or "", LINE)

    @property
    def width(self) -> float:
        return 3.0 if self.mark else 1.5

    @property
    def dashes(self) -> str:
        return ' stroke-dasharray="6 4"' if self.mark == "removed" else ""


def draw_node(node: AnyNode, box: Bounds, look: Look) -> str:
    """The node without the label that stands beside it."""
    if isinstance(node, Activity):
        return _activity(node, box, look)
    return _gateway(node, box, look) if isinstance(node, Gateway) else _event(node, box, look)


def _activity(node: Activity, box: Bounds, look: Look) -> str:
    parts = [_box(box, look, node)]
    if node.transaction:
        inner = Bounds(box.x + 3, box.y + 3, box.width - 6, box.height - 6)
        parts.append(_rectangle(inner, "none", look.line, 1.0))
    if look.expanded:
        parts.append(
            block(wrap(look.label, box.width - 16, lines=1), box.x + 10, box.y + 14, anchor="start", kind="name")
        )
    else:
        parts.append(_label_inside(node, box, look))
        sign = icons.TASKS.get(node.kind)
        if sign:
            filled = node.kind in icons.FILLED_TASKS
            parts.append(icons.icon(sign, box.x + 13, box.y + 13, 15, filled=filled, colour=look.ink, width=1.1))
    return "".join(parts) + _markers(node, box, look)


def _box(box: Bounds, look: Look, node: Activity) -> str:
    width = 4.0 if node.kind is ActivityKind.CALL else look.width
    dashes = ' stroke-dasharray="2 4"' if node.triggered_by_event else look.dashes
    return _rectangle(box, look.fill, look.line, width, dashes)


def _rectangle(box: Bounds, fill: str, line: str, width: float, dashes: str = "") -> str:
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    return f'<rect {place} rx="8" fill="{fill}" stroke="{line}" stroke-width="{width:g}"{dashes}/>'


def _label_inside(node: Activity, box: Bounds, look: Look) -> str:
    signs = 10 if node.kind in icons.TASKS else -14 if _signs(node, look) else 0
    room = max(1, int((box.height - 14 - abs(signs)) // 15))
    lines = wrap(look.label, box.width - 14, lines=room)
    x, y = centre(box)
    return f'<g fill="{look.ink}">{block(lines, x, y + signs / 2)}</g>'


def _markers(node: Activity, box: Bounds, look: Look) -> str:
    signs = _signs(node, look)
    x = centre(box)[0] - 9 * (len(signs) - 1)
    return "".join(icons.icon(sign, x + 18 * i, bottom(box) - 11, 14, colour=look.ink) for i, sign in enumerate(signs))


def _signs(node: Activity, look: Look) -> list[str]:
    """What stands at the lower edge: loops, many instances, an inside that is not shown."""
    signs = []
    if node.loop_condition is not None:
        signs.append(icons.LOOP)
    if node.multi_instance is not None:
        signs.append(icons.IN_SEQUENCE if node.multi_instance.sequential else icons.IN_PARALLEL)
    if node.kind is ActivityKind.SUBPROCESS and not look.expanded:
        signs.append(icons.INSIDE)
    if node.ad_hoc:
        signs.append(icons.AD_HOC)
    if node.for_compensation:
        signs.append(icons.EVENTS[Trigger.COMPENSATE])
    return signs


def _gateway(node: Gateway, box: Bounds, look: Look) -> str:
    x, y = centre(box)
    points = f"{x:g},{box.y:g} {right(box):g},{y:g} {x:g},{bottom(box):g} {box.x:g},{y:g}"
    diamond = f'<polygon points="{points}" fill="{look.fill}" stroke="{look.line}" stroke-width="{look.width:g}"{look.dashes}/>'
    size = min(box.width, box.height) * 0.48
    width = 1.3 if "EVENT" in node.kind.name else 2.6
    return diamond + icons.icon(icons.GATEWAYS[node.kind], x, y, size, colour=look.ink, width=width)


def _event(node: EventNode, box: Bounds, look: Look) -> str:
    x, y = centre(box)
    radius = min(box.width, box.height) / 2
    line = look.line if look.mark else ACCENT if node.position is Position.START else look.line
    width = 3.5 if node.position is Position.END else max(1.6, look.width)
    dashes = ' stroke-dasharray="4 3"' if not node.interrupting else look.dashes
    parts = [_circle(x, y, radius, look.fill, line, width, dashes)]
    if node.position in (Position.CATCH, Position.THROW, Position.BOUNDARY):
        parts.append(_circle(x, y, radius - 3.5, "none", line, 1.3, dashes))
    sign = icons.EVENTS.get(node.trigger)
    if sign:
        filled = node.position in (Position.THROW, Position.END)
        parts.append(icons.icon(sign, x, y, radius * 1.02, filled=filled, colour=look.ink, width=1.2))
    return "".join(parts)


def _circle(x: float, y: float, radius: float, fill: str, line: str, width: float, dashes: str) -> str:
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{line}" stroke-width="{width:g}"{dashes}/>'
    )
