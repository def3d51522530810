"""Every marking that the token game can reach, and what that says about the model."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from bpmn.semantics.net import Marking, Net, Transition, enabled, final, fire, initial

Step = tuple[Transition, Marking]


@dataclass(frozen=True)
class StateSpace:
    """Markings with the steps that leave them. `complete` is False where the limit was met before the end."""

    net: Net
    steps: dict[Marking, tuple[Step, ...]]
    arrivals: dict[Marking, tuple[Marking, Transition]]  # how each marking but the first was first reached
    complete: bool

    def path(self, marking: Marking) -> tuple[Transition, ...]:
        """The shortest way from the initial marking to this one."""
        way: list[Transition] = []
        while marking in self.arrivals:
            marking, transition = self.arrivals[marking]
            way.append(transition)
        return tuple(reversed(way))


@dataclass(frozen=True)
class Soundness:
    """`sound` is None where it was not decided; `path` are the ids of the nodes that lead to the counter-example."""

    sound: bool | None
    reason: str = ""
    elements: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def reachability(net: Net, limit: int = 50_000) -> StateSpace:
    """Breadth-first exploration that stops after `limit` markings."""
    start = initial(net)
    steps: dict[Marking, tuple[Step, ...]] = {}
    arrivals: dict[Marking, tuple[Marking, Transition]] = {}
    seen, waiting = {start}, deque([start])
    while waiting and len(steps) < limit:
        marking = waiting.popleft()
        steps[marking] = tuple((t, fire(net, marking, t)) for t in enabled(net, marking))
        for transition, after in steps[marking]:
            if after not in seen:
                seen.add(after)
                arrivals[after] = marking, transition
                waiting.append(after)
    return StateSpace(net, steps, arrivals, complete=not waiting)


def soundness(net: Net, limit: int = 50_000) -> Soundness:
    """Sound: the end can be reached from everywhere, no node is dead, and no place ever holds two tokens.

    Two tokens in one place mean that branches which ran side by side met without a join (lack of synchronisation). Built
    with `repeat=False`, a net fires each non-interrupting event at most once, so reminders do not count as such.
    """
    space = reachability(net, limit)
    crowded = _crowded(space)
    if crowded is not None:
        return crowded
    stuck = _stuck(space)
    if stuck is not None:
        return stuck
    if not space.complete:
        return Soundness(None, f"Not decided: more than {limit:,} markings are reachable.")
    return _dead(space) or _trapped(space) or Soundness(True)


def _crowded(space: StateSpace) -> Soundness | None:
    ends = {place for place in space.net.places if _is_end(space.net, place)}
    for marking in space.steps:
        for here, following in pairwise(marking):
            if here == following and here not in ends:
                reason = f"Two branches reach {here!r} without being joined, so that everything after it runs twice."
                return Soundness(False, reason, (here.split(":")[0],), _nodes(space, marking))
    return None


def _is_end(net: Net, place: str) -> bool:
    """Whether a token here only waits to be counted out, so that more of them do no harm."""
    only_ends = all(out.endswith(":done") for t in net.consumers[place] for out in t.outputs)
    return place.endswith(":done") or only_ends


def _stuck(space: StateSpace) -> Soundness | None:
    for marking, steps in space.steps.items():
        if not steps and marking != final(space.net):
            waiting = tuple(dict.fromkeys(place.split(":")[0] for place in marking))
            reason = f"Deadlock: the case waits for ever at {', '.join(map(repr, waiting))}."
            return Soundness(False, reason, waiting, _nodes(space, marking))
    return None


def _dead(space: StateSpace) -> Soundness | None:
    alive = {transition.node for steps in space.steps.values() for transition, _ in steps}
    dead = tuple(dict.fromkeys(t.node for t in space.net.transitions if t.node not in alive))
    return Soundness(False, f"No case can ever reach {', '.join(map(repr, dead))}.", dead) if dead else None


def _trapped(space: StateSpace) -> Soundness | None:
    """Livelock: markings from which the end cannot be reached although steps go on."""
    before: dict[Marking, list[Marking]] = {}
    for marking, steps in space.steps.items():
        for _, after in steps:
            before.setdefault(after, []).append(marking)
    ending, waiting = {final(space.net)}, [final(space.net)]
    while waiting:
        for marking in before.get(waiting.pop(), ()):
            if marking not in ending:
                ending.add(marking)
                waiting.append(marking)
    for marking in space.steps:
        if marking not in ending:
            elements = tuple(dict.fromkeys(place.split(":")[0] for place in marking))
            reason = f"From {', '.join(map(repr, elements))} the case goes round for ever and never ends."
            return Soundness(False, reason, elements, _nodes(space, marking))
    return None


def _nodes(space: StateSpace, marking: Marking) -> tuple[str, ...]:
    return tuple(dict.fromkeys(transition.node for transition in space.path(marking)))
