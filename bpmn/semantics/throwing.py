"""Errors, escalations and cancellation: from the event that throws to the event that catches, scope by scope outward."""

from __future__ import annotations

from bpmn.model import EventNode, Flow, Position, Trigger
from bpmn.semantics.board import Board

THROWN = (Trigger.ERROR, Trigger.ESCALATION, Trigger.CANCEL)


def throw(
    board: Board, event: EventNode, onward: tuple[str, ...], *, label: str | None, flows: tuple[Flow, ...]
) -> None:
    """The step of a throwing or end event. An error that nobody catches ends the whole case."""
    here, catcher = (board.at(event),), _catcher(board, event)
    if catcher is not None:
        target = board.place(catcher.id, board.scope(catcher))
        if catcher.interrupting or event.trigger is not Trigger.ESCALATION:
            host, kept = _host(board, catcher), _kept(board, catcher)
            board.step(event.id, here, (target,), label=label, empties=host, keeps=kept)
        else:
            board.step(event.id, here, (*onward, target), label=label, flows=flows)
    elif event.trigger is Trigger.ERROR:
        board.step(event.id, here, (), label=label, empties=board.model.key)
    else:
        board.step(event.id, here, onward, label=label, flows=flows)


def caught_elsewhere(board: Board, catcher: EventNode) -> bool:
    """Whether something that is drawn throws to this event, so that it fires then and only then."""
    if catcher.trigger not in THROWN:
        return False
    return any(
        isinstance(node, EventNode)
        and node.position in (Position.THROW, Position.END)
        and _catcher(board, node) == catcher
        for node in board.model.nodes
    )


def _catcher(board: Board, event: EventNode) -> EventNode | None:
    if event.trigger not in THROWN:
        return None
    came_from, scope = "", board.scope(event)
    while True:
        inner = [e for e in board.event_starts(scope) if e.scope != came_from]
        for candidate in (*inner, *board.model.boundary_events(scope)):
            if _matches(event, candidate):
                return candidate
        if scope not in board.parents:
            return None
        came_from, scope = scope, board.parents[scope]


def _matches(event: EventNode, candidate: EventNode) -> bool:
    same = candidate.trigger is event.trigger
    return same and (candidate.code is None or event.trigger is Trigger.CANCEL or candidate.code == event.code)


def _host(board: Board, catcher: EventNode) -> str:
    """The scope that an interrupting catcher ends."""
    return catcher.attached_to or board.parents[board.scope(catcher)]


def _kept(board: Board, catcher: EventNode) -> tuple[str, ...]:
    if catcher.attached_to:
        return ()
    host = _host(board, catcher)
    events = board.model.boundary_events(host)
    return (f"{host}:running", *(f"{e.id}:{mark}" for e in events for mark in ("armed", "fired")))
