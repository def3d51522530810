"""The board of the token game: places, transitions and markings, and the two moves on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from bpmn.errors import NotEnabled

Marking: TypeAlias = tuple[str, ...]  # the marked places, sorted, one entry per token


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of the game: takes a token from each of `inputs`, puts one on each of `outputs`.

    `node` is the element of the model that moves; `label` is its id where the engine records an event, None where the
    step is silent. `flows` are the sequence flows that carry the token onward. Beyond a plain Petri net, `resets` are
    places that the step empties first (terminate ends, interruption) and `unless` are places that must all be empty
    (inclusive joins, the end of a subprocess).
    A join of many branches has no `inputs` but `waits`: its entrances, each with the places from which a token can still
    come there. It takes a token from every entrance that has one, unless a token is where it can reach an empty entrance
    and none that has one.
    """

    id: str
    node: str
    label: str | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    flows: tuple[str, ...] = ()
    resets: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    waits: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def plain(self) -> bool:
        return not (self.resets or self.unless or self.waits)

    def taken(self, marking: Marking) -> tuple[str, ...]:
        """The places from which it takes a token in this marking."""
        return (*self.inputs, *(entrance for entrance, _ in self.waits if entrance in marking))


@dataclass(frozen=True, slots=True)
class Assumption:
    """Where the game allows more than the drawing says, and why."""

    element: str
    text: str


@dataclass(frozen=True)
class Net:
    """The board of one model. Its final marking is the empty one: ends consume tokens, the last one closes the case.

    A place is named by the node at whose entrance the token waits, or by the flow where a join keeps its entrances
    apart; places inside an element are `<id>:<what>`. In `ends` tokens only wait to be counted out, so that more of them
    do no harm.
    """

    model: str
    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    initial: Marking
    assumptions: tuple[Assumption, ...] = ()
    ends: frozenset[str] = frozenset()

    @cached_property
    def consumers(self) -> dict[str, tuple[Transition, ...]]:
        """The transitions that take a token from a place, by place."""
        taking: dict[str, list[Transition]] = {place: [] for place in self.places}
        for transition in self.transitions:
            for place in (*transition.inputs, *(entrance for entrance, _ in transition.waits)):
                taking[place].append(transition)
        return {place: tuple(transitions) for place, transitions in taking.items()}

    @cached_property
    def plain(self) -> bool:
        """Whether it is an ordinary Petri net, which other tools can play too."""
        return all(transition.plain for transition in self.transitions)


def initial(net: Net) -> Marking:
    return net.initial


def final(net: Net) -> Marking:
    """The marking of a finished case: no token is left."""
    return ()


def is_enabled(transition: Transition, marking: Marking) -> bool:
    if not all(place in marking for place in transition.inputs) or not transition.unless.isdisjoint(marking):
        return False
    return not transition.waits or _has_waited(transition, marking)


def _has_waited(join: Transition, marking: Marking) -> bool:
    filled = [before for entrance, before in join.waits if entrance in marking]
    empty = (before for entrance, before in join.waits if entrance not in marking)
    on_the_way = frozenset[str]().union(*empty) - frozenset[str]().union(*filled)
    return bool(filled) and on_the_way.isdisjoint(marking)


def enabled(net: Net, marking: Marking) -> tuple[Transition, ...]:
    """The transitions that may fire, in the order of the net."""
    found: dict[str, Transition] = {}
    for place in dict.fromkeys(marking):
        for transition in net.consumers[place]:
            if transition.id not in found and is_enabled(transition, marking):
                found[transition.id] = transition
    return tuple(found.values())


def fire(net: Net, marking: Marking, transition: Transition) -> Marking:
    """The marking after the step; raises NotEnabled."""
    if not is_enabled(transition, marking):
        raise NotEnabled(transition.id)
    tokens = list(marking)
    for place in transition.taken(marking):
        tokens.remove(place)
    if transition.resets:
        tokens = [place for place in tokens if place not in transition.resets]
    tokens.extend(transition.outputs)
    return tuple(sorted(tokens))
