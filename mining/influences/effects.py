"""How much a trait makes of an outcome: raw, and within strata of cases that are alike in what else may be behind it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

from mining.findings import ENOUGH, Interval
from mining.shares import newcombe

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

LEVEL = 0.95
EXACT = 25.0  # hits expected of a share below which its probability is counted, not approximated


@dataclass(frozen=True)
class Difference:
    """Mean of those with the trait less the mean of those without, in the unit of the outcome; `rests_on` are those with it."""

    value: float
    interval: Interval
    rests_on: int


@dataclass(frozen=True)
class Effect:
    """Raw and adjusted; `adjusted` is None where too few cases with and without share a stratum, `probability` is 1 then."""

    raw: Difference
    adjusted: Difference | None
    probability: float


def effect(value: Numbers, score: Numbers, has: Flags, stratum: Codes) -> Effect:
    """Of parallel cases. The value is that of an outcome, the score what is tested, the stratum a code."""
    binary = bool(np.isin(value, (0.0, 1.0)).all())
    raw = _shares(value, has) if binary else stratified(value, has, np.zeros(len(has), np.int64))
    kept = _overlapping(has, stratum)
    if min(int(has[kept].sum()), int((~has[kept]).sum())) < ENOUGH:
        return Effect(raw, None, 1.0)
    adjusted = stratified(value[kept], has[kept], stratum[kept])
    return Effect(raw, adjusted, probability(score[kept], has[kept], stratum[kept], binary=binary))


def _shares(value: Numbers, has: Flags) -> Difference:
    hits, of, others_hit, others = (int(n) for n in (value[has].sum(), has.sum(), value[~has].sum(), (~has).sum()))
    return Difference(hits / of - others_hit / others, newcombe(hits, of, others_hit, others), of)


def _overlapping(has: Flags, stratum: Codes) -> Flags:
    """Cases of strata in which there are both."""
    codes = np.unique(stratum, return_inverse=True)[1]
    having, every = np.bincount(codes, weights=has), np.bincount(codes)
    both: Flags = ((having > 0) & (having < every))[codes]
    return both


def stratified(value: Numbers, has: Flags, stratum: Codes) -> Difference:
    """The differences within the strata, weighted by what each can tell (Mantel and Haenszel, 1959; for means the least squares
    with a constant for each stratum), with the interval that holds for unequal spreads: HC3 of MacKinnon and White (1985), and
    Student's distribution with the degrees of freedom of Satterthwaite (1946).
    """
    codes = np.unique(stratum, return_inverse=True)[1]
    size = np.bincount(codes)
    own = has - (np.bincount(codes, weights=has) / size)[codes]
    centred = value - (np.bincount(codes, weights=value) / size)[codes]
    weight = float((own**2).sum())
    difference = float((own * value).sum() / weight)
    leverage = np.minimum(1 / size[codes] + own**2 / weight, 0.99)
    pull = own**2 * ((centred - difference * own) / (1 - leverage)) ** 2
    freedom = max(float((own**2).sum() ** 2 / (own**4).sum()) - 1, 1.0)
    half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * sqrt(float(pull.sum())) / weight
    return Difference(difference, (difference - half, difference + half), int(has.sum()))


def probability(score: Numbers, has: Flags, stratum: Codes, *, binary: bool = False) -> float:
    """How probable so unequal scores are if within the strata the trait had been dealt out by chance, on both sides.

    The sum of the scores of those with the trait against its mean and variance over all ways to deal (van Elteren, 1960; for
    shares Mantel and Haenszel, 1959). Of rare events the ways are counted exactly, as Fisher (1935) does in one stratum.
    """
    codes = np.unique(stratum, return_inverse=True)[1]
    size, having, total, squares = (_summed(codes, of) for of in (np.ones(len(has)), has, score, score**2))
    expected = float((having * total / size).sum())
    spread = squares / size - (total / size) ** 2
    variance = float((having * (size - having) / np.maximum(size - 1, 1) * np.maximum(spread, 0)).sum())
    found = float(score[has].sum())
    if binary and min(expected, float(total.sum()) - expected, float(having.sum()) - expected) < EXACT:
        return _counted(found, size, having, total)
    if variance <= 1e-12:
        return 1.0
    return float(2 * stats.norm.sf(abs(found - expected) / sqrt(variance)))


def _summed(codes: Codes, values: Numbers | Flags) -> Numbers:
    sums: Numbers = np.bincount(codes, weights=values).astype(np.float64)
    return sums


def _counted(found: float, size: Numbers, having: Numbers, total: Numbers) -> float:
    """Twice the smaller tail of the sum of hypergeometric numbers, one a stratum."""
    chances = np.ones(1)
    lowest = 0
    for cases, with_it, hits in zip(size.astype(int), having.astype(int), total.astype(int), strict=True):
        low, high = max(0, with_it - (cases - hits)), min(with_it, hits)
        lowest += low
        if high > low:
            chances = np.convolve(chances, stats.hypergeom.pmf(np.arange(low, high + 1), cases, hits, with_it))
    at = ceil(found - lowest - 1e-9)
    return float(min(1.0, 2 * min(chances[: at + 1].sum(), chances[at:].sum())))
