"""Simulating one version of a procedure, or several at once that share the officers."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, repeat
from math import log
from random import Random
from zoneinfo import ZoneInfo

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from mining.errors import ScenarioIncomplete
from mining.simulation.chance import mixed
from mining.simulation.conditions import NON_WORKING, Scenario
from mining.simulation.present import Present
from mining.simulation.program import Program, compiled
from mining.simulation.recording import Closed, Recorder
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
    return _filled(arms, scenario, cases=cases, seed=seed, start=start, warm_up=warm_up).log


def simulate_on(arms: Sequence[Arm], scenario: Scenario, *, cases: int, seed: int) -> Played:
    """The log of a trial that begins where the scenario's log ends, with the office as full as it is then: its open cases
    stand where they are and go on, on the first arm, which must be the model that they run on.

    Raises ScenarioIncomplete where the scenario knows no present.
    """
    present = scenario.present
    if present is None:
        raise ScenarioIncomplete(scenario.procedure, "the open cases at the end of the log")
    start = datetime.fromtimestamp(present.at, UTC)
    arrivals = _arrivals(scenario, start, seed)
    return _simulated(arms, scenario, arrivals, cases=cases, seed=seed, start=start, first=start, present=present)


@dataclass(frozen=True)
class Played:
    """What a simulation gives: the log of the counted cases, and what became of those that were open at the start, by
    their place in `Present.cases`; those that are missing had not ended when the last counted case did."""

    log: EventLog
    closed: Mapping[int, Closed]


def _filled(
    arms: Sequence[Arm], scenario: Scenario, *, cases: int, seed: int, start: datetime, warm_up: timedelta | None
) -> Played:
    first = start - (_warm_up(scenario) if warm_up is None else warm_up)
    arrivals = _arrivals(scenario, first, seed)
    return _simulated(arms, scenario, arrivals, cases=cases, seed=seed, start=start, first=first)


def simulate_again(model: ProcessModel, scenario: Scenario, *, seed: int) -> EventLog:
    """The observed cases once more: as many, arriving when they did, into an office that is as empty as the log begins."""
    moments = scenario.observed.arrivals
    if not moments:
        raise ScenarioIncomplete(scenario.procedure, "the observed arrivals")
    first = datetime.fromtimestamp(moments[0], UTC)
    arms, arrivals = (Arm(model, 1.0, None, 1),), chain(moments, repeat(float("inf")))
    return _simulated(arms, scenario, arrivals, cases=len(moments), seed=seed, start=first, first=first).log


def _simulated(
    arms: Sequence[Arm],
    scenario: Scenario,
    arrivals: Iterator[float],
    *,
    cases: int,
    seed: int,
    start: datetime,
    first: datetime,
    present: Present | None = None,
) -> Played:
    programs = [compiled(arm.model, scenario, version=arm.version, arm=arm.name) for arm in arms]
    recorder = Recorder()
    run = Run(scenario, recorder, seed=seed, first_year=first.year - 1)
    if present is not None:
        run.take_over(present, programs[0])
    run.run(arrivals, _chooser(arms, programs, start), cases=cases, start=start.timestamp())
    digest = hashlib.sha256(scenario.to_json().encode()).hexdigest()[:12]
    source = f"simulated: scenario {digest}, seed {seed}, {cases} cases"
    opened = len(present.cases) if present is not None else 0
    closed = {number + opened: each for number, each in sorted(recorder.closed.items())}
    return Played(recorder.log(scenario.procedure, source=source, zone=scenario.zone, seed=seed), closed)


def _warm_up(scenario: Scenario) -> timedelta:
    return min(timedelta(seconds=4 * scenario.observed.mean_lead_time), LONGEST_WARM_UP)


def _chooser(arms: Sequence[Arm], programs: list[Program], start: datetime) -> Callable[[float, float], Program]:
    bounds = [bound / sum(arm.share for arm in arms) for bound in accumulate(arm.share for arm in arms)]

    def choose(at: float, luck: float) -> Program:
        chosen = bisect_right(bounds, luck) if at >= start.timestamp() else 0
        return programs[min(chosen, len(programs) - 1)]

    return choose


def _arrivals(scenario: Scenario, first: datetime, seed: int) -> Iterator[float]:
    """Instants of new cases: gaps of mean 1 laid on the expected number of arrivals as it grows hour by hour."""
    if not any(map(any, scenario.arrivals.rates)):
        raise ScenarioIncomplete(scenario.procedure, "the arrivals")
    random = Random(mixed(seed & 0xFFFFFFFFFFFFFFFF))
    gaps = scenario.arrivals.gaps
    expected, following = 0.0, random.random()
    for begin, rate in _hourly(scenario, first):
        while rate and following <= expected + rate:
            at = begin + (following - expected) / rate * 3600.0
            if at >= first.timestamp():
                yield at
            following += -log(1.0 - random.random()) if gaps is None else gaps.draw(random.random())
        expected += rate


def _hourly(scenario: Scenario, first: datetime) -> Iterator[tuple[float, float]]:
    """Each hour from the day of `first` on: when it begins, and how many cases arrive in it on average."""
    calendar, zone = scenario.calendars[0], ZoneInfo(scenario.zone)
    day = first.astimezone(zone).date()
    while True:
        row = scenario.arrivals.rates[day.weekday() if calendar.is_working_day(day) else NON_WORKING]
        season = scenario.arrivals.season(day)
        for hour, rate in enumerate(row):
            yield datetime(day.year, day.month, day.day, hour, tzinfo=zone).timestamp(), rate * season
        day += timedelta(days=1)
