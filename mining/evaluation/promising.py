"""What a trial will show, by simulation: it begins with the office as it is, and is measured as the real one will be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from math import exp, log, sqrt
from typing import TypeAlias

import numpy as np
from scipy import stats

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.evaluation.effect import LEVEL, CaseValues, arm_of, case_values, latest_of, ratio
from mining.performance import case_times
from mining.scenario import BaselineGap, baseline_gap
from mining.simulation import Arm, Closed, OpenCase, Scenario, simulate, simulate_on, simulate_trial
from mining.simulation.chance import mixed
from mining.simulation.trial import START

ROLL_OUT_REPLICATIONS = 10
Interval: TypeAlias = tuple[float, float, float]  # estimate, low, high


class Against(StrEnum):
    """What the cases on the proposed version are held against."""

    BESIDE = "beside"  # those on the current version in the same trial
    BEFORE = "before"  # as many on the current version, the latest that began before the trial


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the simulation says a trial will show: `estimate` with a prediction interval for one trial of `cases` cases, of
    which `share` run on the proposed version; and the effect when all cases do (`roll_out`, with an interval of its mean).

    `estimate`, `low` and `high` are held `against` one group; `beside` and `before` say the same of each group that was
    simulated. `reliable` is False where the simulated present misses the real lead time by more than 15 %: then nothing is
    promised.
    """

    measure: str
    estimate: float
    low: float
    high: float
    roll_out: Interval
    share: float
    cases: int
    replications: int
    seed: int
    baseline: BaselineGap
    notes: tuple[str, ...] = field(default_factory=tuple)
    against: Against = Against.BESIDE
    beside: Interval | None = None
    before: Interval | None = None

    @property
    def reliable(self) -> bool:
        return self.baseline.tolerable

    def of(self, against: Against) -> Interval | None:
        """What was promised against that group; None where it was not simulated."""
        if against == self.against:
            return self.estimate, self.low, self.high
        return self.beside if against is Against.BESIDE else self.before


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
    past: EventLog | None = None,
    progress: Callable[[float], None] | None = None,
) -> Promise:
    """Simulates the trial many times, measures each as `compare` would, and gives the spread of what was measured.

    A scenario that knows its present begins there, with the open cases where they stand; any other begins at `start` in
    an office that was filled first. Both arms share the officers in a trial, so a faster arm also takes work off the other,
    and the arms differ by less than the roll-out will bring; a redesign that relieves officers shows better against the
    time before. `past` is the log of the current version so far, for BEFORE: its latest cases, of which the open ones end
    in the simulation; without it the time before is simulated, too. Measure the trial as it was promised:
    `compare(arm_of(log, current), arm_of(log, proposed))`, or with `latest_of(the log of the time before, cases)`.
    """
    trial = _Trial(current, proposed, scenario, share, cases, measure, start, _past(past, cases, measure, scenario))
    compared = (Against.BESIDE, Against.BEFORE) if trial.past is not None else (against,)
    shown: dict[Against, list[float]] = {each: [] for each in compared}
    for n in range(replications):
        for group, found in _shown(trial, compared, _seed(seed, n)).items():
            shown[group].append(found)
        if progress is not None:
            progress((n + 1) / replications)
    spreads = {group: _spread(found, single=True) for group, found in shown.items()}
    estimate, low, high = spreads[against]
    return Promise(
        measure=measure,
        estimate=estimate,
        low=low,
        high=high,
        roll_out=_roll_out(trial, seed),
        share=share,
        cases=cases,
        replications=replications,
        seed=seed,
        baseline=baseline_gap(current, scenario, seed=_seed(seed, replications)),
        notes=scenario.notes,
        against=against,
        beside=spreads.get(Against.BESIDE),
        before=spreads.get(Against.BEFORE),
    )


def _seed(seed: int, replication: int) -> int:
    return mixed(mixed(seed & 0xFFFFFFFFFFFFFFFF) + replication) >> 1


# --- the time before -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Past:
    """The latest cases before the trial: the values of those that have ended, and since when the latest began."""

    ended: CaseValues
    since: float


def _past(log_before: EventLog | None, cases: int, measure: str, scenario: Scenario) -> _Past | None:
    if log_before is None:
        return None
    latest = latest_of(log_before, cases)
    values = case_values(latest, measure, scenario.calendars[0])
    first = case_times(latest).first_at.min().execute()
    return _Past(values, float(first.timestamp()))


def _before(trial: _Trial, past: _Past, closed: Mapping[int, Closed]) -> CaseValues:
    """The latest cases before the trial when it is over; what had not ended by then stays open."""
    present = trial.scenario.present
    if present is None:
        return past.ended
    ended, still_open = list(past.ended.values), []
    for number, case in enumerate(present.cases):
        if case.arrived < past.since - 1e-3:
            continue
        if number in closed:
            ended.append(_VALUES[trial.measure](case, closed[number], trial.scenario.calendars[0]))
        else:
            now = Closed(case.arrived, present.at, 0.0)
            still_open.append(_VALUES[trial.measure](case, now, trial.scenario.calendars[0]))
    return CaseValues(np.array(ended), np.array(still_open))


def _working(_case: OpenCase, closed: Closed, calendar: WorkingCalendar) -> float:
    moments = (datetime.fromtimestamp(at, UTC) for at in (closed.arrived, closed.ended))
    return calendar.between(*moments).total_seconds()


_VALUES: Mapping[str, Callable[[OpenCase, Closed, WorkingCalendar], float]] = {
    "lead_time": lambda _case, closed, _calendar: closed.ended - closed.arrived,
    "working_lead_time": _working,
    "waiting": lambda case, closed, _calendar: case.waited + closed.waited,
}


# --- the trial -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Trial:
    current: ProcessModel
    proposed: ProcessModel
    scenario: Scenario
    share: float
    cases: int
    measure: str
    start: datetime
    past: _Past | None

    def arms(self, share: float) -> tuple[Arm, Arm]:
        return Arm(self.current, 1 - share, "current", 1), Arm(self.proposed, share, "proposed", 2)


def _shown(trial: _Trial, compared: tuple[Against, ...], seed: int) -> dict[Against, float]:
    """The logarithm of the ratio that one trial shows, against each group."""
    found, closed = _played(trial, trial.share, seed)
    beside, after = (_values(trial, arm_of(found, version)) for version in (1, 2))
    groups = {Against.BESIDE: beside}
    if Against.BEFORE in compared:
        groups[Against.BEFORE] = _before(trial, trial.past, closed) if trial.past else _earlier(trial, seed)
    return {each: _log_of(ratio(groups[each], after)[0]) for each in compared}


def _played(trial: _Trial, share: float, seed: int) -> tuple[EventLog, Mapping[int, Closed]]:
    arms, scenario = trial.arms(share), trial.scenario
    if scenario.present is None:
        return simulate_trial(arms, scenario, cases=trial.cases, seed=seed, start=trial.start), {}
    played = simulate_on(arms, scenario, cases=trial.cases, seed=seed)
    return played.log, played.closed


def _earlier(trial: _Trial, seed: int) -> CaseValues:
    log_before = simulate(trial.current, trial.scenario, cases=trial.cases, seed=_seed(seed, 1), start=trial.start)
    return _values(trial, log_before)


def _values(trial: _Trial, found: EventLog) -> CaseValues:
    return case_values(found, trial.measure, trial.scenario.calendars[0])


def _log_of(relative: float) -> float:
    return log(1 + relative) if relative > -1 else float("nan")


def _roll_out(trial: _Trial, seed: int) -> Interval:
    """None against all new cases on the proposed version, from the same start and with the same luck."""
    ratios = []
    for n in range(ROLL_OUT_REPLICATIONS):
        one, other = (_values(trial, _all_on(trial, share, _seed(seed, 1_000 + n))) for share in (0.0, 1.0))
        ratios.append(_log_of(ratio(one, other)[0]))
    return _spread(ratios, single=False)


def _all_on(trial: _Trial, share: float, seed: int) -> EventLog:
    if trial.scenario.present is not None:
        return _played(trial, share, seed)[0]
    model = trial.proposed if share else trial.current
    return simulate(model, trial.scenario, cases=trial.cases, seed=seed, start=trial.start)


def _spread(log_ratios: list[float], *, single: bool) -> Interval:
    """Mean and interval of the relative change: for one further observation (`single`), or for the mean (Student, 1908; the
    prediction interval as in Hahn and Meeker, 1991)."""
    known = np.array([each for each in log_ratios if not np.isnan(each)])
    if len(known) < 2:
        return float("nan"), float("nan"), float("nan")
    mean, spread, n = float(known.mean()), float(known.std(ddof=1)), len(known)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) * spread * sqrt((1 if single else 0) + 1 / n)
    return exp(mean) - 1, exp(mean - reach) - 1, exp(mean + reach) - 1
