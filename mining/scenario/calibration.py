"""Making a simulation of the present look like the present, before it says anything about the future.

The delay of an activity that no queue explains is first measured naively (`times.py`: from when the officer was free), which
counts some queueing twice and misses some. So the present is simulated, the mean waiting of each activity is compared with
the observed one, and the delay moves by the difference; a few rounds suffice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

import numpy as np
import pandas as pd

from bpmn.model import ProcessModel
from event_logs.event import Lifecycle
from event_logs.log import EventLog
from mining.scenario.times import Clock
from mining.simulation import simulate_again
from mining.simulation.conditions import QUANTILES, Sample, Scenario, Work

ROUNDS = 4
REPLICATIONS = 5  # per round: one year of a busy office is luck
EFFORT = 10_000  # cases simulated per round
GAP_REPLICATIONS = (
    20  # the mean of a year at a busy desk varies by a quarter: five would let luck decide about reliability
)
CLOSE = 0.02  # of the mean lead time: a difference that no further round is worth
TOLERABLE_GAP = 0.15
STRETCH = 3.0  # by which a measured delay may be lengthened before only its mean is trusted


@dataclass(frozen=True)
class BaselineGap:
    """Simulated against observed mean lead time of the present, in seconds."""

    observed: float
    simulated: float

    @property
    def relative(self) -> float:
        return (self.simulated - self.observed) / self.observed if self.observed else 0.0

    @property
    def tolerable(self) -> bool:
        return abs(self.relative) <= TOLERABLE_GAP


def calibrated(model: ProcessModel, scenario: Scenario, *, seed: int = 0) -> Scenario:
    """The scenario with delays under which the simulated mean waiting of each activity meets the observed one, when the
    cases arrive as they were observed to."""
    for round in range(ROUNDS):
        waiting = _mean_of(
            [mean_waiting(each, scenario) for each in _again(model, scenario, seed + round * REPLICATIONS)]
        )
        largest = max((abs(_gap(each, waiting.get(id))) for id, each in scenario.work.items()), default=0.0)
        if largest < CLOSE * scenario.observed.mean_lead_time:
            break
        scenario = replace(scenario, work={id: _moved(each, waiting.get(id)) for id, each in scenario.work.items()})
    return scenario


def baseline_gap(
    model: ProcessModel, scenario: Scenario, *, seed: int, replications: int = GAP_REPLICATIONS
) -> BaselineGap:
    """How far simulations of the observed cases are from what was observed, on average."""
    means = [_mean_lead_time(each, _end(scenario)) for each in _again(model, scenario, seed, replications)]
    return BaselineGap(scenario.observed.mean_lead_time, sum(means) / len(means))


def _again(model: ProcessModel, scenario: Scenario, seed: int, replications: int | None = None) -> list[EventLog]:
    enough = max(min(REPLICATIONS, EFFORT // max(len(scenario.observed.arrivals), 1)), 1)
    return [simulate_again(model, scenario, seed=seed + n) for n in range(replications or enough)]


def _end(scenario: Scenario) -> pd.Timestamp:
    """When the observation ended: what the log had left open at its end is not held against it."""
    present = scenario.present
    return pd.Timestamp.max.tz_localize("UTC") if present is None else pd.Timestamp(present.at, unit="s", tz="UTC")


def _mean_lead_time(log: EventLog, end: pd.Timestamp) -> float:
    spans = (
        log.events.group_by("case_id")
        .agg(first=log.events["at"].min(), last=log.events["at"].max())
        .to_pandas()
        .sort_values("case_id")
    )
    spans = spans[_utc(spans["last"]) <= end]
    return float((spans["last"] - spans["first"]).dt.total_seconds().mean())


def _mean_of(found: list[dict[str, float]]) -> dict[str, float]:
    names = {name for each in found for name in each}
    return {name: float(np.mean([each[name] for each in found if name in each])) for name in names}


def mean_waiting(log: EventLog, scenario: Scenario) -> dict[str, float]:
    """Mean seconds from enablement to start by activity, in working time where officers do the work; of what was begun
    before the observation ended."""
    wanted = [Lifecycle.SCHEDULE.value, Lifecycle.START.value]
    events = log.events.filter(log.events.lifecycle.isin(wanted) & log.events.instance.notnull())
    frame = events.select("instance", "activity", "lifecycle", "at").to_pandas()
    pairs = frame.pivot_table(index=["instance", "activity"], columns="lifecycle", values="at", aggfunc="first")
    if not set(wanted) <= set(pairs.columns):
        return {}
    pairs = pairs.dropna().reset_index()
    pairs = pairs[_utc(pairs["start"]) <= _end(scenario)]
    clock = Clock(scenario.calendars[0])
    found: dict[str, float] = {}
    for activity, rows in pairs.groupby("activity"):
        work = scenario.work.get(str(activity))
        between = clock.working if work is not None and work.officers else clock.passed
        found[str(activity)] = float(np.mean(between(_utc(rows["schedule"]), _utc(rows["start"]))))
    return found


def _utc(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, utc=True)


def _gap(work: Work, simulated: float | None) -> float:
    if work.observed_waiting is None or simulated is None:
        return 0.0
    return work.observed_waiting - simulated


def _moved(work: Work, simulated: float | None) -> Work:
    gap = _gap(work, simulated)
    mean = work.delay.mean if work.delay is not None else 0.0
    wanted = max(mean + gap, 0.0)
    if abs(gap) < 1.0:
        return work
    if wanted <= 0:
        return replace(work, delay=None)
    if work.delay is not None and wanted <= STRETCH * mean:
        return replace(work, delay=work.delay.scaled(wanted / mean))
    return replace(work, delay=_memoryless(wanted))  # stretched further, a few outliers would make up all of it


def _memoryless(mean: float) -> Sample:
    return Sample(tuple(round(-log(1 - (n + 0.5) / QUANTILES) * mean, 6) for n in range(QUANTILES)))
