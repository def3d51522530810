"""What changed between two groups of cases, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp, sqrt
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from event_logs.activity_instances import activity_instances
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.bootstrap import median_difference
from mining.evaluation.censoring import typical
from mining.findings import ENOUGH
from mining.performance import case_times, is_open

Values = npt.NDArray[np.float64]
LEVEL = 0.95
_METHOD = "ratio of geometric means, Welch's interval on logarithms"
SMALLEST = 900.0  # seconds: shorter values count as a quarter of an hour, so that logarithms do not dwell on moments


class Direction(StrEnum):
    SHORTER = "shorter"
    LONGER = "longer"
    UNDECIDED = "undecided"  # the interval holds no change
    TOO_FEW = "too_few"  # cases in one of the groups


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`estimate` is the relative change of the typical (geometric mean) value, -0.2 for a fifth less, with its interval.

    Open cases (`open_before`, `open_after`) count in it as lasting at least as long as they do already (`censoring.py`).
    Medians and means, in seconds, and the interval `median_difference` describe the finished ones alone.
    """

    measure: str
    estimate: float
    low: float
    high: float
    median_before: float
    median_after: float
    median_difference: tuple[float, float]
    mean_before: float
    mean_after: float
    n_before: int
    n_after: int
    open_before: int
    open_after: int
    method: str
    verdict: Direction

    @property
    def relative(self) -> float:
        return self.estimate


def compare(
    before: EventLog,
    after: EventLog,
    *,
    measure: str = "lead_time",
    seed: int = 0,
    calendar: WorkingCalendar | None = None,
) -> Effect:
    """What changed between the cases of two logs, by Welch's t-interval on logarithms (1947).

    Lead times are skewed and vary over orders of magnitude: on the logarithmic scale a group is described by its geometric
    mean, and the interval holds. Cases that are open when their log ends are right-censored there. `measure` is a key of MEASURES; `working_lead_time` needs a calendar (default: China).
    """
    one, other = (case_values(each, measure, calendar or WorkingCalendar.china()) for each in (before, after))
    return effect_of(one, other, measure=measure, seed=seed)


@dataclass(frozen=True)
class CaseValues:
    """A value in seconds for each finished case, and for each open one what it has reached so far: it will be no less."""

    values: Values
    still_open: Values = field(default_factory=lambda: np.empty(0))

    @property
    def open_cases(self) -> int:
        return len(self.still_open)


def effect_of(before: CaseValues, after: CaseValues, *, measure: str, seed: int = 0) -> Effect:
    """The relative change of two groups of cases by Welch's test on logarithms, beside the difference of their medians."""
    estimate, low, high = ratio(before, after)
    enough = min(len(before.values), len(after.values)) >= ENOUGH
    _, interval = median_difference(after.values, before.values, seed=seed) if enough else (0.0, (np.nan, np.nan))
    return Effect(
        measure=measure,
        estimate=estimate,
        low=low,
        high=high,
        median_before=_or_nan(np.median, before.values),
        median_after=_or_nan(np.median, after.values),
        median_difference=interval,
        mean_before=_or_nan(np.mean, before.values),
        mean_after=_or_nan(np.mean, after.values),
        n_before=len(before.values),
        n_after=len(after.values),
        open_before=before.open_cases,
        open_after=after.open_cases,
        method=_METHOD if not (before.open_cases or after.open_cases) else f"{_METHOD}; open cases right-censored",
        verdict=_direction(low, high, enough),
    )


def _or_nan(figure: Callable[[Values], Any], values: Values) -> float:
    return float(figure(values)) if len(values) else float("nan")


def _direction(low: float, high: float, enough: bool) -> Direction:
    if not enough:
        return Direction.TOO_FEW
    if high < 0:
        return Direction.SHORTER
    return Direction.LONGER if low > 0 else Direction.UNDECIDED


def ratio(before: CaseValues, after: CaseValues) -> tuple[float, float, float]:
    """Relative change of the geometric mean with its interval; not a number where a group has fewer than two ended cases."""
    found = tested_ratio(before, after)
    return found.estimate, found.low, found.high


@dataclass(frozen=True)
class Ratio:
    """Geometric means in seconds, their relative change with its interval, and how probable such a one is without any change."""

    before: float
    after: float
    estimate: float
    low: float
    high: float
    p: float


def tested_ratio(before: CaseValues, after: CaseValues) -> Ratio:
    """By Welch's t-test; all is not a number where a group has fewer than two ended cases."""
    if min(len(before.values), len(after.values)) < 2:
        return Ratio(*[float("nan")] * 6)
    a, b = (typical(_logarithms(group.values), _logarithms(group.still_open)) for group in (before, after))
    difference, error = b.mean - a.mean, sqrt(a.variance + b.variance)
    if not error:
        same = exp(difference) - 1
        return Ratio(exp(a.mean), exp(b.mean), same, same, same, float(difference == 0))
    freedom = (a.variance + b.variance) ** 2 / sum(x.variance**2 / (x.ended - 1) for x in (a, b) if x.variance)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    low, high = exp(difference - reach) - 1, exp(difference + reach) - 1
    p = 2 * float(stats.t.sf(abs(difference) / error, freedom))
    return Ratio(exp(a.mean), exp(b.mean), exp(difference) - 1, low, high, p)


def _logarithms(values: Values) -> Values:
    found: Values = np.log(np.maximum(values, SMALLEST))
    return found


# --- what is measured ------------------------------------------------------------------------------------------------


def case_values(log: EventLog, measure: str, calendar: WorkingCalendar) -> CaseValues:
    """The values of a log's cases by a key of MEASURES; those of open cases up to the last event of the log."""
    frame = case_times(log).to_pandas().sort_values("case_id")  # sums depend on the order of their terms
    going = is_open(frame)
    measured = MEASURES[measure]
    still_open = frame.assign(last_at=frame["last_at"].where(~going, frame["last_at"].max()))[going]
    return CaseValues(measured(log, frame[~going], calendar), measured(log, still_open, calendar))


def _lead_time(log: EventLog, cases: pd.DataFrame, calendar: WorkingCalendar) -> Values:
    return np.asarray((cases["last_at"] - cases["first_at"]).dt.total_seconds(), dtype=np.float64)


def _working_lead_time(log: EventLog, cases: pd.DataFrame, calendar: WorkingCalendar) -> Values:
    first, last = (cases[column].to_numpy("datetime64[us]") for column in ("first_at", "last_at"))
    return calendar.microseconds(first, last).astype(np.int64) / 1e6


def _waiting(log: EventLog, cases: pd.DataFrame, calendar: WorkingCalendar) -> Values:
    """All waiting for officers of a case, over its pieces of work that were begun; cases without any waited for nobody."""
    pieces = activity_instances(log)
    known = pieces.filter(pieces.scheduled.notnull() & pieces.started.notnull() & pieces.officer.notnull())
    seconds = known.started.delta(known.scheduled, unit="microsecond").cast("float64") / 1e6
    totals = known.group_by("case_id").agg(waiting=seconds.sum()).to_pandas().set_index("case_id").waiting
    return np.asarray(totals.reindex(cases["case_id"]).fillna(0.0), dtype=np.float64)


MEASURES: Mapping[str, Callable[[EventLog, pd.DataFrame, WorkingCalendar], Values]] = {
    "lead_time": _lead_time,
    "working_lead_time": _working_lead_time,
    "waiting": _waiting,
}


def arm_of(log: EventLog, version: int) -> EventLog:
    """The cases of one version of a trial's log, without those that changed their version while they ran."""
    by_case = log.events.group_by("case_id").aggregate(first=log.events.version.min(), last=log.events.version.max())
    cases = by_case.filter((by_case.first == version) & (by_case["last"] == version)).select("case_id")
    return log.filtered(cases)


def latest_of(log: EventLog, cases: int) -> EventLog:
    """The cases that began last, at most that many."""
    times = case_times(log).order_by([ibis.desc("first_at"), "case_id"]).limit(cases)
    return log.filtered(times.select("case_id"))
