"""The ways in which the half-time of a case can be told, and which of them fared best on what was known last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mining.prediction.boosting import LOGARITHMS, PLAIN, uncensored
from mining.prediction.prefixes import Numbers, Prefixes

SEEN_OFTEN = 30
VALIDATED = 20_000  # prefixes on which the way is chosen


class Way(StrEnum):
    """What is told as the median."""

    TABLE = "table"  # the median of the cases that stood there
    WINDOWS = "windows"  # the mean of that over all, the newer half and the newest quarter of the steps
    PLAIN = "plain"  # the boosted estimate
    LOGARITHMS = "logarithms"  # the boosted estimate of the logarithm
    MIDDLE = "middle"  # the middle one of table, plain and logarithms

    @property
    def windows(self) -> tuple[float, ...]:
        """The shares of the newest steps from each of which a table is learnt: where times drift, no single window is right, and
        their mean is hardly worse than the best (Pesaran & Timmermann 2007)."""
        return (1.0, 0.5, 0.25) if self is Way.WINDOWS else (1.0,)

    @property
    def weight(self) -> float:
        """Of the table by boosted estimate in the distribution; the rest is the table by number of steps."""
        return {Way.TABLE: 0.0, Way.WINDOWS: 0.0, Way.MIDDLE: 0.5}.get(self, 1.0)

    def told(self, table: Numbers, estimates: Numbers) -> Numbers:
        """The seconds that are told, from the median of the table and the columns of the boosted estimates."""
        if self in ALONE:
            return table
        if self is Way.MIDDLE:
            middle: Numbers = np.median(np.column_stack([table, estimates]), axis=1)
            return middle
        return estimates[:, PLAIN if self is Way.PLAIN else LOGARITHMS]


ALONE = (Way.TABLE, Way.WINDOWS)  # those that need no boosting


@dataclass(frozen=True)
class Validation:
    """The prefixes after `moment` whose cases had ended by the time of asking, with the weight by which each counts: as much as those
    like it that are still open, so that long cases count although few of them are over (Robins & Rotnitzky 1992)."""

    moment: np.datetime64
    asked: Prefixes
    weight: Numbers

    def error(self, told: Numbers) -> float:
        """Weighted mean absolute error in seconds."""
        return float(np.average(np.abs(told - self.asked.remaining), weights=self.weight))


def validation(known: Prefixes, until: np.datetime64, *, seed: int) -> Validation | None:
    """The later half of the steps up to that moment, to be told by models of the earlier half; None where too few are known."""
    before = known.at <= until
    if not before.any():
        return None
    moment = np.sort(known.at[before])[int(before.sum()) // 2]
    late = before & (known.at > moment)
    rows = np.flatnonzero(late & known.over & ~known.last & (known.ended <= until))
    if min(len(rows), int((known.over & ~known.last & (known.ended <= moment)).sum())) < SEEN_OFTEN:
        return None
    weight = uncensored(known, until, late)
    rows = np.sort(np.random.default_rng(seed).choice(rows, min(VALIDATED, len(rows)), replace=False))
    return Validation(moment, known.where(rows), weight[rows])
