"""What a probability was worth lately: the levels at which the newest outcomes lay in the distributions given for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.prediction.prefixes import Numbers
from mining.survival import Survival
from mining.work import UNKNOWN, Codes, Flags

ENOUGH = 200  # outcomes after a step, from which on it is calibrated by itself
KNOTS = np.linspace(0, 1, 201)


@dataclass(frozen=True)
class Calibration:
    """`levels[row]` are the raw levels below which each share of KNOTS of the outcomes lay; row 0 is of all steps together.

    Distributional conformal prediction (Chernozhukov, Wüthrich & Zhu 2021), by the step that was done last where it was seen
    often enough. What is not over yet counts as censored at the level that it has reached, so that a drift to longer cases shows
    before they end. Coverage is what was claimed as long as the next outcomes are like the newest ones.
    """

    row: Codes  # by activity
    levels: Numbers

    @classmethod
    def none(cls, activities: int) -> Calibration:
        """Levels taken as they are."""
        return cls(np.zeros(activities, np.int64), KNOTS[None])

    @classmethod
    def learnt(cls, level: Numbers, over: Flags, activity: Codes, activities: int) -> Calibration:
        """From the raw levels that the newest outcomes had reached, and whether they were over then."""
        if not len(level):
            return cls.none(activities)
        known = np.bincount(activity[over], minlength=activities) >= ENOUGH
        group = np.where(known[activity], activity, UNKNOWN)
        everywhere = _knots(Survival.of(np.zeros(len(level), np.int64), level, over))
        own = Survival.of(group[known[activity]], level[known[activity]], over[known[activity]])
        rows = np.zeros(activities, np.int64)
        rows[own.groups] = np.arange(1, len(own.groups) + 1)
        return cls(rows, np.concatenate([everywhere, _knots(own)]))

    def raw(self, share: Numbers, activity: Codes) -> Numbers:
        """The raw level below which that share of the outcomes lies."""
        return self._mapped(share, activity, to_raw=True)

    def share(self, raw: Numbers, activity: Codes) -> Numbers:
        """The share of the outcomes below a raw level."""
        return self._mapped(raw, activity, to_raw=False)

    def _mapped(self, values: Numbers, activity: Codes, *, to_raw: bool) -> Numbers:
        found, rows = np.empty(len(values)), self.row[activity]
        for row in np.unique(rows):
            here = rows == row
            source, target = (KNOTS, self.levels[row]) if to_raw else (self.levels[row], KNOTS)
            found[here] = np.interp(values[here], source, target)
        return found


def _knots(reached: Survival) -> Numbers:
    """The level below which each share of KNOTS lies; beyond what was seen to its end the rest is spread evenly."""
    levels = reached.quantiles(KNOTS)
    for number, end in enumerate(reached.edges[1:]):
        seen, last = 1 - reached.alive[end - 1], reached.times[end - 1]
        beyond = seen + 1e-12 < KNOTS
        levels[number, beyond] = last + (1 - last) * (KNOTS[beyond] - seen) / max(1 - seen, 1e-12)
    return levels
