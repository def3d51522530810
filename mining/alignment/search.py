"""The plainest exact alignment: a shortest path through log and model, state by state, for nets of any size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TypeAlias

from bpmn.semantics import Marking, Net, Transition, enabled, final, fire
from mining.alignment.moves import Alignment, Move, Side, Trace

MOST_STATES = 200_000  # for one path

_State: TypeAlias = tuple[int, Marking]


class Search:
    """0-1 breadth-first search (Dijkstra with costs 0 and 1) over the synchronous product; successors are kept per net."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.successors: dict[Marking, tuple[tuple[Transition, Marking], ...]] = {}

    def align(self, trace: Trace, *, prefix: bool, limit: int = MOST_STATES) -> Alignment | None:
        first: _State = (0, self.net.initial)
        best: dict[_State, int] = {first: 0}
        came: dict[_State, tuple[_State, Move | None]] = {}
        queue: deque[tuple[int, _State]] = deque([(0, first)])
        settled: set[_State] = set()
        while queue and len(settled) < limit:
            cost, state = queue.popleft()
            if state in settled:
                continue
            settled.add(state)
            if state[0] == len(trace) and (prefix or state[1] == final(self.net)):
                return Alignment(cost, _way(came, state))
            for step, move, after in self._moves(state, trace):
                if cost + step < best.get(after, limit):
                    best[after], came[after] = cost + step, (state, move)
                    (queue.append if step else queue.appendleft)((cost + step, after))
        return None

    def _moves(self, state: _State, trace: Trace) -> Iterator[tuple[int, Move | None, _State]]:
        at, marking = state
        expected = trace[at] if at < len(trace) else None
        if expected is not None:
            yield 1, Move(Side.LOG, expected), (at + 1, marking)
        for transition, after in self._after(marking):
            if transition.label is None:
                yield 0, None, (at, after)
                continue
            if transition.label == expected:
                yield 0, Move(Side.BOTH, expected), (at + 1, after)
            yield 1, Move(Side.MODEL, transition.label), (at, after)

    def _after(self, marking: Marking) -> tuple[tuple[Transition, Marking], ...]:
        if marking not in self.successors:
            steps = tuple((t, fire(self.net, marking, t)) for t in enabled(self.net, marking))
            self.successors[marking] = steps
        return self.successors[marking]


def _way(came: dict[_State, tuple[_State, Move | None]], state: _State) -> tuple[Move, ...]:
    moves = []
    while state in came:
        state, move = came[state]
        if move is not None:
            moves.append(move)
    return tuple(reversed(moves))
