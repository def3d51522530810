"""Making a simulation of the present look like the present, before it says anything about the future.

The delay of an activity that no queue explains is first measured naively (`times.py`: from when the officer was free), which
counts some queueing twice and misses some. So the present is simulated, the mean waiting of each activity is compared with
the observed one, and the delay moves by the difference; a few rounds suffice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from bpmn.model import ProcessModel
from event_logs.event import Lifecycle
from event_logs.log import EventLog
from mining.scenario.times import Clock
from mining.simulation import simulate
from mining.simulation.conditions import Sample, Scenario, Work
from mining.simulation.trial import START

ROUNDS = 4
CASES = 1_000  # simulated per round
CLOSE = 0.02  # of the mean lead time: a difference that no further round is worth
TOLERABLE_GAP = 0.15


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


def calibrated(model: ProcessModel, scenario: Scenario, *, seed: int = 0, start: datetime = START) -> Scenario:
    """The scenario with delays under which the simulated mean waiting of each activity meets the observed one."""
    cases = min(CASES, max(scenario.observed.cases, 100))
    for round in range(ROUNDS):
        waiting = mean_waiting(simulate(model, scenario, cases=cases, seed=seed + round, start=start), scenario)
        work = {id: _moved(each, waiting.get(id)) for id, each in scenario.work.items()}
        largest = max((abs(_gap(each, waiting.get(id))) for id, each in scenario.work.items()), default=0.0)
        scenario = replace(scenario, work=work)
        if largest < CLOSE * scenario.observed.mean_lead_time:
            break
    return scenario


def baseline_gap(
    model: ProcessModel, scenario: Scenario, *, seed: int, cases: int | None = None, start: datetime = START
) -> BaselineGap:
    """How far a simulation of the present is from what was observed."""
    log = simulate(
        model, scenario, cases=cases or min(max(scenario.observed.cases, 200), 2_000), seed=seed, start=start
    )
    spans = log.events.group_by("case_id").agg(first=log.events["at"].min(), last=log.events["at"].max()).to_pandas()
    return BaselineGap(
        scenario.observed.mean_lead_time, float((spans["last"] - spans["first"]).dt.total_seconds().mean())
    )


def mean_waiting(log: EventLog, scenario: Scenario) -> dict[str, float]:
    """Mean seconds from enablement to start by activity, in working time where officers do the work."""
    wanted = [Lifecycle.SCHEDULE.value, Lifecycle.START.value]
    events = log.events.filter(log.events.lifecycle.isin(wanted) & log.events.instance.notnull())
    frame = events.select("instance", "activity", "lifecycle", "at").to_pandas()
    pairs = frame.pivot_table(index=["instance", "activity"], columns="lifecycle", values="at", aggfunc="first")
    if not set(wanted) <= set(pairs.columns):
        return {}
    pairs = pairs.dropna().reset_index()
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
    shape = work.delay if mean > 0 and work.delay is not None else Sample((1.0,))
    return replace(work, delay=shape.scaled(wanted / shape.mean))


def summary(before: Mapping[str, float], scenario: Scenario) -> list[tuple[str, float, float]]:
    """Activity, observed and simulated mean waiting, for a report."""
    return [(id, work.observed_waiting or 0.0, before.get(id, 0.0)) for id, work in scenario.work.items()]
