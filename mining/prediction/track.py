"""How predictions fare on cases whose end is known: split by time, nothing of the future known, the same rules for every rival."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mining.prediction.boosting import Boosting
from mining.prediction.following import right
from mining.prediction.model import LEVEL, Model, Rolling, tables
from mining.prediction.prefixes import Numbers, Prefixes, seconds
from mining.work import Codes, Flags

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
SEEN_OFTEN = 30
VALIDATED = 20_000  # prefixes on which the weight is chosen
REFITS = 12  # how often the tables are learnt anew while the test period goes by; the boosted models are learnt once, before it
TESTED = 0.2  # the latest part of the cases that is predicted as a test
LATE = 0.8  # a trial's time limit is the lead time that this share of the earlier cases kept


@dataclass(frozen=True)
class Track:
    """How earlier predictions fared, each prefix counted once: mean absolute errors of the median in seconds (of ours, of the
    median by last step and number of steps, of the boosted estimate alone), the share of outcomes in the 90-percent intervals,
    how well the risk tells late cases from others (area under the curve), and the share of next steps that were the most
    likely one, ours and by the last step alone."""

    cases: int
    standings: int
    error: float
    error_by_step: float
    error_boosted: float | None
    weight: float
    coverage: float
    coverage_of_cases: float
    discrimination: float | None
    next_right: float
    next_right_by_last: float
    claimed: float = LEVEL


@dataclass(frozen=True)
class Trained:
    """A model, the prefixes with the places that it knows, and the boosted estimate if there is one."""

    model: Model
    known: Prefixes
    boosting: Boosting | None


def train(known: Prefixes, until: np.datetime64, *, boosted: bool, seed: int) -> Trained:
    """As of that moment; the weight of the boosted table is the one that fared best on the latest cases known to their end."""
    if not boosted or not (known.over & ~known.last & (known.ended <= until)).any():
        return Trained(Rolling(known, 0.0, seed).model(until), known, None)
    weight = _best_weight(known, until, seed)
    boosting = Boosting.learnt(known, until, seed=seed)
    placed = boosting.placed(known)
    return Trained(Rolling(placed, weight, seed).model(until), placed, boosting)


def _best_weight(known: Prefixes, until: np.datetime64, seed: int) -> float:
    rows = np.flatnonzero(tested_prefixes(known, until))
    if len(rows) < SEEN_OFTEN:
        return 0.0
    cut = known.at[rows].min()
    if (known.over & ~known.last & (known.ended <= cut)).sum() < SEEN_OFTEN:
        return 0.0
    placed = Boosting.learnt(known, cut, seed=seed).placed(known)
    rows = np.sort(np.random.default_rng(seed).choice(rows, min(VALIDATED, len(rows)), replace=False))
    model, asked = tables(placed, cut, 0.5, seed=seed), placed.where(rows)
    errors = {weight: _error(replace(model, weight=weight), asked) for weight in WEIGHTS}
    return min(errors, key=lambda weight: (errors[weight], weight))


def _error(model: Model, asked: Prefixes) -> float:
    return float(np.abs(model.predict(asked).median - asked.remaining).mean())


def trial(known: Prefixes, *, boosted: bool, seed: int = 0) -> Track | None:
    """The latest fifth of the finished cases, by begin, predicted after each of their steps from what was known at the time.

    None if there are too few. Cases begun so late that the end of the log may have cut them off (later than its 99th percentile
    of lead times before its end) are left out, as are those that are open: their outcome is not known.
    """
    rows = np.flatnonzero(tested_prefixes(known, known.ended.max())) if len(known) else np.empty(0, np.int64)
    if len(rows) < SEEN_OFTEN:
        return None
    rows = rows[np.argsort(known.at[rows], kind="stable")]
    first = train(known, known.at[rows[0]], boosted=boosted, seed=seed)
    rolling = Rolling(first.known, first.model.weight, seed)
    limit = _limit(known, known.at[rows[0]])
    found = [_batch(first, rolling, part, limit) for part in np.array_split(rows, REFITS) if len(part)]
    together = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    return _track(known.where(rows), together, first.model.weight, limit)


def tested_prefixes(known: Prefixes, until: np.datetime64) -> Flags:
    """The prefixes before the last step of the latest fifth, by begin, of the cases that had ended by then; cases that were begun so
    late that only short ones can have ended are left out."""
    begun = known.at[known.step == 1][known.case]
    ended = known.over & (known.ended <= until)
    lead = (known.ended - begun)[known.last & ended].astype(np.int64)
    if not len(lead):
        return np.zeros(len(known), np.bool_)
    whole = ended & (begun <= until - np.timedelta64(int(np.quantile(lead, 0.99)), "us"))
    starts = np.sort(begun[whole & known.last])
    if not len(starts):
        return np.zeros(len(known), np.bool_)
    tested: Flags = whole & ~known.last & (begun >= starts[int((1 - TESTED) * len(starts))])
    return tested


def _limit(known: Prefixes, until: np.datetime64) -> float:
    """Seconds from the begin of a case: the logs of a trial state no limits of their own."""
    ended = known.last & known.over & (known.ended <= until)
    begun = known.at[known.step == 1][known.case]
    return float(np.quantile(seconds(begun[ended], known.ended[ended]), LATE)) if ended.any() else float("inf")


def _batch(first: Trained, rolling: Rolling, rows: Codes, limit: float) -> dict[str, Any]:
    known, part = first.known, first.known.where(rows)
    model = rolling.model(part.at.min())
    begun = known.at[known.step == 1][part.case]
    predicted = model.predict(part, limit=limit - seconds(begun, part.at))
    return {
        "median": predicted.median,
        "low": predicted.low,
        "high": predicted.high,
        "risk": predicted.risk,
        "by_step": model.median_by_step(part),
        "boosted": first.boosting.scores(part) if first.boosting else np.full(len(part), np.nan),
        "next": model.following.most_likely(part),
        "next_by_last": model.following.most_likely(part, longest=1),
        "follower": known.follower[rows],
    }


def _track(asked: Prefixes, found: Mapping[str, Any], weight: float, limit: float) -> Track:
    truth = asked.remaining
    within = (truth >= found["low"]) & (truth <= found["high"])
    in_case = np.bincount(asked.case, within) / np.maximum(np.bincount(asked.case), 1)
    boosted = np.abs(found["boosted"] - truth)
    counted = np.ones(len(truth), np.bool_)
    return Track(
        cases=len(np.unique(asked.case)),
        standings=len(asked),
        error=float(np.abs(found["median"] - truth).mean()),
        error_by_step=float(np.abs(found["by_step"] - truth).mean()),
        error_boosted=None if np.isnan(boosted).any() else float(boosted.mean()),
        weight=weight,
        coverage=float(within.mean()),
        coverage_of_cases=float(in_case[np.unique(asked.case)].mean()),
        discrimination=_discrimination(asked, found["risk"], limit),
        next_right=right(found["next"], found["follower"], counted),
        next_right_by_last=right(found["next_by_last"], found["follower"], counted),
    )


def _discrimination(asked: Prefixes, risk: Numbers, limit: float) -> float | None:
    """The chance that of a late and a timely case, both still within the limit, the late one had the higher risk (Mann & Whitney
    1947)."""
    elapsed = asked.features.values[:, asked.features.names.index("elapsed")].astype(np.float64)
    within = elapsed < limit
    late = (elapsed + asked.remaining > limit)[within]
    if not late.any() or late.all():
        return None
    order = np.unique(risk[within], return_inverse=True)[1]
    ranks = _mean_ranks(order)
    positives = int(late.sum())
    return float((ranks[late].sum() - positives * (positives + 1) / 2) / (positives * (len(late) - positives)))


def _mean_ranks(order: Codes) -> Numbers:
    times = np.bincount(order)
    upto = np.cumsum(times)
    ranks: Numbers = (upto - (times - 1) / 2)[order]
    return ranks
