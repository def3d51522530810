"""Compensation: who finished work that can be undone leaves word of it; what throws a compensation has it undone.

The order among several handlers is left open, though the last work is undone first. Word that nobody asked for is gone when
its scope ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.errors import NotCovered
from bpmn.model import Activity, ActivityKind, EventNode, Flow, Position, ProcessModel, Trigger
from bpmn.semantics.board import Board

WORD = ":undoable"


@dataclass(frozen=True)
class Undo:
    """An activity and the one that makes it undone."""

    host: Activity
    handler: Activity


def compensate(
    board: Board, event: EventNode, onward: tuple[str, ...], *, label: str | None, flows: tuple[Flow, ...]
) -> None:
    """Undo what was done, one after the other, then go on."""
    undos = _meant(board.model, event)
    undoing = board.place(f"{event.id}:undoing", board.scope(event))
    board.step(event.id, (board.at(event),), (undoing,))
    for undo in undos:
        work = board.place(f"{undo.handler.id}:{event.id}", board.scope(event))
        board.step(event.id, (undoing, _word(board, undo.host)), (work,))
        board.step(undo.handler.id, (work,), (undoing,), label=undo.handler.id)
    words = tuple(_word(board, undo.host) for undo in undos)
    board.step(event.id, (undoing,), onward, label=label, flows=flows, blocked=words)
    if len(undos) > 1:
        board.assume(event.id, "What is undone is undone in any order.")


def remembered(board: Board, activity: Activity) -> tuple[str, ...]:
    """Where an activity leaves word that it was done, if something can have it undone."""
    thrown = (undo for event in _throwing(board.model, activity.scope) for undo in _meant(board.model, event))
    return (_word(board, activity),) if any(undo.host == activity for undo in thrown) else ()


def _word(board: Board, host: Activity) -> str:
    return board.place(f"{host.id}{WORD}", board.scope(host))


def _throwing(model: ProcessModel, scope: str | None) -> list[EventNode]:
    return [n for n in model.nodes if isinstance(n, EventNode) and n.scope == scope and throws_compensation(n)]


def throws_compensation(node: EventNode) -> bool:
    return node.trigger is Trigger.COMPENSATE and node.position in (Position.THROW, Position.END)


def _meant(model: ProcessModel, event: EventNode) -> list[Undo]:
    return [u for u in _undos(model, event.scope) if event.compensates in (None, u.host.id)]


def _undos(model: ProcessModel, scope: str | None) -> list[Undo]:
    found = []
    for activity in model.activities:
        for event in model.boundary_events(activity.id) if activity.scope == scope else ():
            if event.trigger is Trigger.COMPENSATE and event.handler and model.has(event.handler):
                handler = model.node(event.handler)
                if isinstance(handler, Activity):
                    found.append(Undo(activity, handler))
    return found


def refuse_compensation(model: ProcessModel, event: EventNode) -> None:
    """Raises NotCovered where more would have to be remembered than that an activity was done."""
    holder = model.activity(event.scope) if event.scope else None
    if not event.waits:
        raise NotCovered(event.id, "it does not wait for what it has undone.")
    if holder is not None and holder.triggered_by_event:
        raise NotCovered(event.id, "from an event subprocess it compensates what lies around it.")
    for inner in (a for a in model.activities if a.scope == event.scope and a.kind is ActivityKind.SUBPROCESS):
        own = {undo.host.id for undo in _undos(model, event.scope)}
        if inner.id not in own and (_undos(model, inner.id) or _has_listener(model, inner)):
            raise NotCovered(inner.id, "what was done inside it would be undone after it is over.")
    for undo in _meant(model, event):
        if undo.handler.kind is ActivityKind.SUBPROCESS:
            raise NotCovered(undo.handler.id, "a handler of several steps is not played.")
        if undo.host.multi_instance is not None or undo.host.loop_condition is not None:
            raise NotCovered(undo.host.id, "each of its rounds would be undone.")


def _has_listener(model: ProcessModel, scope: Activity) -> bool:
    inside = [a.id for a in model.activities if a.scope == scope.id and a.triggered_by_event]
    starts = (n for n in model.nodes if isinstance(n, EventNode) and n.scope in inside)
    return any(n.trigger is Trigger.COMPENSATE and n.position is Position.START for n in starts)
