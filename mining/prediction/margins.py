"""How much is left outside an interval on either side, corrected by what then happened to the forecasts that were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mining.prediction.prefixes import Numbers
from mining.work import Flags, Stamps

LEVEL = 0.9
SIDE = 0.05  # half of what a level of 90 percent leaves
SLOW = 200  # outcomes after which half of an error is corrected: one alone moves it by half a percent of itself
LONG = 0.9  # of the lengths of the intervals
LEAST, MOST = 0.005, 0.25  # no margin is moved beyond


@dataclass(frozen=True)
class Margins:
    """The shares that are asked for `below` and `above` an interval so that LEVEL of the outcomes lie within."""

    below: float = SIDE
    above: float = SIDE


START = Margins()


@dataclass(frozen=True)
class Issued:
    """Forecasts as they were made, as parallel arrays: when, from and until when the interval said, and when the case ended (NaT
    where it has not)."""

    made: Stamps
    low: Stamps
    high: Stamps
    ended: Stamps

    @classmethod
    def of(cls, made: Stamps, low: Numbers, high: Numbers, ended: Stamps) -> Issued:
        """From the seconds that the interval said."""
        return cls(made, made + _span(low), made + _span(high), ended)


def adapted(margins: Margins, issued: Issued, since: np.datetime64, now: np.datetime64) -> Margins:
    """Corrected by what became known after `since`, up to now.

    Adaptive conformal inference (Gibbs & Candès 2021): where more ends lie outside than was asked for, less is asked for next, and
    the other way round, whatever the reason. Each forecast counts once a side, when that is certain and no sooner for being
    short: below, when its case ends or its interval begins, whichever comes first; above, when its interval is over and
    would be if it were as long as the longest tenth.
    """
    if not len(issued.made):
        return margins
    ended = np.where(np.isnat(issued.ended) | (issued.ended > now), np.datetime64("NaT"), issued.ended)
    told_below = np.where(ended < issued.low, ended, issued.low)
    below = _corrected(margins.below, ended < issued.low, (told_below > since) & (told_below <= now))
    outside = np.isnat(ended) | (ended > issued.high)
    told_above = np.maximum(issued.high, issued.made + np.quantile(issued.high - issued.made, LONG, method="higher"))
    above = _corrected(margins.above, outside, (told_above > since) & (told_above <= now))
    return Margins(below, above)


def together(issued: Sequence[Issued]) -> Issued:
    """One after the other."""
    names = ("made", "low", "high", "ended")
    return Issued(*(np.concatenate([getattr(one, name) for one in issued]) for name in names))


def _corrected(margin: float, outside: Flags, told: Flags) -> float:
    count = int(told.sum())
    if not count:
        return margin
    moved = margin + count / (count + SLOW) * (SIDE - float(outside[told].mean()))
    return float(np.clip(moved, LEAST, MOST))


def _span(seconds: Numbers) -> np.ndarray[tuple[int], np.dtype[np.timedelta64]]:
    return (seconds * 1e6).astype("timedelta64[us]")
