"""A smaller net with the same verdict: rows, choices, loops and parallel blocks shrink to single moves.

Five rules are applied until none fits (Berthelot, 1986; Murata, 1989, section V):
1. a place whose tokens can only go on, one at a time, is left out: whatever puts a token there moves it on at once;
2. of two places that are filled and emptied by the same moves one is left out;
3. of two equal moves one is left out;
4. a move that puts back what it took is left out;
5. a place that always holds what some other places hold together (the branches of an inclusive block hold what was chosen at its
   beginning) is left out, if who fills one of the others could as well fill the next: two tokens in it are two tokens in one of them.
Each keeps whether the case can stop, go round for ever or pile up tokens, and where two tokens can meet. A place that a
reset or a condition speaks of is left out only where it speaks in the same way of the places that follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from bpmn.semantics.net import Marking, Net, Transition

Guards: TypeAlias = frozenset[tuple[str, int]]  # (kind of set, move) of every set that speaks of a place


@dataclass(frozen=True, slots=True)
class Move:
    """Several steps of the net that are taken as one. `nodes` are alive where it is taken."""

    steps: tuple[Transition, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: frozenset[str]
    resets: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    waits: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def plain(self) -> bool:
        return not (self.resets or self.unless or self.waits)


@dataclass(frozen=True)
class Reduced:
    """`alive` are the nodes of moves that were left out although every case comes by them."""

    net: Net
    places: tuple[str, ...]
    moves: tuple[Move, ...]
    alive: frozenset[str] = frozenset()

    @property
    def initial(self) -> Marking:
        return self.net.initial


def as_it_is(net: Net) -> Reduced:
    """The net itself, one move for each transition."""
    return Reduced(net, net.places, tuple(_move(transition) for transition in net.transitions))


def reduced(net: Net) -> Reduced:
    work = _Work(net)
    while work.fuse() or work.merge_places() or work.merge_moves() or work.drop_loops() or work.drop_implied():
        pass
    return Reduced(net, tuple(work.into), tuple(work.moves.values()), frozenset(work.alive))


def _move(transition: Transition) -> Move:
    return Move(
        (transition,),
        transition.inputs,
        transition.outputs,
        frozenset({transition.node}),
        transition.resets,
        transition.unless,
        transition.waits,
    )


@dataclass
class _Work:
    """A net while it shrinks: moves by number, and for each place those that fill it (`into`) and empty it (`out_of`)."""

    net: Net
    moves: dict[int, Move] = field(default_factory=dict)
    into: dict[str, set[int]] = field(default_factory=dict)
    out_of: dict[str, set[int]] = field(default_factory=dict)
    guards: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    number: int = 0

    def __post_init__(self) -> None:
        for table in (self.into, self.out_of, self.guards):
            table.update((place, set()) for place in self.net.places)
        self.start = Counter(self.net.initial)
        self.kept = {place for place, flows in self._entries().items() if place in self.net.ends and flows > 1}
        for transition in self.net.transitions:
            self._add(_move(transition))

    def _entries(self) -> Counter[str]:
        return Counter(place for transition in self.net.transitions for place in transition.outputs)

    # --- the rules ---

    def fuse(self) -> bool:
        """Rule 1."""
        places = [place for place in self.into if self._can_be_left_out(place)]
        done = False
        for place in places:
            if place in self.into and self._can_be_left_out(place):
                self._leave_out(place)
                done = True
        return done

    def _can_be_left_out(self, place: str) -> bool:
        fill, empty = self.into[place], self.out_of[place]
        if place in self.start or not fill or not empty or fill & empty:
            return False
        if min(len(fill), len(empty)) > 1:
            return False
        return all(self._goes_on(place, self.moves[n]) for n in empty) and all(
            self.moves[n].outputs.count(place) == 1 or len(empty) == 1 for n in fill
        )

    def _goes_on(self, place: str, move: Move) -> bool:
        if move.inputs != (place,) or not move.plain:
            return False
        if not move.outputs:
            return place in self.net.ends and place not in self.kept and not self.guards[place]
        if place in self.kept or any(self.guards[output] != self.guards[place] for output in move.outputs):
            return False
        return place in self.net.ends or not self.net.ends.issuperset(move.outputs)  # two tokens must still be seen

    def _leave_out(self, place: str) -> None:
        fill, empty = sorted(self.into[place]), sorted(self.out_of[place])
        before, after = [self._take(n) for n in fill], [self._take(n) for n in empty]
        for first, second in product(before, after):
            self._add(_fused(first, second, place))
        self._forget(place)

    def merge_places(self) -> bool:
        """Rule 2."""
        groups: dict[tuple[object, ...], list[str]] = {}
        for place in self.into:
            if not self._is_waited_for(place):
                groups.setdefault(self._surroundings(place), []).append(place)
        double = [place for places in groups.values() for place in places[1:]]
        for place in double:
            self._without_place(place)
        return bool(double)

    def _surroundings(self, place: str) -> tuple[object, ...]:
        fill = frozenset((n, self.moves[n].outputs.count(place)) for n in self.into[place])
        empty = frozenset((n, self.moves[n].inputs.count(place)) for n in self.out_of[place])
        return fill, empty, self.start[place], frozenset(self.guards[place])

    def _is_waited_for(self, place: str) -> bool:
        """Whether an inclusive join counts the place on its own, or nothing ever empties it."""
        return not self.out_of[place] or any(self.moves[n].waits for n in self.out_of[place])

    def merge_moves(self) -> bool:
        """Rule 3."""
        first: dict[tuple[object, ...], int] = {}
        done = False
        for n, move in list(self.moves.items()):
            key = (Counter(move.inputs), Counter(move.outputs), move.resets, move.unless, move.waits)
            same = first.setdefault(_hashable(key), n)
            if same != n:
                self._take(n)
                self._say_alive(same, move.nodes)
                done = True
        return done

    def drop_loops(self) -> bool:
        """Rule 4, for moves that take one token from where another move can always take it too."""
        done = False
        loops = [n for n, move in self.moves.items() if self._is_loop(move)]
        for n in loops:
            if not self._can_go_otherwise(n):
                continue  # going round for ever would look like standing still
            move = self._take(n)
            place = move.inputs[0]
            if place in self.start:
                self.alive |= move.nodes
            for other in list(self.into[place]):
                self._say_alive(other, move.nodes)
            done = True
        return done

    def _can_go_otherwise(self, loop: int) -> bool:
        """Whether another move can always be taken where the loop can."""
        inputs = self.moves[loop].inputs
        return any(self.moves[n].plain and self.moves[n].inputs == inputs for n in self.out_of[inputs[0]] - {loop})

    def _is_loop(self, move: Move) -> bool:
        return move.plain and len(move.inputs) == 1 and move.inputs == move.outputs

    def drop_implied(self) -> bool:
        """Rule 5."""
        done = False
        for place in list(self.into):
            if not self._is_waited_for(place) and place not in self.start and self._is_implied(place):
                self._without_place(place)
                done = True
        return done

    def _is_implied(self, place: str) -> bool:
        fill, empty = self.into[place], self.out_of[place]
        if any(self.moves[n].outputs.count(place) > 1 for n in fill) or any(
            self.moves[n].inputs.count(place) > 1 for n in empty
        ):
            return False
        beside = {other for n in fill for other in self.moves[n].outputs} - {place}
        filled: set[int] = set()
        emptied: set[int] = set()
        fillers: set[object] = set()
        for other in sorted(beside, key=lambda other: (len(self.into[other]), other)):
            into, out_of = self.into[other], self.out_of[other]
            if self._is_part(other, place) and not (into & filled or out_of & emptied):
                filled |= into
                emptied |= out_of
                fillers.add(frozenset(tuple(sorted(self.moves[n].inputs)) for n in into))
        return filled == fill and emptied == empty and len(fillers) == 1

    def _is_part(self, other: str, place: str) -> bool:
        """Whether one token comes and goes in both wherever it does in the other one."""
        into, out_of = self.into[other], self.out_of[other]
        return (
            bool(into and out_of)
            and into <= self.into[place]
            and out_of <= self.out_of[place]
            and other not in self.start
            and not self._is_waited_for(other)
            and self.guards[other] == self.guards[place]
            and all(self.moves[n].plain and self.moves[n].outputs.count(other) == 1 for n in into)
            and all(self.moves[n].inputs.count(other) == 1 for n in out_of)
        )

    # --- edits ---

    def _add(self, move: Move) -> None:
        self.number += 1
        self._put(self.number, move)

    def _put(self, n: int, move: Move) -> None:
        self.moves[n] = move
        for place in move.outputs:
            self.into[place].add(n)
        for place in (*move.inputs, *(entrance for entrance, _ in move.waits)):
            self.out_of[place].add(n)
        for kind, places in _guarding(move):
            for place in places:
                self.guards[place].add((kind, n))

    def _take(self, n: int) -> Move:
        move = self.moves.pop(n)
        for place in move.outputs:
            self.into[place].discard(n)
        for place in (*move.inputs, *(entrance for entrance, _ in move.waits)):
            self.out_of[place].discard(n)
        for kind, places in _guarding(move):
            for place in places:
                self.guards[place].discard((kind, n))
        return move

    def _say_alive(self, n: int, nodes: frozenset[str]) -> None:
        move = self._take(n)
        self._put(n, _with(move, nodes=move.nodes | nodes))

    def _without_place(self, place: str) -> None:
        for n in sorted(self.into[place] | self.out_of[place]):
            move = self._take(n)
            inputs = tuple(p for p in move.inputs if p != place)
            self._put(n, _with(move, inputs=inputs, outputs=tuple(p for p in move.outputs if p != place)))
        self._forget(place)

    def _forget(self, place: str) -> None:
        for n in {n for _, n in self.guards[place]}:
            move = self._take(n)
            waits = tuple((entrance, before - {place}) for entrance, before in move.waits)
            self._put(n, _with(move, resets=move.resets - {place}, unless=move.unless - {place}, waits=waits))
        del self.into[place], self.out_of[place], self.guards[place]


def _guarding(move: Move) -> Iterable[tuple[str, frozenset[str]]]:
    yield "resets", move.resets
    yield "unless", move.unless
    yield from move.waits


def _fused(first: Move, second: Move, place: str) -> Move:
    count = first.outputs.count(place)
    outputs = (*(p for p in first.outputs if p != place), *(second.outputs * count))
    steps = (*first.steps, *(second.steps * count))
    return _with(first, steps=steps, outputs=outputs, nodes=first.nodes | second.nodes)


def _with(move: Move, **fields: object) -> Move:
    own = {name: getattr(move, name) for name in Move.__slots__}
    return Move(**(own | fields))


def _hashable(key: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(frozenset(part.items()) if isinstance(part, Counter) else part for part in key)
