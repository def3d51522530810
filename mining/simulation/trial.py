"""Simulating one version of a procedure, or several at once that share the officers."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from mining.errors import ScenarioIncomplete
from mining.simulation.chance import mixed
from mining.simulation.conditions import NON_WORKING, Scenario
from mining.simulation.program import Program, compiled
from mining.simulation.recording import Recorder
from mining.simulation.run import Run

START = datetime(2026, 1, 5, tzinfo=UTC)
LONGEST_WARM_UP = timedelta(days=365)


@dataclass(frozen=True)
class Arm:
    """One version in a trial: its share of the new cases, and how the log calls it."""

    model: ProcessModel
    share: float
    name: str | None = None
    version: int | None = None


def simulate(
    model: ProcessModel,
    scenario: Scenario,
    *,
    cases: int,
    seed: int,
    start: datetime = START,
    warm_up: timedelta | None = None,
    version: int | None = 1,
) -> EventLog:
    """The log of that many simulated cases that arrive from `start` on, all to their end; the same seed, the same log.

    Before `start` the office is filled during `warm_up` (by default four times the observed mean lead time), and cases
    go on arriving until the last counted one ends, so that the first and the last find the office as busy as the others.
    Raises NotCovered, ScenarioIncomplete and SimulationTooLong.
    """
    arms = (Arm(model, 1.0, None, version),)
    return simulate_trial(arms, scenario, cases=cases, seed=seed, start=start, warm_up=warm_up)


def simulate_trial(
    arms: Sequence[Arm],
    scenario: Scenario,
    *,
    cases: int,
    seed: int,
    start: datetime = START,
    warm_up: timedelta | None = None,
) -> EventLog:
    """The log of a trial: each new case takes one of the versions by its share, and all share the same officers.

    Before `start` all cases run on the first arm, as they do before a real trial.
    """
    before = _warm_up(scenario) if warm_up is None else warm_up
    programs = [compiled(arm.model, scenario, version=arm.version, arm=arm.name) for arm in arms]
    recorder = Recorder()
    first = start - before
    run = Run(scenario, recorder, seed=seed, first_year=first.year - 1)
    arrivals = _arrivals(scenario, first, seed)
    run.run(arrivals, _chooser(arms, programs, start), cases=cases, start=start.timestamp())
    digest = hashlib.sha256(scenario.to_json().encode()).hexdigest()[:12]
    source = f"simulated: scenario {digest}, seed {seed}, {cases} cases"
    return recorder.log(scenario.procedure, source=source, zone=scenario.zone, seed=seed)


def _warm_up(scenario: Scenario) -> timedelta:
    return min(timedelta(seconds=4 * scenario.observed.mean_lead_time), LONGEST_WARM_UP)


def _chooser(arms: Sequence[Arm], programs: list[Program], start: datetime) -> Callable[[float, float], Program]:
    bounds = [float(b) for b in np.cumsum([arm.share for arm in arms]) / sum(arm.share for arm in arms)]

    def choose(at: float, luck: float) -> Program:
        chosen = bisect_right(bounds, luck) if at >= start.timestamp() else 0
        return programs[min(chosen, len(programs) - 1)]

    return choose


def _arrivals(scenario: Scenario, first: datetime, seed: int) -> Iterator[float]:
    """Instants of new cases: within each hour a Poisson process, days beyond it as dispersed as observed."""
    if not any(map(any, scenario.arrivals.rates)):
        raise ScenarioIncomplete(scenario.procedure, "the arrivals")
    random = np.random.default_rng([mixed(seed & 0xFFFFFFFFFFFFFFFF), 1])
    calendar, zone = scenario.calendars[0], ZoneInfo(scenario.zone)
    day = first.astimezone(zone).date()
    while True:
        row = scenario.arrivals.rates[day.weekday() if calendar.is_working_day(day) else NON_WORKING]
        for at in _arrivals_of_day(day, row, scenario.arrivals.dispersion, random, zone):
            if at >= first.timestamp():
                yield at
        day += timedelta(days=1)


def _arrivals_of_day(
    day: date, rates: tuple[float, ...], dispersion: float, random: np.random.Generator, zone: ZoneInfo
) -> list[float]:
    busy = random.gamma(1 / dispersion, dispersion) if dispersion > 0 else 1.0
    found: list[float] = []
    for hour, rate in enumerate(rates):
        number = random.poisson(rate * busy)
        if number:
            begin = datetime(day.year, day.month, day.day, hour, tzinfo=zone).timestamp()
            found.extend(np.sort(begin + random.random(number) * 3600.0).tolist())
    return found
