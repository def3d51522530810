"""What is predicted of each open case: when it ends, what comes next, and whether it will miss its limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.prediction.prefixes import Numbers, Prefixes, seconds
from mining.prediction.training import Trained
from mining.work import Codes, Stamps

FOLLOWERS_SHOWN = 5


@dataclass(frozen=True)
class Forecast:
    """Seconds from the moment of asking until an open case ends: half are over within `median`, nine in ten between `low` and `high`.

    `risk` is the chance of ending after its limit, None without one; `following` are the steps that may come next with their
    probabilities, the most likely first, "" for the end of the case.
    """

    case: str
    activity: str
    step: int
    since: np.datetime64
    median: float
    low: float
    high: float
    limit: np.datetime64 | None
    risk: float | None
    following: tuple[tuple[str, float], ...]


def forecasts(trained: Trained, now: np.datetime64, limits: Stamps | None = None) -> tuple[Forecast, ...]:
    """A forecast for each open case, the most at risk first; `limits` are the due moments of all cases (NaT for none), in the order
    of the cases known.

    What is known of a case is how it came to its last step and that it has not ended since: the past is taken on that condition.
    """
    known, model = trained.known, trained.model
    rows: Codes = np.flatnonzero(known.last & ~known.over)
    if not len(rows):
        return ()
    asked = known.where(rows)
    due = None if limits is None else limits[asked.case]
    span = None if due is None else _until(asked, due)
    told = model.predict(asked, waited=seconds(asked.at, now), limit=span)
    found = (
        Forecast(
            case=known.cases[asked.case[row]],
            activity=known.activities[asked.activity[row]],
            step=int(asked.step[row]),
            since=asked.at[row],
            median=float(told.median[row]),
            low=float(told.low[row]),
            high=float(told.high[row]),
            limit=None if due is None or np.isnat(due[row]) else due[row],
            risk=None if np.isnan(told.risk[row]) else float(told.risk[row]),
            following=_following(trained, asked, row),
        )
        for row in range(len(asked))
    )
    return tuple(sorted(found, key=lambda forecast: (-(forecast.risk or 0), -forecast.median, forecast.case)))


def _until(asked: Prefixes, due: Stamps) -> Numbers:
    known = ~np.isnat(due)
    span = np.full(len(due), np.nan)
    span[known] = seconds(asked.at[known], due[known])
    return span


def _following(trained: Trained, asked: Prefixes, row: int) -> tuple[tuple[str, float], ...]:
    names = (*asked.activities, "")  # -1 is the end
    return tuple((names[code], share) for code, share in trained.model.following.chances(asked, row)[:FOLLOWERS_SHOWN])
