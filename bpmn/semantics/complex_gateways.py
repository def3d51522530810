"""Complex gateways (BPMN 2.0.2, 13.4.5): they go on as soon as enough branches came, then wait for the rest.

How many are enough is read from an activation condition on `activationCount`; what else it asks is data, which may hold
of any branches. What comes later is taken and ends there.
"""

from __future__ import annotations

import re
from itertools import combinations

from bpmn.errors import NotCovered
from bpmn.model import Flow, Gateway
from bpmn.semantics.board import Board
from bpmn.semantics.choices import MOST_BRANCHES

_COUNT = re.compile(r"\s*activationCount\s*(>=|=|>)\s*(\d+)\s*")
PHASE = "waitingForStart"


def complex_gateway(board: Board, node: Gateway, choices: list[tuple[Flow, ...]]) -> None:
    """`choices` are the sets of flows that can carry a token onward when it starts."""
    entrances = board.entrances(board.model.incoming(node.id))
    if len(entrances) > MOST_BRANCHES:
        raise NotCovered(node.id, f"a complex gateway of {len(entrances)} flows has too many combinations.")
    if any(flow.condition and PHASE in flow.condition for flow in board.model.outgoing(node.id)):
        raise NotCovered(node.id, "what it sends when it is reset depends on its own state.")
    used = {some: _marker(board, node, some) for some in _subsets(entrances) if len(some) < len(entrances)}
    if _least(node) is None and node.activation:
        board.assume(node.id, "Its condition may hold of any branches that came.")
    for some in _subsets(entrances):
        if _enough(node, len(some)):
            for choice in choices:
                onward = (*board.onward(node, choice), *((used[some],) if some in used else ()))
                board.step(node.id, some, onward, flows=choice, blocked=tuple(used.values()))
    for some, marker in used.items():
        rest = tuple(place for place in entrances if place not in some)
        for came in ((), *_subsets(rest)):
            missing = tuple(place for place in rest if place not in came)
            board.step(node.id, (marker, *came), board.ending(board.scope(node)), joins=missing)


def _subsets(places: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [some for n in range(1, len(places) + 1) for some in combinations(places, n)]


def _marker(board: Board, node: Gateway, some: tuple[str, ...]) -> str:
    """Marked while it waits for the rest, once these were used."""
    return board.place(f"{node.id}:{'+'.join(some)}", board.scope(node))


def _least(node: Gateway) -> tuple[str, int] | None:
    """The comparison with the number of branches that came, where that is all that is asked."""
    match = _COUNT.fullmatch(node.activation or "")
    return None if match is None else (match[1], int(match[2]))


def _enough(node: Gateway, count: int) -> bool:
    asked = _least(node)
    if asked is None:
        return True
    sign, number = asked
    return {">=": count >= number, ">": count > number, "=": count == number}[sign]
