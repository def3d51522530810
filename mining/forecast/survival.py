"""How long something lasts, by group, from observations of which some are not over yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.work import Codes, Flags

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Survival:
    """The Kaplan-Meier estimate (1958) of each group: `alive[k]` is the share that lasts longer than `times[k]` seconds.

    `groups` are the keys in order; the rows of group number i are `edges[i]` up to `edges[i + 1]`, by time.
    """

    groups: Codes
    edges: Codes
    times: Numbers
    alive: Numbers

    @classmethod
    def of(cls, group: Codes, seconds: Numbers, over: Flags) -> Survival:
        """From parallel observations: how long each lasted so far, and whether it was over then."""
        order = np.lexsort((~over, seconds, group))
        group, seconds, over = group[order], seconds[order], over[order]
        edges = np.append(np.flatnonzero(np.append(len(group) > 0, group[1:] != group[:-1])), len(group))
        sizes = np.diff(edges)
        at_risk = np.repeat(edges[1:], sizes) - np.arange(len(group))
        steps = np.where(over, np.log(np.maximum(1 - 1 / at_risk, 1e-300)), 0.0)
        total = np.cumsum(steps)
        before = np.repeat(total[edges[:-1]] - steps[edges[:-1]], sizes)
        return cls(group[edges[:-1]], edges, seconds, np.exp(total - before))

    @property
    def sizes(self) -> Codes:
        return np.diff(self.edges)

    def quantiles(self, share: float) -> Numbers:
        """For each group the seconds within which that share is over; the longest seen where fewer are known to be over."""
        reached = np.flatnonzero(self.alive <= 1 - share + 1e-12)
        number = np.repeat(np.arange(len(self.groups)), self.sizes)[reached]
        values = self.times[self.edges[1:] - 1].copy()
        first, at = np.unique(number, return_index=True)
        values[first] = self.times[reached[at]]
        return values

    def lasting(self, number: int, seconds: float) -> float:
        """The share of a group that lasts longer than that."""
        times = self.times[self.edges[number] : self.edges[number + 1]]
        place = int(np.searchsorted(times, seconds, side="right")) - 1
        return float(self.alive[self.edges[number] + place]) if place >= 0 else 1.0

    def reaches(self, number: int, share: float) -> float:
        """The seconds after which only that share of a group still lasts; the longest seen where that is not known."""
        rows = slice(self.edges[number], self.edges[number + 1])
        reached = np.flatnonzero(self.alive[rows] <= share + 1e-12)
        return float(self.times[rows][reached[0]] if len(reached) else self.times[rows][-1])
