"""Precision: how much of what a drawing allows is ever done. A drawing that allows everything explains every case and says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bpmn.semantics import Net, StateSpace, initial, reachability
from mining.alignment import Alignment, Side, Trace
from mining.alignment.states import MOST_STATES

Standing = frozenset[
    int
]  # where the model can be: the markings that its visible steps so far and any silent ones lead to


@dataclass(frozen=True)
class Precision:
    """`done` of the `allowed` next steps were taken, both counted once for each case that stood before the choice.

    `escaping` says, for (last step, step allowed but never taken there), before how many cases it lay; None is the beginning.
    """

    done: int
    allowed: int
    escaping: Mapping[tuple[str | None, str], int]

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where the model never allows a visible step."""
        return self.done / self.allowed if self.allowed else None

    def __add__(self, other: Precision) -> Precision:
        return Precision(
            self.done + other.done, self.allowed + other.allowed, Counter(self.escaping) + Counter(other.escaping)
        )


@dataclass
class _Prefix:
    """A beginning of runs: where the model can then be, how many cases began so, and how they went on."""

    standing: Standing
    last: str | None
    cases: int = 0
    after: dict[str, _Prefix] = field(default_factory=dict)


def run_of(alignment: Alignment) -> Trace:
    """The run of the model that explains a path."""
    return tuple(move.activity for move in alignment.moves if move.side is not Side.LOG)


def precision(net: Net, runs: Iterable[tuple[Trace, int]]) -> Precision | None:
    """Escaping edges on aligned prefixes (Adriansyah, Munoz-Gama, Carmona, van Dongen, van der Aalst, Information Systems and
    e-Business Management 13, 2015), of the model's runs of closed cases with how many cases each explains.

    Of several optimal alignments one counts, and always the same (`align` settles ties by the order of the net, never by
    names). What is allowed after a beginning is what the model allows in any marking that explains it, so that the figure
    depends on the language of the net alone. The end of a case is no step: where cases stop and others go on, the model may
    do both. None where the states of the net are too many to write down.
    """
    space = reachability(net, MOST_STATES)
    if not space.complete:
        return None
    board = _Board(space)
    first = _Prefix(board.first(), None)
    for run, cases in runs:
        _walk(board, first, run, cases)
    return _counted(board, first)


def _walk(board: _Board, prefix: _Prefix, run: Trace, cases: int) -> None:
    prefix.cases += cases
    for activity in run:
        if activity not in prefix.after:
            prefix.after[activity] = _Prefix(board.after(prefix.standing)[activity], activity)
        prefix = prefix.after[activity]
        prefix.cases += cases


def _counted(board: _Board, first: _Prefix) -> Precision:
    done = allowed = 0
    escaping: Counter[tuple[str | None, str]] = Counter()
    for prefix in _all(first):
        choices = board.after(prefix.standing)
        done += prefix.cases * len(prefix.after)
        allowed += prefix.cases * len(choices)
        for activity in choices.keys() - prefix.after.keys():
            escaping[prefix.last, activity] += prefix.cases
    return Precision(done, allowed, escaping)


def _all(first: _Prefix) -> Iterator[_Prefix]:
    waiting = [first]
    while waiting:
        prefix = waiting.pop()
        yield prefix
        waiting.extend(prefix.after.values())


class _Board:
    """The states of a net as an automaton of visible steps, made deterministic as far as it is walked."""

    def __init__(self, space: StateSpace) -> None:
        self._number = {marking: at for at, marking in enumerate(space.steps)}
        self._first = self._number[initial(space.net)]
        self._silent: list[list[int]] = [[] for _ in self._number]
        self._visible: list[list[tuple[str, int]]] = [[] for _ in self._number]
        for marking, steps in space.steps.items():
            for transition, after in steps:
                at, to = self._number[marking], self._number[after]
                if transition.label is None:
                    self._silent[at].append(to)
                else:
                    self._visible[at].append((transition.label, to))
        self._known: dict[Standing, dict[str, Standing]] = {}

    def first(self) -> Standing:
        return self._closed({self._first})

    def after(self, standing: Standing) -> dict[str, Standing]:
        """The visible steps that can come next, and where each leads."""
        if standing not in self._known:
            reached: dict[str, set[int]] = {}
            for state in standing:
                for label, to in self._visible[state]:
                    reached.setdefault(label, set()).add(to)
            self._known[standing] = {label: self._closed(states) for label, states in reached.items()}
        return self._known[standing]

    def _closed(self, states: set[int]) -> Standing:
        waiting, found = list(states), set(states)
        while waiting:
            for to in self._silent[waiting.pop()]:
                if to not in found:
                    found.add(to)
                    waiting.append(to)
        return frozenset(found)
