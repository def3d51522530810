"""Training: which way fared best on what was known last, and the model of that way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mining.prediction.boosting import Boosting
from mining.prediction.margins import Margins
from mining.prediction.model import Model, tables
from mining.prediction.prefixes import Prefixes
from mining.prediction.rolling import Rolling
from mining.prediction.ways import ALONE, SEEN_OFTEN, Validation, Way, validation


@dataclass(frozen=True)
class Trained:
    """A model, the prefixes with the estimates that it knows, and the boosted models if there are any."""

    model: Model
    known: Prefixes
    boosting: Boosting | None


def train(
    known: Prefixes, until: np.datetime64, *, boosted: bool, seed: int, margins: Margins | None = None
) -> Trained:
    """As of that moment, in the way that fared best when what was known then was told by models of its earlier half.

    `margins` are those that earlier forecasts have led to; without them they come from forecasts replayed (`Rolling.replayed`).
    """
    if not boosted or (known.over & ~known.last & (known.ended <= until)).sum() < SEEN_OFTEN:
        way = best_way(known, until, ALONE, seed=seed)
        return Trained(Rolling(known, way, seed).model(until, margins), known, None)
    way = best_way(known, until, tuple(Way), seed=seed)
    boosting = Boosting.learnt(known, until, seed=seed)
    placed = boosting.placed(known)
    return Trained(Rolling(placed, way, seed).model(until, margins), placed, boosting)


def best_way(known: Prefixes, until: np.datetime64, ways: Sequence[Way], *, seed: int) -> Way:
    """The one with the least error in validation by time (Tashman 2000), the first where too little is known."""
    found = validation(known, until, seed=seed)
    if found is None:
        return ways[0]
    errors = _errors(known, found, ways, seed)
    return min(ways, key=lambda way: (errors[way], ways.index(way)))


def _errors(known: Prefixes, found: Validation, ways: Sequence[Way], seed: int) -> Mapping[Way, float]:
    asked = found.asked
    estimates = asked.estimates
    if any(way not in ALONE for way in ways):
        estimates = Boosting.learnt(known, found.moment, seed=seed).estimates(asked)
    tabled = {way: tables(known, found.moment, way, seed=seed).median_by_step(asked) for way in ALONE}
    return {way: found.error(way.told(tabled.get(way, tabled[Way.TABLE]), estimates)) for way in ways}
