"""Drift: without a change nothing is told more often than promised; what was changed is found near its place, and named."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from event_logs.log import EventLog
from mining.drift import LEVEL, Drifts, Trait, drifts
from mining.drift.change_points import change_points
from mining.reading import read
from tests.mining.logs import Done, log_of

CASES, CHANGED_AT = 400, 250
NEAR = CASES // 10  # a change is found within a tenth of the cases


def office(seed: int, *, cases: int = CASES, change: str = "") -> EventLog:
    """Cases one after the other; from CHANGED_AT on a step is inserted, two are swapped, a branch is preferred, or one is slow."""
    chance, done, hours = random.Random(seed), [], 0.0
    for number in range(cases):
        new, hours = number >= CHANGED_AT, hours + chance.expovariate(1 / 2)
        checked = 0.95 if new and change == "branch" else 0.5
        path = ["accept", "check" if chance.random() < checked else "visit", "decide"]
        if new and change == "inserted":
            path.insert(2, "sign")
        if new and change == "swapped":
            path[:2] = path[1], path[0]
        at = hours
        for activity in path:
            slow = 3 if new and change == "slower" and activity == "decide" else 1
            started = at + slow * chance.expovariate(1 / 5)
            ended = started + chance.uniform(0.5, 1.5)
            done.append(Done(f"C{number:05}", activity, ended, started, at, officer="o"))
            at = ended
    return log_of(*done, open_cases=[])


def found(log: EventLog) -> Drifts:
    return drifts(read(log, {}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "family", "named"),
    [
        ("inserted", "flow", {(Trait.STEP, ("sign",))}),
        ("swapped", "flow", {(Trait.BEGINS, ("accept",)), (Trait.EDGE, ("accept", "decide"))}),
        ("branch", "flow", {(Trait.STEP, ("check",)), (Trait.STEP, ("visit",))}),
        ("slower", "times", {(Trait.WAITING, ("decide",))}),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_change_is_found_near_its_place_and_named(change: str, family: str, named: set[object], seed: int) -> None:
    drift = max((d for d in found(office(seed, change=change)).drifts if d.family == family), key=lambda d: -d.p)
    assert abs(drift.before - CHANGED_AT) <= NEAR
    assert drift.low <= drift.at <= drift.high
    assert (drift.changed[0].trait, drift.changed[0].subject) in named


@pytest.mark.slow
def test_what_changes_step_by_step_is_one_gradual_drift_and_what_takes_no_time_is_none() -> None:
    """Deciding takes ever longer from the 150th case to the 450th; the stamp needs seconds, and lately twice as many."""
    chance, done, hours = random.Random(5), [], 0.0
    for number in range(600):
        hours += chance.expovariate(1 / 4)
        slower = 1 + 6 * min(max(number - 150, 0), 300) / 300
        stamp = (0.002 if number < 400 else 0.004) * chance.uniform(0.9, 1.1)
        decided = hours + slower * chance.uniform(8, 12)
        done += [
            Done(f"C{number:05}", "accept", hours, officer="o"),
            Done(f"C{number:05}", "decide", decided, officer="o"),
        ]
        done.append(Done(f"C{number:05}", "stamp", decided + stamp, officer="o"))
    [drift] = [d for d in found(log_of(*done, open_cases=[])).drifts if d.family == "times"]
    assert drift.until is not None and drift.at < drift.until
    assert 150 <= drift.before <= 260 and 150 <= drift.after <= 260
    assert not any("stamp" in each.subject for each in drift.changed)
    assert drift.changed[0].after > 4 * drift.changed[0].before


@pytest.mark.slow
def test_without_a_change_it_is_silent_as_often_as_promised() -> None:
    alarms = sum(bool(found(office(seed, cases=160)).drifts) for seed in range(20))
    assert stats.binomtest(alarms, 20, LEVEL, alternative="greater").pvalue > 0.01


def test_alarms_of_values_that_hang_together_keep_to_the_level() -> None:
    """Neighbours share a queue: values of a moving mean over five cases, in 60 logs at a level of one in ten."""
    random, alarms = np.random.default_rng(7), 0
    for seed in range(60):
        noise = random.standard_normal((304, 4))
        values = np.stack([np.convolve(noise[:, f], np.ones(5) / 5, "valid") for f in range(4)], axis=1)
        alarms += bool(change_points(values - values.mean(axis=0), level=0.1, seed=seed))
    assert stats.binomtest(alarms, 60, 0.1, alternative="greater").pvalue > 0.01


@pytest.mark.slow
def test_a_short_log_has_no_drift() -> None:
    assert found(office(1, cases=90)) == found(office(1, cases=90)), "the same log, the same drifts"
    few = found(office(1, cases=50, change="inserted"))
    assert (few.drifts, few.cases, few.left_out) == ((), 50, 0)


@pytest.mark.slow
def test_of_the_travel_declarations_the_new_approval_is_dated(public_log: Callable[[str], EventLog]) -> None:
    """The declarations of BPIC 2020: a pilot of two departments in 2017, all of them since January 2018."""
    told = found(public_log("bpic2020_DomesticDeclarations.xes.gz"))
    flow = [d for d in told.drifts if d.family == "flow"]
    assert [d.at.strftime("%Y-%m") for d in flow] == ["2018-01"]
    assert flow[0].changed[0].subject == ("Declaration APPROVED by ADMINISTRATION",)


@pytest.mark.slow
def test_of_building_permits_what_is_no_longer_done_has_no_median(public_log: Callable[[str], EventLog]) -> None:
    """BPIC 2015: between two changes on end some activities do not occur at all."""
    changed = [each for d in found(public_log("bpic2015_1_building_permits.xes.gz")).drifts for each in d.changed]
    figures = [figure for each in changed for figure in (each.before, each.after)]
    assert None in figures and all(figure is None or np.isfinite(figure) for figure in figures)
