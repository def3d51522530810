"""A layout as BPMN's diagram interchange: the inverse of `bpmn.reading.diagram`."""

from __future__ import annotations

from bpmn import kept
from bpmn.model import Bounds, Layout
from bpmn.writing.tag import Tag, give_back


def write_diagram(layout: Layout, plane_element: str) -> list[Tag | str]:
    """The first diagram and those that are kept as they are; nothing when nothing is drawn."""
    if layout == Layout():
        return []
    diagram = Tag("bpmndi:BPMNDiagram", {"id": "diagram"})
    plane = diagram.child("bpmndi:BPMNPlane")
    others = [entry for entry in layout.extensions if "BPMNDiagram" in entry[:30] and kept.is_element(entry)]
    _overwrite(plane, "id", kept.of_child(layout.extensions, "BPMNPlane"), "plane")
    _overwrite(plane, "bpmnElement", kept.of_child(layout.extensions, "BPMNPlane"), plane_element)
    _overwrite(diagram, "id", list(layout.extensions), "diagram")
    plane.add(*(_shape(id, layout) for id in layout.shapes))
    plane.add(*(_edge(id, layout) for id in layout.edges))
    give_back(diagram, [entry for entry in layout.extensions if entry not in others], prefix="bpmndi:")
    diagram.children.sort(key=lambda child: not isinstance(child, Tag))  # the plane comes before label styles
    return [diagram, *others]


def _overwrite(tag: Tag, name: str, entries: list[str], default: str) -> None:
    tag.attributes[name] = kept.attributes(entries).get(name, default)


def _shape(id: str, layout: Layout) -> Tag:
    tag = Tag("bpmndi:BPMNShape", {"id": f"{id}_di", "bpmnElement": id})
    for name, values in (("isExpanded", layout.expanded), ("isHorizontal", layout.horizontal)):
        if id in values:
            tag.attributes[name] = "true" if values[id] else "false"
    tag.add(_bounds(layout.shapes[id]))
    _finish(tag, id, layout)
    return tag


def _edge(id: str, layout: Layout) -> Tag:
    tag = Tag("bpmndi:BPMNEdge", {"id": f"{id}_di", "bpmnElement": id})
    tag.add(*(Tag("di:waypoint", {"x": _number(x), "y": _number(y)}) for x, y in layout.edges[id]))
    _finish(tag, id, layout)
    return tag


def _finish(tag: Tag, id: str, layout: Layout) -> None:
    if id in layout.labels:
        tag.child("bpmndi:BPMNLabel").add(_bounds(layout.labels[id]))
    styles = layout.styles.get(id, ())
    tag.attributes |= {"id": kept.attributes(styles).get("id", tag.attributes["id"])}
    give_back(tag, styles, prefix="bpmndi:")


def _bounds(box: Bounds) -> Tag:
    values = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return Tag("dc:Bounds", {name: _number(value) for name, value in values.items()})


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
