"""What is known of the case's data where: a data-flow analysis over all ways through the drawing.

Two questions are asked at every reading (Kildall, 1973): has the variable been written on some way there, and on every way.
Where it cannot be told what an element writes (messages, services without outputs), it may write anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from bpmn.dependence import Materials, computes_with, writes
from bpmn.errors import UnknownData
from bpmn.feel import FeelError, names, null_tests
from bpmn.model import (
    Activity,
    ActivityKind,
    AnyNode,
    EventNode,
    Gateway,
    GatewayKind,
    Position,
    ProcessModel,
    Trigger,
)
from bpmn.validation.reach import link_targets
from bpmn.validation.rule import Breach
from bpmn.validation.rules.expressions import expressions
from bpmn.validation.sheet import Sheet

Place: TypeAlias = tuple[str, str]  # (node, "in" | "out")
ANYTHING = "*"
_GIVEN = frozenset({"result", "loopCounter", "activationCount", "waitingForStart", "error_code", "error_message"})
_OPEN_KINDS = (ActivityKind.RECEIVE, ActivityKind.SERVICE, ActivityKind.CALL, ActivityKind.TASK)
_ARRIVING = (Trigger.MESSAGE, Trigger.SIGNAL, Trigger.MULTIPLE, Trigger.ERROR, Trigger.ESCALATION)


@dataclass
class DataFlow:
    """`some` and `every` say by place what is written on some way there and on every way."""

    sheet: Sheet
    materials: Materials
    known: frozenset[str]
    some: dict[Place, frozenset[str]] = field(default_factory=dict)
    every: dict[Place, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bare = replace(self.sheet.model, flows=())
        entries = [(n.id, "in") for n in self.sheet.model.nodes if not self.before.get((n.id, "in"))]
        waiting = deque(entries)
        while waiting:
            place = waiting.popleft()
            if self._update(place):
                waiting.extend(self.after.get(place, ()))

    def _update(self, place: Place) -> bool:
        """Whether something was learnt about the place."""
        came = [p for p in self.before.get(place, ()) if p in self.some]
        some = frozenset[str]().union(self.known, *(self.some[p] for p in came))
        every = self._met(place, came)
        if place[1] == "out":
            written = self.written[place[0]]
            some, every = some | written, every | written
        if self.some.get(place) == some and self.every.get(place) == every:
            return False
        self.some[place], self.every[place] = some, every
        return True

    def _met(self, place: Place, came: list[Place]) -> frozenset[str]:
        if not came:
            return self.known
        sets = [self.every[p] for p in came]
        joins = place[1] == "in" and self._is_parallel(place[0])
        return frozenset[str]().union(*sets) if joins else sets[0].intersection(*sets[1:])

    def _is_parallel(self, id: str) -> bool:
        node = self.sheet.model.node(id)
        return isinstance(node, Gateway) and node.kind is GatewayKind.PARALLEL

    @cached_property
    def written(self) -> dict[str, frozenset[str]]:
        return {node.id: self._writes(node) for node in self.sheet.model.nodes}

    def _writes(self, node: AnyNode) -> frozenset[str]:
        try:
            found = writes(self.sheet.model, node.id, self.materials)
        except UnknownData:
            return frozenset({ANYTHING})
        if (
            isinstance(node, EventNode)
            and node.trigger in _ARRIVING
            and node.position not in (Position.THROW, Position.END)
        ):
            return found | {ANYTHING}
        if isinstance(node, Activity) and node.kind in _OPEN_KINDS and not node.outputs:
            return found | {ANYTHING}
        return found | {f"{node.id}_outcome"} if isinstance(node, Activity) and node.form else found

    @cached_property
    def before(self) -> dict[Place, list[Place]]:
        found: dict[Place, list[Place]] = {}
        for source, targets in self.after.items():
            for target in targets:
                found.setdefault(target, []).append(source)
        return found

    @cached_property
    def after(self) -> dict[Place, list[Place]]:
        found: dict[Place, list[Place]] = {}
        for node in self.sheet.model.nodes:
            out: list[Place] = [
                (f.target, "in") for f in self.sheet.model.outgoing(node.id) if self.sheet.model.has(f.target)
            ]
            out += [(target, "in") for target in link_targets(self.sheet.model, node)]
            inside = self._entries(node)
            found[(node.id, "in")] = [*inside, *self._aside(node)] or [(node.id, "out")]
            if not inside and (node.id, "out") not in found[(node.id, "in")]:
                found[(node.id, "in")].append((node.id, "out"))
            found[(node.id, "out")] = out or self._leaving(node)
        return found

    def _entries(self, node: AnyNode) -> list[Place]:
        """Where a subprocess begins; its event subprocesses may begin as soon as it does."""
        if not isinstance(node, Activity) or node.kind is not ActivityKind.SUBPROCESS:
            return []
        inner = self.sheet.inside.get(node.id, ())
        return [(n.id, "in") for n in inner if not self.sheet.model.incoming(n.id) and not _is_border(n)]

    def _aside(self, node: AnyNode) -> list[Place]:
        return [(event.id, "in") for event in self.sheet.model.boundary_events(node.id)]

    def _leaving(self, node: AnyNode) -> list[Place]:
        """From the end of a subprocess back to it."""
        holder = self.sheet.scope_of(node)
        return [(holder.id, "out")] if holder is not None and not holder.triggered_by_event else []

    # --- what is asked of it ---

    def readings(self) -> Iterator[tuple[str, str, Place]]:
        """(element, variable, place) of everything that what happens depends on."""
        for node in self.sheet.model.nodes:
            try:
                found = computes_with(self.bare, node.id, self.materials)
            except UnknownData:
                found = frozenset()
            yield from ((node.id, name, (node.id, "in")) for name in sorted(found))
            for flow in self.sheet.model.outgoing(node.id):
                yield from ((flow.id, name, (node.id, "out")) for name in sorted(_names(flow.condition)))

    def never_written(self) -> Iterator[Breach]:
        for element, name, place in self._known_readings():
            if not {name, ANYTHING} & self.some[place]:
                yield Breach(element, {"name": name})

    def not_always_written(self) -> Iterator[Breach]:
        expected = {(element, name) for element, _, text in expressions(self.bare) for name in _null_tests(text)}
        for element, name, place in self._known_readings():
            missing = not {name, ANYTHING} & self.every[place] and (element, name) not in expected
            if missing and {name, ANYTHING} & self.some[place]:
                yield Breach(element, {"name": name}, self._way_without(name, place))

    def _known_readings(self) -> Iterator[tuple[str, str, Place]]:
        return (reading for reading in self.readings() if reading[2] in self.some and reading[1] not in _GIVEN)

    def _way_without(self, name: str, place: Place) -> tuple[str, ...]:
        """The shortest way there on which the variable is not written."""
        back: dict[Place, Place | None] = {place: None}
        waiting = deque([place])
        while waiting:
            here = waiting.popleft()
            if not self.before.get(here):
                return _unrolled(back, here)
            for earlier in self.before[here]:
                wrote = earlier[1] == "out" and {name, ANYTHING} & self.written[earlier[0]]
                if earlier not in back and not wrote:
                    back[earlier] = here
                    waiting.append(earlier)
        return ()


def _unrolled(back: dict[Place, Place | None], place: Place) -> tuple[str, ...]:
    way: list[str] = []
    here: Place | None = place
    while here is not None:
        way.append(here[0])
        here = back[here]
    return tuple(dict.fromkeys(way))


def _is_border(node: AnyNode) -> bool:
    return isinstance(node, EventNode) and node.position is Position.BOUNDARY


def _names(text: str | None) -> frozenset[str]:
    try:
        return names(text) if text else frozenset()
    except FeelError:
        return frozenset()


def _null_tests(text: str) -> frozenset[str]:
    try:
        return null_tests(text)
    except FeelError:
        return frozenset()


def data_flow(model: ProcessModel, materials: Materials, known: frozenset[str]) -> DataFlow:
    """The analysis of a model whose application brings the `known` variables."""
    return DataFlow(Sheet(model), materials, known)
