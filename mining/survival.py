"""How long something lasts, by group, from observations of which some are not over yet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

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

    def quantiles(self, shares: Numbers) -> Numbers:
        """For each group (a row) the seconds within which each of the shares, in rising order, is over; the longest seen where
        fewer are known to be over."""
        found = np.empty((len(self.groups), len(shares)))
        for number, (begin, end) in enumerate(pairwise(self.edges)):
            over = 1 - self.alive[begin:end]
            place = np.searchsorted(over, shares - 1e-12, side="left")
            found[number] = self.times[begin:end][np.minimum(place, end - begin - 1)]
        return found
