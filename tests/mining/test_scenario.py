"""What is learnt from a log, held against the scenario that made the log."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import ibis
import numpy as np
import pytest

from bpmn.model import ProcessModel
from event_logs.log import EventLog
from event_logs.working_time import WorkingCalendar
from mining.errors import EmptyLog, MissingVersion, ScenarioIncomplete
from mining.scenario import baseline_gap, learn
from mining.scenario.replay import START_OF_CASE, Player
from mining.simulation import Arm, CaseMix, Choice, Routing, Sample, Scenario, simulate, simulate_again, simulate_on
from tests.contracts.drawings import drawing
from tests.mining.offices import HOUR, always, events, exponential, office

START = datetime(2026, 3, 2, tzinfo=UTC)
REVIEW = drawing("start > xor1 > a > xor2 > b > end; xor2 > c > xor1")
CHINA = WorkingCalendar.china()


@pytest.fixture(scope="module")
def truth() -> Scenario:
    scenario = office(
        {"a": (exponential(HOUR), 2), "b": (exponential(2 * HOUR), 3), "c": (always(600), 1)}, per_hour=0.9
    )
    work = {**scenario.work, "b": replace(scenario.work["b"], delay=exponential(5 * HOUR))}
    mix = (CaseMix("east", {"risk": "low"}), CaseMix("east", {"risk": "high"}))
    again = {"xor2_b": 1.0, "xor2_c": 1.0}
    shares = Choice(again, given="@risk", by_outcome={"low": {"xor2_b": 0.95, "xor2_c": 0.05}, "high": again})
    return replace(scenario, work=work, case_mix=mix, choices={"xor2": shares})


@pytest.fixture(scope="module")
def log(truth: Scenario) -> EventLog:
    return simulate(REVIEW, truth, cases=900, seed=1, start=START, warm_up=timedelta(days=10))


@pytest.fixture(scope="module")
def learnt(log: EventLog) -> Scenario:
    return learn(log, REVIEW, CHINA, seed=1)


def test_times_and_staff_are_learnt(truth: Scenario, learnt: Scenario) -> None:
    for activity in ("a", "b", "c"):
        assert learnt.work[activity].processing.mean == pytest.approx(truth.work[activity].processing.mean, rel=0.12)
        assert set(learnt.work[activity].officers) == set(truth.work[activity].officers)
    assert learnt.routing is Routing.PULL


def test_a_choice_is_tied_to_the_attribute_that_decides_it(learnt: Scenario) -> None:
    choice = learnt.choices["xor2"]
    assert choice.given == "@risk"
    low, high = choice.by_outcome["low"], choice.by_outcome["high"]
    assert low["xor2_c"] / sum(low.values()) == pytest.approx(0.05, abs=0.03)
    assert high["xor2_c"] / sum(high.values()) == pytest.approx(0.5, abs=0.06)


def test_waiting_that_no_queue_explains_is_found_where_it_is(learnt: Scenario) -> None:
    delay = learnt.work["b"].delay
    assert delay is not None and delay.mean == pytest.approx(5 * HOUR, rel=0.2)
    for activity in ("a", "c"):
        other = learnt.work[activity].delay
        assert other is None or other.mean < 0.5 * HOUR


def test_arrivals_keep_office_hours_and_their_rate(learnt: Scenario) -> None:
    working_day = learnt.arrivals.rates[1]
    assert sum(working_day) == pytest.approx(8 * 0.9, rel=0.2)
    assert sum(working_day[:9]) == sum(working_day[17:]) == 0
    assert sum(learnt.arrivals.rates[7]) == 0


def test_the_simulated_present_looks_like_the_present(learnt: Scenario) -> None:
    gap = baseline_gap(REVIEW, learnt, seed=77)
    assert gap.tolerable and abs(gap.relative) < 0.12


def test_the_observed_arrivals_come_again(learnt: Scenario) -> None:
    frame = events(simulate_again(REVIEW, learnt, seed=3))
    first = frame[frame.activity == "start"]["at"]
    assert [at.timestamp() for at in first] == pytest.approx(learnt.observed.arrivals, abs=0.01)


def test_learning_is_repeatable_and_kept_as_json(log: EventLog, learnt: Scenario) -> None:
    assert learn(log, REVIEW, CHINA, seed=1) == learnt
    assert Scenario.from_json(learnt.to_json()) == learnt


def test_completions_alone_become_one_delay_and_a_note(log: EventLog) -> None:
    completions = log.events.filter(log.events.lifecycle == "complete").mutate(instance=ibis.null("string"))
    learnt = learn(replace(log, events=completions), REVIEW, CHINA, calibrate=False)
    work = learnt.work["b"]
    assert work.processing == Sample((0.0,)) and work.officers == () and work.delay is not None
    assert any("Only completions are known of a, b, c" in note for note in learnt.notes)


def test_cases_of_an_unknown_version_are_not_guessed(log: EventLog) -> None:
    with pytest.raises(MissingVersion, match="version 1"):
        learn(log, {2: REVIEW}, CHINA)
    with pytest.raises(EmptyLog):
        learn(log.filtered(log.events.filter(log.events.case_id == "nobody").select("case_id")), REVIEW, CHINA)


def replayed(model: ProcessModel, trace: str) -> tuple[tuple[tuple[str, str], ...], tuple[int | None, ...], int, bool]:
    found = Player(model, frozenset("abc")).replay(tuple(trace.split()))
    return found.choices, found.enablers, found.skipped, found.finished


def test_a_replay_tells_choices_and_what_enabled_what() -> None:
    choices, enablers, skipped, finished = replayed(REVIEW, "a c a b")
    assert choices == (("xor2", "xor2_c"), ("xor2", "xor2_b"))
    assert enablers == (START_OF_CASE, 0, 1, 2) and skipped == 0 and finished


def test_parallel_work_is_enabled_by_the_split_and_the_join_by_the_last() -> None:
    model = drawing("start > and1 > a > and2; and1 > b > and2; and2 > c > end")
    assert replayed(model, "b a c")[1] == (START_OF_CASE, START_OF_CASE, 1)


def test_what_does_not_fit_is_passed_over_and_counted() -> None:
    choices, enablers, skipped, finished = replayed(REVIEW, "b a b")
    assert (enablers, skipped, finished) == ((None, START_OF_CASE, 1), 1, True)
    assert choices == (("xor2", "xor2_b"),)


def test_an_open_case_counts_as_far_as_it_went() -> None:
    choices, _, skipped, finished = replayed(REVIEW, "a c")
    assert choices == (("xor2", "xor2_c"),) and skipped == 0 and not finished


def until(log: EventLog, end: datetime) -> EventLog:
    """What had been recorded by then."""
    known = log.events.filter(log.events["at"] <= end)
    ended = known.filter(known.activity == "end").case_id
    cases = log.cases.semi_join(known, "case_id").mutate(closed=ibis._.case_id.isin(ended))
    return replace(log, events=known, cases=cases)


@pytest.fixture(scope="module")
def crowded(truth: Scenario) -> EventLog:
    """Two of the three who do b are gone: their queue grows; what was recorded in the first six weeks."""
    work = {**truth.work, "b": replace(truth.work["b"], officers=("b0",), delay=None)}
    whole = simulate(REVIEW, replace(truth, work=work), cases=300, seed=4, start=START, warm_up=timedelta(0))
    return until(whole, START + timedelta(days=42))


def test_open_cases_are_placed_where_they_stand_with_their_work(crowded: EventLog) -> None:
    learnt = learn(crowded, REVIEW, CHINA, seed=1)
    assert learnt.present is not None and Scenario.from_json(learnt.to_json()) == learnt
    frame = events(crowded)
    pieces = frame[frame.instance.notna()].groupby(["case_id", "activity", "instance"]).lifecycle.agg(set)
    going = [
        str(key[1])
        for key, seen in zip(pieces.index.to_list(), pieces, strict=True)
        if not seen & {"complete", "withdraw"}
    ]
    work = [each for case in learnt.present.cases for each in case.work]
    assert Counter(each.element for each in work) == Counter(going) and Counter(going)["b"] > 30
    assert len(learnt.present.cases) == frame.case_id.nunique() - int((frame.activity == "end").sum())
    assert not any("leave the model" in note for note in learnt.notes)
    assert [case.arrived for case in learnt.present.cases] == sorted(case.arrived for case in learnt.present.cases)


def test_a_simulation_goes_on_from_the_open_cases(crowded: EventLog) -> None:
    learnt = learn(crowded, REVIEW, CHINA, seed=1)
    assert learnt.present is not None
    played = simulate_on((Arm(REVIEW, 1.0),), learnt, cases=40, seed=2)
    assert set(played.closed) == set(range(len(learnt.present.cases))), "older ones end before the new ones, first come"
    assert all(each.ended >= learnt.present.at for each in played.closed.values())
    first = events(played.log)["at"].min().timestamp()
    assert first >= learnt.present.at
    frame = events(played.log)
    spans = frame.groupby("case_id")["at"].agg(lambda column: (column.max() - column.min()).total_seconds())
    empty = simulate(REVIEW, learnt, cases=40, seed=2, start=START + timedelta(days=42), warm_up=timedelta(0))
    other = events(empty).groupby("case_id")["at"].agg(lambda column: (column.max() - column.min()).total_seconds())
    backlog = sum(1 for case in learnt.present.cases for each in case.work if each.element == "b")
    hours = backlog * learnt.work["b"].processing.mean
    assert float(np.median(spans)) > float(np.median(other)) + hours, "the new cases stand behind what lay there"
    again = simulate_on((Arm(REVIEW, 1.0),), learnt, cases=40, seed=2)
    assert events(again.log).equals(frame) and again.closed == played.closed


def test_without_open_cases_there_is_no_present(learnt: Scenario) -> None:
    assert learnt.present is None
    with pytest.raises(ScenarioIncomplete, match="open cases"):
        simulate_on((Arm(REVIEW, 1.0),), learnt, cases=5, seed=1)


def test_a_case_stands_at_the_nearest_marking_that_offers_its_work() -> None:
    model = drawing("start > and1 > a > and2; and1 > b > and2; and2 > c > end")
    player = Player(model, frozenset("abc"))
    one = player.standing(("a",), ("b",))
    assert one.fits and "b" in one.places and len(one.places) == 2
    both = player.standing((), ("a", "b"))
    assert both.fits and set(both.places) == {"a", "b"}
    astray = player.standing(("a",), ("c",))
    assert not astray.fits
