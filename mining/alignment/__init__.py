"""Exact alignments: the run of a model that explains a recorded path with the fewest deviations.

A step that only the log or only the model makes costs 1, all others nothing. Three ways give the same costs: over the states
of the net where they are few (every drawn procedure), by r4pm for larger plain nets, by plain search for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bpmn.semantics import Net
from mining.alignment.by_r4pm import by_r4pm
from mining.alignment.moves import Alignment, Move, Side, Trace
from mining.alignment.search import Search
from mining.alignment.states import States
from mining.errors import NoAlignment

__all__ = ["Aligned", "Alignment", "Move", "Side", "Trace", "align", "silenced"]


@dataclass(frozen=True)
class Aligned:
    """`alignments` in the order of the paths, None where none was found within the limits; `shortest` is the number of
    visible steps of the model's shortest run, against which fitness is measured."""

    alignments: tuple[Alignment | None, ...]
    shortest: int

    def fitness(self, trace: Trace, alignment: Alignment) -> float:
        """1 - cost / (cost if log and model had nothing in common); 1 where both are empty."""
        worst = len(trace) + self.shortest
        return 1 - alignment.cost / worst if worst else 1.0


def align(net: Net, traces: Sequence[Trace], *, prefixes: bool = False) -> Aligned:
    """An optimal alignment of each path (Adriansyah 2014, unit costs).

    With `prefixes` the model need not come to its end. Raises NoAlignment where the net cannot come to its end at all.
    """
    states = States.of(net)
    if states is None:
        return _align_large(net, traces, prefixes)
    shortest = states.shortest()
    if shortest is None:
        raise NoAlignment(net.model, "none of its runs reaches the end.")
    return Aligned(tuple(states.align(traces, prefixes=prefixes)), shortest)


def _align_large(net: Net, traces: Sequence[Trace], prefixes: bool) -> Aligned:
    search = Search(net)
    empty = search.align((), prefix=False)
    if empty is None:
        raise NoAlignment(net.model, "no run that reaches the end was found within the limit of states.")
    quick = by_r4pm(net, traces) if net.plain and not prefixes else [None] * len(traces)
    found = (
        search.align(trace, prefix=prefixes) if alignment is None else alignment
        for trace, alignment in zip(traces, quick, strict=True)
    )
    return Aligned(tuple(found), empty.cost)


def silenced(net: Net, labels: frozenset[str]) -> Net:
    """The same net with those labels silent."""
    return replace(net, transitions=tuple(replace(t, label=None) if t.label in labels else t for t in net.transitions))
