"""A net under construction: places know their scope, so that a step can empty or await a whole scope."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from bpmn.model import AnyNode, EventNode, Flow, Gateway, GatewayKind, Position, ProcessModel, Trigger
from bpmn.semantics.net import Assumption, Marking, Net, Transition
from bpmn.semantics.reachability import reachability

JOINING = (GatewayKind.PARALLEL, GatewayKind.INCLUSIVE, GatewayKind.COMPLEX)
SIMPLIFY_UP_TO = 4_000  # markings; beyond it resets and conditions stay as they are
KEPT_ASIDE = (":running", ":open", ":armed", ":fired", ":undoable")  # how a scope stands, not where a case is


@dataclass(frozen=True)
class Draft:
    """A transition that may still speak of scopes: `empties` one but for `keeps`, `awaits` the end of one, or `joins`
    with these inputs empty, or `waits` for whatever can still come to its entrances."""

    transition: Transition
    empties: str | None = None
    keeps: tuple[str, ...] = ()
    awaits: str | None = None
    joins: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


@dataclass
class Board:
    """What the builders share. The scope of the process itself is the key of the model."""

    model: ProcessModel
    repeat: bool
    blocks: dict[str, str]  # inclusive split -> inclusive join of its block
    scopes: dict[str, str] = field(default_factory=dict)  # place -> scope in which it lies
    parents: dict[str, str] = field(default_factory=dict)  # scope -> scope around it
    drafts: list[Draft] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    remembers: bool = False  # whether word of finished work may be left at the end of the process

    def place(self, name: str, scope: str) -> str:
        self.scopes[name] = scope
        return name

    def at(self, node: AnyNode) -> str:
        return self.place(node.id, self.scope(node))

    def scope(self, node: AnyNode) -> str:
        return node.scope or self.model.key

    def members(self, scope: str) -> list[AnyNode]:
        return [node for node in self.model.nodes if self.scope(node) == scope]

    def entrance(self, flow: Flow) -> str:
        """The place where a token that comes along this flow waits."""
        target = self.model.node(flow.target)
        joins = isinstance(target, Gateway) and target.kind in JOINING
        apart = joins and len(self.model.incoming(target.id)) > 1
        return self.place(flow.id if apart else target.id, self.scope(target))

    def entrances(self, flows: tuple[Flow, ...]) -> tuple[str, ...]:
        return tuple(self.entrance(flow) for flow in flows)

    def onward(self, node: AnyNode, flows: tuple[Flow, ...]) -> tuple[str, ...]:
        """Where the token goes: along the flows, or, where there are none, to the end of the scope."""
        return self.entrances(flows) if flows else self.ending(self.scope(node))

    def ending(self, scope: str) -> tuple[str, ...]:
        """Where the token of an end goes: nowhere, or to the place that counts the ends of a watched scope."""
        return (self.place(f"{scope}:done", scope),) if self.is_watched(scope) else ()

    def only_ends(self, place: str) -> bool:
        """Whether a token at this place only waits to be counted out."""
        node = self.model.node(place) if self.model.has(place) else None
        return place.endswith((":done", ":undoable")) or (isinstance(node, EventNode) and node.position is Position.END)

    def is_watched(self, scope: str) -> bool:
        return scope != self.model.key or bool(self.event_starts(scope)) or self.remembers

    def event_starts(self, scope: str) -> list[EventNode]:
        """The start events of the event subprocesses of a scope; compensation never triggers one here."""
        listeners = {s for s, parent in self.parents.items() if parent == scope}
        return [
            node
            for node in self.model.nodes
            if isinstance(node, EventNode)
            and node.scope in listeners
            and self.model.activity(node.scope).triggered_by_event
            and node.position is Position.START
            and node.trigger is not Trigger.COMPENSATE
        ]

    def step(
        self,
        node: str,
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        *,
        label: str | None = None,
        flows: tuple[Flow, ...] = (),
        empties: str | None = None,
        keeps: tuple[str, ...] = (),
        awaits: str | None = None,
        joins: tuple[str, ...] = (),
        waits: tuple[str, ...] = (),
        blocked: tuple[str, ...] = (),
        forgets: tuple[str, ...] = (),
    ) -> None:
        """One step; see `Draft`. It is `blocked` by tokens in these places, and `forgets` those that lie there."""
        ids = tuple(flow.id for flow in flows)
        name = f"{node}#{len(self.drafts)}"
        sets = frozenset(forgets), frozenset(blocked)
        transition = Transition(name, node, label, inputs, outputs, ids, *sets)
        self.drafts.append(Draft(transition, empties, keeps, awaits, joins, waits))

    def assume(self, element: str, text: str) -> None:
        self.assumptions.append(Assumption(element, text))

    def inside(self, scope: str) -> frozenset[str]:
        """The places of a scope and of every scope within it."""
        return frozenset(place for place, own in self.scopes.items() if scope in self._around(own))

    def _around(self, scope: str) -> tuple[str, ...]:
        chain = [scope]
        while chain[-1] in self.parents:
            chain.append(self.parents[chain[-1]])
        return tuple(chain)


def finish(board: Board, start: Marking) -> Net:
    transitions = tuple(_resolved(board, draft) for draft in board.drafts)
    ends = frozenset(place for place in board.scopes if board.only_ends(place))
    net = Net(board.model.key, tuple(board.scopes), transitions, start, tuple(board.assumptions), ends)
    return net if net.plain or any(t.waits for t in transitions) else _simplified(net)


def _resolved(board: Board, draft: Draft) -> Transition:
    taken = frozenset(draft.transition.inputs)
    if draft.empties is not None:
        emptied = board.inside(draft.empties) - set(draft.keeps)
        return replace(draft.transition, resets=draft.transition.resets | emptied)
    if draft.awaits is not None:
        inside = board.inside(draft.awaits)
        aside = frozenset(p for p in inside if p.endswith(KEPT_ASIDE) or p == f"{draft.awaits}:done")
        return replace(draft.transition, resets=draft.transition.resets | aside, unless=inside - aside - taken)
    if draft.joins:
        return replace(draft.transition, unless=_upstream_of_empty(board, draft) - taken)
    if draft.waits:
        before = _steps_before(board, draft.transition.node)
        waits = tuple((entrance, _sources(before, (entrance,))) for entrance in draft.waits)
        return replace(draft.transition, waits=waits)
    return draft.transition


def _upstream_of_empty(board: Board, draft: Draft) -> frozenset[str]:
    """Where a token must not be for an inclusive join to go on with some inputs empty (BPMN 2.0.2, 13.4.3): anywhere
    from where it can still reach an empty input, unless it can also reach one that is filled."""
    before = _steps_before(board, draft.transition.node)
    return frozenset(draft.joins) | (_sources(before, draft.joins) - _sources(before, draft.transition.inputs))


def _steps_before(board: Board, join: str) -> dict[str, set[str]]:
    """Each place with those from which one step leads to it, the steps of the join itself left out."""
    before: dict[str, set[str]] = {}
    for other in board.drafts:
        if other.transition.node != join:
            for output in other.transition.outputs:
                before.setdefault(output, set()).update((*other.transition.inputs, *other.waits))
    return before


def _sources(before: dict[str, set[str]], places: tuple[str, ...]) -> frozenset[str]:
    found, waiting = set(places), deque(places)
    while waiting:
        fresh = before.get(waiting.popleft(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)


def _simplified(net: Net) -> Net:
    """The same net without the resets and conditions that never have an effect; exact, or unchanged if too large."""
    space = reachability(net, SIMPLIFY_UP_TO)
    if not space.complete:
        return net
    emptied: dict[str, set[str]] = {t.id: set() for t in net.transitions}
    awaited: dict[str, set[str]] = {t.id: set() for t in net.transitions}
    for marking in space.steps:
        for place in dict.fromkeys(marking):
            for transition in net.consumers[place]:
                rest = () if transition.plain else _without(marking, transition.inputs)
                emptied[transition.id] |= transition.resets.intersection(rest)
                awaited[transition.id] |= transition.unless.intersection(rest)
    return replace(
        net,
        transitions=tuple(
            replace(t, resets=frozenset(emptied[t.id]), unless=frozenset(awaited[t.id])) for t in net.transitions
        ),
    )


def _without(marking: Marking, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """What is left of the marking beside one token of each input; nothing where an input is empty."""
    rest = list(marking)
    for place in inputs:
        if place not in rest:
            return ()
        rest.remove(place)
    return tuple(rest)
