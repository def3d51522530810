"""A redesign in the window: looked at, tried on a share of new cases, compared, decided, and kept in the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from bpmn.changes import HandOver, apply
from mining import archive
from mining.redesign import Proposal
from tests.webui.conftest import MONDAY, REFUND, Hands, SignIn, made, procedures
from webui.database import transaction
from workflows.tables import Case, ProcedureVersion

KEY = "vat_credit_refund"


@pytest.fixture
def proposal(engine: sa.Engine) -> int:
    """A proposal that lets tax policy accept applications, too."""
    procedure = next(p for p in procedures() if p.key == KEY)
    change = HandOver("accept", ("reception", "policy"))
    evidence = {
        "activity": "“accept”",
        "element": "accept",
        "hours": 12.5,
        "share": 0.6,
        "officers": 2,
        "busy": 0.9,
        "others": 4,
        "post": "policy",
        "idle": 0.1,
    }
    made = Proposal(
        key="hand_over:accept",
        kind="hand_over",
        changes=(change,),
        code="hand_over",
        evidence=evidence,
        gain=3600.0,
        model=apply(procedure.model, change),
    )
    with transaction(engine) as session:
        return archive.keep_proposal(session, KEY, made, version=1, source="a test", by="owner", now=MONDAY).id


def states(engine: sa.Engine) -> dict[int, str]:
    with transaction(engine) as session:
        rows = session.execute(
            sa.select(ProcedureVersion.number, ProcedureVersion.state).where(ProcedureVersion.key == KEY)
        )
        return {row.number: row.state for row in rows}


def test_a_proposal_says_why_in_both_languages(signed_in: SignIn, proposal: int) -> None:
    english = signed_in("owner").get(f"/improvement/proposals/{proposal}").text
    assert "cases wait 12.5 working hours on average, 60% of all waiting" in english
    assert "is handed over" in english and "posts: those of the lane → reception, policy" in english
    chinese = signed_in("owner", language="zh").get(f"/improvement/{KEY}").text
    assert "平均等待 12.5 个工作小时" in chinese and "受理审核" in chinese


@pytest.mark.parametrize(
    ("decision", "after"), [("promote", {1: "retired", 2: "active"}), ("roll_back", {1: "active", 2: "retired"})]
)
def test_a_trial_is_started_compared_and_decided(
    signed_in: SignIn, engine: sa.Engine, clock: Hands, proposal: int, decision: str, after: dict[int, str]
) -> None:
    owner = signed_in("owner")
    started = owner.post(f"/improvement/proposals/{proposal}/trial", data={"share": "50"})
    assert started.status_code == 302 and states(engine) == {1: "active", 2: "trial"}
    clerk = signed_in("clerk")
    for _ in range(12):
        clock.pass_by(timedelta(minutes=1))
        assert clerk.post(f"/new/{KEY}", data=REFUND).status_code == 302
    with transaction(engine) as session:
        arms = dict(session.execute(sa.select(Case.version, sa.func.count()).group_by(Case.version)).all())
    assert set(arms) == {1, 2}, "new cases run on both"
    page = owner.get("/improvement/trials/1?format=json").json
    assert page["effect"]["open_before"] + page["effect"]["open_after"] == 12  # type: ignore[index]
    refused = owner.post("/improvement/trials/1/decide", data={"decision": decision, "remark": ""})
    assert refused.status_code == 422
    decided = owner.post("/improvement/trials/1/decide", data={"decision": decision, "remark": "tried enough"})
    assert decided.status_code == 302 and states(engine) == after
    assert owner.post("/improvement/trials/1/decide", data={"decision": decision, "remark": "again"}).status_code >= 400
    ledger = owner.get("/improvement?format=json").json["ledger"]  # type: ignore[index]
    assert [(row["trial"]["decision"], row["trial"]["remark"]) for row in ledger] == [(decision, "tried enough")]


@pytest.mark.slow
def test_redesigns_are_looked_for_and_simulated_by_a_job(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine, proposal: int
) -> None:
    owner, page = signed_in("owner"), f"/improvement/proposals/{proposal}"
    owner.post(f"/improvement/{KEY}/propose")
    assert "it waits for its turn" in owner.get(f"/improvement/{KEY}").text
    assert made(app) == 1
    assert owner.get(f"/improvement/{KEY}/progress").headers["HX-Refresh"] == "true"
    given = {"share": "50", "cases": "50", "seed": "1"}
    assert owner.post(f"{page}/simulate", data={**given, "cases": "none"}).status_code == 422
    owner.post(f"{page}/simulate", data=given)
    assert "it waits for its turn" in owner.get(page).text
    assert made(app) == 1
    told = owner.get(page).text
    assert "waits for its turn" not in told
    assert "says nothing about the time and the officers" in told, "six cases that nobody finished teach too little"


def test_a_second_trial_waits_for_the_first(signed_in: SignIn, proposal: int) -> None:
    owner = signed_in("owner")
    owner.post(f"/improvement/proposals/{proposal}/trial", data={"share": "30"})
    assert owner.post(f"/improvement/proposals/{proposal}/trial", data={"share": "30"}).status_code == 409
    assert owner.post(f"/improvement/proposals/{proposal}/trial", data={"share": "130"}).status_code == 422
    assert "decide it first" in owner.get(f"/improvement/proposals/{proposal}").text


def test_nothing_begins_without_the_right(signed_in: SignIn, proposal: int, engine: sa.Engine) -> None:
    assert (
        signed_in("manager").post(f"/improvement/proposals/{proposal}/trial", data={"share": "30"}).status_code == 403
    )
    assert states(engine) == {1: "active"}
