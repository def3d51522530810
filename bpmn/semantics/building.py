"""From a process model to its token game, element by element.

Activities, start, end, catching and boundary events are visible under their id; gateways and throwing events are silent.
An activity is one step, taken when it completes; a token at its entrance means that it waits or is being worked on.
Data is not looked at: every condition may hold or not. Activities and events with conditional outgoing flows split like
inclusive gateways, several incoming flows merge, several unconditional outgoing flows run side by side.
"""

from __future__ import annotations

from itertools import combinations, product

from bpmn.errors import NotCovered
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
    TimerKind,
    Trigger,
)
from bpmn.semantics.blocks import branch_ends, matched_joins
from bpmn.semantics.board import Board, finish
from bpmn.semantics.choices import MOST_BRANCHES, Choice, choices
from bpmn.semantics.compensating import compensate, remembered, throws_compensation
from bpmn.semantics.complex_gateways import complex_gateway
from bpmn.semantics.net import Net
from bpmn.semantics.refusing import refuse
from bpmn.semantics.throwing import caught_elsewhere, throw

MOST_SINGLE_EVENTS = 3  # non-interrupting events of one activity that fire once: 2**3 ways to complete it


def net(model: ProcessModel, *, repeat: bool = True) -> Net:
    """The token game of the model; raises NotCovered with the element and the reason.

    Non-interrupting timers with a date or duration fire at most once each time that their activity runs. With
    `repeat=False` every non-interrupting event fires at most once in a whole case, so that reminders cannot pile up
    without bound in loops, and joins of many branches are one step that `waits`: the form in which soundness is asked.
    What is assumed is listed in `assumptions`; messages and signals may always arrive at any time.
    """
    board = Board(model, repeat, matched_joins(model))
    for node in model.nodes:
        refuse(model, node)
        if isinstance(node, Activity) and node.kind is ActivityKind.SUBPROCESS:
            board.parents[node.id] = board.scope(node)
    board.remembers = any(remembered(board, a) for a in model.activities if a.scope is None)
    start = board.place(f"{model.key}:start", f"{model.key}:outside")
    _scope(board, model.key, start)
    for node in model.nodes:
        _node(board, node)
    return finish(board, tuple(sorted((start, *_armed_for_the_case(board)))))


def _armed_for_the_case(board: Board) -> tuple[str, ...]:
    """Where each non-interrupting event may fire once in a case: a token that it takes, or that is put aside unused."""
    armed = sorted(place for place in board.scopes if place.endswith(":armed")) if not board.repeat else []
    for place in armed:
        board.step(place.removesuffix(":armed"), (place,), ())
    return tuple(armed)


# --- scopes ----------------------------------------------------------------------------------------------------------


def _scope(board: Board, scope: str, start: str) -> None:
    """How a scope begins, how it ends and what it listens to."""
    events = _listening(board, scope)
    marks = _marks(board, scope, events)
    starts = [n for n in board.members(scope) if isinstance(n, EventNode) and n.position is Position.START]
    for event in starts:
        for choice in choices(board.model, event):
            outputs = (*board.onward(event, choice), *marks)
            board.step(event.id, (start,), outputs, label=event.id, flows=choice)
    if not starts:
        first = tuple(board.at(n) for n in board.members(scope) if _starts_alone(board.model, n))
        if not first and scope != board.model.key and not board.members(scope):
            first = board.ending(scope)  # nothing is drawn in it: it is done at once
        if not first:
            raise NotCovered(scope, "nothing in it can start; draw a start event.")
        if _in_turn(board, scope):
            first = _in_their_turn(board, scope, first)
        board.step(scope, (start,), (*first, *marks))
    for event in events:
        _listen_to_scope(board, scope, event)
    if scope == board.model.key and board.is_watched(scope):
        board.step(scope, (board.place(f"{scope}:done", scope),), (), awaits=scope)


def _in_turn(board: Board, scope: str) -> bool:
    return scope != board.model.key and board.model.activity(scope).in_turn


def _in_their_turn(board: Board, scope: str, pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Work of which one piece is done at a time, in any order: who is at work has the turn, and gives it back."""
    turn = board.place(f"{scope}:turn", scope)
    ahead = tuple(board.place(f"{piece}:ahead", scope) for piece in pieces)
    for piece, waiting in zip(pieces, ahead, strict=True):
        board.step(scope, (turn, waiting), (piece,))
    board.step(scope, (board.place(f"{scope}:done", scope),), (turn,))
    return (turn, *ahead)


def _starts_alone(model: ProcessModel, node: AnyNode) -> bool:
    if model.incoming(node.id):
        return False
    if isinstance(node, Activity):
        return not node.triggered_by_event and not node.for_compensation
    if isinstance(node, EventNode):
        return node.position is Position.CATCH and node.trigger is not Trigger.LINK
    return True


def _listening(board: Board, host: str) -> list[EventNode]:
    """The events that may fire at any time while `host` runs: not those that something within it throws."""
    boundary = [e for e in board.model.boundary_events(host) if e.trigger is not Trigger.COMPENSATE]
    return [event for event in (*boundary, *board.event_starts(host)) if not caught_elsewhere(board, event)]


def _marks(board: Board, scope: str, events: list[EventNode]) -> tuple[str, ...]:
    """The places that are marked while the scope runs, so that its events can take their turn."""
    marks = [board.place(_watch(scope, event), scope) for event in events]
    armed = [board.place(f"{event.id}:armed", scope) for event in events if _rearmed(board, event)]
    return (*dict.fromkeys(marks), *armed)


def _watch(scope: str, event: EventNode) -> str:
    return f"{scope}:running" if event.attached_to else f"{scope}:open"


def _rearmed(board: Board, event: EventNode) -> bool:
    """Whether the event fires at most once each time that what it listens to runs."""
    once = event.timer is not None and event.timer.kind is not TimerKind.CYCLE
    return once and not event.interrupting and board.repeat


def _listen_beside(board: Board, event: EventNode, running: str, scope: str, choice: Choice) -> None:
    """A non-interrupting event: what it listens to goes on."""
    outputs: tuple[str, ...] = (running, *board.onward(event, choice))
    inputs: tuple[str, ...] = (running,)
    if _rearmed(board, event):
        outputs = (*outputs, board.place(f"{event.id}:fired", scope))
    if _rearmed(board, event) or not board.repeat:
        inputs = (running, board.place(f"{event.id}:armed", scope if board.repeat else f"{board.model.key}:outside"))
    board.step(event.id, inputs, outputs, label=event.id, flows=choice)


def _listen_to_scope(board: Board, scope: str, event: EventNode) -> None:
    watch = _watch(scope, event)
    kept = () if event.attached_to else _boundary_marks(board, scope)
    for choice in choices(board.model, event):
        outputs = board.onward(event, choice)
        if event.interrupting:
            board.step(event.id, (watch,), outputs, label=event.id, flows=choice, empties=scope, keeps=kept)
        else:
            _listen_beside(board, event, watch, scope, choice)


def _boundary_marks(board: Board, scope: str) -> tuple[str, ...]:
    """What an interrupting event subprocess leaves alone: the events on the border of its scope still listen."""
    events = board.model.boundary_events(scope)
    return (f"{scope}:running", *(f"{e.id}:{mark}" for e in events for mark in ("armed", "fired")))


# --- nodes -----------------------------------------------------------------------------------------------------------


def _node(board: Board, node: AnyNode) -> None:
    if isinstance(node, Gateway):
        _gateway(board, node)
    elif isinstance(node, EventNode):
        _event(board, node)
    elif node.for_compensation:
        return  # runs only when it is thrown, which is refused
    elif node.kind is ActivityKind.SUBPROCESS:
        _subprocess(board, node)
    else:
        _activity(board, node)


def _subprocess(board: Board, node: Activity) -> None:
    """Entered silently; its own event is recorded when nothing in it is left."""
    if node.triggered_by_event:  # entered by its start event, which listens to the scope around it
        around = board.ending(board.scope(node))
        board.step(node.id, (board.place(f"{node.id}:done", node.id),), around, label=node.id, awaits=node.id)
        return
    start, done = board.place(f"{node.id}:start", node.id), board.place(f"{node.id}:done", node.id)
    board.step(node.id, (board.at(node),), (start,))
    _scope(board, node.id, start)
    last = board.place(f"{node.id}:turn", node.id) if node.in_turn else done
    word = remembered(board, node)
    for choice in choices(board.model, node):
        outputs = (*board.onward(node, choice), *word)
        forgets = () if board.repeat else word
        board.step(node.id, (last,), outputs, label=node.id, flows=choice, awaits=node.id, forgets=forgets)
        if node.ad_hoc and node.complete_when and node.cancel_remaining:
            board.step(node.id, (done,), outputs, label=node.id, flows=choice, empties=node.id, forgets=forgets)
        if node.multi_instance is not None:
            board.step(node.id, (board.at(node),), outputs, flows=choice)
    if _repeats(node):
        board.step(node.id, (done,), (start,), label=node.id, awaits=node.id)
        if node.multi_instance is not None and not node.multi_instance.sequential:
            board.assume(node.id, "Its instances run one after the other, although they are drawn side by side.")


def _repeats(node: Activity) -> bool:
    return node.multi_instance is not None or node.loop_condition is not None


def _activity(board: Board, node: Activity) -> None:
    entrances = _own_entrance(board, node)
    events = _listening(board, node.id)
    single = [event for event in events if _rearmed(board, event)]
    if len(single) > MOST_SINGLE_EVENTS:
        raise NotCovered(node.id, f"its {len(single)} non-interrupting events have too many combinations.")
    running = board.place(f"{node.id}:running", board.scope(node)) if single else board.at(node)
    if single:
        armed = tuple(board.place(f"{event.id}:armed", board.scope(node)) for event in single)
        board.step(node.id, (board.at(node),), (running, *armed))
    fates = [tuple(board.place(f"{e.id}:{mark}", board.scope(node)) for mark in ("armed", "fired")) for e in single]
    for fate in product(*fates):
        _work(board, node, (running, *fate), entrances)
    for event in events:
        _listen_to_activity(board, node, event, running, list(product(*fates)))


def _own_entrance(board: Board, node: Activity) -> bool:
    """Whether tokens come to the node itself; behind an event-based gateway they wait at the gateway."""
    flows = board.model.incoming(node.id)
    return not flows or any(not _deferred(board.model, flow) for flow in flows)


def _deferred(model: ProcessModel, flow: Flow) -> bool:
    source = model.node(flow.source)
    return isinstance(source, Gateway) and source.kind is GatewayKind.EVENT_BASED


def _work(board: Board, node: Activity, inputs: tuple[str, ...], entered: bool) -> None:
    if not entered:
        return
    word = remembered(board, node)
    for choice in choices(board.model, node):
        outputs = (*board.onward(node, choice), *word)
        board.step(node.id, inputs, outputs, label=node.id, flows=choice, forgets=() if board.repeat else word)
        if node.multi_instance is not None and inputs == (node.id,):
            board.step(node.id, inputs, outputs, flows=choice)  # an empty list has no instance
    if _repeats(node):
        board.step(node.id, inputs, inputs, label=node.id)


def _listen_to_activity(
    board: Board, host: Activity, event: EventNode, running: str, fates: list[tuple[str, ...]]
) -> None:
    for choice in choices(board.model, event):
        outputs = board.onward(event, choice)
        if event.interrupting:
            for fate in fates:
                board.step(event.id, (running, *fate), outputs, label=event.id, flows=choice)
        else:
            _listen_beside(board, event, running, board.scope(host), choice)


def _gateway(board: Board, node: Gateway) -> None:
    if node.kind is GatewayKind.EVENT_BASED:
        _deferred_choice(board, node)
    elif node.kind is GatewayKind.INCLUSIVE:
        _inclusive(board, node)
    elif node.kind is GatewayKind.COMPLEX and len(board.model.incoming(node.id)) > 1:
        complex_gateway(board, node, choices(board.model, node))
    else:
        joins = node.kind is GatewayKind.PARALLEL and board.model.incoming(node.id)
        inputs = board.entrances(board.model.incoming(node.id)) if joins else (board.at(node),)
        for choice in choices(board.model, node):
            board.step(node.id, inputs, board.onward(node, choice), flows=choice)


def _deferred_choice(board: Board, gateway: Gateway) -> None:
    """The token waits at the gateway; the first of its events takes it."""
    for flow in board.model.outgoing(gateway.id):
        target = board.model.node(flow.target)
        if isinstance(target, Activity) and board.model.boundary_events(target.id):
            raise NotCovered(target.id, "a receive task behind an event-based gateway may not carry boundary events.")
        for choice in choices(board.model, target):
            outputs = board.onward(target, choice)
            board.step(target.id, (board.at(gateway),), outputs, label=target.id, flows=(flow, *choice))


def _inclusive(board: Board, node: Gateway) -> None:
    model = board.model
    joining, splitting = len(model.incoming(node.id)) > 1, len(model.outgoing(node.id)) > 1
    middle = (board.at(node),)
    if joining:
        _inclusive_join(board, node, None if splitting else ())
    if splitting or not joining:
        for choice in choices(model, node):
            chosen = _memory(board, node.id, choice)
            board.step(node.id, middle, (*board.onward(node, choice), *chosen), flows=choice)


def _memory(board: Board, split: str, choice: Choice) -> tuple[str, ...]:
    """Where a split leaves word for the join of its block which branches it chose."""
    if split not in board.blocks:
        return ()
    name = "+".join(flow.id for flow in choice)
    return (board.place(f"{split}:{name}", board.scope(board.model.node(split))),)


def _inclusive_join(board: Board, node: Gateway, middle: tuple[str, ...] | None) -> None:
    model = board.model
    split = next((s for s, join in board.blocks.items() if join == node.id), None)
    onward = (board.at(node),) if middle is None else board.onward(node, model.outgoing(node.id))
    flows = () if middle is None else model.outgoing(node.id)
    if split is not None:
        ends = branch_ends(model, split, node.id) or {}
        for choice in choices(model, model.node(split)):
            arrived = tuple(board.entrance(model.flow(ends[flow.id])) for flow in choice)
            board.step(node.id, (*_memory(board, split, choice), *arrived), onward, flows=flows)
        return
    entrances = board.entrances(model.incoming(node.id))
    if len(entrances) > MOST_BRANCHES and not board.repeat:
        board.step(node.id, (), onward, flows=flows, waits=entrances)
        return
    if len(entrances) > MOST_BRANCHES:
        raise NotCovered(node.id, f"an inclusive join of {len(entrances)} flows has too many combinations.")
    for n in range(1, len(entrances) + 1):
        for filled in combinations(entrances, n):
            empty = tuple(place for place in entrances if place not in filled)
            board.step(node.id, filled, onward, flows=flows, joins=empty)


def _event(board: Board, node: EventNode) -> None:
    match node.position:
        case Position.CATCH:
            _catch(board, node)
        case Position.THROW:
            _throw(board, node)
        case Position.END:
            _end(board, node)
        case _ if caught_elsewhere(board, node):  # boundary and event-subprocess starts that something throws to
            for choice in choices(board.model, node):
                board.step(node.id, (board.at(node),), board.onward(node, choice), label=node.id, flows=choice)


def _catch(board: Board, node: EventNode) -> None:
    label = None if node.trigger is Trigger.LINK else node.id
    flows = board.model.incoming(node.id)
    if flows and all(_deferred(board.model, flow) for flow in flows):
        return  # taken straight from the event-based gateway
    for choice in choices(board.model, node):
        board.step(node.id, (board.at(node),), board.onward(node, choice), label=label, flows=choice)


def _throw(board: Board, node: EventNode) -> None:
    if node.trigger is Trigger.LINK:
        board.step(node.id, (board.at(node),), (board.at(_link_target(board, node)),))
        return
    for choice in choices(board.model, node):
        act = compensate if throws_compensation(node) else throw
        act(board, node, board.onward(node, choice), label=None, flows=choice)


def _link(event: EventNode) -> str:
    return event.link or event.name


def _link_target(board: Board, node: EventNode) -> EventNode:
    events = [other for other in board.members(board.scope(node)) if isinstance(other, EventNode)]
    for other in events:
        if other.position is Position.CATCH and other.trigger is Trigger.LINK and _link(other) == _link(node):
            return other
    raise NotCovered(node.id, f"no catching link event is called {node.link or node.name!r} in its scope.")


def _end(board: Board, node: EventNode) -> None:
    if node.trigger is Trigger.TERMINATE:
        scope = board.scope(node)
        board.step(node.id, (board.at(node),), board.ending(scope), label=node.id, empties=scope)
    else:
        act = compensate if throws_compensation(node) else throw
        act(board, node, board.ending(board.scope(node)), label=node.id, flows=())
