"""A process as a whole, and several of one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bpmn.errors import UnknownElement
from bpmn.model.drawn import Flow, Lane, Layout
from bpmn.model.nodes import Activity, AnyNode, EventNode
from bpmn.model.parts import Extensions, Repair


@dataclass(frozen=True, kw_only=True)
class ProcessModel:
    """One process with its lanes, nodes, flows and layout. `key` is the BPMN process id.

    `extensions` keeps what else the process had (artifacts, data objects), `raw` what else the file had (pools, message
    flows, item definitions, other processes), both for writing it back. `repairs` is how it was read and no part of its value.
    Nodes, flows and lanes stand in one order: what is inside follows at once what it is inside of.
    """

    key: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[AnyNode, ...] = ()
    flows: tuple[Flow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    layout: Layout = field(default_factory=Layout)
    documentation: str = ""
    executable: bool = True
    extensions: Extensions = ()
    raw: Extensions = ()
    repairs: tuple[Repair, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        scopes = _preorder([(n.id, n.scope) for n in self.nodes])
        scope_of = {n.id: n.scope for n in self.nodes}
        object.__setattr__(self, "nodes", tuple(self.nodes[i] for i in scopes))
        place: dict[str | None, int] = {None: -1}
        for i, node in enumerate(self.nodes):
            place.setdefault(node.id, i)
        flows = sorted(self.flows, key=lambda f: place.get(scope_of.get(f.source), -1))
        object.__setattr__(self, "flows", tuple(flows))
        lanes = sorted(self.lanes, key=lambda lane: place.get(lane.scope, -1))
        order = _preorder([(lane.id, lane.parent) for lane in lanes])
        object.__setattr__(self, "lanes", tuple(lanes[i] for i in order))

    @cached_property
    def _by_id(self) -> dict[str, AnyNode]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _out(self) -> dict[str, tuple[Flow, ...]]:
        return _by(self.flows, lambda flow: flow.source)

    @cached_property
    def _in(self) -> dict[str, tuple[Flow, ...]]:
        return _by(self.flows, lambda flow: flow.target)

    def node(self, id: str) -> AnyNode:
        """The node with that id; raises UnknownElement."""
        try:
            return self._by_id[id]
        except KeyError:
            raise UnknownElement(self.key, id) from None

    def has(self, id: str) -> bool:
        return id in self._by_id

    def activity(self, id: str) -> Activity:
        node = self.node(id)
        if not isinstance(node, Activity):
            raise UnknownElement(self.key, id)
        return node

    def flow(self, id: str) -> Flow:
        for flow in self.flows:
            if flow.id == id:
                return flow
        raise UnknownElement(self.key, id)

    def outgoing(self, id: str) -> tuple[Flow, ...]:
        return self._out.get(id, ())

    def incoming(self, id: str) -> tuple[Flow, ...]:
        return self._in.get(id, ())

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(n for n in self.nodes if isinstance(n, Activity))

    def boundary_events(self, activity: str) -> tuple[EventNode, ...]:
        return tuple(n for n in self.nodes if isinstance(n, EventNode) and n.attached_to == activity)

    def lane(self, id: str) -> Lane:
        for lane in self.lanes:
            if lane.id == id:
                return lane
        raise UnknownElement(self.key, id)

    def posts(self, activity: str) -> tuple[str, ...]:
        """The posts whose officers may do this activity: its own, else those of its lane."""
        node = self.activity(activity)
        if node.posts or node.lane is None:
            return node.posts
        return self.lane(node.lane).posts

    @cached_property
    def controllers(self) -> Mapping[str, tuple[str, ...]]:
        """For each activity those that name it in their `four_eyes`."""
        named = dict.fromkeys(id for activity in self.activities for id in activity.four_eyes)
        return {id: tuple(other.id for other in self.activities if id in other.four_eyes) for id in named}

    def label(self, element: str, language: str = "zh") -> str:
        """What a screen calls this element; an id that the model does not have (imported logs) is its own label."""
        return self._by_id[element].label(language) if element in self._by_id else element

    def scope_of(self, flow: Flow) -> str | None:
        """The subprocess whose inside the flow is drawn in: that of its source."""
        return self._by_id[flow.source].scope if flow.source in self._by_id else None


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """Several processes of one file; `layout` and `raw` are those of the file and not repeated in the models."""

    models: tuple[ProcessModel, ...] = ()
    layout: Layout = field(default_factory=Layout)
    raw: Extensions = ()
    repairs: tuple[Repair, ...] = field(default=(), compare=False)


def _by(flows: Iterable[Flow], key: Callable[[Flow], str]) -> dict[str, tuple[Flow, ...]]:
    found: dict[str, list[Flow]] = {}
    for flow in flows:
        found.setdefault(key(flow), []).append(flow)
    return {node: tuple(some) for node, some in found.items()}


def _preorder(items: list[tuple[str, str | None]]) -> list[int]:
    """Positions of (id, parent) pairs such that children follow their parent; unknown parents and circles count as none."""
    ids = {id for id, _ in items}
    children: dict[str | None, list[int]] = {}
    for i, (_, parent) in enumerate(items):
        children.setdefault(parent if parent in ids else None, []).append(i)
    order: list[int] = []
    stack = children.pop(None, [])[::-1]
    while stack or children:
        if not stack:  # what is left are circles of parents: open one
            stack = children.pop(next(iter(children)))[::-1]
        i = stack.pop()
        order.append(i)
        stack.extend(children.pop(items[i][0], [])[::-1])
    return order
