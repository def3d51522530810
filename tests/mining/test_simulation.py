"""The simulation: queueing theory, the meaning of the drawing, and the form of the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import factorial, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import ProcessModel, Timer, TimerKind, Trigger
from bpmn.procedure import read_all_procedures
from bpmn.semantics import net
from mining.alignment import align
from mining.errors import ScenarioIncomplete, SimulationTooLong
from mining.scenario.replay import Player
from mining.simulation import Arm, CaseMix, Choice, Officer, Routing, Scenario, Wait, Work, simulate, simulate_trial
from tests.bpmn.test_semantics import blocks
from tests.contracts.drawings import after, boundary, catch, drawing, user
from tests.mining.offices import HOUR, always, events, exponential, office, pieces, traces

START = datetime(2026, 3, 2, tzinfo=UTC)
ONE = drawing("start > a > end")


def erlang_wait(arrivals: float, service: float, officers: int) -> float:
    """Mean wait of M/M/c by Erlang's C formula; arrivals and service per hour, the wait in hours."""
    offered = arrivals / service
    busy = offered**officers / factorial(officers) / (1 - offered / officers)
    delayed = busy / (sum(offered**n / factorial(n) for n in range(officers)) + busy)
    return delayed / (officers * service - arrivals)


@pytest.mark.slow
@pytest.mark.parametrize(("officers", "load"), [(1, 0.6), (2, 0.8), (10, 0.8)])
def test_waiting_is_what_queueing_theory_says(officers: int, load: float) -> None:
    scenario = office({"a": (exponential(600, 4000), officers)}, per_hour=load * officers * 6, around_the_clock=True)
    means = []
    for seed in range(6):
        work = pieces(simulate(ONE, scenario, cases=5_000, seed=seed, start=START, warm_up=timedelta(days=3)))
        means.append((work["start"] - work["schedule"]).dt.total_seconds().mean() / HOUR)
    expected = erlang_wait(load * officers * 6, 6, officers)
    assert abs(np.mean(means) - expected) < 2.6 * np.std(means, ddof=1) / sqrt(len(means)) + 0.02 * expected


def test_the_same_seed_gives_the_same_events() -> None:
    scenario = office({"a": (exponential(HOUR), 2)}, per_hour=1)
    one, same, other = (simulate(ONE, scenario, cases=60, seed=seed, start=START) for seed in (4, 4, 5))
    assert events(one).equals(events(same)) and one.source == same.source
    assert not events(one).equals(events(other))


def test_officers_work_in_office_hours_and_one_thing_at_a_time() -> None:
    scenario = office({"a": (exponential(HOUR), 1)}, per_hour=0.5)
    log = simulate(ONE, scenario, cases=80, seed=1, start=START)
    calendar = scenario.calendars[0]
    work = pieces(log).sort_values("start")
    assert all(calendar.is_working(at.to_pydatetime()) for at in work["start"])
    assert (work["start"].to_numpy()[1:] >= work["complete"].to_numpy()[:-1]).all()


def test_the_log_has_the_form_that_the_engine_records() -> None:
    mix = (CaseMix("east", {"taxpayer_id": "91", "amount": 5}),)
    scenario = office({"a": (always(HOUR), 1)}, per_hour=0.1, case_mix=mix)
    frame = events(simulate(ONE, scenario, cases=3, seed=1, start=START, version=7))
    first = frame[frame.case_id == frame.case_id.iloc[0]]
    assert list(zip(first.activity, first.lifecycle, strict=True)) == [
        ("start", "complete"),
        ("a", "schedule"),
        ("a", "assign"),
        ("a", "start"),
        ("a", "complete"),
        ("end", "complete"),
    ]
    assert first.attributes.iloc[0] == '{"taxpayer_id":"91","amount":5}'
    assert set(first.version) == {7} and set(first.office) == {"east"}
    assert first.officer.fillna("").tolist() == ["", "", "a0", "a0", "a0", ""]


def generous(model: ProcessModel) -> Scenario:
    """Somebody for everything, every choice as likely as any other."""
    player = Player(model, frozenset())
    outcomes: dict[str, dict[str, float]] = {}
    for step in player.board.transitions:
        outcomes.setdefault(step.node, {})[player.outcome(step)] = 1.0
    waits = {node.id: Wait(always(HOUR), 0.5) for node in model.nodes}
    work = {activity.id: Work(exponential(HOUR), officers=("anybody", "somebody")) for activity in model.activities}
    base = office({}, per_hour=0.2)
    choices = {node: Choice(weights) for node, weights in outcomes.items()}
    officers = (Officer("anybody"), Officer("somebody"))
    return replace(base, work=work, waits=waits, choices=choices, officers=officers)


@settings(deadline=None, max_examples=25)
@given(blocks(), st.integers(0, 1_000))
def test_simulated_traces_fit_their_model(model: ProcessModel, seed: int) -> None:
    """Exactly, by alignment: replaying keeps only the likeliest readings and may lose the right one in nested choices."""
    played = [tuple(trace) for trace in traces(simulate(model, generous(model), cases=8, seed=seed, start=START))]
    aligned = align(net(model), played)
    assert [found and found.cost for found in aligned.alignments] == [0] * len(played)


@pytest.mark.parametrize("procedure", read_all_procedures(), ids=lambda procedure: procedure.key)
def test_every_procedure_can_be_simulated_and_its_traces_fit(procedure: object) -> None:
    model: ProcessModel = procedure.model  # type: ignore[attr-defined]
    for trace in traces(simulate(model, generous(model), cases=40, seed=3, start=START)):
        replay = Player(model, frozenset(trace)).replay(trace)
        assert replay.skipped == 0 and replay.finished


def test_a_late_piece_of_work_is_withdrawn_and_its_officer_freed() -> None:
    model = drawing("start > a > end1; late > b > end2", boundary("late", "a", Trigger.TIMER, timer=after("PT2H")))
    scenario = office({"a": (always(3 * HOUR), 1), "b": (always(60), 1)}, per_hour=0.05, around_the_clock=True)
    frame = events(simulate(model, scenario, cases=20, seed=2, start=START))
    withdrawn = frame[frame.lifecycle == "withdraw"]
    assert len(withdrawn) == 20 and set(withdrawn.activity) == {"a"}
    fired = frame[(frame.activity == "late")].groupby("case_id")["at"].agg(["min", "max"])
    assert ((fired["max"] - fired["min"]) == timedelta(hours=2)).all()


def test_a_reminder_leaves_the_work_alone_and_counts_working_days() -> None:
    timer = Timer(TimerKind.DURATION, 'duration("P2D")', working=True)
    remind = boundary("remind", "a", Trigger.TIMER, timer=timer, interrupting=False)
    model = drawing("start > a > end1; remind > end2", remind)
    scenario = office({"a": (always(20 * HOUR), 5)}, per_hour=0.05)
    frame = events(simulate(model, scenario, cases=20, seed=2, start=START))
    assert (frame[frame.lifecycle == "complete"].activity == "remind").sum() == 20
    assert not (frame.lifecycle == "withdraw").any()


def test_the_first_event_wins_by_its_share() -> None:
    model = drawing(
        "start > race1 > paid > end1; race1 > late > end2", catch("paid"), catch("late", Trigger.TIMER, timer=after())
    )
    waits = {"paid": Wait(always(HOUR), 0.25)}
    scenario = office({}, per_hour=1, waits=waits)
    found = traces(simulate(model, scenario, cases=2_000, seed=1, start=START))
    assert np.mean(["paid" in trace for trace in found]) == pytest.approx(0.25, abs=0.03)


def test_four_eyes_are_two_people() -> None:
    model = drawing("start > a > b > end", user("b", four_eyes=("a",)))
    base = office({"a": (always(HOUR), 2)}, per_hour=0.3)
    scenario = replace(base, work={"a": base.work["a"], "b": base.work["a"]})
    frame = events(simulate(model, scenario, cases=100, seed=1, start=START))
    done = frame[(frame.lifecycle == "complete") & frame.officer.notna()]
    assert (done.groupby("case_id").officer.nunique() == 2).all()


def test_work_given_to_another_post_is_done_by_its_officers_too() -> None:
    officers = (Officer("r0", posts=("review",)), Officer("p0", posts=("policy",)))
    work = {"a": Work(always(HOUR), officers=("r0",)), "b": Work(always(60), officers=("p0",))}
    scenario = replace(
        office({}, per_hour=0.8), work=work, officers=officers, posts={"a": ("review",), "b": ("policy",)}
    )
    before = drawing("start > a > b > end", user("a", posts=("review",)), user("b", posts=("policy",)))
    wider = drawing("start > a > b > end", user("a", posts=("review", "policy")), user("b", posts=("policy",)))
    done = [events(simulate(model, scenario, cases=200, seed=1, start=START)) for model in (before, wider)]
    helpers = [set(frame[(frame.activity == "a") & frame.officer.notna()].officer) for frame in done]
    assert helpers == [{"r0"}, {"r0", "p0"}]


def test_pushed_work_is_assigned_at_once_and_waits_with_its_officer() -> None:
    scenario = office({"a": (exponential(HOUR), 2)}, per_hour=1.5, routing=Routing.PUSH)
    work = pieces(simulate(ONE, scenario, cases=100, seed=1, start=START))
    assert (work["assign"] == work["schedule"]).all() and (work["start"] > work["assign"]).any()


def test_in_a_trial_the_versions_share_cases_and_officers() -> None:
    scenario = office({"a": (exponential(HOUR), 1)}, per_hour=0.6)
    arms = (Arm(ONE, 0.7, "current", 1), Arm(ONE, 0.3, "proposed", 2))
    frame = events(simulate_trial(arms, scenario, cases=600, seed=3, start=START))
    opening = frame[frame.activity == "start"]
    assert opening.version.value_counts(normalize=True)[2] == pytest.approx(0.3, abs=0.05)
    assert opening.attributes.str.contains("arm").all()
    assert set(frame.officer.dropna()) == {"a0"}
    work = frame[frame.lifecycle.isin(["start", "complete"]) & frame.officer.notna()]
    assert work.sort_values(["at", "position"]).lifecycle.tolist()[::2] == ["start"] * 600


def test_one_case_has_the_same_luck_in_two_versions() -> None:
    longer = drawing("start > a > b > end")
    scenario = office({"a": (exponential(HOUR), 50), "b": (exponential(HOUR), 50)}, per_hour=1, around_the_clock=True)
    logs = [pieces(simulate(model, scenario, cases=50, seed=8, start=START)) for model in (ONE, longer)]
    lengths = [(w[w.activity == "a"]["complete"] - w[w.activity == "a"]["start"]).tolist() for w in logs]
    assert lengths[0] == lengths[1]


def test_what_the_scenario_does_not_say_is_asked_for() -> None:
    with pytest.raises(ScenarioIncomplete, match="the time and the officers of 'a'"):
        simulate(ONE, office({}, per_hour=1), cases=1, seed=1, start=START)
    choice = drawing("start > xor1; xor1 > end1; xor1 > end2")
    with pytest.raises(ScenarioIncomplete, match="shares of the branches of 'xor1'"):
        simulate(choice, office({}, per_hour=1), cases=1, seed=1, start=START)
    told = office({}, per_hour=1).assuming(choices={"xor1": {"xor1_end1": 0.9, "xor1_end2": 0.1}})
    assert len(traces(simulate(choice, told, cases=30, seed=1, start=START))) == 30


def test_an_office_that_cannot_cope_is_named() -> None:
    scenario = office({"a": (always(4000 * HOUR), 1)}, per_hour=0.02)
    with pytest.raises(SimulationTooLong, match="still open"):
        simulate(ONE, scenario, cases=60, seed=1, start=START)


def test_a_scenario_survives_as_json() -> None:
    mix = (CaseMix("east", {"amount": 5, "since": START}),)
    choices = {"x": Choice({"f": 1.0}, ({"f": 2.0},), "@risk", {"low": {"f": 1.0}})}
    scenario = office({"a": (exponential(HOUR), 2)}, per_hour=1, case_mix=mix, choices=choices)
    assert Scenario.from_json(scenario.to_json()) == scenario
