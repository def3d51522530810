"""An officer's day: the inbox, a task form, a case; nothing typed is lost and nobody is overtaken silently."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.builders import both, end, model, procedure, script, start, user
from tests.webui.conftest import MONDAY, REFUND, Hands, SignIn
from webui.database import transaction
from workflows import cases, deployment, staff
from workflows.tables import Case, Task


def test_a_task_goes_from_the_inbox_to_done(signed_in: SignIn, case: str, clock: Hands) -> None:
    clerk = signed_in("clerk")
    assert "Accept and check papers" in clerk.get("/inbox").text
    clock.pass_by(timedelta(hours=1))
    assert clerk.post("/tasks/1/begin").status_code == 302
    assert clerk.get("/inbox?tab=started&format=json").json["counts"] == {  # type: ignore[index]
        "assigned": 0,
        "started": 1,
        "pool": 0,
        "done": 0,
        "overdue": 0,
    }
    clock.pass_by(timedelta(minutes=20))
    done = clerk.post(
        "/tasks/1/complete", data={"accept_outcome": "pass", "accept_remark": "齐全"}, follow_redirects=True
    )
    assert "is done" in done.text
    assert "20 min" not in clerk.get("/inbox").text
    page = clerk.get(f"/cases/{case}").text
    assert "Complete: accept" in page and "齐全" in page and "Demo clerk" in page


def test_what_was_typed_comes_back_with_the_error_at_its_field(signed_in: SignIn) -> None:
    clerk = signed_in("clerk")
    wrong = {**REFUND, "taxpayer_name": "", "refund_amount": "eighty", "bank_name": "某某银行"}
    answer = clerk.post("/new/vat_credit_refund", data=wrong)
    assert answer.status_code == 422
    assert 'value="某某银行"' in answer.text and 'value="eighty"' in answer.text
    assert "Fill in this field." in answer.text and "Write a number, such as" in answer.text
    chinese = signed_in("clerk", language="zh").post("/new/vat_credit_refund", data=wrong)
    assert "此项必填。" in chinese.text and "请填写数字" in chinese.text


def test_a_case_is_opened_by_its_form(signed_in: SignIn, engine: sa.Engine) -> None:
    opened = signed_in("clerk").post("/new/vat_credit_refund", data=REFUND, follow_redirects=True)
    assert opened.status_code == 200 and "示例制造有限公司" in opened.text
    with transaction(engine) as session:
        case = session.scalars(sa.select(Case)).one()
        assert (case.office, case.taxpayer_id) == ("east", REFUND["taxpayer_id"])


def test_a_case_cannot_be_opened_at_an_office_of_others(signed_in: SignIn) -> None:
    assert signed_in("clerk").post("/new/vat_credit_refund", data={**REFUND, "_office": "west"}).status_code == 404


def test_the_second_who_submits_learns_who_was_first(signed_in: SignIn, case: str) -> None:
    clerk = signed_in("clerk")
    clerk.post("/tasks/1/complete", data={"accept_outcome": "pass"})
    late = clerk.post("/tasks/1/complete", data={"accept_outcome": "return"})
    assert late.status_code == 409 and "clerk already did this at 2026-03-02 10:00" in late.text
    asked = clerk.post("/tasks/1/complete", data={}, headers={"Accept": "application/json"})
    assert asked.status_code == 409 and asked.json["kind"] == "AlreadyDone"  # type: ignore[index]


def test_returning_needs_a_reason_and_goes_where_it_is_drawn(signed_in: SignIn, case: str) -> None:
    clerk = signed_in("clerk")
    assert clerk.post("/tasks/1/return", data={"reason": " "}).status_code == 422
    assert clerk.post("/tasks/1/return", data={"reason": "缺少银行证明"}).status_code == 302
    page = clerk.get(f"/cases/{case}").text
    assert "Wait for corrected papers" in page and "缺少银行证明" in page


def test_work_is_given_back_and_claimed_by_a_colleague(signed_in: SignIn, case: str, engine: sa.Engine) -> None:
    with transaction(engine) as session:
        staff.appoint(session, "other_clerk", "reception", "east", since=MONDAY - timedelta(days=1))
    clerk, other = signed_in("clerk"), signed_in("other_clerk")
    clerk.post("/tasks/1/release")
    assert "Claim" in other.get("/inbox?tab=pool").text
    assert other.post("/tasks/1/claim").status_code == 302
    assert clerk.post("/tasks/1/claim").status_code == 409
    assert clerk.post("/tasks/1/complete", data={"accept_outcome": "pass"}).status_code == 403
    with transaction(engine) as session:
        assert session.get_one(Task, 1).officer == "other_clerk"


def test_a_manager_passes_work_on_with_a_reason(signed_in: SignIn, case: str, engine: sa.Engine) -> None:
    with transaction(engine) as session:
        staff.appoint(session, "other_clerk", "reception", "east", since=MONDAY - timedelta(days=1))
    manager = signed_in("manager")
    assert "other_clerk" in manager.get("/tasks/1").text
    assert manager.post("/tasks/1/reassign", data={"to": "other_clerk", "reason": ""}).status_code == 422
    assert manager.post("/tasks/1/reassign", data={"to": "source", "reason": "x"}).status_code == 403
    assert manager.post("/tasks/1/reassign", data={"to": "other_clerk", "reason": "holiday"}).status_code == 302
    assert "Passed on by Demo manager: holiday" in signed_in("other_clerk").get("/tasks/1").text


def test_a_case_is_suspended_resumed_and_withdrawn_by_a_manager(signed_in: SignIn, case: str) -> None:
    clerk, manager = signed_in("clerk"), signed_in("manager")
    assert clerk.post(f"/cases/{case}/suspend", data={"reason": "等待裁定"}).status_code == 403
    assert manager.post(f"/cases/{case}/suspend", data={}).status_code == 422
    assert manager.post(f"/cases/{case}/suspend", data={"reason": "等待裁定"}).status_code == 302
    assert clerk.post("/tasks/1/complete", data={"accept_outcome": "pass"}).status_code == 409
    assert manager.post(f"/cases/{case}/resume", data={"reason": " "}).status_code == 422
    assert manager.post(f"/cases/{case}/resume", data={"reason": "裁定已到"}).status_code == 302
    assert "裁定已到" in manager.get(f"/cases/{case}").text
    assert manager.post(f"/cases/{case}/withdraw", data={"reason": "申请人撤回"}).status_code == 302
    page = clerk.get(f"/cases/{case}?format=json").json
    assert page["case"]["state"] == "withdrawn" and page["tasks"][0]["state"] == "withdrawn"  # type: ignore[index]
    assert clerk.get("/inbox?format=json").json["lines"] == []  # type: ignore[index]


def test_overdue_work_is_marked(signed_in: SignIn, case: str, clock: Hands) -> None:
    assert signed_in("clerk").get("/inbox?format=json").json["lines"][0]["standing"] == "in_time"  # type: ignore[index]
    clock.pass_by(timedelta(days=2))
    assert signed_in("clerk").get("/inbox?format=json").json["lines"][0]["standing"] == "warned"  # type: ignore[index]
    clock.pass_by(timedelta(days=1))
    clerk = signed_in("clerk")
    assert clerk.get("/inbox?standing=overdue&format=json").json["lines"][0]["standing"] == "overdue"  # type: ignore[index]


def test_cases_are_found_by_what_people_remember(signed_in: SignIn, case: str) -> None:
    clerk = signed_in("clerk")
    for text in (case, "示例制造", "DEMO000001", case.lower()):
        assert clerk.get(f"/cases?q={text}&format=json").json["total"] == 1, text  # type: ignore[index]
    for text in ("%", "_", "nobody"):
        assert clerk.get("/cases", query_string={"q": text, "format": "json"}).json["total"] == 0, text  # type: ignore[index]
    assert clerk.get("/cases?state=closed&format=json").json["total"] == 0  # type: ignore[index]


def test_the_way_of_the_case_is_coloured(signed_in: SignIn, case: str) -> None:
    clerk = signed_in("clerk")
    assert clerk.get(f"/cases/{case}?format=json").json["colours"] == {  # type: ignore[index]
        "applied": "done",
        "applied__accept": "done",
        "accept": "current",
    }
    clerk.post("/tasks/1/complete", data={"accept_outcome": "pass"})
    colours = clerk.get(f"/cases/{case}?format=json").json["colours"]  # type: ignore[index]
    assert colours["accept"] == colours["accept_decision"] == colours["accept_decision__risk_scan"] == "done"
    assert "notify_correction" not in colours


def test_an_administrator_adds_an_officer_who_can_enter(signed_in: SignIn, app: object) -> None:
    admin = signed_in("admin")
    given = {"code": "fresh", "name": "演示新人", "office": "west", "posts": "reception"}
    page = admin.post("/staff/officers", data=given, follow_redirects=True).text
    password = page.split("shown only now: ")[1].split("<")[0].strip()
    fresh = admin.application.test_client()
    assert fresh.post("/sign-in", data={"code": "fresh", "password": password}).status_code == 302
    assert admin.post("/staff/officers", data=given).status_code == 422, "the code is taken"
    admin.post("/staff/officers/fresh/active", data={"active": "no"})
    assert fresh.get("/").status_code == 302, "who is no longer active is out at once"


def test_a_manager_moves_a_case_and_the_page_tells_it(signed_in: SignIn, engine: sa.Engine, case: str) -> None:
    client = signed_in("manager")
    assert 'id="move"' in client.get(f"/cases/{case}").text
    (position,) = client.get(f"/cases/{case}?format=json").json["positions"]
    to = position["to"][2][0]
    address = f"/cases/{case}/move"
    assert client.post(address, data={"to": f"{position['token']}:{to}"}).status_code == 422, "without a reason"
    assert client.post(address, data={"to": "", "reason": "x"}).status_code == 422
    moved = client.post(address, data={"to": f"{position['token']}:{to}", "reason": "known already"})
    assert moved.status_code == 302
    page = client.get(f"/cases/{case}").text
    assert "passed over by decision" in page and "known already" in page
    assert signed_in("clerk").post(address, data={"to": "1:x", "reason": "x"}).status_code == 403


def test_what_parallel_branches_set_differently_is_shown_on_the_case(signed_in: SignIn, engine: sa.Engine) -> None:
    drawn = model(
        start(), both("s"), script("scan", risk='"high"'), script("ask", risk='"low"'), both("j"), user("look", posts=("tax_source",)), end(),
        paths=["start > s > scan > j > look > end", "s > ask > j"], key="risk",
    )  # fmt: skip
    with transaction(engine) as session:
        version = deployment.deploy(session, procedure(drawn), by="owner", now=MONDAY)
        deployment.activate(session, version, by="owner", now=MONDAY)
        number = cases.start(session, "risk", {}, now=MONDAY, office="east").number
    english = signed_in("manager").get(f"/cases/{number}").text
    assert "Parallel branches set “risk” differently" in english and "high" in english and "low" in english
    assert "并行分支对“risk”的取值不同" in signed_in("manager", "zh").get(f"/cases/{number}").text
