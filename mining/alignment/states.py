"""Alignments over the states of a net that are few enough to write down: exact, the same on every run, and fast.

The distance between any two markings is computed once. A path is then read event by event: for every marking, the fewest
deviations with which the model can be there after the events so far. Paths share the work of their common beginnings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from bpmn.semantics import Net, StateSpace, final, initial, reachability
from mining.alignment.moves import Alignment, Move, Side, Trace

MOST_STATES = 1_500
KEPT_NETS, KEPT_PATHS = 8, 200_000  # remembered: an office aligns the same paths with the same drawings every day
_VISIBLE = 1_000_000  # length of a visible step; a silent one is 1 long, so that detours of silent steps are not taken
_FAR = 1_000_000  # more deviations than any path has

Costs = npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Steps:
    """The visible steps of one activity: from and to which state, and the distances from there to every state."""

    sources: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    onward: Costs


class States:
    """A net with its markings numbered; `of` gives None where there are too many."""

    def __init__(self, space: StateSpace) -> None:
        number = {marking: at for at, marking in enumerate(space.steps)}
        place = {t.label: at for at, t in reversed(list(enumerate(space.net.transitions)))}
        edges = [
            (number[marking], number[after], transition.label)
            for marking, steps in space.steps.items()
            for transition, after in steps
        ]
        self.label = _shortest_labels(edges, place)
        lengths, self.before = _distances(self.label, len(number))
        self.distance = np.where(np.isinf(lengths), _FAR, np.nan_to_num(lengths, posinf=0) // _VISIBLE).astype(np.int32)
        self.start = number[initial(space.net)]
        self.end = number.get(final(space.net))
        self.steps = _by_activity(edges, self.distance)
        self.known: dict[tuple[Trace, bool], Alignment] = {}

    @staticmethod
    @lru_cache(KEPT_NETS)
    def of(net: Net, limit: int = MOST_STATES) -> States | None:
        """The states of a net, remembered with the alignments that were found on them."""
        space = reachability(net, limit)
        return States(space) if space.complete else None

    def shortest(self) -> int | None:
        """The visible steps of the shortest run to the end, None where none ends."""
        if self.end is None or self.distance[self.start, self.end] >= _FAR:
            return None
        return int(self.distance[self.start, self.end])

    def align(self, traces: Sequence[Trace], *, prefixes: bool = False) -> list[Alignment]:
        """An optimal alignment of each path, in their order."""
        if len(self.known) > KEPT_PATHS:
            self.known.clear()
        found = {trace: self.known[trace, prefixes] for trace in traces if (trace, prefixes) in self.known}
        layers: list[Costs] = [self.distance[self.start]]
        previous: Trace = ()
        for trace in sorted(set(traces) - found.keys()):
            shared = _common(previous, trace)
            del layers[shared + 1 :]
            for activity in trace[shared:]:
                layers.append(self._after(layers[-1], activity))
            found[trace] = self.known[trace, prefixes] = self._read_back(layers, trace, prefixes)
            previous = trace
        return [found[trace] for trace in traces]

    def _after(self, costs: Costs, activity: str) -> Costs:
        alone: Costs = costs + np.int32(1)
        steps = self.steps.get(activity)
        if steps is None:
            return alone
        together = (costs[steps.sources][:, None] + steps.onward).min(axis=0)
        best: Costs = np.minimum(alone, together)
        return best

    def _read_back(self, layers: list[Costs], trace: Trace, prefix: bool) -> Alignment:
        state = int(layers[-1].argmin()) if prefix else self.end
        assert state is not None
        cost = int(layers[-1][state])
        moves: list[Move] = []  # backwards
        for at in range(len(trace) - 1, -1, -1):
            step = self._together(layers[at], layers[at + 1][state], trace[at], state)
            if step is None:
                moves.append(Move(Side.LOG, trace[at]))
                continue
            source, target = step
            moves.extend(self._alone(target, state))
            moves.append(Move(Side.BOTH, trace[at]))
            state = source
        moves.extend(self._alone(self.start, state))
        return Alignment(cost, tuple(reversed(moves)))

    def _together(self, before: Costs, cost: int, activity: str, state: int) -> tuple[int, int] | None:
        """The step of log and model that explains this cost; None where only the log moved."""
        steps = self.steps.get(activity)
        if steps is None:
            return None
        costs = before[steps.sources] + steps.onward[:, state]
        best = int(costs.argmin())
        return (int(steps.sources[best]), int(steps.targets[best])) if costs[best] == cost else None

    def _alone(self, source: int, target: int) -> list[Move]:
        """The model's own visible steps from one state to another, backwards."""
        moves = []
        while target != source:
            previous = int(self.before[source, target])
            label = self.label[previous, target]
            if label is not None:
                moves.append(Move(Side.MODEL, label))
            target = previous
        return moves


def _shortest_labels(
    edges: list[tuple[int, int, str | None]], place: Mapping[str | None, int]
) -> dict[tuple[int, int], str | None]:
    """Between two states the silent step if there is one, else the first visible one in the order of the net: other names
    change no alignment."""
    best: dict[tuple[int, int], str | None] = {}
    for source, target, label in sorted(edges, key=lambda edge: (edge[2] is not None, place[edge[2]])):
        best.setdefault((source, target), label)
    return best


def _distances(
    labels: dict[tuple[int, int], str | None], size: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    rows = [source for source, _ in labels]
    columns = [target for _, target in labels]
    lengths = [1.0 if label is None else float(_VISIBLE) for label in labels.values()]
    graph = sparse.csr_array((lengths, (rows, columns)), shape=(size, size))
    distances, before = dijkstra(graph, return_predecessors=True)
    return distances, before


def _by_activity(edges: list[tuple[int, int, str | None]], distance: Costs) -> dict[str, _Steps]:
    grouped: dict[str, list[tuple[int, int]]] = {}
    for source, target, label in edges:
        if label is not None:
            grouped.setdefault(label, []).append((source, target))
    return {label: _steps(sorted(set(pairs)), distance) for label, pairs in grouped.items()}


def _steps(pairs: list[tuple[int, int]], distance: Costs) -> _Steps:
    sources = np.array([source for source, _ in pairs])
    targets = np.array([target for _, target in pairs])
    return _Steps(sources, targets, np.ascontiguousarray(distance[targets]))


def _common(one: Trace, other: Trace) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
