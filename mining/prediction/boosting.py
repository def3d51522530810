"""A boosted estimate of what remains: the score by which cases are put beside those that were like them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mining.prediction.prefixes import Numbers, Prefixes
from mining.work import Codes, Flags

SAMPLE = 40_000  # prefixes that are learnt from: more make the fit slower, and hardly better
ITERATIONS = 120
RAREST = 0.05  # a prefix whose like is seldom seen to its end counts for at most twenty
BINS = 40
IN_A_BIN = 60


@dataclass(frozen=True)
class Boosting:
    """Two models, each learnt from one half of the cases, so that every case can be scored by the one that does not know it."""

    models: tuple[Any, Any]
    half: Codes  # of each case: which of the two has learnt from it
    edges: tuple[Numbers, ...]  # by activity: the scores between which its places lie

    @classmethod
    def learnt(cls, known: Prefixes, until: np.datetime64, *, seed: int, sample: int = SAMPLE) -> Boosting:
        """From the cases that had ended by then.

        Median regression by boosted trees (Ke et al. 2017, as in scikit-learn). A case that began lately is known to its end only
        if it was short; each counts by the inverse of the chance that one like it is (Robins & Rotnitzky 1992).
        """
        random = np.random.default_rng(seed)
        half = random.integers(0, 2, len(known.cases))
        usable = known.over & ~known.last & (known.ended <= until)
        weight = _weights(known, until)
        models = []
        for number in (0, 1):
            rows = np.flatnonzero(usable & (half[known.case] == number))
            rows = np.sort(random.choice(rows, min(sample // 2, len(rows)), replace=False))
            models.append(_fitted(known.where(rows), weight[rows], seed))
        unplaced = cls((models[0], models[1]), half, ())
        return cls((models[0], models[1]), half, _edges(known, unplaced.scores(known), usable))

    def scores(self, of: Prefixes) -> Numbers:
        """Seconds that remain by the model that has not learnt from that case."""
        found = np.empty(len(of))
        for number, model in enumerate(self.models):
            rows = self.half[of.case] != number
            if rows.any():
                found[rows] = model.predict(of.features.values[rows])
        return np.maximum(found, 0.0)

    def placed(self, of: Prefixes) -> Prefixes:
        """The same with the place of each by last step and score."""
        scores, place = self.scores(of), of.activity * (BINS + 1)
        for activity in np.unique(of.activity):
            here = of.activity == activity
            place[here] += np.searchsorted(self.edges[activity], scores[here], side="right")
        return replace(of, place=place)


def _weights(known: Prefixes, until: np.datetime64) -> Numbers:
    followed = np.sort((until - known.at[known.at <= until]).astype("timedelta64[us]").astype(np.int64) / 1e6)
    seen = 1 - np.searchsorted(followed, known.remaining) / max(len(followed), 1)
    weights: Numbers = 1 / np.maximum(seen, RAREST)
    return weights


def _fitted(known: Prefixes, weight: Numbers, seed: int) -> Any:
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
        return model.fit(known.features.values, known.remaining, sample_weight=weight)


def _edges(known: Prefixes, scores: Numbers, usable: Flags) -> tuple[Numbers, ...]:
    edges = []
    for activity in range(len(known.activities)):
        here = scores[usable & (known.activity == activity)]
        count = int(np.clip(len(here) // IN_A_BIN, 1, BINS))
        edges.append(np.quantile(here, np.linspace(0, 1, count + 1)[1:-1]) if len(here) else np.empty(0))
    return tuple(edges)
