"""Precision: how much of what a drawing allows is ever done. A drawing that allows everything explains every case and says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bpmn.semantics import Marking, Net, enabled, fire, initial
from mining.alignment import Alignment, Side, Trace

MOST_MARKINGS = 100_000
Standing = frozenset[Marking]  # where the model can be after its visible steps so far and any silent ones
Step = tuple[str | None, Marking]


class _TooMany(Exception):
    """More markings than can be played."""


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


def precision(net: Net, runs: Iterable[tuple[Trace, int]], *, most: int = MOST_MARKINGS) -> Precision | None:
    """Escaping edges on aligned prefixes (Adriansyah, Munoz-Gama, Carmona, van Dongen, van der Aalst, Information Systems and
    e-Business Management 13, 2015), of the model's runs of closed cases with how many cases each explains.

    Of several optimal alignments one counts, and always the same (`align` settles ties by the order of the net, never by
    names). What is allowed after a beginning is what the model allows in any marking that explains it, so that the figure
    depends on the language of the net alone. The end of a case is no step: where cases stop and others go on, the model may
    do both. None where the runs lead past more than `most` markings of the net.
    """
    board = _Board(net, most)
    try:
        first = _Prefix(board.first(), None)
        for run, cases in runs:
            _walk(board, first, run, cases)
        return _counted(board, first)
    except _TooMany:
        return None


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
    """A net as an automaton of visible steps, made deterministic as far as it is walked: of its markings only those are played
    to which the runs and what they left undone lead. Raises _TooMany beyond `most` of them."""

    def __init__(self, net: Net, most: int) -> None:
        self._net, self._most = net, most
        self._played: dict[Marking, tuple[Step, ...]] = {}
        self._known: dict[Standing, dict[str, Standing]] = {}

    def first(self) -> Standing:
        return self._closed({initial(self._net)})

    def after(self, standing: Standing) -> dict[str, Standing]:
        """The visible steps that can come next, and where each leads."""
        if standing not in self._known:
            reached: dict[str, set[Marking]] = {}
            for marking in standing:
                for label, to in self._steps(marking):
                    if label is not None:
                        reached.setdefault(label, set()).add(to)
            self._known[standing] = {label: self._closed(markings) for label, markings in reached.items()}
        return self._known[standing]

    def _closed(self, markings: set[Marking]) -> Standing:
        waiting, found = list(markings), set(markings)
        while waiting:
            for label, to in self._steps(waiting.pop()):
                if label is None and to not in found:
                    found.add(to)
                    waiting.append(to)
        return frozenset(found)

    def _steps(self, marking: Marking) -> tuple[Step, ...]:
        if marking not in self._played:
            if len(self._played) >= self._most:
                raise _TooMany
            self._played[marking] = tuple((t.label, fire(self._net, marking, t)) for t in enabled(self._net, marking))
        return self._played[marking]
