"""The typical duration of a group of which some members have not ended yet: they count as lasting at least so long.

Leaving open cases out would favour whichever group ends its short cases first. Durations are taken as log-normal; the open
ones are right-censored, and mean and spread of the logarithms are those of the greatest likelihood (Tobin 1958; the variance
of the mean from the observed information, as in Cohen 1961). Without open cases this is the plain mean and its variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

Values = npt.NDArray[np.float64]
NARROWEST = 1e-6  # spread of logarithms below which all count as equal


@dataclass(frozen=True)
class Typical:
    """Mean of the logarithms, the variance of that mean, and how many ended members it rests on."""

    mean: float
    variance: float
    ended: int


def typical(ended: Values, still_open: Values) -> Typical:
    """Both are logarithms of durations: of what has ended (at least two), and how long the others last already."""
    if not len(still_open) or float(np.std(ended)) < NARROWEST:
        return Typical(float(ended.mean()), float(np.var(ended, ddof=1)) / len(ended), len(ended))
    start = np.array([float(ended.mean()), float(np.log(ended.std()))])
    found = optimize.minimize(_cost, start, args=(ended, still_open), jac=True, method="BFGS")
    mean, spread = float(found.x[0]), float(np.exp(found.x[1]))
    # The likelihood divides by n where the variance of a sample divides by n - 1.
    return Typical(mean, _variance(mean, spread, ended, still_open) * len(ended) / (len(ended) - 1), len(ended))


def _cost(guess: Values, ended: Values, still_open: Values) -> tuple[float, Values]:
    """The negative log-likelihood of (mean, logarithm of the spread), and its gradient."""
    mean, spread = guess[0], np.exp(guess[1])
    z, c = (ended - mean) / spread, (still_open - mean) / spread
    hazard = np.exp(stats.norm.logpdf(c) - stats.norm.logsf(c))
    cost = float(np.sum(z**2) / 2 + len(z) * guess[1] - np.sum(stats.norm.logsf(c)))
    by_mean = -(np.sum(z) + np.sum(hazard)) / spread
    by_spread = len(z) - np.sum(z**2) - np.sum(hazard * c)
    return cost, np.array([by_mean, by_spread])


def _variance(mean: float, spread: float, ended: Values, still_open: Values) -> float:
    """The first entry of the inverse of the observed information in (mean, logarithm of the spread)."""
    z, c = (ended - mean) / spread, (still_open - mean) / spread
    hazard = np.exp(stats.norm.logpdf(c) - stats.norm.logsf(c))
    slope = hazard * (hazard - c)  # of the hazard
    both = (2 * np.sum(z) + np.sum(hazard + slope * c)) / spread
    own = (len(z) + np.sum(slope)) / spread**2
    other = 2 * np.sum(z**2) + np.sum(hazard * c + slope * c**2)
    return float(other / (own * other - both**2))
