"""What differs between two versions of a model, element by element and field by field, and which redesign explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeAlias

from bpmn.comparison.explaining import Cause, causes, posts
from bpmn.layout import drawn_again
from bpmn.layout.sizes import ROW_GAP, TASK, moved
from bpmn.model import Activity, AnyNode, Bounds, EventNode, Flow, Gateway, Lane, Layout, ProcessModel

__all__ = ["Cause", "Difference", "DifferenceKind", "FieldChange", "differences", "marks", "overlay"]


class DifferenceKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # into another lane: other people do it, the work is the same


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One element that is not the same in both versions; `what` is activity, gateway, event, flow, lane or process.

    `cause` is the redesign that explains it; None where only the difference itself is certain.
    """

    kind: DifferenceKind
    what: str
    element: str
    label: str
    changes: tuple[FieldChange, ...] = ()
    cause: Cause | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """The changed fields as sentences in English."""
        return tuple(_sentence(change) for change in self.changes)


Element: TypeAlias = AnyNode | Flow | Lane
_NOT_COMPARED = {"id", "nodes", "flows", "lanes", "layout", "repairs"}
_WHAT = {Activity: "activity", Gateway: "gateway", EventNode: "event", Flow: "flow", Lane: "lane"}


def differences(old: ProcessModel, new: ProcessModel) -> list[Difference]:
    """What was added, removed, changed or moved, in the order of the new model, removed elements last.

    Where something is drawn makes no difference. An activity whose lane gives it other posts is `moved`, or `changed`
    where more than that is different.
    """
    found = list(_process(old, new))
    before, after = _elements(old), _elements(new)
    for id, element in after.items():
        if id not in before:
            found.append(_difference(DifferenceKind.ADDED, element))
        else:
            found += _changed(before[id], element, old, new)
    found += [_difference(DifferenceKind.REMOVED, element) for id, element in before.items() if id not in after]
    why = causes(old, new)
    found = [replace(difference, cause=why.get(difference.element)) for difference in found]
    return _with_moved(found, old, new, why)


def _with_moved(
    found: list[Difference], old: ProcessModel, new: ProcessModel, why: Mapping[str, Cause]
) -> list[Difference]:
    """What is the same in itself but stands elsewhere in the work is said too, after the others."""
    said = {difference.element for difference in found}
    there = [a for a in new.activities if a.id in why and a.id not in said and old.has(a.id)]
    return found + [replace(_difference(DifferenceKind.CHANGED, a), cause=why[a.id]) for a in there]


def marks(found: Iterable[Difference]) -> dict[str, str]:
    """What `drawing.draw` needs to colour the differences."""
    return {difference.element: difference.kind.value for difference in found if difference.what != "process"}


def overlay(old: ProcessModel, new: ProcessModel) -> ProcessModel:
    """The new model with the removed nodes and flows of the old one, for one drawing of both.

    They stand in their old places, or below them where something new stands now.
    """
    there = {element.id for element in (*new.nodes, *new.flows)}
    nodes = tuple(node for node in old.nodes if node.id not in there)
    ids = {n.id for n in new.nodes} | {n.id for n in nodes}
    flows = tuple(f for f in old.flows if f.id not in there and f.source in ids and f.target in ids)
    gone = {element.id for element in (*nodes, *flows)}
    layout = _merged(old.layout, new.layout, gone)
    both = replace(new, nodes=(*new.nodes, *nodes), flows=(*new.flows, *flows), layout=layout)
    return _apart(both, [node for node in nodes if node.id in layout.shapes])


def _apart(both: ProcessModel, gone: list[AnyNode]) -> ProcessModel:
    """What is gone goes down until it stands on nothing that is there."""
    lost = {node.id for node in gone}
    shapes, moved_down = dict(both.layout.shapes), set[str]()
    for node in gone:
        others = [shapes[n.id] for n in both.nodes if n.id in shapes and n.id != node.id and _beside(n, node, lost)]
        while any(_covers(shapes[node.id], other) for other in others):
            shapes[node.id] = moved(shapes[node.id], 0, TASK[1] + ROW_GAP)
            moved_down.add(node.id)
    if not moved_down:
        return both
    labels = {id: box for id, box in both.layout.labels.items() if id not in moved_down}
    placed = replace(both, layout=replace(both.layout, shapes=shapes, labels=labels))
    return drawn_again(placed, {f.id for f in both.flows if {f.source, f.target} & moved_down})


def _beside(node: AnyNode, gone: AnyNode, lost: set[str]) -> bool:
    """Whether the two may not cover each other: an event stands on its activity, and what is in a subprocess within it."""
    attached = {getattr(node, "attached_to", None), getattr(gone, "attached_to", None)}
    return node.scope == gone.scope and not attached & {node.id, gone.id} and (node.id not in lost or node.id > gone.id)


def _covers(one: Bounds, two: Bounds) -> bool:
    side = one.x < two.x + two.width and two.x < one.x + one.width
    return side and one.y < two.y + two.height and two.y < one.y + one.height


def _merged(old: Layout, new: Layout, gone: set[str]) -> Layout:
    shapes: Mapping[str, Bounds] = {id: box for id, box in old.shapes.items() if id in gone}
    edges = {id: way for id, way in old.edges.items() if id in gone}
    labels = {id: box for id, box in old.labels.items() if id in gone}
    return replace(new, shapes={**shapes, **new.shapes}, edges={**edges, **new.edges}, labels={**labels, **new.labels})


def _elements(model: ProcessModel) -> dict[str, Element]:
    return {element.id: element for element in (*model.lanes, *model.nodes, *model.flows)}


def _process(old: ProcessModel, new: ProcessModel) -> Iterator[Difference]:
    changes = tuple(_field_changes(old, new))
    if changes:
        yield Difference(DifferenceKind.CHANGED, "process", new.key, new.name or new.key, changes)


def _difference(kind: DifferenceKind, element: Element, changes: tuple[FieldChange, ...] = ()) -> Difference:
    label = element.name or element.id if isinstance(element, Flow) else element.label()
    return Difference(kind, _WHAT[type(element)], element.id, label, changes)


def _changed(before: Element, after: Element, old: ProcessModel, new: ProcessModel) -> Iterator[Difference]:
    if type(before) is not type(after):
        yield _difference(DifferenceKind.REMOVED, before)
        yield _difference(DifferenceKind.ADDED, after)
        return
    changes = [*_field_changes(before, after), *_posts_by_lane(before, after, old, new)]
    if changes:
        moved = {change.field for change in changes} <= {"lane", "effective posts"}
        yield _difference(DifferenceKind.MOVED if moved else DifferenceKind.CHANGED, after, tuple(changes))


def _field_changes(before: Any, after: Any) -> Iterator[FieldChange]:
    for field in fields(before):
        one, two = getattr(before, field.name), getattr(after, field.name)
        if field.name not in _NOT_COMPARED and one != two:
            yield FieldChange(field.name, one, two)


def _posts_by_lane(before: Element, after: Element, old: ProcessModel, new: ProcessModel) -> Iterator[FieldChange]:
    """The posts that do an activity may change although the activity itself does not: its lane's did."""
    if isinstance(before, Activity) and isinstance(after, Activity) and before.posts == after.posts:
        one, two = posts(old, before), posts(new, after)
        if one != two:
            yield FieldChange("effective posts", one, two)


def _sentence(change: FieldChange) -> str:
    name = change.field.replace("_", " ")
    if not change.before:
        return f"{name} is now {_shown(change.after)}"
    if not change.after:
        return f"{name} is no longer {_shown(change.before)}"
    return f"{name} was {_shown(change.before)}, is {_shown(change.after)}"


def _shown(value: Any) -> str:
    if isinstance(value, tuple | frozenset):
        return ", ".join(str(part) for part in sorted(value, key=str))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {part}" for key, part in sorted(value.items()))
    return str(getattr(value, "expression", value))
