"""Change points of many features at once, with a promised share of false alarms.

Cases stand in order. Of every feature the cumulative sum of its deviations from the mean (CUSUM; on ranks the test of Pettitt 1979)
is standardised at every place, and the largest over all places and features is the statistic. How large it gets without any change is
learnt by putting stretches of cases into random order (permutation, Antoch and Hušková 2001; whole stretches, because cases that
follow each other share their queues). Where it is too large for chance the cases are divided there, and both sides are searched again
(binary segmentation, Vostrikova 1981). So a log without any change has a false alarm with the probability `level` at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.findings import ENOUGH

Matrix = npt.NDArray[np.float64]
SHUFFLES, RESAMPLES = 399, 200
MOST_STRETCHES = 200


@dataclass(frozen=True)
class ChangePoint:
    """The case with which something new begins: its place, the 95 % interval of the place, and how sure that is.

    `strength` is the standardised CUSUM of every feature there, `critical` what the largest of all exceeds by chance with the
    probability `level`; `first` and `end` bound the cases that were searched.
    """

    at: int
    low: int
    high: int
    p: float
    strength: Matrix
    critical: float
    first: int
    end: int


def change_points(values: Matrix, *, level: float, seed: int) -> list[ChangePoint]:
    """The change points of `values` (cases in order × features, each with mean 0 where it says nothing), by place."""
    random = np.random.default_rng(seed)
    return sorted(_search(values, 0, len(values), level, random), key=lambda point: point.at)


def _search(values: Matrix, first: int, end: int, level: float, random: np.random.Generator) -> Iterator[ChangePoint]:
    if end - first < 4 * ENOUGH:
        return
    found = _strongest(values[first:end], level, random)
    if found is None:
        return
    at, p, critical, strength = found
    feature = values[first:end, int(np.argmax(np.abs(strength)))]
    low, high = _interval(feature, at, random)
    yield ChangePoint(first + at, first + low, first + high, p, strength, critical, first, end)
    yield from _search(values, first, first + at, level, random)
    yield from _search(values, first + at, end, level, random)


def _strongest(values: Matrix, level: float, random: np.random.Generator) -> tuple[int, float, float, Matrix] | None:
    """Place, probability, critical value and strengths of the strongest change; None where it may be chance."""
    edges = _stretches(len(values))
    sums = np.add.reduceat(values, edges[:-1], axis=0)
    sums = sums - sums.mean(axis=0)
    spread = sums.std(axis=0)
    scaled = np.divide(sums, spread, out=np.zeros_like(sums), where=spread > 1e-12)
    trim = int(np.searchsorted(edges, ENOUGH))
    observed = _largest(scaled, trim)
    chance = np.array([_largest(scaled[random.permutation(len(scaled))], trim) for _ in range(SHUFFLES)])
    p = float((1 + np.sum(chance >= observed)) / (1 + SHUFFLES))
    if p > level:
        return None
    curve = _curve(scaled)
    inside = np.abs(curve[trim - 1 : len(curve) - trim + 1])
    feature = int(np.unravel_index(int(np.argmax(inside)), inside.shape)[1])
    at = _place(values[:, feature])
    stretch = int(np.clip(np.searchsorted(edges, at), trim, len(edges) - 1 - trim))
    return at, p, float(np.quantile(chance, 1 - level)), curve[stretch - 1]


def _stretches(cases: int) -> npt.NDArray[np.int64]:
    """Where stretches of cases begin, and the end: about as many stretches as there are cases in each."""
    number = int(np.clip(2 * np.sqrt(cases), 16, MOST_STRETCHES))
    return np.linspace(0, cases, number + 1).astype(np.int64)


def _curve(scaled: Matrix) -> Matrix:
    """The standardised cumulative sums after 1, 2, … stretches, all but the last."""
    number = len(scaled)
    after = np.arange(1, number)
    sums: Matrix = np.cumsum(scaled, axis=0)[:-1] / np.sqrt(after * (number - after) / number)[:, None]
    return sums


def _largest(scaled: Matrix, trim: int) -> float:
    curve = _curve(scaled)
    return float(np.abs(curve[trim - 1 : len(curve) - trim + 1]).max(initial=0.0))


def _place(feature: Matrix) -> int:
    """The place of the case with which the feature changes, at least ENOUGH cases from both ends."""
    number = len(feature)
    after = np.arange(1, number)
    curve = np.abs(np.cumsum(feature - feature.mean())[:-1]) / np.sqrt(after * (number - after) / number)
    return ENOUGH + int(np.argmax(curve[ENOUGH - 1 : number - ENOUGH]))


def _interval(feature: Matrix, at: int, random: np.random.Generator) -> tuple[int, int]:
    """Both sides are resampled on their own, and the place found again (Hušková and Kirch 2008)."""
    places = [
        _place(np.concatenate([random.choice(feature[:at], at), random.choice(feature[at:], len(feature) - at)]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(places, [0.025, 0.975])
    return min(at, int(low)), max(at, int(np.ceil(high)))
