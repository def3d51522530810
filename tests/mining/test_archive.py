"""What was proposed, promised, tried and decided is on file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bpmn.changes import HandOver, apply
from bpmn.procedure import PROCEDURES, read_procedure
from mining import archive
from mining.errors import AlreadyDecided, UnknownProposal
from mining.evaluation import Against, CaseValues, Effect, Promise, effect_of, judge
from mining.redesign import Proposal
from mining.scenario import BaselineGap
from mining.simulation import Scenario
from tests.mining.offices import HOUR, always, office

NOW = datetime(2026, 7, 1, 1, tzinfo=UTC)
CHANGE = HandOver("second_review", ("second_review", "policy"))
SCENARIO = office({"a": (always(HOUR), 1)}, per_hour=1)
PROMISE = Promise(
    measure="lead_time",
    estimate=-0.3,
    low=-0.4,
    high=-0.2,
    roll_out=(-0.3, -0.31, -0.29),
    share=0.3,
    cases=200,
    replications=30,
    seed=1,
    baseline=BaselineGap(100.0, 104.0),
    notes=("a note",),
)


def a_proposal() -> Proposal:
    model = apply(read_procedure(PROCEDURES / "vat_credit_refund").model, CHANGE)
    evidence = {
        "activity": "复核",
        "hours": 29.5,
        "share": 0.9,
        "officers": 2,
        "busy": 0.92,
        "others": 6,
        "post": "policy",
        "idle": 0.07,
    }
    return Proposal(
        key="hand_over:second_review:policy",
        kind="hand_over",
        changes=(CHANGE,),
        code="hand_over",
        evidence=evidence,
        gain=3600.0,
        model=model,
    )


@pytest.fixture
def session(any_database_url: str) -> Iterator[Session]:
    engine = sa.create_engine(any_database_url)
    archive.Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def kept(session: Session) -> archive.ArchivedProposal:
    return archive.keep_proposal(
        session, "vat_credit_refund", a_proposal(), version=1, source="snapshot 7", by="d01", now=NOW
    )


def an_effect(ratio: float = 0.7) -> Effect:
    values = np.exp(np.random.default_rng(1).normal(12, 0.5, 800))
    return effect_of(CaseValues(values, np.full(3, 86400.0)), CaseValues(values * ratio), measure="lead_time")


def test_a_proposal_is_filed_once_with_its_drawing_and_reason(session: Session) -> None:
    one = kept(session)
    assert kept(session).id == one.id
    session.commit()
    session.expire_all()
    again = archive.proposal_of(session, one.id)
    assert again.what == (CHANGE,) and "复核" in again.reason
    assert again.model.posts("second_review") == ("second_review", "policy")
    assert again.made_at == NOW
    with pytest.raises(UnknownProposal, match="number 99"):
        archive.proposal_of(session, 99)


def test_forecast_and_result_stand_side_by_side(session: Session) -> None:
    proposal = kept(session)
    archive.keep_promise(session, proposal, PROMISE, SCENARIO, now=NOW)
    trial = archive.open_trial(session, proposal, current_version=1, trial_version=2, share=0.3, by="d01", now=NOW)
    effect = an_effect()
    verdict = judge(effect, PROMISE)
    archive.decide(session, trial, effect=effect, verdict=verdict, decision="promote", by="d02", now=NOW)
    session.commit()
    session.expire_all()
    entry = archive.ledger(session, "vat_credit_refund")[0]
    assert entry.promise == PROMISE and entry.effect == effect
    assert (entry.trial.decision, entry.trial.decided_by, entry.trial.advice) == ("promote", "d02", "promote")
    assert Scenario.from_json(entry.proposal.promises[0].scenario) == SCENARIO
    record = archive.track_record([entry])
    assert (record.judged, record.kept) == (1, 1) and record.mean_error == pytest.approx(0.0, abs=0.01)
    assert archive.ledger(session, "another") == []


def test_both_comparisons_are_filed_with_their_promises(session: Session) -> None:
    promised = replace(PROMISE, against=Against.BEFORE, beside=(-0.1, -0.2, 0.0), before=(-0.3, -0.4, -0.2))
    proposal = kept(session)
    archive.keep_promise(session, proposal, promised, SCENARIO, now=NOW)
    trial = archive.open_trial(session, proposal, current_version=1, trial_version=2, share=0.3, by=None, now=NOW)
    compared = {Against.BESIDE: an_effect(0.95), Against.BEFORE: an_effect()}
    before = compared[Against.BEFORE]
    archive.decide(session, trial, effect=before, compared=compared, verdict=None, decision="promote", by="d", now=NOW)
    session.commit()
    session.expire_all()
    entry = archive.ledger(session)[0]
    assert entry.promise == promised and entry.promise.of(Against.BESIDE) == (-0.1, -0.2, 0.0)
    assert entry.effect == before and entry.trial.effects == compared


def test_a_trial_is_decided_once(session: Session) -> None:
    trial = archive.open_trial(session, kept(session), current_version=1, trial_version=2, share=0.3, by=None, now=NOW)
    assert archive.ledger(session)[0].effect is None and archive.ledger(session)[0].promise is None
    for attempt in ("roll_back", "promote"):
        if attempt == "promote":
            with pytest.raises(AlreadyDecided, match="roll_back"):
                archive.decide(session, trial, effect=an_effect(), verdict=None, decision=attempt, by="d", now=NOW)
        else:
            archive.decide(session, trial, effect=an_effect(), verdict=None, decision=attempt, by="d", now=NOW)
    assert archive.track_record(archive.ledger(session)) == archive.TrackRecord(0, 0, None)
