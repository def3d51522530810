"""Whether every case can end properly: decided on the reduced net, shown by a way through the real one.

Markings are numbers: eight bits for each place, so that a step is an addition and a comparison of two markings one
subtraction. That a place can hold any number of tokens shows where a marking is larger than one on the way to it, and
what made it so can be done again and again (Karp and Miller, 1969).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bpmn.semantics.net import Marking, Net, Transition, fire
from bpmn.semantics.reducing import Move, Reduced, as_it_is, reduced

EFFORT = 2_000_000  # times that a move is tried in a marking: well under a second
AFTERWARDS = 200_000  # once a deadlock was found
_BITS, _FULL = 8, 0xFF
_MOST = 0x7F  # tokens in one place; the eighth bit tells which of two markings is larger


@dataclass(frozen=True, slots=True)
class Witness:
    """A marking of the net and the transitions that lead to it."""

    marking: Marking
    way: tuple[Transition, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The ids of the nodes passed, each once."""
        return tuple(dict.fromkeys(transition.node for transition in self.way))


@dataclass(frozen=True)
class Verdict:
    """What can go wrong, each with one case in which it does.

    `doubled` says by place where two tokens can meet, `cut_off` by terminating end what else can then be lost. `dead` are
    nodes that no case reaches; it and `livelock` are known only where everything was looked at (`complete`).
    """

    complete: bool
    states: int
    deadlock: Witness | None = None
    livelock: Witness | None = None
    unbounded: Witness | None = None
    doubled: Mapping[str, Witness] = field(default_factory=dict)
    cut_off: Mapping[str, Witness] = field(default_factory=dict)
    dead: tuple[str, ...] = ()


def decide(net: Net, effort: int = EFFORT, *, reduce: bool = True) -> Verdict:
    """The verdict on a net; without `reduce` on every single marking of it, with the same outcome."""
    search = _Search(reduced(net) if reduce else as_it_is(net))
    search.explore(effort)
    return search.verdict()


@dataclass(frozen=True, slots=True)
class _Coded:
    """A move in numbers."""

    inputs: tuple[int, ...]  # masks of the places that must hold a token
    taken: int
    given: int
    kept: int  # mask of what resets leave alone
    unless: int
    filled: tuple[int, ...]  # shifts of the places that may hold two tokens afterwards
    waits: tuple[tuple[int, int, int], ...]  # (mask and token of the entrance, mask of what is before it)


class _Search:
    """Breadth first, so that the ways shown are short."""

    def __init__(self, game: Reduced) -> None:
        self.game = game
        self.shift = {place: _BITS * i for i, place in enumerate(game.places)}
        self.high = sum((_MOST + 1) << shift for shift in self.shift.values())
        self.coded = tuple(self._code(move) for move in game.moves)
        self.start = sum(1 << self.shift[place] for place in game.initial)
        self.after: dict[int, list[tuple[int, int]]] = {}
        self.came: dict[int, tuple[int, int]] = {}
        self.doubled: dict[int, int] = {}  # shift of the place -> marking
        self.cut: dict[str, tuple[int, int]] = {}
        self.unbounded: int | None = None
        self.complete = False

    def _mask(self, places: Iterable[str]) -> int:
        return sum(_FULL << self.shift[place] for place in places if place in self.shift)

    def _code(self, move: Move) -> _Coded:
        given = sum(1 << self.shift[place] for place in move.outputs)
        shifts = dict.fromkeys(self.shift[place] for place in move.outputs)
        return _Coded(
            inputs=tuple(_FULL << self.shift[place] for place in dict.fromkeys(move.inputs)),
            taken=sum(1 << self.shift[place] for place in move.inputs),
            given=given,
            kept=~self._mask(move.resets),
            unless=self._mask(move.unless),
            filled=tuple(shifts),
            waits=tuple((_FULL << self.shift[e], 1 << self.shift[e], self._mask(before)) for e, before in move.waits),
        )

    # --- the search ---

    def explore(self, effort: int) -> None:
        waiting, tried = deque([self.start]), 0
        seen = {self.start}
        while waiting:
            if tried > effort or self.unbounded is not None:
                return
            marking = waiting.popleft()
            tried += len(self.coded)
            steps = self.after[marking] = list(self._steps(marking))
            if not steps and marking:  # what else there is to say of an unsound model is worth a little more
                effort = min(effort, tried + AFTERWARDS)
            for n, target in steps:
                if target not in seen:
                    seen.add(target)
                    self.came[target] = (marking, n)
                    self._look(target, self.coded[n])
                    waiting.append(target)
        self.complete = True

    def _steps(self, marking: int) -> Iterator[tuple[int, int]]:
        for n, move in enumerate(self.coded):
            for mask in move.inputs:
                if not marking & mask:
                    break
            else:
                if marking & move.unless:
                    continue
                if move.waits:
                    taken = _taken(move, marking)
                    if not taken:
                        continue
                else:
                    taken = move.taken
                rest = marking - taken
                if rest & ~move.kept:
                    self._lost(n, marking, rest & ~move.kept)
                    rest &= move.kept
                yield n, rest + move.given

    def _lost(self, n: int, marking: int, lost: int) -> None:
        last = self.game.moves[n].steps[0]
        if last.node not in self.cut and lost:
            self.cut[last.node] = (marking, n)

    def _look(self, marking: int, move: _Coded) -> None:
        """Two tokens in one place, and whether they can become any number."""
        for shift in move.filled:
            count = (marking >> shift) & _FULL
            if count > 1:
                self.doubled.setdefault(shift, marking)
                if self._grows(marking) or count >= _MOST:
                    self.unbounded = marking
                    return

    def _grows(self, marking: int) -> bool:
        here, taken = marking, list[Move]()
        while here in self.came:
            here, n = self.came[here]
            taken.append(self.game.moves[n])
            if ((marking | self.high) - here) & self.high == self.high and here != marking:
                more = {place for place, shift in self.shift.items() if ((marking - here) >> shift) & _FULL}
                if all(_leaves_alone(move, more) for move in taken):
                    return True
        return False

    # --- what it found ---

    def verdict(self) -> Verdict:
        stuck = next((m for m, steps in self.after.items() if not steps and m), None)
        place_at = {shift: place for place, shift in self.shift.items()}
        return Verdict(
            complete=self.complete,
            states=len(self.after),
            deadlock=self.witness(stuck),
            livelock=self.witness(self._trapped()) if self.complete and stuck is None else None,
            unbounded=self.witness(self.unbounded),
            doubled={place_at[shift]: self.shown(marking) for shift, marking in self.doubled.items()},
            cut_off={node: self.shown(marking) for node, (marking, _) in self.cut.items()},
            dead=self._dead() if self.complete else (),
        )

    def _trapped(self) -> int | None:
        """A marking from which the empty one cannot be reached, though the case goes on."""
        before: dict[int, list[int]] = {}
        for marking, steps in self.after.items():
            for _, target in steps:
                before.setdefault(target, []).append(marking)
        ending, waiting = {0}, [0]
        while waiting:
            for marking in before.get(waiting.pop(), ()):
                if marking not in ending:
                    ending.add(marking)
                    waiting.append(marking)
        return next((marking for marking in self.after if marking not in ending), None)

    def _dead(self) -> tuple[str, ...]:
        taken = {n for steps in self.after.values() for n, _ in steps}
        alive = self.game.alive.union(*(self.game.moves[n].nodes for n in taken))
        return tuple(dict.fromkeys(t.node for t in self.game.net.transitions if t.node not in alive))

    def witness(self, marking: int | None) -> Witness | None:
        return None if marking is None else self.shown(marking)

    def shown(self, marking: int) -> Witness:
        """The same case on the real net."""
        way: list[Transition] = []
        for n in self._moves_to(marking):
            way.extend(self.game.moves[n].steps)
        real = self.game.net.initial
        for transition in way:
            real = fire(self.game.net, real, transition)
        return Witness(real, tuple(way))

    def _moves_to(self, marking: int) -> list[int]:
        found: list[int] = []
        while marking in self.came:
            marking, n = self.came[marking]
            found.append(n)
        return found[::-1]


def _taken(move: _Coded, marking: int) -> int:
    """What an inclusive join takes, 0 while it must wait."""
    taken = filled = empty = 0
    for mask, token, before in move.waits:
        if marking & mask:
            taken, filled = taken + token, filled | before
        else:
            empty |= before
    return 0 if marking & empty & ~filled else taken


def _leaves_alone(move: Move, places: set[str]) -> bool:
    """Whether the move can be taken with more tokens there just as well, and takes none of them away."""
    spoken_of = move.resets.union(move.unless, *(before | {entrance} for entrance, before in move.waits))
    return places.isdisjoint(spoken_of)
