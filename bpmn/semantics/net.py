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
    """

    id: str
    node: str
    label: str | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    flows: tuple[str, ...] = ()
    resets: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()

    @property
    def plain(self) -> bool:
        return not self.resets and not self.unless


@dataclass(frozen=True, slots=True)
class Assumption:
    """Where the game allows more than the drawing says, and why."""

    element: str
    text: str


@dataclass(frozen=True)
class Net:
    """The board of one model. Its final marking is the empty one: ends consume tokens, the last one closes the case.

    A place is named by the node at whose entrance the token waits, or by the flow where a join keeps its entrances
    apart; places inside an element are `<id>:<what>`.
    """

    model: str
    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    initial: Marking
    assumptions: tuple[Assumption, ...] = ()

    @cached_property
    def consumers(self) -> dict[str, tuple[Transition, ...]]:
        """The transitions that take a token from a place, by place."""
        taking: dict[str, list[Transition]] = {place: [] for place in self.places}
        for transition in self.transitions:
            for place in transition.inputs:
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
    return all(place in marking for place in transition.inputs) and transition.unless.isdisjoint(marking)


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
    for place in transition.inputs:
        tokens.remove(place)
    if transition.resets:
        tokens = [place for place in tokens if place not in transition.resets]
    tokens.extend(transition.outputs)
    return tuple(sorted(tokens))
