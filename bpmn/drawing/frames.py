"""Pools and lanes with their names on the side, notes and data beside the flow of work."""

from __future__ import annotations

from bpmn.artifacts import Thing
from bpmn.drawing.colours import EDGE, FRAME, HEADER, INK, LINE, PAPER
from bpmn.drawing.text import LINE_HEIGHT, block, wrap
from bpmn.layout.sizes import HEADER as HEADER_WIDTH
from bpmn.layout.sizes import bottom, centre, right
from bpmn.model import Bounds

_NAME_SIZE = 13.0
_SMALL_SIZE = 10.5  # two lines of it fit into a header


def draw_frame(box: Bounds, name: str, *, horizontal: bool, pool: bool) -> str:
    """A band with its name in the header; a pool's line is darker than a lane's."""
    line = LINE if pool else FRAME
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    parts = [f'<rect {place} fill="{PAPER}" stroke="{line}" stroke-width="1.2"/>']
    if horizontal:
        parts.append(_header(box.x, box.y, HEADER_WIDTH, box.height, line))
        parts.append(_turned(name, box))
    else:
        parts.append(_header(box.x, box.y, box.width, HEADER_WIDTH, line))
        parts.append(
            block(wrap(name, box.width - 10, size=_NAME_SIZE, lines=1), centre(box)[0], box.y + 15, size=_NAME_SIZE)
        )
    return "".join(parts)


def draw_closed_pool(box: Bounds, name: str) -> str:
    """A pool whose inside is not shown."""
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    x, y = centre(box)
    return f'<rect {place} fill="{HEADER}" stroke="{LINE}" stroke-width="1.2"/>' + block(
        wrap(name, box.width - 20, size=_NAME_SIZE, lines=2), x, y, size=_NAME_SIZE
    )


def _header(x: float, y: float, width: float, height: float, line: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{HEADER}" stroke="{line}" stroke-width="1.2"/>'


def _turned(name: str, box: Bounds) -> str:
    x, y = box.x + HEADER_WIDTH / 2, centre(box)[1]
    size, lines = _NAME_SIZE, wrap(name, box.height - 12, size=_NAME_SIZE, lines=2)
    if len(lines) > 1:
        size, lines = _SMALL_SIZE, wrap(name, box.height - 8, size=_SMALL_SIZE, lines=2)
    return f'<g transform="rotate(-90 {x:g} {y:g})">{block(lines, x, y, size=size, kind="name")}</g>'


def draw_thing(thing: Thing, box: Bounds) -> str:
    """A note, a group, a document or a store."""
    drawn = {"textAnnotation": _note, "group": _group, "dataStoreReference": _store}.get(thing.kind, _document)
    return drawn(thing, box)


def _note(thing: Thing, box: Bounds) -> str:
    bracket = f"M{box.x + 12:g} {box.y:g}h-12v{box.height:g}h12"
    lines = wrap(thing.text, max(box.width - 12, 60), size=11, lines=max(1, int(box.height // 13)))
    y = centre(box)[1]
    return f'<path d="{bracket}" fill="none" stroke="{EDGE}"/>' + block(lines, box.x + 7, y, size=11, anchor="start")


def _group(thing: Thing, box: Bounds) -> str:
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    return f'<rect {place} rx="10" fill="none" stroke="{EDGE}" stroke-dasharray="8 3 2 3"/>'


def _document(thing: Thing, box: Bounds) -> str:
    fold = min(10.0, box.width / 3)
    outline = f"M{box.x:g} {box.y:g}h{box.width - fold:g}l{fold:g} {fold:g}v{box.height - fold:g}h{-box.width:g}z"
    corner = f"M{right(box) - fold:g} {box.y:g}v{fold:g}h{fold:g}"
    return (
        f'<path d="{outline}" fill="{PAPER}" stroke="{EDGE}"/><path d="{corner}" fill="none" stroke="{EDGE}"/>'
        + _below(thing, box)
    )


def _store(thing: Thing, box: Bounds) -> str:
    radius, depth = box.width / 2, min(7.0, box.height / 5)
    arc = f"a{radius:g} {depth:g} 0 1 1 {box.width:g} 0a{radius:g} {depth:g} 0 1 1 {-box.width:g} 0"
    low = f"v{box.height - 2 * depth:g}a{radius:g} {depth:g} 0 1 0 {box.width:g} 0v{-(box.height - 2 * depth):g}"
    start = f"M{box.x:g} {box.y + depth:g}"
    return f'<path d="{start}{low}{start}{arc}" fill="{PAPER}" stroke="{EDGE}"/>' + _below(thing, box)


def _below(thing: Thing, box: Bounds) -> str:
    lines = wrap(thing.text, 96, size=11, lines=3)
    y = bottom(box) + 4 + 11 * LINE_HEIGHT * len(lines) / 2
    return f'<g fill="{INK}">{block(lines, centre(box)[0], y, size=11, kind="halo")}</g>'
