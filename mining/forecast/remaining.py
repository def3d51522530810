"""When running cases end: the time that remained for cases that stood where they stand, and the risk of missing a time limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.forecast.standing import Standings
from mining.forecast.survival import Numbers, Survival
from mining.work import Codes, Flags, Stamps

SEEN_OFTEN = 30  # standings with the same step and number of the step from which on they have an estimate of their own
LEVEL = 0.9
LOW, HIGH = (1 - LEVEL) / 2, (1 + LEVEL) / 2
REFITS = 12  # how often the past is learnt anew while the test period goes by
TESTED = 0.2  # the latest part of the cases, by begin, that is forecast as a test


@dataclass(frozen=True)
class Remaining:
    """What remained, by step and its number, and by step alone where that was seen too seldom."""

    fine: Survival
    coarse: Survival

    @classmethod
    def known(cls, all_standings: Standings, until: np.datetime64) -> Remaining:
        """As it was known at that moment: later steps are not, and cases that went on count as not over (censored)."""
        past = all_standings.where((all_standings.at <= until) & ~(all_standings.last & all_standings.over))
        so_far = np.minimum(past.ended, until)
        lasted = (so_far - past.at).astype("timedelta64[us]").astype(np.int64) / 1e6
        over = past.over & (past.ended <= until)
        cell = past.activity * _width(all_standings) + past.step
        return cls(Survival.of(cell, lasted, over), Survival.of(past.activity, lasted, over))

    def quantiles(self, of: Standings, width: int, share: float) -> Numbers:
        """Seconds within which that share of the cases that stood there was over, for each standing; NaN where none ever stood."""
        fine = _looked_up(self.fine, of.activity * width + of.step, self.fine.quantiles(share), SEEN_OFTEN)
        return np.where(np.isnan(fine), _looked_up(self.coarse, of.activity, self.coarse.quantiles(share), 1), fine)

    def of(self, activity: int, step: int, width: int) -> tuple[Survival, int] | None:
        """The estimate that holds for a standing, and its group there."""
        for survival, key, least in ((self.fine, activity * width + step, SEEN_OFTEN), (self.coarse, activity, 1)):
            number = int(np.searchsorted(survival.groups, key))
            if number < len(survival.groups) and survival.groups[number] == key and survival.sizes[number] >= least:
                return survival, number
        return None


def _width(of: Standings) -> int:
    return int(of.step.max(initial=0)) + 1


def _looked_up(survival: Survival, keys: Codes, values: Numbers, least: int) -> Numbers:
    if not len(survival.groups):
        return np.full(len(keys), np.nan)
    place = np.minimum(np.searchsorted(survival.groups, keys), len(survival.groups) - 1)
    good = (survival.groups[place] == keys) & (survival.sizes[place] >= least)
    return np.where(good, values[place], np.nan)


@dataclass(frozen=True)
class Forecast:
    """Seconds from now until an open case ends: half are over within `median`, nine in ten between `low` and `high`.

    `risk` is the chance of ending after its limit, None without one.
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


def forecasts(known: Standings, now: np.datetime64, limits: Stamps | None = None) -> tuple[Forecast, ...]:
    """A forecast for each open case, the most at risk first; `limits` are the due moments of all cases, in the order of `cases`.

    What is known of a case is its last step and that it has not ended since: the past is taken on that condition.
    """
    past, width = Remaining.known(known, now), _width(known)
    found = []
    for row in np.flatnonzero(known.last & ~known.over):
        where = past.of(int(known.activity[row]), int(known.step[row]), width)
        if where is not None:
            found.append(_forecast(known, int(row), now, where, limits))
    return tuple(sorted(found, key=lambda forecast: (-(forecast.risk or 0), -forecast.median, forecast.case)))


def _forecast(
    known: Standings, row: int, now: np.datetime64, where: tuple[Survival, int], limits: Stamps | None
) -> Forecast:
    survival, number = where
    waited = _seconds(known.at[row], now)
    still = max(survival.lasting(number, waited), 1e-12)
    low, median, high = (max(survival.reaches(number, still * (1 - share)) - waited, 0.0) for share in (LOW, 0.5, HIGH))
    limit = None if limits is None else limits[known.case[row]]
    risk = None
    if limit is not None:
        risk = min(survival.lasting(number, max(_seconds(known.at[row], limit), waited)) / still, 1.0)
    case, activity = known.cases[known.case[row]], known.activities[known.activity[row]]
    return Forecast(case, activity, int(known.step[row]), known.at[row], median, low, high, limit, risk)


def _seconds(begin: np.datetime64, end: np.datetime64) -> float:
    return float((end - begin) / np.timedelta64(1, "us")) / 1e6


@dataclass(frozen=True)
class Track:
    """How earlier forecasts fared: mean absolute error of the median in seconds, each standing counted once, and the share of
    outcomes within the 90-percent intervals."""

    cases: int
    standings: int
    error: float
    coverage: float
    claimed: float = LEVEL


def track_record(known: Standings) -> Track | None:
    """The latest fifth of the finished cases, each standing forecast from what was known at the time; None if there are too few.

    Learnt anew twelve times on the way. Cases begun so late that the end of the log may have cut them off are left out, as are
    those that are open: their outcome is not known.
    """
    tested = _tested(known)
    if tested.sum() < SEEN_OFTEN:
        return None
    test, width = known.where(tested), _width(known)
    low, middle, high = (np.full(len(test.at), np.nan) for _ in range(3))
    for batch in np.array_split(np.argsort(test.at, kind="stable"), REFITS):
        if len(batch):
            past, part = Remaining.known(known, test.at[batch].min()), test.where(batch)
            for values, share in ((low, LOW), (middle, 0.5), (high, HIGH)):
                values[batch] = past.quantiles(part, width, share)
    truth = (test.ended - test.at).astype("timedelta64[us]").astype(np.int64) / 1e6
    told = ~np.isnan(middle)
    within = (truth >= low) & (truth <= high)
    return Track(
        len(np.unique(test.case[told])),
        int(told.sum()),
        float(np.abs(middle - truth)[told].mean()),
        float(within[told].mean()),
    )


def _tested(known: Standings) -> Flags:
    """The standings before the last step of the finished cases that were begun last, but not too late."""
    begun = known.at[known.step == 1][known.case]
    lead = (known.ended - begun)[known.last & known.over].astype(np.int64)
    if not len(lead):
        return np.zeros(len(known.at), np.bool_)
    latest = int(known.ended.max().astype(np.int64)) - int(np.quantile(lead, 0.99))
    whole = known.over & (begun.astype(np.int64) <= latest)
    starts = np.sort(begun[whole & known.last])
    if not len(starts):
        return np.zeros(len(known.at), np.bool_)
    tested: Flags = whole & ~known.last & (begun >= starts[int((1 - TESTED) * len(starts))])
    return tested
