"""Every marking that the token game can reach."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bpmn.semantics.net import Marking, Net, Transition, enabled, fire, initial

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
