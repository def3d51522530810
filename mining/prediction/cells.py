"""How long is left, by where a case stands: a table of distributions, each with a wider one behind it where too few stood there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.prediction.prefixes import Numbers
from mining.survival import Survival
from mining.work import Codes, Flags

SEEN_OFTEN = 30  # cases that stood there, from which on a place has a distribution of its own
LEVELS = np.arange(1, 200) / 200  # an odd number, so that one of them is the median


@dataclass(frozen=True)
class Cells:
    """Rows of `seconds` are the quantiles at LEVELS: of each narrow place, of each wide one, and last of all together."""

    narrow: Codes
    wide: Codes
    seconds: Numbers

    @classmethod
    def learnt(cls, narrow: Codes, wide: Codes, lasted: Numbers, over: Flags) -> Cells:
        """Kaplan-Meier by place, from what stood there, how long it lasted so far and whether it was over then."""
        of_narrow, of_wide = Survival.of(narrow, lasted, over), Survival.of(wide, lasted, over)
        often = of_narrow.sizes >= SEEN_OFTEN
        everywhere = Survival.of(np.zeros(len(lasted), np.int64), lasted, over)
        tables = [of_narrow.quantiles(LEVELS)[often], *(each.quantiles(LEVELS) for each in (of_wide, everywhere))]
        return cls(of_narrow.groups[often], of_wide.groups, np.concatenate(tables))

    def of(self, narrow: Codes, wide: Codes) -> Numbers:
        """The quantiles of each place that is asked for."""
        number = np.full(len(narrow), len(self.seconds) - 1)
        for keys, known, first in ((wide, self.wide, len(self.narrow)), (narrow, self.narrow, 0)):
            if len(known):
                place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
                number = np.where(known[place] == keys, first + place, number)
        found: Numbers = self.seconds[number]
        return found
