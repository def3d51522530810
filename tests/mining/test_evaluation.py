"""Effects with intervals, promises, and what they advise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log

import ibis
import numpy as np
import pytest

from event_logs.working_time import WorkingCalendar
from mining.evaluation import (
    Advice,
    Against,
    CaseValues,
    Direction,
    Effect,
    Promise,
    arm_of,
    case_values,
    compare,
    effect_of,
    judge,
    promise,
)
from mining.scenario import BaselineGap
from mining.simulation import Arm, Observed, Officer, Scenario, Work, simulate, simulate_trial
from tests.contracts.drawings import drawing, user
from tests.mining.offices import HOUR, exponential, office

START = datetime(2026, 3, 2, tzinfo=UTC)
CURRENT = drawing("start > a > b > end")
PROPOSED = drawing("start > and1 > a > and2; and1 > b > and2; and2 > end")
DAYS = 5 * 86400.0


def scenario() -> Scenario:
    base = office({"a": (exponential(2 * HOUR), 3), "b": (exponential(2 * HOUR), 3)}, per_hour=0.8)
    delayed = {name: replace(work, delay=exponential(8 * HOUR)) for name, work in base.work.items()}
    arrivals = tuple(START.timestamp() + 3600.0 * 24 * n for n in range(40))
    return replace(base, work=delayed, observed=Observed(40, 3 * 86400.0, 2 * 86400.0, arrivals))


def skewed(typical: float, cases: int, seed: int) -> CaseValues:
    return CaseValues(np.exp(np.random.default_rng(seed).normal(log(typical), 0.8, cases)))


def test_the_interval_covers_the_true_change_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        found = effect_of(skewed(DAYS, 80, seed), skewed(0.8 * DAYS, 60, 1000 + seed), measure="lead_time")
        covered += found.low <= -0.2 <= found.high
    assert 180 <= covered <= 199


def observed_for(days: float, typical: float, cases: int, seed: int) -> CaseValues:
    """Cases that begin evenly over that time and are looked at when it ends."""
    lasts = skewed(typical, cases, seed).values
    seen = np.random.default_rng(seed + 50_000).uniform(0, days * 86400.0, cases)
    return CaseValues(lasts[lasts <= seen], seen[lasts > seen])


@pytest.mark.parametrize("days", [6, 15, 60])
def test_an_early_look_is_as_sure_as_it_says_and_favours_nobody(days: float) -> None:
    """At 6 days about half of the cases are open: more of the slower version, which dropping them would flatter."""
    pairs = [(observed_for(days, DAYS, 150, s), observed_for(days, 0.6 * DAYS, 150, 9_000 + s)) for s in range(200)]
    found = [effect_of(before, after, measure="lead_time") for before, after in pairs]
    assert sum(each.low <= -0.4 <= each.high for each in found) >= 180
    mean = float(np.mean([log(1 + each.estimate) for each in found]))
    assert mean == pytest.approx(log(0.6), abs=0.04)
    dropped = [effect_of(CaseValues(a.values), CaseValues(b.values), measure="lead_time").estimate for a, b in pairs]
    assert float(np.mean(dropped)) > -0.4 + (0.08 if days < 10 else 0.0)


def test_open_cases_that_say_nothing_new_change_nothing() -> None:
    before, after = skewed(DAYS, 200, 1), skewed(0.7 * DAYS, 200, 2)
    plain = effect_of(before, after, measure="lead_time")
    fresh = CaseValues(before.values, np.full(50, 900.0))  # begun a moment ago
    told = effect_of(fresh, after, measure="lead_time")
    assert told.estimate == pytest.approx(plain.estimate, abs=0.01) and told.low == pytest.approx(plain.low, abs=0.01)
    assert "censored" in told.method and "censored" not in plain.method


@pytest.mark.parametrize("measure", ["lead_time", "working_lead_time", "waiting"])
def test_open_cases_of_a_log_count_up_to_its_end(measure: str) -> None:
    whole = simulate(CURRENT, scenario(), cases=250, seed=1, start=START)
    end = START + timedelta(days=12)
    events = whole.events.filter(whole.events["at"] <= end)
    ended = events.filter(events.activity == "end").case_id
    cases = whole.cases.semi_join(events, "case_id").mutate(closed=ibis._.case_id.isin(ended))
    early = replace(whole, events=events, cases=cases)
    found = case_values(early, measure, WorkingCalendar.china())
    assert found.open_cases > 5 and len(found.values) > 20 and (found.still_open >= 0).all()
    assert found.still_open.max() <= 12 * 86400.0
    shown = compare(early, whole, measure=measure)
    assert shown.open_before == found.open_cases and shown.n_before == len(found.values)
    assert shown.low <= 0 <= shown.high or measure == "waiting"


def test_a_shorter_group_is_shown_with_its_figures() -> None:
    found = effect_of(skewed(DAYS, 400, 1), skewed(DAYS / 2, 300, 2), measure="lead_time")
    assert found.verdict is Direction.SHORTER and found.relative == found.estimate
    assert found.estimate == pytest.approx(-0.5, abs=0.08)
    assert found.median_difference[1] < 0 and (found.n_before, found.n_after) == (400, 300)


def test_few_cases_are_no_proof() -> None:
    found = effect_of(skewed(DAYS, 400, 1), skewed(DAYS / 9, 6, 2), measure="lead_time")
    assert found.verdict is Direction.TOO_FEW
    nothing = effect_of(skewed(DAYS, 400, 1), CaseValues(np.empty(0)), measure="lead_time")
    assert nothing.verdict is Direction.TOO_FEW and np.isnan(nothing.estimate)


def test_groups_that_are_alike_show_nothing() -> None:
    found = effect_of(skewed(DAYS, 300, 1), skewed(DAYS, 300, 2), measure="lead_time")
    assert found.verdict is Direction.UNDECIDED and found.low < 0 < found.high


@pytest.mark.parametrize("measure", ["lead_time", "working_lead_time", "waiting"])
def test_logs_are_compared_by_each_measure(measure: str) -> None:
    before, after = (simulate(model, scenario(), cases=250, seed=1, start=START) for model in (CURRENT, PROPOSED))
    found = compare(before, after, measure=measure)
    assert found.n_before == found.n_after == 250 and found.open_after == 0
    assert (found.verdict is Direction.SHORTER) == (measure != "waiting")


@pytest.mark.slow
def test_a_promise_is_what_a_trial_then_shows() -> None:
    promised = promise(CURRENT, PROPOSED, scenario(), share=0.4, cases=300, replications=12, seed=5, start=START)
    assert promised.low < promised.estimate < promised.high < 0
    assert promised.roll_out[0] == pytest.approx(promised.estimate, abs=0.1)
    arms = (Arm(CURRENT, 0.6, "current", 1), Arm(PROPOSED, 0.4, "proposed", 2))
    kept = 0
    for seed in range(8):
        log = simulate_trial(arms, scenario(), cases=300, seed=900 + seed, start=START)
        shown = compare(arm_of(log, 1), arm_of(log, 2))
        kept += promised.low <= shown.estimate <= promised.high
    assert kept >= 7


@pytest.mark.slow
def test_relieving_officers_shows_better_against_the_time_before_than_beside() -> None:
    officers = (Officer("r0", posts=("review",)), Officer("p0", posts=("policy",)), Officer("p1", posts=("policy",)))
    busy = replace(
        office({}, per_hour=0.85),
        work={"a": Work(exponential(HOUR), officers=("r0",)), "b": Work(exponential(60), officers=("p0", "p1"))},
        officers=officers,
        posts={"a": ("review",), "b": ("policy",)},
        observed=scenario().observed,
    )
    review, policy = user("a", posts=("review",)), user("b", posts=("policy",))
    current = drawing("start > a > b > end", review, policy)
    wider = drawing("start > a > b > end", replace(review, posts=("review", "policy")), policy)
    beside, before = (
        promise(current, wider, busy, share=0.5, cases=250, replications=5, seed=1, start=START, against=against)
        for against in Against
    )
    assert before.estimate < beside.estimate
    assert before.roll_out == beside.roll_out and before.roll_out[2] < 0


def test_the_same_seed_promises_the_same() -> None:
    one, same = (
        promise(CURRENT, PROPOSED, scenario(), share=0.5, cases=60, replications=3, seed=5, start=START)
        for _ in range(2)
    )
    assert one == same


def a_promise(**more: object) -> Promise:
    told = {"estimate": -0.3, "low": -0.4, "high": -0.2, "roll_out": (-0.3, -0.31, -0.29)}
    fixed = {"measure": "lead_time", "share": 0.5, "cases": 200, "replications": 30, "seed": 1}
    return Promise(**{**told, **fixed, "baseline": BaselineGap(100.0, 105.0), **more})  # type: ignore[arg-type]


def shown(ratio: float, cases: int, seed: int = 3) -> Effect:
    return effect_of(skewed(DAYS, cases, seed), skewed(DAYS * ratio, cases, seed + 1), measure="lead_time")


@pytest.mark.parametrize(
    ("effect", "advice", "code"),
    [
        (shown(0.7, 1_000), Advice.PROMOTE, "shorter_as_promised"),
        (shown(0.88, 3_000), Advice.PROMOTE, "shorter_not_as_promised"),
        (shown(1.5, 300), Advice.ROLL_BACK, "longer"),
        (shown(1.0, 1_000), Advice.ROLL_BACK, "no_gain"),
        (shown(0.95, 40, seed=1), Advice.GO_ON, "undecided"),
        (shown(0.5, 8), Advice.GO_ON, "too_few"),
    ],
)
def test_the_advice_follows_from_effect_and_promise(effect: Effect, advice: Advice, code: str) -> None:
    verdict = judge(effect, a_promise())
    assert (verdict.advice, verdict.code) == (advice, code)
    assert verdict.sentence.endswith(".") and "{" not in verdict.sentence
    assert verdict.kept is (None if code == "too_few" else -0.4 <= effect.estimate <= -0.2)


def test_a_present_that_the_simulation_misses_promises_nothing() -> None:
    assert a_promise().reliable
    assert not a_promise(baseline=BaselineGap(100.0, 116.0)).reliable
    assert not a_promise(baseline=BaselineGap(100.0, 84.0)).reliable
