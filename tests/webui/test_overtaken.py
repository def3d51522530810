"""Two people act on one case: one wins, the other is told who did what, when and why, in the language of the page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

import workflows
from bpmn.model import Trigger
from event_logs import store
from tests.builders import catch, end, model, procedure, start, user
from tests.webui.conftest import MONDAY, SignIn
from webui.database import transaction
from webui.language import catalogue
from workflows import cases, clock_stops, deployment, messages, staff
from workflows.tables import Task

PASS = {"accept_outcome": "pass"}


def refused(client: FlaskClient, address: str, sent: dict[str, str]) -> str:
    answer = client.post(address, data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 409, answer.text
    said: Any = answer.json
    return str(said["error"])


def test_whoever_works_on_a_case_is_told_who_ended_it(signed_in: SignIn, case: str) -> None:
    clerk, manager = signed_in("clerk"), signed_in("manager")
    manager.post(f"/cases/{case}/withdraw", data={"reason": "filed twice"})
    late = refused(clerk, "/tasks/1/complete", PASS)
    assert late == "Demo manager had this work withdrawn at 2026-03-02 10:00; nothing was changed. Reason: filed twice"
    late = refused(manager, f"/cases/{case}/suspend", {"reason": "x"})
    assert late == "Demo manager withdrew the case at 2026-03-02 10:00; nothing was changed. Reason: filed twice"
    chinese = refused(signed_in("clerk", language="zh"), "/tasks/1/complete", PASS)
    assert chinese == "演示manager 已于 2026-03-02 10:00 撤回这项任务；未作任何更改。 理由：filed twice"


def test_whoever_works_on_a_case_is_told_who_suspended_it_and_who_let_it_go_on(signed_in: SignIn, case: str) -> None:
    clerk, manager = signed_in("clerk"), signed_in("manager")
    manager.post(f"/cases/{case}/suspend", data={"reason": "a ruling is awaited"})
    told = "Demo manager suspended the case at 2026-03-02 10:00; nothing was changed. Reason: a ruling is awaited"
    assert refused(clerk, "/tasks/1/complete", PASS) == told
    assert refused(manager, f"/cases/{case}/suspend", {"reason": "x"}) == told
    assert refused(manager, f"/cases/{case}/move", {"to": "1:accept", "reason": "x"}) == told
    manager.post(f"/cases/{case}/resume", data={"reason": "it came"})
    late = refused(manager, f"/cases/{case}/resume", {"reason": "x"})
    assert late == "Demo manager let the case go on at 2026-03-02 10:00; nothing was changed. Reason: it came"


def test_whoever_works_on_a_case_is_told_who_moved_it(signed_in: SignIn, case: str) -> None:
    clerk, manager = signed_in("clerk"), signed_in("manager")
    page: Any = manager.get(f"/cases/{case}?format=json").json
    position = page["positions"][0]
    to = next(place for place, _ in position["to"] if place != "accept")
    manager.post(f"/cases/{case}/move", data={"to": f"{position['token']}:{to}", "reason": "papers are known"})
    late = refused(clerk, "/tasks/1/complete", PASS)
    assert late.startswith("Demo manager had this work withdrawn") and late.endswith("Reason: papers are known")


def test_whoever_claims_second_is_told_who_was_first(signed_in: SignIn, case: str, engine: sa.Engine) -> None:
    with transaction(engine) as session:
        staff.appoint(session, "other_clerk", "reception", "east")
    clerk, other = signed_in("clerk"), signed_in("other_clerk", language="zh")
    clerk.post("/tasks/1/release")
    clerk.post("/tasks/1/claim")
    assert refused(other, "/tasks/1/claim", {}) == "演示clerk 已于 2026-03-02 10:00 取走这项任务；未作任何更改。"
    answer: Any = other.post("/tasks/1/complete", data=PASS, headers={"Accept": "application/json"})
    assert answer.json["error"] == "演示other_clerk 不能办理此项：任务在 演示clerk 名下。"


def test_where_nobody_had_it_withdrawn_the_case_went_on(signed_in: SignIn, engine: sa.Engine) -> None:
    stopped = procedure(
        model(
            start(),
            user("hear", posts=("reception",)),
            catch("stop", Trigger.MESSAGE, message="stop", correlation="case_number"),
            end("over", Trigger.TERMINATE),
            paths=["start > hear > over", "start > stop > over"],
            key="hearing",
        )
    )
    with transaction(engine) as session:
        deployment.activate(session, deployment.deploy(session, stopped, now=MONDAY), now=MONDAY)
        case = cases.start(session, "hearing", {}, now=MONDAY, office="east").number
        task = session.scalars(sa.select(Task.id).where(Task.case == case)).one()
    with transaction(engine) as session:
        messages.deliver(session, "stop", case, {}, now=MONDAY)
    late = refused(signed_in("clerk"), f"/tasks/{task}/complete", {})
    assert late == "The case went on without this work at 2026-03-02 10:00; nothing was changed."


def test_a_case_without_work_of_people_keeps_who_suspended_it_and_why(signed_in: SignIn, engine: sa.Engine) -> None:
    waiting = procedure(
        model(
            start(),
            catch("paid", Trigger.MESSAGE, message="paid", correlation="case_number"),
            end(),
            paths=["start > paid > end"],
            key="waiting",
        )
    )
    with transaction(engine) as session:
        deployment.activate(session, deployment.deploy(session, waiting, now=MONDAY), now=MONDAY)
        case = cases.start(session, "waiting", {}, now=MONDAY, office="east").number
    manager = signed_in("manager")
    manager.post(f"/cases/{case}/suspend", data={"reason": "a ruling is awaited"})
    late = refused(manager, f"/cases/{case}/suspend", {"reason": "x"})
    assert late.startswith("Demo manager suspended the case") and late.endswith("Reason: a ruling is awaited")
    assert "a ruling is awaited" in manager.get(f"/cases/{case}").text
    manager.post(f"/cases/{case}/withdraw", data={"reason": "filed twice"})
    with transaction(engine) as session:
        assert not clock_stops.stands(session, case), "the clock of a case that has ended does not stand"
        told = [(fact.activity, str(fact.lifecycle)) for fact in store.read(session, case_id=case)]
        assert told[1:] == [("paid", "schedule"), ("paid", "suspend"), ("paid", "withdraw")]


def reasons() -> Iterator[str]:
    """Every sentence with which a verb tells an officer that this is not allowed."""
    for file in sorted(Path(workflows.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotAllowed":
                reason = node.args[1]
                assert isinstance(reason, ast.Constant), f"{file.name}: a sentence that can be translated"
                yield reason.value


def test_every_reason_why_something_is_not_allowed_has_a_chinese_one() -> None:
    found = set(reasons())
    assert len(found) > 5 and sorted(found - set(catalogue("zh"))) == []
