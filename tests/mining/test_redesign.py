"""Redesigns that the facts suggest, on logs where the fault is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import ibis
import pytest

from bpmn.changes import Automate, Drop, HandOver, Parallelise
from bpmn.procedure import PROCEDURES, Procedure, read_procedure
from bpmn.semantics import net, soundness
from event_logs.log import EventLog
from mining.diagnosis import diagnose
from mining.redesign import Proposal, propose
from mining.simulation import CaseMix, Choice, Officer, Scenario, Wait, Work, simulate
from tests.contracts.drawings import drawing, user
from tests.mining.offices import HOUR, always, exponential, office

START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def refund() -> Procedure:
    return read_procedure(PROCEDURES / "vat_credit_refund")


def staffed(procedure: Procedure) -> Scenario:
    """Two officers for each post, and much work at the second review."""
    model = procedure.model
    posts = sorted({post for activity in model.activities for post in model.posts(activity.id)})
    officers = tuple(Officer(f"{post}{n}", posts=(post,)) for post in posts for n in range(2))
    holders = {post: tuple(o.id for o in officers if post in o.posts) for post in posts}
    work = {
        activity.id: Work(
            exponential(6 * HOUR if activity.id == "second_review" else 0.7 * HOUR),
            officers=tuple(name for post in model.posts(activity.id) for name in holders[post]),
        )
        for activity in model.activities
    }
    shares = {
        "accept_decision": {"accept_decision__risk_scan": 1.0},
        "risk_decision": {"risk_decision__invoice_check": 0.85, "risk_decision__issue_slip": 0.15},
        "policy_decision": {"policy_decision__second_review": 1.0},
        "approve_decision": {"approve_decision__issue_slip": 0.95, "approve_decision__notify_result": 0.05},
    }
    waits = {
        "treasury_reply": Wait(always(HOUR)),
        "await_papers": Wait(always(HOUR)),
        "pay_out_failed": Wait(always(1), 0),
    }
    mix = tuple(CaseMix("city", {"refund_amount": 1000 * n, "first_refund": n % 2 == 0}) for n in range(40))
    base = office({}, per_hour=0.3)
    choices = {node: Choice(weights) for node, weights in shares.items()}
    return replace(base, work=work, officers=officers, waits=waits, choices=choices, case_mix=mix)


def answered(log: EventLog, activity: str, outcome: ibis.Value) -> EventLog:
    """The log in which that activity was completed with an outcome."""
    events = log.events
    told = ibis.literal(f'{{"{activity}_outcome":"') + outcome + ibis.literal('"}')
    here = (events.activity == activity) & (events.lifecycle == "complete")
    return replace(log, events=events.mutate(attributes=ibis.ifelse(here, told, events.attributes)))


@pytest.fixture(scope="module")
def refund_log(refund: Procedure) -> EventLog:
    log = simulate(refund.model, staffed(refund), cases=500, seed=2, start=START)
    return answered(log, "policy_review", ibis.literal("pass"))


@pytest.fixture(scope="module")
def proposals(refund: Procedure, refund_log: EventLog) -> list[Proposal]:
    return propose(diagnose(refund_log, refund.model), refund_log, refund)


def test_busy_officers_get_help_from_idle_ones_first_of_all(proposals: list[Proposal]) -> None:
    best = proposals[0]
    assert best.changes == (HandOver("second_review", ("second_review", "policy")),)
    assert best.evidence["busy"] > best.evidence["idle"] + 0.15 and best.evidence["rank"] == 1
    assert "cases wait" in best.reason and "policy" in best.reason


def test_independent_checks_are_proposed_to_run_side_by_side(proposals: list[Proposal]) -> None:
    found = next(p for p in proposals if p.kind == "parallelise")
    assert found.changes == (Parallelise(("invoice_check", "arrears_check")),)
    assert found.gain > 0 and found.evidence["cases"] > 300


def test_a_review_that_always_passes_is_proposed_to_go(proposals: list[Proposal]) -> None:
    found = next(p for p in proposals if p.kind == "drop")
    assert found.changes == (Drop("policy_review", "pass"),)
    assert found.code == "drop" and found.evidence["bound"] < 0.01
    assert not found.model.has("policy_decision")


def test_every_proposal_is_sound_says_why_and_can_be_simulated(refund: Procedure, proposals: list[Proposal]) -> None:
    assert len(proposals) >= 3 and len({p.key for p in proposals}) == len(proposals)
    for proposal in proposals:
        assert soundness(net(proposal.model, repeat=False)).sound
        assert proposal.reason.endswith(".") and "{" not in proposal.reason
        scenario = proposal.scenario(staffed(refund))
        assert simulate(proposal.model, scenario, cases=20, seed=1, start=START).cases.count().execute() == 20


def test_statutory_steps_and_steps_that_decide_something_stay(refund: Procedure, refund_log: EventLog) -> None:
    log = answered(refund_log, "approve", ibis.literal("pass"))
    dropped = [p.changes[0] for p in propose(None, log, refund) if p.kind in ("drop", "automate")]
    assert all(change.activity != "approve" for change in dropped)  # type: ignore[union-attr]


def test_a_rule_is_proposed_where_an_attribute_tells_the_outcome() -> None:
    model = drawing('start > a > b > xor1; xor1 > c > end1; xor1 > end2 ? b_outcome = "refuse"', user("b"))
    base = office({name: (exponential(HOUR), 2) for name in "abc"}, per_hour=0.8)
    mix = tuple(CaseMix(None, {"amount": 100 * n}) for n in range(1, 11))
    choice = Choice({"xor1_c": 0.8, "xor1_end2": 0.2})
    log = simulate(model, replace(base, case_mix=mix, choices={"xor1": choice}), cases=900, seed=1, start=START)
    amounts = log.events.filter(log.events.activity == "start").select("case_id", opening="attributes")
    told = log.events.join(amounts, "case_id")
    large = told.opening.re_extract(r'"amount":(\d+)', 1).cast("int64") > 700
    plain = replace(log, events=told.mutate(large=large))
    outcome = ibis.ifelse(plain.events.large, "refuse", "pass")
    log = answered(plain, "b", outcome)
    log = replace(log, events=log.events.drop("large", "opening"))
    found = [p for p in propose(None, log, model) if p.kind == "automate"]
    assert found[0].changes == (Automate("b", "amount <= 700", "pass"),)
    gateway, shares = next(iter(found[0].shares.items()))
    assert gateway == "b_triage" and shares["b_triage__b_auto"] == pytest.approx(0.7, abs=0.06)


def test_few_cases_prove_nothing(refund: Procedure, refund_log: EventLog) -> None:
    few = refund_log.filtered(refund_log.events.select("case_id").distinct().order_by("case_id").limit(12))
    assert propose(None, few, refund) == []


@pytest.mark.slow
def test_a_row_of_a_table_is_proposed_where_only_two_attributes_together_tell() -> None:
    """Who is neither large nor new always passes; of the others every third is refused."""
    model = drawing('start > a > b > xor1; xor1 > c > end1; xor1 > end2 ? b_outcome = "refuse"', user("b"))
    base = office({name: (exponential(HOUR), 2) for name in "abc"}, per_hour=0.8)
    mix = tuple(CaseMix(None, {"large": n % 3 == 0, "new": n // 3 == 0}) for n in range(9))
    choice = Choice({"xor1_c": 0.8, "xor1_end2": 0.2})
    log = simulate(model, replace(base, case_mix=mix, choices={"xor1": choice}), cases=1800, seed=1, start=START)
    openings = log.events.filter(log.events.activity == "start").select("case_id", opening="attributes")
    told = log.events.join(openings, "case_id")
    easy = told.opening.contains('"large":false') & told.opening.contains('"new":false')
    plain = replace(log, events=told.mutate(hard=~easy & (told.case_id.right(1).cast("int64") % 3 == 0)))
    answers = answered(plain, "b", ibis.ifelse(plain.events.hard, "refuse", "pass"))
    log = replace(answers, events=answers.events.drop("hard", "opening"))
    [found] = [p for p in propose(None, log, model) if p.kind == "automate"]
    assert set(found.evidence["condition"].split(" and ")) == {"large = false", "new = false"}
    assert found.evidence["covered"] == pytest.approx(4 / 9, abs=0.05)
    assert found.evidence["passed"] == found.evidence["cases"] >= 300
