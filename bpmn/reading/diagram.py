"""BPMN's diagram interchange as a `Layout`: one diagram by element, whatever else there is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bpmn import kept
from bpmn.kept import Element, Entry
from bpmn.model import Bounds, Layout
from bpmn.reading.part import TRUE, Part
from bpmn.reading.source import Source
from bpmn.vocabulary import BPMNDI, DC, DI

POINTERS = ("sourceElement", "targetElement", "participantBandShape", "choreographyActivityShape")


@dataclass
class _Drawing:
    source: Source
    pointed: set[str]
    shapes: dict[str, Bounds] = field(default_factory=dict)
    edges: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    labels: dict[str, Bounds] = field(default_factory=dict)
    expanded: dict[str, bool] = field(default_factory=dict)
    horizontal: dict[str, bool] = field(default_factory=dict)
    styles: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)

    def draws(self, element: str) -> bool:
        return element in self.shapes or element in self.edges


def read_layout(source: Source, root: Element, plane_default: str) -> Layout:
    """The layout of one diagram: that of `plane_default`, the element that writing would put the plane on, else the first."""
    diagrams = root.findall(f"{{{BPMNDI}}}BPMNDiagram")
    if not diagrams:
        return Layout()
    chosen = next((each for each in diagrams if _drawn_element(each) == plane_default), diagrams[0])
    others = [each for each in diagrams if each is not chosen]
    drawing = _Drawing(source, _pointed(chosen))
    diagram = Part(chosen)
    plane = diagram.open("BPMNPlane", BPMNDI)
    if plane is not None:
        _read_plane(plane, drawing, plane_default)
    entries = diagram.rest() + kept.inside("BPMNPlane", drawing.others) + [kept.verbatim(other) for other in others]
    entries = [entry for entry in entries if entry not in _STANDARD]
    return Layout(
        drawing.shapes,
        drawing.edges,
        drawing.labels,
        drawing.expanded,
        drawing.horizontal,
        drawing.styles,
        kept.in_order(entries, lambda tag: 50 if tag == "extensionElements" else 10),
    )


_STANDARD = ("id=diagram", "BPMNPlane/id=plane")


def _drawn_element(diagram: Element) -> str:
    plane = diagram.find(f"{{{BPMNDI}}}BPMNPlane")
    return "" if plane is None else str(plane.get("bpmnElement", "")).rpartition(":")[2]


def _pointed(diagram: Element) -> set[str]:
    """Ids of shapes and edges that something in the diagram points to; the ids of others say nothing."""
    return {part.get(name) for part in diagram.iter() for name in POINTERS if part.get(name)}


def _read_plane(plane: Part, drawing: _Drawing, plane_default: str) -> None:
    for part in plane.separate(lambda child: child.tag == f"{{{BPMNDI}}}BPMNShape"):
        if not _read_shape(part, drawing):
            drawing.others.append(kept.verbatim(part.element))
    for part in plane.separate(lambda child: child.tag == f"{{{BPMNDI}}}BPMNEdge"):
        if not _read_edge(part, drawing):
            drawing.others.append(kept.verbatim(part.element))
    if plane.element.get("bpmnElement", "").rpartition(":")[2] == plane_default:
        plane.take("bpmnElement")


def _read_shape(part: Part, drawing: _Drawing) -> bool:
    """Whether the shape could be read; one that cannot is kept as it is."""
    element = _element(part)
    box = part.element.find(f"{{{DC}}}Bounds")
    bounds = _bounds(box)
    if not element or drawing.draws(element) or bounds is None:
        _not_drawn(drawing, element, bounds is None)
        return False
    part.separate(_is_bounds)
    drawing.shapes[element] = bounds
    _standard_attributes(part, element, drawing)
    for name, values in (("isExpanded", drawing.expanded), ("isHorizontal", drawing.horizontal)):
        value = part.take(name)
        if value is not None:
            values[element] = value in TRUE
    _rest(part, element, drawing)
    return True


def _read_edge(part: Part, drawing: _Drawing) -> bool:
    element = _element(part)
    points = [_point(point) for point in part.element.findall(f"{{{DI}}}waypoint")]
    if not element or drawing.draws(element) or None in points or not points:
        _not_drawn(drawing, element, None in points)
        return False
    part.separate(lambda child: child.tag == f"{{{DI}}}waypoint")
    drawing.edges[element] = tuple(point for point in points if point)
    _standard_attributes(part, element, drawing)
    _rest(part, element, drawing)
    return True


def _is_bounds(child: Element) -> bool:
    return bool(child.tag == f"{{{DC}}}Bounds")


def _element(part: Part) -> str:
    return str(part.element.get("bpmnElement", "")).rpartition(":")[2]


def _not_drawn(drawing: _Drawing, element: str, broken: bool) -> None:
    reason = "coordinates that are no numbers" if broken else "no element, or one that is drawn already"
    drawing.source.repaired(
        "kept_shape", element, f"A shape or edge of {element or 'nothing'} has {reason}; it is kept as it is."
    )


def _standard_attributes(part: Part, element: str, drawing: _Drawing) -> None:
    part.take("bpmnElement")
    if part.element.get("id") not in drawing.pointed:
        part.take("id")
    while (label := part.open("BPMNLabel", BPMNDI)) is not None:  # one, except in damaged files
        label.take("id")
        bounds = _bounds(label.element.find(f"{{{DC}}}Bounds"))
        if bounds is not None:
            label.separate(_is_bounds)
            drawing.labels.setdefault(element, bounds)


def _rest(part: Part, element: str, drawing: _Drawing) -> None:
    entries = kept.in_order(part.rest(), lambda tag: 50)
    if entries:
        drawing.styles[element] = entries


def _bounds(box: Element | None) -> Bounds | None:
    values = [_number(box, name) for name in ("x", "y", "width", "height")] if box is not None else [None]
    numbers = [value for value in values if value is not None]
    return Bounds(*numbers) if len(numbers) == 4 else None


def _point(point: Element) -> tuple[float, float] | None:
    x, y = _number(point, "x"), _number(point, "y")
    return None if x is None or y is None else (x, y)


def _number(element: Element, name: str) -> float | None:
    try:
        value = float(element.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
