"""How predictions fare on cases whose end is known: split by time, nothing of the future known, the same rules for every rival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mining.prediction.following import right
from mining.prediction.margins import LEVEL, Issued, Margins, adapted, together
from mining.prediction.model import Model
from mining.prediction.prefixes import Numbers, Prefixes, seconds
from mining.prediction.rolling import Rolling
from mining.prediction.training import Trained, train
from mining.prediction.trust import Trust, trusted
from mining.prediction.ways import SEEN_OFTEN
from mining.work import Codes, Flags

REFITS = 12  # how often the tables are learnt anew while the test period goes by; the boosted models are learnt once, before it
TESTED = 0.2  # the latest part of the cases that is predicted as a test
LATE = 0.8  # a trial's time limit is the lead time that this share of the earlier cases kept


@dataclass(frozen=True)
class Track:
    """How earlier predictions fared, each prefix counted once: mean absolute errors of the median in seconds (of ours, of the
    median by last step and number of steps, of the boosted estimate alone), and in which way ours was told.

    Shares of the outcomes in the 90-percent intervals: `coverage` with margins that follow what happened, `coverage_of_cases` the same
    with each case counted once, `coverage_fixed` with those of the beginning; `width` is the mean width in seconds.
    `risk` and `next` say what the probabilities were worth, `discrimination` how well the risk tells late cases from others (area under the
    curve), `next_right` the share of next steps that were the most likely one, ours and by the last step alone.
    """

    cases: int
    standings: int
    error: float
    error_by_step: float
    error_boosted: float | None
    way: str
    weight: float
    coverage: float
    coverage_of_cases: float
    coverage_fixed: float
    width: float
    discrimination: float | None
    risk: Trust | None
    next: Trust | None
    next_right: float
    next_right_by_last: float
    claimed: float = LEVEL


def trial(known: Prefixes, *, boosted: bool, seed: int = 0) -> Track | None:
    """The latest fifth of the finished cases, by begin, predicted after each of their steps from what was known at the time.

    None if there are too few. Cases begun so late that the end of the log may have cut them off (later than its 99th percentile
    of lead times before its end) are left out, as are those that are open: their outcome is not known. Evaluation in the order of time
    (Tashman 2000): the way is chosen before the test begins, the tables are learnt anew and the margins follow on the way.
    """
    rows = np.flatnonzero(tested_prefixes(known, known.ended.max())) if len(known) else np.empty(0, np.int64)
    if len(rows) < SEEN_OFTEN:
        return None
    rows = rows[np.argsort(known.at[rows], kind="stable")]
    first = train(known, known.at[rows[0]], boosted=boosted, seed=seed)
    limit = _limit(known, known.at[rows[0]])
    found = _followed(first, [part for part in np.array_split(rows, REFITS) if len(part)], limit, seed)
    return _track(known.where(rows), found, first.model, limit)


def _followed(first: Trained, parts: Sequence[Codes], limit: float, seed: int) -> Mapping[str, Any]:
    """Margins follow the forecasts of all cases that ran then, as the worker makes them, not of those under test alone: these are
    all new in the beginning and all slow in the end."""
    rolling = Rolling(first.known, first.model.way, seed)
    found: list[dict[str, Any]] = []
    issued: list[Issued] = []
    margins = fixed = first.model.margins
    moments = [first.known.at[rows[0]] for rows in parts]
    for number, (now, rows) in enumerate(zip(moments, parts, strict=True)):
        if issued:
            margins = adapted(margins, together(issued), moments[number - 1], now)
        model = rolling.model(now, margins)
        found.append(_batch(first, model, rows, limit, fixed))
        if now < moments[-1]:
            issued.append(rolling.issued(model, moments[number + 1]))
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


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


def _batch(first: Trained, model: Model, rows: Codes, limit: float, fixed: Margins) -> dict[str, Any]:
    known, part = first.known, first.known.where(rows)
    begun = known.at[known.step == 1][part.case]
    predicted = model.predict(part, limit=limit - seconds(begun, part.at))
    unmoved = replace(model, margins=fixed).predict(part) if fixed != model.margins else predicted
    return {
        "median": predicted.median,
        "low": predicted.low,
        "high": predicted.high,
        "fixed": (part.remaining >= unmoved.low) & (part.remaining <= unmoved.high),
        "risk": predicted.risk,
        "by_step": model.median_by_step(part, windows=1),
        "boosted": part.estimates.mean(axis=1) if first.boosting else np.full(len(part), np.nan),
        "next": model.following.most_likely(part),
        "next_chance": model.following.most_likely_chance(part),
        "next_by_last": model.following.most_likely(part, longest=1),
        "follower": known.follower[rows],
    }


def _track(asked: Prefixes, found: Mapping[str, Any], model: Model, limit: float) -> Track:
    truth = asked.remaining
    within = (truth >= found["low"]) & (truth <= found["high"])
    in_case = np.bincount(asked.case, within) / np.maximum(np.bincount(asked.case), 1)
    boosted = np.abs(found["boosted"] - truth)
    counted = np.ones(len(truth), np.bool_)
    in_time, late = _late(asked, limit)
    risk = found["risk"][in_time]
    said = ~np.isnan(found["next_chance"])
    return Track(
        cases=len(np.unique(asked.case)),
        standings=len(asked),
        error=float(np.abs(found["median"] - truth).mean()),
        error_by_step=float(np.abs(found["by_step"] - truth).mean()),
        error_boosted=None if np.isnan(boosted).any() else float(boosted.mean()),
        way=model.way.value,
        weight=model.way.weight,
        coverage=float(within.mean()),
        coverage_of_cases=float(in_case[np.unique(asked.case)].mean()),
        coverage_fixed=float(found["fixed"].mean()),
        width=float((found["high"] - found["low"]).mean()),
        discrimination=_discrimination(risk, late),
        risk=trusted(risk, late),
        next=trusted(found["next_chance"][said], (found["next"] == found["follower"])[said]),
        next_right=right(found["next"], found["follower"], counted),
        next_right_by_last=right(found["next_by_last"], found["follower"], counted),
    )


def _late(asked: Prefixes, limit: float) -> tuple[Flags, Flags]:
    """Which had not passed the limit when they were asked about, and which of those did."""
    elapsed = asked.features.values[:, asked.features.names.index("elapsed")].astype(np.float64)
    in_time = elapsed < limit
    return in_time, (elapsed + asked.remaining > limit)[in_time]


def _discrimination(risk: Numbers, late: Flags) -> float | None:
    """The chance that of a late and a timely case the late one had the higher risk (Mann & Whitney 1947)."""
    if not late.any() or late.all():
        return None
    ranks = _mean_ranks(np.unique(risk, return_inverse=True)[1])
    positives = int(late.sum())
    return float((ranks[late].sum() - positives * (positives + 1) / 2) / (positives * (len(late) - positives)))


def _mean_ranks(order: Codes) -> Numbers:
    times = np.bincount(order)
    upto = np.cumsum(times)
    ranks: Numbers = (upto - (times - 1) / 2)[order]
    return ranks
