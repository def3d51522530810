"""The drawing as the rules look at it: the model, and what it keeps of the file, by name and by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bpmn import kept
from bpmn.kept import Element, Entry, is_bpmn, local
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    EventNode,
    Flow,
    Gateway,
    GatewayKind,
    Position,
    ProcessModel,
    Trigger,
)
from bpmn.reading.part import unprefixed
from bpmn.vocabulary import ACTIVITY_TAGS, BPMN, EVENT_DEFINITIONS, EVENT_TAGS, GATEWAY_TAGS

TRUE = ("true", "1")
_NODE_TAGS = frozenset([*ACTIVITY_TAGS.values(), *EVENT_TAGS.values(), *GATEWAY_TAGS.values()])


@dataclass(frozen=True)
class Kept:
    """An element of BPMN that the model keeps as it is written. `holder` is the node, flow or lane that it belongs to, the
    key of the process, or "" for what the file has beside the process."""

    element: Element
    holder: str

    @property
    def tag(self) -> str:
        return local(self.element)

    @property
    def id(self) -> str:
        """Its id, or the element that it belongs to where it has none."""
        return str(self.element.get("id") or self.holder or self.tag)

    def get(self, name: str) -> str:
        """An attribute as an id: without prefix, "" where it is missing."""
        return unprefixed(self.element.get(name) or "")

    def texts(self, tag: str) -> tuple[str, ...]:
        """What the children of that name refer to."""
        found = (unprefixed(child.text or "") for child in self.element.iterfind(f"{{{BPMN}}}{tag}"))
        return tuple(text for text in found if text)

    def children(self, *tags: str) -> tuple[Kept, ...]:
        found = (child for child in self.element if is_bpmn(child) and local(child) in tags)
        return tuple(Kept(child, self.holder) for child in found)

    def parent(self) -> Kept | None:
        above = self.element.getparent()
        return None if above is None else Kept(above, self.holder)


@dataclass(frozen=True)
class End:
    """What a flow may touch: its name in the file, the process or pool that it is in, and whether it bears a message."""

    id: str
    tag: str
    pool: str
    triggers: frozenset[Trigger] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A model on the desk of the rules."""

    model: ProcessModel

    # --- nodes ---

    @cached_property
    def events(self) -> tuple[EventNode, ...]:
        return tuple(node for node in self.model.nodes if isinstance(node, EventNode))

    @cached_property
    def gateways(self) -> tuple[Gateway, ...]:
        return tuple(node for node in self.model.nodes if isinstance(node, Gateway))

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(self.model.activities)

    @cached_property
    def flows(self) -> tuple[tuple[Flow, AnyNode, AnyNode], ...]:
        """Flows whose two ends are there, with the nodes at them."""
        has, node = self.model.has, self.model.node
        return tuple((f, node(f.source), node(f.target)) for f in self.model.flows if has(f.source) and has(f.target))

    @cached_property
    def inside(self) -> dict[str | None, tuple[AnyNode, ...]]:
        """The nodes of each scope, empty ones included."""
        found: dict[str | None, list[AnyNode]] = {None: []} | {a.id: [] for a in self.subprocesses}
        for node in self.model.nodes:
            found.setdefault(node.scope, []).append(node)
        return {scope: tuple(nodes) for scope, nodes in found.items()}

    @cached_property
    def subprocesses(self) -> tuple[Activity, ...]:
        return tuple(a for a in self.model.activities if a.kind is ActivityKind.SUBPROCESS)

    def at_position(self, *positions: Position) -> Iterator[EventNode]:
        return (event for event in self.events if event.position in positions)

    def of_kind(self, *kinds: ActivityKind) -> Iterator[Activity]:
        return (activity for activity in self.activities if activity.kind in kinds)

    def gateways_of(self, *kinds: GatewayKind) -> Iterator[Gateway]:
        return (gateway for gateway in self.gateways if gateway.kind in kinds)

    def scope_of(self, node: AnyNode) -> Activity | None:
        """The subprocess in which the node is drawn."""
        return self.activity(node.scope)

    def activity(self, id: str | None) -> Activity | None:
        found = self.model.node(id) if id and self.model.has(id) else None
        return found if isinstance(found, Activity) else None

    def around(self, scope: str | None) -> tuple[str | None, ...]:
        """The scope and those around it, up to the process itself."""
        chain: list[str | None] = []
        while scope is not None and scope not in chain and self.model.has(scope):
            chain.append(scope)
            scope = self.model.node(scope).scope
        return (*chain, None)

    def starts(self, scope: str | None) -> tuple[EventNode, ...]:
        nodes = self.inside.get(scope, ())
        return tuple(n for n in nodes if isinstance(n, EventNode) and n.position is Position.START)

    def triggers(self, event: EventNode) -> tuple[Trigger, ...]:
        """Every trigger of the event: those of its definitions where it has several."""
        if event.trigger is not Trigger.MULTIPLE:
            return (event.trigger,)
        return tuple(definition.trigger for definition in event.definitions)

    # --- what is kept ---

    @cached_property
    def kept(self) -> dict[str, tuple[Kept, ...]]:
        """Kept elements by name, however deep, extension elements left out."""
        found: dict[str, list[Kept]] = {}
        for entry in self._top:
            for element in _within(entry.element):
                found.setdefault(local(element), []).append(Kept(element, entry.holder))
        return {tag: tuple(elements) for tag, elements in found.items()}

    def all(self, *tags: str) -> Iterator[Kept]:
        return (found for tag in tags for found in self.kept.get(tag, ()))

    def own(self, *tags: str) -> Iterator[Kept]:
        """Those that belong to this process or an element of it."""
        return (found for found in self.all(*tags) if found.holder)

    def kept_of(self, holder: str, *tags: str) -> tuple[Kept, ...]:
        return tuple(found for found in self._by_holder.get(holder, ()) if found.tag in tags)

    @cached_property
    def _by_holder(self) -> dict[str, list[Kept]]:
        found: dict[str, list[Kept]] = {}
        for entry in self._top:
            found.setdefault(entry.holder, []).append(entry)
        return found

    @cached_property
    def _top(self) -> tuple[Kept, ...]:
        model = self.model
        holders: list[tuple[str, Iterable[Entry]]] = [("", model.raw), (model.key, model.extensions)]
        holders += [(e.id, e.extensions) for e in (*model.nodes, *model.flows, *model.lanes)]
        return tuple(Kept(e, holder) for holder, entries in holders for e in _parsed(entries))

    @cached_property
    def file(self) -> dict[str, Kept]:
        """Kept elements by id."""
        elements = (found for kept_ones in self.kept.values() for found in kept_ones)
        return {found.element.get("id"): found for found in elements if found.element.get("id")}

    @cached_property
    def names(self) -> dict[str, str]:
        """Whatever has an id in the file, with its name in the file."""
        model = self.model
        named = {id: found.tag for id, found in self.file.items()}
        named |= {lane.id: "lane" for lane in model.lanes} | {flow.id: "sequenceFlow" for flow in model.flows}
        return named | {node.id: node_tag(node) for node in model.nodes} | {model.key: "process"}

    def written(self, node: AnyNode, name: str) -> str | None:
        """An attribute that the model keeps as it was written; `child/name` for one of a child."""
        start = f"{name}="
        return next((entry[len(start) :] for entry in node.extensions if entry.startswith(start)), None)

    def says(self, node: AnyNode, name: str) -> bool:
        return self.written(node, name) in TRUE

    # --- the file around the process ---

    @cached_property
    def ends(self) -> dict[str, End]:
        """Whatever a message flow may lead to, by id: pools, and the nodes of every process of the file."""
        found = {k.id: End(k.id, "participant", k.id) for k in self.all("participant")}
        for k in self.kept.get("process", ()):
            pool = self.pool_of(k.id)
            inside = (e for e in k.element.iter() if is_bpmn(e) and e.get("id") and local(e) in _NODE_TAGS)
            found |= {e.get("id"): End(e.get("id"), local(e), pool, _triggers(e)) for e in inside}
        own = self.pool_of(self.model.key)
        for node in self.model.nodes:
            triggers = frozenset(self.triggers(node)) if isinstance(node, EventNode) else frozenset[Trigger]()
            found[node.id] = End(node.id, node_tag(node), own, triggers)
        return found

    def pool_of(self, process: str) -> str:
        """The pool that a process is the inside of, or the process itself."""
        return next((k.id for k in self.all("participant") if k.get("processRef") == process), process)


def node_tag(node: AnyNode) -> str:
    """What a file calls a node."""
    if isinstance(node, EventNode):
        return EVENT_TAGS[node.position]
    if isinstance(node, Gateway):
        return GATEWAY_TAGS[node.kind]
    if node.kind is ActivityKind.SUBPROCESS and (node.ad_hoc or node.transaction):
        return "adHocSubProcess" if node.ad_hoc else "transaction"
    return ACTIVITY_TAGS[node.kind]


def _parsed(entries: Iterable[Entry]) -> Iterator[Element]:
    for entry in entries:
        while (inner := kept.split_inside(entry)) is not None:
            entry = inner[1]
        if kept.is_element(entry) and not entry.startswith(("<!--", "<?")) and BPMN in entry:
            element = kept.parse(entry)
            if is_bpmn(element):
                yield element


def _within(element: Element) -> Iterator[Element]:
    """The element and all of BPMN inside it but for what stands in extension elements."""
    waiting = [element]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(child for child in here if is_bpmn(child) and local(child) != "extensionElements")


def _triggers(element: Element) -> frozenset[Trigger]:
    return frozenset(EVENT_DEFINITIONS[local(child)] for child in element if local(child) in EVENT_DEFINITIONS)
