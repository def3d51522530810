"""Intervals for shares, and which of many shares stand out."""

from __future__ import annotations

from enum import StrEnum
from math import sqrt

from scipy.stats import binom

Z95 = 1.959963984540054
TAIL = 0.001  # on each side of the limits of a funnel plot


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), good for small numbers too; (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, Z95 * Z95
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low = centre - half if hits else 0.0
    high = centre + half if hits < of else 1.0
    return low, high


def newcombe(hits: int, of: int, other_hits: int, others: int) -> tuple[float, float]:
    """The 95 % interval of the difference of two independent shares, from their Wilson intervals (Newcombe 1998, method 10)."""
    if not of or not others:
        return -1.0, 1.0
    one, other = hits / of, other_hits / others
    (low, high), (other_low, other_high) = wilson(hits, of), wilson(other_hits, others)
    down = sqrt((one - low) ** 2 + (other_high - other) ** 2)
    up = sqrt((high - one) ** 2 + (other - other_low) ** 2)
    return one - other - down, one - other + up


class Funnel(StrEnum):
    """Where an office stands beside what chance alone would do to one of its size."""

    ABOVE = "above"
    WITHIN = "within"
    BELOW = "below"
    FEW = "few"  # too few cases to stand out


def funnel(hits: int, of: int, share: float, *, enough: int = 20) -> Funnel:
    """The exact 99.8 % limits of a funnel plot around the share of all (Spiegelhalter, Statistics in Medicine 24, 2005)."""
    if of < enough:
        return Funnel.FEW
    if binom.sf(hits - 1, of, share) < TAIL:
        return Funnel.ABOVE
    return Funnel.BELOW if binom.cdf(hits, of, share) < TAIL else Funnel.WITHIN
