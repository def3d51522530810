"""Who leaves, loses a post or is away: no work stays on a desk at which nobody sits, and managers see what nobody does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.webui.conftest import MONDAY, REFUND, SignIn
from webui import leaving, scheduler
from webui.database import transaction
from webui.settings import Settings
from workflows import cases, staff, tasks
from workflows.assignment import Candidate, choose
from workflows.jobs import embedded
from workflows.tables import Absence, Officer, Task

GONE = {"active": "no"}
POST = {"post": "reception", "office": "east"}


@pytest.fixture
def colleague(engine: sa.Engine) -> None:
    """The other clerk may do what the clerk may."""
    with transaction(engine) as session:
        staff.appoint(session, "other_clerk", "reception", "east", since=MONDAY - timedelta(days=1))


def stands(engine: sa.Engine, task: int = 1) -> tuple[str | None, str, str | None]:
    with transaction(engine) as session:
        found = session.get_one(Task, task)
        return found.officer, found.state, found.office


def unattended(signed_in: SignIn) -> list[dict[str, Any]]:
    page: Any = signed_in("manager").get("/?format=json").json
    return list(page["unattended"]["lines"])


def test_the_work_of_who_leaves_goes_to_others(
    signed_in: SignIn, case: str, colleague: None, engine: sa.Engine
) -> None:
    told = signed_in("admin").post("/staff/officers/clerk/active", data=GONE, follow_redirects=True).text
    assert "no longer active" in told and "1 open tasks went to others, 0 wait in the pool" in told
    assert stands(engine) == ("other_clerk", "assigned", "east")
    assert "the officer is no longer active" in signed_in("manager").get(f"/cases/{case}").text


def test_work_that_was_given_in_the_same_moment_is_found_by_a_second_look(
    signed_in: SignIn, case: str, colleague: None, engine: sa.Engine, settings: Settings
) -> None:
    signed_in("admin").post("/staff/officers/clerk/active", data=GONE)
    with transaction(engine) as session:
        session.get_one(Task, 1).officer = "clerk"  # as whoever looked before that change and wrote after it
        (job,) = session.execute(sa.select(embedded.JOBS).where(embedded.JOBS.c.name == leaving.REROUTE))
    assert job.due_at == MONDAY + leaving.SECOND_LOOK
    scheduler.work({}, settings)[job.name](engine, job.payload, job.due_at)
    assert stands(engine) == ("other_clerk", "assigned", "east")


def test_what_nobody_else_may_do_waits_in_the_pool_and_managers_see_it(
    signed_in: SignIn, case: str, engine: sa.Engine
) -> None:
    assert unattended(signed_in) == []
    told = signed_in("admin").post("/staff/officers/clerk/active", data=GONE, follow_redirects=True).text
    assert "0 open tasks went to others, 1 wait in the pool" in told
    assert stands(engine) == (None, "ready", "east")
    (line,) = unattended(signed_in)
    assert line["nobody"] and "appoint somebody" in line["why"] and line["case"] == case
    assert "Work that nobody does" in signed_in("manager").get("/").text
    with transaction(engine) as session:
        staff.appoint(session, "idle", "reception", "east", since=MONDAY)
    (line,) = unattended(signed_in)
    assert not line["nobody"] and "1 officers may claim it now" in line["why"]


def test_work_of_a_suspended_case_rests_on_its_new_desk(
    signed_in: SignIn, case: str, colleague: None, engine: sa.Engine
) -> None:
    manager = signed_in("manager")
    manager.post(f"/cases/{case}/suspend", data={"reason": "a ruling is awaited"})
    signed_in("admin").post("/staff/officers/clerk/dismiss", data=POST)
    assert stands(engine) == ("other_clerk", "suspended", "east")
    manager.post(f"/cases/{case}/resume", data={"reason": "the ruling came"})
    assert stands(engine) == ("other_clerk", "assigned", "east")


def test_work_that_went_up_comes_down_again_when_the_office_has_somebody(engine: sa.Engine) -> None:
    """A closed office: its work goes to the office above; who is appointed there later may take it back."""
    with transaction(engine) as session:
        staff.add_officer(session, "above", {"zh": "演示上级"}, office="city", posts=["reception"])
        session.get_one(Officer, "clerk").active = False
        cases.start(session, "vat_credit_refund", REFUND, now=MONDAY, office="east", number="R-1")
        assert stands_in(session) == ("above", "assigned", "city")
        staff.appoint(session, "idle", "reception", "east", since=MONDAY)
        task = session.get_one(Task, 1)
        assert {c.officer for c in tasks.candidates_for(session, task, MONDAY)} == {"above", "idle"}
        assert {one.officer: one.key for one in tasks.explain(session, task, MONDAY)}["idle"] == "may"
        tasks.release(session, task, "above", now=MONDAY)
        assert stands_in(session) == (None, "ready", "east")
        assert tasks.pool_size(session, "idle", MONDAY) == 1
        assert tasks.claim(session, task, "idle", now=MONDAY).office == "east"


def stands_in(session: sa.orm.Session) -> tuple[str | None, str, str | None]:
    found = session.get_one(Task, 1)
    return found.officer, found.state, found.office


def test_the_desk_of_who_is_away_without_a_stand_in_is_seen(
    signed_in: SignIn, case: str, colleague: None, engine: sa.Engine
) -> None:
    admin, away = signed_in("admin"), {"officer": "clerk", "since": "2026-03-01", "until": "2026-03-06"}
    admin.post("/staff/absences", data=away)
    assert "2026-03-01 – 2026-03-06" in admin.get("/staff").text, "as it was entered"
    (line,) = unattended(signed_in)
    assert "away without a stand-in" in line["why"] and "1 officers may take it over" in line["why"]
    assert admin.post("/staff/absences/1/end").status_code == 302
    assert unattended(signed_in) == []
    assert admin.post("/staff/absences/1/end").status_code == 422, "it is over already"
    admin.post("/staff/absences", data={**away, "since": "2026-03-10", "until": "2026-03-11"})
    admin.post("/staff/absences/2/end")
    with transaction(engine) as session:
        assert session.get(Absence, 2) is None, "it does not take place"


def test_nobody_locks_the_office_out_of_its_system(signed_in: SignIn) -> None:
    admin, own = signed_in("admin"), {"post": "administrator", "office": "city"}
    assert admin.post("/staff/officers/admin/active", data=GONE).status_code == 422
    assert admin.post("/staff/officers/admin/dismiss", data=own).status_code == 422
    assert admin.get("/staff").status_code == 200


def test_an_officer_looks_after_a_key_taxpayer_and_the_work_says_why_another_does_it(
    signed_in: SignIn, colleague: None, engine: sa.Engine
) -> None:
    admin, own = signed_in("admin"), {"taxpayer": REFUND["taxpayer_id"], "officer": "source"}
    assert admin.post("/staff/accounts", data=own).status_code == 302
    assert admin.get("/staff?format=json").json["accounts"] == [  # type: ignore[index]
        {"taxpayer": REFUND["taxpayer_id"], "officer": "Demo source (source)"}
    ]
    assert admin.post("/staff/accounts", data={**own, "officer": "nobody"}).status_code == 404
    assert choose([Candidate(officer="clerk", post="p", office="east")], dedicated="source").why == {
        "key": "only_one",
        "instead_of": "source",
    }
    admin.post("/staff/accounts", data={"taxpayer": REFUND["taxpayer_id"]})
    assert admin.get("/staff?format=json").json["accounts"] == []  # type: ignore[index]
