"""Proof: what changed, how sure that is, what the simulation had promised, and what follows from both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import exp, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from bpmn.model import ProcessModel
from event_logs.activity_instances import activity_instances
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.bootstrap import median_difference
from mining.findings import ENOUGH
from mining.performance import case_times, is_open
from mining.scenario import BaselineGap, baseline_gap
from mining.simulation import Arm, Scenario, simulate, simulate_trial
from mining.simulation.chance import mixed
from mining.simulation.trial import START

Values = npt.NDArray[np.float64]
LEVEL = 0.95
ROLL_OUT_REPLICATIONS = 10
SMALLEST = 900.0  # seconds: shorter values count as a quarter of an hour, so that logarithms do not dwell on moments


class Direction(StrEnum):
    SHORTER = "shorter"
    LONGER = "longer"
    UNDECIDED = "undecided"  # the interval holds no change
    TOO_FEW = "too_few"  # cases in one of the groups


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`estimate` is the relative change of the typical (geometric mean) value, -0.2 for a fifth less, with its interval.

    Medians and means are in seconds; `median_difference` has an interval of its own. Only finished cases are compared:
    `open_before` and `open_after` say how many were not.
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
    mean, and the interval holds. `measure` is a key of MEASURES; `working_lead_time` needs a calendar (default: China).
    """
    one, other = (_case_values(each, measure, calendar or WorkingCalendar.china()) for each in (before, after))
    return effect_of(one, other, measure=measure, seed=seed)


@dataclass(frozen=True)
class CaseValues:
    """A value in seconds for each finished case, and how many are still open."""

    values: Values
    open_cases: int = 0


def effect_of(before: CaseValues, after: CaseValues, *, measure: str, seed: int = 0) -> Effect:
    estimate, low, high = _ratio(before.values, after.values)
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
        method="ratio of geometric means, Welch's interval on logarithms",
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


def _ratio(before: Values, after: Values) -> tuple[float, float, float]:
    """Relative change of the geometric mean with its interval; not a number where a group has fewer than two cases."""
    if min(len(before), len(after)) < 2:
        return float("nan"), float("nan"), float("nan")
    a, b = (np.log(np.maximum(values, SMALLEST)) for values in (before, after))
    parts = [float(np.var(x, ddof=1)) / len(x) for x in (a, b)]
    difference, error = float(b.mean() - a.mean()), sqrt(sum(parts))
    if not error:
        return exp(difference) - 1, exp(difference) - 1, exp(difference) - 1
    freedom = sum(parts) ** 2 / sum(part**2 / (len(x) - 1) for part, x in zip(parts, (a, b), strict=True) if part)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    return exp(difference) - 1, exp(difference - reach) - 1, exp(difference + reach) - 1


# --- what is measured ------------------------------------------------------------------------------------------------


def _case_values(log: EventLog, measure: str, calendar: WorkingCalendar) -> CaseValues:
    frame = case_times(log).to_pandas().sort_values("case_id")  # sums depend on the order of their terms
    unfinished = is_open(frame)
    finished = frame[~unfinished]
    return CaseValues(MEASURES[measure](log, finished, calendar), int(unfinished.sum()))


def _lead_time(log: EventLog, finished: Any, calendar: WorkingCalendar) -> Values:
    return np.asarray((finished["last_at"] - finished["first_at"]).dt.total_seconds(), dtype=np.float64)


def _working_lead_time(log: EventLog, finished: Any, calendar: WorkingCalendar) -> Values:
    first, last = (finished[column].to_numpy("datetime64[us]") for column in ("first_at", "last_at"))
    return calendar.microseconds(first, last).astype(np.int64) / 1e6


def _waiting(log: EventLog, finished: Any, calendar: WorkingCalendar) -> Values:
    """All waiting for officers of a case, over its pieces of work; cases without any waited for nobody."""
    pieces = activity_instances(log)
    known = pieces.filter(pieces.scheduled.notnull() & pieces.started.notnull() & pieces.officer.notnull())
    seconds = known.started.delta(known.scheduled, unit="microsecond").cast("float64") / 1e6
    totals = known.group_by("case_id").agg(waiting=seconds.sum()).to_pandas().set_index("case_id").waiting
    return np.asarray(totals.reindex(finished["case_id"]).fillna(0.0), dtype=np.float64)


MEASURES: Mapping[str, Callable[[EventLog, Any, WorkingCalendar], Values]] = {
    "lead_time": _lead_time,
    "working_lead_time": _working_lead_time,
    "waiting": _waiting,
}


def arm_of(log: EventLog, version: int) -> EventLog:
    """The cases of one version of a trial's log."""
    cases = log.events.filter(log.events.version == version).select("case_id").distinct()
    return log.filtered(cases)


# --- promise ---------------------------------------------------------------------------------------------------------


class Against(StrEnum):
    """What the cases on the proposed version are held against."""

    BESIDE = "beside"  # those on the current version in the same trial
    BEFORE = "before"  # as many on the current version before the trial began


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the simulation says a trial will show: `estimate` with a prediction interval for one trial of `cases` cases, of
    which `share` run on the proposed version; and the effect when all cases do (`roll_out`, with an interval of its mean).

    `reliable` is False where the simulated present misses the real lead time by more than 15 %: then nothing is promised.
    """

    measure: str
    estimate: float
    low: float
    high: float
    roll_out: tuple[float, float, float]
    share: float
    cases: int
    replications: int
    seed: int
    baseline: BaselineGap
    notes: tuple[str, ...] = field(default_factory=tuple)
    against: Against = Against.BESIDE

    @property
    def reliable(self) -> bool:
        return self.baseline.tolerable


def promise(
    current: ProcessModel,
    proposed: ProcessModel,
    scenario: Scenario,
    *,
    share: float,
    cases: int,
    replications: int = 30,
    seed: int = 0,
    measure: str = "lead_time",
    start: datetime = START,
    against: Against = Against.BESIDE,
    progress: Callable[[float], None] | None = None,
) -> Promise:
    """Simulates the trial many times, measures each as `compare` would, and gives the spread of what was measured.

    Both arms share the officers in a trial, so a faster arm also takes work off the other, and the arms differ by less than
    the roll-out will bring; a redesign that relieves officers shows better against the time before. Measure the trial as it
    was promised: `compare(arm_of(log, current), arm_of(log, proposed))`, or with the log of the time before.
    """
    shown = []
    for n in range(replications):
        trial = _Trial(current, proposed, scenario, share, cases, measure, start, against)
        shown.append(_shown(trial, _seed(seed, n)))
        if progress is not None:
            progress((n + 1) / replications)
    estimate, low, high = _spread(shown, single=True)
    return Promise(
        measure=measure,
        estimate=estimate,
        low=low,
        high=high,
        roll_out=_roll_out(current, proposed, scenario, cases, seed, measure, start),
        share=share,
        cases=cases,
        replications=replications,
        seed=seed,
        baseline=baseline_gap(current, scenario, seed=_seed(seed, replications)),
        notes=scenario.notes,
        against=against,
    )


def _seed(seed: int, replication: int) -> int:
    return mixed(mixed(seed & 0xFFFFFFFFFFFFFFFF) + replication) >> 1


@dataclass(frozen=True)
class _Trial:
    current: ProcessModel
    proposed: ProcessModel
    scenario: Scenario
    share: float
    cases: int
    measure: str
    start: datetime
    against: Against


def _shown(trial: _Trial, seed: int) -> float:
    """The logarithm of the ratio that one trial shows."""
    arms = (Arm(trial.current, 1 - trial.share, "current", 1), Arm(trial.proposed, trial.share, "proposed", 2))
    found = simulate_trial(arms, trial.scenario, cases=trial.cases, seed=seed, start=trial.start)
    frame, measured = case_times(found).to_pandas().sort_values("case_id"), MEASURES[trial.measure]
    calendar = trial.scenario.calendars[0]
    beside, after = (measured(found, frame[frame.version == version], calendar) for version in (1, 2))
    if trial.against is Against.BESIDE:
        return _log_of(_ratio(beside, after)[0])
    earlier = simulate(trial.current, trial.scenario, cases=trial.cases, seed=_seed(seed, 1), start=trial.start)
    return _log_of(_ratio(_case_values(earlier, trial.measure, calendar).values, after)[0])


def _log_of(relative: float) -> float:
    return log(1 + relative) if relative > -1 else float("nan")


def _roll_out(
    current: ProcessModel,
    proposed: ProcessModel,
    scenario: Scenario,
    cases: int,
    seed: int,
    measure: str,
    start: datetime,
) -> tuple[float, float, float]:
    ratios = []
    for n in range(ROLL_OUT_REPLICATIONS):
        logs = [
            simulate(model, scenario, cases=cases, seed=_seed(seed, 1_000 + n), start=start)
            for model in (current, proposed)
        ]
        values = [_case_values(each, measure, scenario.calendars[0]).values for each in logs]
        ratios.append(_log_of(_ratio(*values)[0]))
    return _spread(ratios, single=False)


def _spread(log_ratios: list[float], *, single: bool) -> tuple[float, float, float]:
    """Mean and interval of the relative change: for one further observation (`single`), or for the mean."""
    known = np.array([ratio for ratio in log_ratios if not np.isnan(ratio)])
    if len(known) < 2:
        return float("nan"), float("nan"), float("nan")
    mean, spread, n = float(known.mean()), float(known.std(ddof=1)), len(known)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) * spread * sqrt((1 if single else 0) + 1 / n)
    return exp(mean) - 1, exp(mean - reach) - 1, exp(mean + reach) - 1


# --- verdict ---------------------------------------------------------------------------------------------------------


class Advice(StrEnum):
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    GO_ON = "go_on"


@dataclass(frozen=True)
class Verdict:
    """What the figures advise; a person decides. `kept` says whether the effect lies in the promised interval, None where
    that cannot be said. `code` names the sentence for translation, `values` fill it."""

    advice: Advice
    code: str
    kept: bool | None
    values: Mapping[str, float | int]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code].format(**self.values)


SENTENCES: Mapping[str, str] = {
    "too_few": "Too few finished cases to judge: {n_before} on the current and {n_after} on the proposed version.",
    "longer": "Cases on the proposed version take {estimate:+.0%} ({low:+.0%} to {high:+.0%}): it does harm.",
    "shorter_as_promised": (
        "Cases on the proposed version take {estimate:+.0%} ({low:+.0%} to {high:+.0%}), as the simulation had promised."
    ),
    "shorter_not_as_promised": (
        "Cases on the proposed version take {estimate:+.0%} ({low:+.0%} to {high:+.0%}); "
        "the simulation had promised {promised_low:+.0%} to {promised_high:+.0%}."
    ),
    "no_gain": (
        "After {n_after} cases the promised gain ({promised:+.0%}) is ruled out: "
        "the measured change is {estimate:+.0%} ({low:+.0%} to {high:+.0%})."
    ),
    "undecided": (
        "After {n_after} cases no difference is shown yet: {estimate:+.0%} ({low:+.0%} to {high:+.0%}). "
        "The trial was planned for {planned} cases."
    ),
}


def judge(effect: Effect, promised: Promise) -> Verdict:
    """Promote what is shown to be shorter, roll back what is shown to be longer or cannot keep what was promised, else
    go on. The intervals hold for one look, at the number of cases for which the trial was planned."""
    kept = promised.low <= effect.estimate <= promised.high if effect.verdict is not Direction.TOO_FEW else None
    advice, code = _advice(effect, promised, kept)
    values: dict[str, float | int] = {
        "estimate": effect.estimate,
        "low": effect.low,
        "high": effect.high,
        "n_before": effect.n_before,
        "n_after": effect.n_after,
        "promised": promised.estimate,
        "promised_low": promised.low,
        "promised_high": promised.high,
        "planned": promised.cases,
    }
    return Verdict(advice, code, kept, values)


def _advice(effect: Effect, promised: Promise, kept: bool | None) -> tuple[Advice, str]:
    if effect.verdict is Direction.TOO_FEW:
        return Advice.GO_ON, "too_few"
    if effect.verdict is Direction.LONGER:
        return Advice.ROLL_BACK, "longer"
    if effect.verdict is Direction.SHORTER:
        return Advice.PROMOTE, "shorter_as_promised" if kept else "shorter_not_as_promised"
    if effect.low > promised.estimate and effect.n_before + effect.n_after >= promised.cases:
        return Advice.ROLL_BACK, "no_gain"
    return Advice.GO_ON, "undecided"
