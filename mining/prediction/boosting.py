"""Boosted estimates of what remains, plain and of its logarithm: they tell apart cases whose last step is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mining.prediction.prefixes import Numbers, Prefixes
from mining.work import UNKNOWN, Codes, Flags

SAMPLE = 40_000  # prefixes that are learnt from: more make the fit slower, and hardly better
ITERATIONS = 80
RAREST = 0.05  # a prefix whose like is seldom seen to its end counts for at most twenty
BINS = 40
IN_A_BIN = 60
PLAIN, LOGARITHMS = 0, 1  # the columns of the estimates
A_MINUTE = 60.0  # added before the logarithm, so that seconds do not count as much as days


@dataclass(frozen=True)
class Boosting:
    """Models learnt from one half of the finished cases each, so that every case is estimated by those that do not know it."""

    models: tuple[tuple[Any, Any], ...]  # by half: of the seconds, and of their logarithm
    half: Codes  # of each case: which half it belongs to, UNKNOWN where none has learnt from it
    edges: tuple[Numbers, ...]  # by activity: the estimates between which its places lie

    @classmethod
    def learnt(cls, known: Prefixes, until: np.datetime64, *, seed: int, sample: int = SAMPLE) -> Boosting:
        """From the cases that had ended by then.

        Median regression by boosted trees (Ke et al. 2017, as in scikit-learn), of the seconds and of their logarithm: a median
        stays one, and where few cases last a hundred times as long as the others the second is steadier. A case that began lately
        is known to its end only if it was short; each counts by the inverse of the chance that one like it is (Robins &
        Rotnitzky 1992).
        """
        random = np.random.default_rng(seed)
        usable = known.over & ~known.last & (known.ended <= until)
        learnt, half = np.unique(known.case[usable]), np.full(len(known.cases), UNKNOWN)
        half[learnt] = random.permutation(len(learnt)) % 2
        weight = uncensored(known, until, known.at <= until)
        models = []
        for number in (0, 1):
            rows = np.flatnonzero(usable & (half[known.case] == number))
            rows = np.sort(random.choice(rows, min(sample // 2, len(rows)), replace=False))
            models.append(_pair(known.where(rows), weight[rows], seed))
        unplaced = cls(tuple(models), half, ())
        return replace(unplaced, edges=_edges(known, unplaced.estimates(known).mean(axis=1), usable))

    def estimates(self, of: Prefixes) -> Numbers:
        """Seconds that remain, a column for PLAIN and one for LOGARITHMS; the mean of both halves where neither knows the case."""
        total, asked = np.zeros((len(of), 2)), np.zeros(len(of))
        for number, pair in enumerate(self.models):
            rows = np.flatnonzero(self.half[of.case] != number)
            if len(rows):
                total[rows] += _estimated(pair, of, rows)
                asked[rows] += 1
        return total / asked[:, None]

    def placed(self, of: Prefixes) -> Prefixes:
        """The same with their estimates, and the place of each by last step and mean estimate."""
        estimates, place = self.estimates(of), of.activity * (BINS + 1)
        mean = estimates.mean(axis=1)
        for activity in np.unique(of.activity):
            here = of.activity == activity
            place[here] += np.searchsorted(self.edges[activity], mean[here], side="right")
        return replace(of, place=place, estimates=estimates)


def uncensored(known: Prefixes, until: np.datetime64, followed: Flags) -> Numbers:
    """By what each prefix counts if its case had ended by then: the inverse of the share of the followed that could be seen for so
    long (Robins & Rotnitzky 1992)."""
    spans = np.sort((until - known.at[followed]).astype("timedelta64[us]").astype(np.int64) / 1e6)
    seen = 1 - np.searchsorted(spans, known.remaining) / max(len(spans), 1)
    weights: Numbers = 1 / np.maximum(seen, RAREST)
    return weights


def _pair(known: Prefixes, weight: Numbers, seed: int) -> tuple[Any, Any]:
    remaining = known.remaining
    return _fitted(known, remaining, weight, seed), _fitted(known, np.log(remaining + A_MINUTE), weight, seed)


def _fitted(known: Prefixes, target: Numbers, weight: Numbers, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor  # 2 s, and never in the web process
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingRegressor(
        loss="absolute_error",
        max_iter=ITERATIONS,
        early_stopping=False,
        random_state=seed,
        categorical_features=list(known.features.categorical),
    )
    with threadpool_limits(1):  # on a machine that is busy, threads that wait for each other take ten times as long
        return model.fit(known.features.values, target, sample_weight=weight)


def _estimated(pair: Sequence[Any], of: Prefixes, rows: Codes) -> Numbers:
    from threadpoolctl import threadpool_limits

    values = of.features.values[rows]
    with threadpool_limits(1):
        plain, logarithms = (model.predict(values) for model in pair)
    found: Numbers = np.maximum(np.column_stack([plain, np.exp(logarithms) - A_MINUTE]), 0.0)
    return found


def _edges(known: Prefixes, scores: Numbers, usable: Flags) -> tuple[Numbers, ...]:
    edges = []
    for activity in range(len(known.activities)):
        here = scores[usable & (known.activity == activity)]
        count = int(np.clip(len(here) // IN_A_BIN, 1, BINS))
        edges.append(np.quantile(here, np.linspace(0, 1, count + 1)[1:-1]) if len(here) else np.empty(0))
    return tuple(edges)
