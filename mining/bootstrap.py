"""Uncertainty by resampling whole cases: the pieces of work of one case are not independent of each other."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import numpy.typing as npt
from scipy import sparse

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

MOST_DRAWS, FEWEST_DRAWS, EFFORT = 1_000, 200, 20_000_000
LEVEL = 0.95


def draws_for(cases: int) -> int:
    """How many resamples are drawn: fewer for large logs, where the intervals are narrow anyway."""
    return int(np.clip(EFFORT // max(cases, 1), FEWEST_DRAWS, MOST_DRAWS))


def resampled_totals(
    case: Codes, group: Codes, value: Numbers, *, cases: int, groups: int, seed: int, draws: int | None = None
) -> Numbers:
    """Totals per group over resampled logs, shape (draws, groups).

    `case`, `group` and `value` are parallel: a value of a piece of work of that case, counted for that group. `cases` is
    the number of all cases, with or without a value. Percentile bootstrap (Efron 1979), cases drawn with replacement.
    """
    by_group = sparse.csr_array((value, (group, case)), shape=(groups, cases))
    random, count = np.random.default_rng(seed), draws or draws_for(cases)
    result = np.empty((count, groups))
    for draw in range(count):
        weights = np.bincount(random.integers(0, cases, cases), minlength=cases)
        result[draw] = by_group @ weights
    return result


def intervals(totals: Numbers) -> list[tuple[float, float]]:
    """The 95 % percentile interval of each group."""
    low, high = _bounds(totals)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def rank_intervals(totals: Numbers) -> list[tuple[int, int]]:
    """Between which ranks (1 is the largest total) each group falls in 95 % of the resampled logs."""
    order = np.argsort(-totals, axis=1, kind="stable")
    ranks = (np.argsort(order, axis=1, kind="stable") + 1).astype(np.float64)
    low, high = _bounds(ranks)
    return [(floor(a), ceil(b)) for a, b in zip(low.tolist(), high.tolist(), strict=True)]


def _bounds(samples: Numbers) -> tuple[Numbers, Numbers]:
    if samples.shape[1] == 0:
        return np.empty(0), np.empty(0)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=0)
    return low, high


def median_difference(
    with_it: Numbers, without: Numbers, *, seed: int, draws: int = 500
) -> tuple[float, tuple[float, float]]:
    """median(with_it) - median(without) and its 95 % percentile interval; both samples are resampled on their own.

    Groups beyond 5,000 values are resampled at that size and the spread scaled by the square root of the ratio.
    """
    random = np.random.default_rng(seed)
    difference = float(np.median(with_it) - np.median(without))
    spread = _median_errors(with_it, random, draws) - _median_errors(without, random, draws)
    low, high = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return difference, (difference + float(low), difference + float(high))


def _median_errors(sample: Numbers, random: np.random.Generator, draws: int) -> Numbers:
    size = min(len(sample), 5_000)
    medians = np.median(sample[random.integers(0, len(sample), (draws, size))], axis=1)
    errors: Numbers = (medians - np.median(sample)) * np.sqrt(size / len(sample))
    return errors
