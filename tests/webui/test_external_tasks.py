"""External workers over HTTP, and the faults that they leave for a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bpmn.model import Assignment, Trigger
from event_logs import store, typed_json
from tests.builders import catch, end, model, procedure, service, start
from tests.webui.conftest import MONDAY, Hands, SignIn
from webui import correcting
from webui.cli import qiangji
from webui.database import transaction
from workflows import cases, deployment, external, jobs, messages, notifications
from workflows.jobs import embedded
from workflows.tables import Case, Incident, ReceivedMessage

Ask = Callable[..., tuple[int, Any]]
PAYING = procedure(
    model(
        start(),
        service(
            "pay",
            "external:pay",
            inputs=(Assignment("account", "account"),),
            outputs=(Assignment("paid", "amount"),),
        ),
        end(),
        paths=["start > pay > end"],
        key="paying",
    )
)


@pytest.fixture
def number(engine: sa.Engine) -> str:
    with transaction(engine) as session:
        deployment.activate(session, deployment.deploy(session, PAYING, now=MONDAY), now=MONDAY)
        return cases.start(session, "paying", {"account": "12", "amount": Decimal(5)}, now=MONDAY, office="east").number


@pytest.fixture
def ask(app: Flask, engine: sa.Engine) -> Iterator[Ask]:
    """What a worker asks, with its token: status and typed answer. CSRF is on, as it is in use."""
    app.config["WTF_CSRF_ENABLED"] = True
    with transaction(engine) as session:
        tokens = {name: external.add_worker(session, name, ["pay"], now=MONDAY) for name in ("robot", "other")}

    def post(path: str, body: object = None, *, who: str = "robot", token: str | None = None) -> tuple[int, Any]:
        answer = app.test_client().post(
            f"/api/external-tasks/{path}",
            data=body if isinstance(body, str) else typed_json.dumps(body or {}),
            headers={"Authorization": f"Bearer {token or tokens[who]}", "Accept": "application/json"},
        )
        return answer.status_code, typed_json.loads(answer.text)

    yield post


def test_work_is_fetched_and_handed_in_typed(ask: Ask, number: str, engine: sa.Engine) -> None:
    status, found = ask("fetch", {"topics": ["pay"], "limit": 5})
    (task,) = found["tasks"]
    assert (status, task["case"], task["activity"], task["inputs"]) == (200, number, "pay", {"account": "12"})
    assert ask("fetch")[1] == {"tasks": []}, "it is held"
    result = {"result": {"amount": Decimal("80000.10")}}
    assert [ask(f"{task['id']}/complete", result)[0] for _ in range(2)] == [200, 200]
    assert ask(f"{task['id']}/complete", {"result": {"amount": 1}})[0] == 409
    with transaction(engine) as session:
        case = session.get_one(Case, number)
        assert (case.state, case.data["paid"]) == ("completed", Decimal("80000.10"))


def test_a_lock_is_held_longer_and_runs_out(ask: Ask, number: str, clock: Hands) -> None:
    (task,) = ask("fetch", {"lock_seconds": 60})[1]["tasks"]
    clock.pass_by(timedelta(seconds=50))
    assert ask(f"{task['id']}/extend", {"lock_seconds": 60})[0] == 200
    clock.pass_by(timedelta(seconds=50))
    assert ask("fetch", who="other")[1]["tasks"] == []
    clock.pass_by(timedelta(seconds=11))
    assert [t["attempts"] for t in ask("fetch", who="other")[1]["tasks"]] == [2]
    status, told = ask(f"{task['id']}/complete", {"result": {}})
    assert status == 409 and told["kind"] == "AlreadyDone"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("fetch", "no json", 422),
        ("fetch", "[]", 422),
        ("fetch", '{"limit": {"$decimal": "x"}}', 422),
        ("fetch", {"topics": "pay"}, 422),
        ("fetch", {"topics": ["secret"]}, 403),
        ("fetch", {"lock_seconds": 0}, 422),
        ("fetch", {"limit": True}, 422),
        ("999/complete", {"result": []}, 422),
        ("999/complete", {}, 404),
        ("999/fail", {}, 422),
        ("999/error", {"code": " "}, 422),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(ask: Ask, path: str, body: object, status: int) -> None:
    answered, told = ask(path, body)
    assert answered == status and told["error"]


def test_a_stranger_gets_nothing(ask: Ask, app: Flask, number: str) -> None:
    assert ask("fetch", token="guessed")[0] == 401
    assert app.test_client().post("/api/external-tasks/fetch").status_code == 401


def given_up(ask: Ask) -> None:
    (task,) = ask("fetch")[1]["tasks"]
    assert ask(f"{task['id']}/fail", {"message": "no such account", "retries": 0})[0] == 200


def test_a_manager_corrects_the_data_and_lets_it_be_tried_again(
    ask: Ask, app: Flask, number: str, signed_in: SignIn, engine: sa.Engine
) -> None:
    given_up(ask)
    app.config["WTF_CSRF_ENABLED"] = False
    manager = signed_in("manager")
    (line,) = manager.get("/incidents?format=json").json["incidents"]  # type: ignore[index]
    assert (line["case"], line["message"]) == (number, "no such account")
    page = manager.get(f"/incidents/{line['id']}").text
    assert "&#34;12&#34;" in page and 'name="value-amount" value="5"' in page
    address = f"/incidents/{line['id']}/correct"
    assert manager.post(address, data={"value-account": "6222"}).status_code == 422, "it needs a reason"
    assert manager.post(address, data={"value-account": "no text", "reason": "x"}).status_code == 422
    changes = {"value-account": '"6222"', "value-amount": "5", "reason": "a digit was missing", "retry": "yes"}
    assert manager.post(address, data=changes).status_code == 302
    (task,) = ask("fetch")[1]["tasks"]
    assert task["inputs"] == {"account": "6222"} and task["retries"] == 5
    with transaction(engine) as session:
        incident = session.scalars(select(Incident)).one()
        assert incident.corrections == {"account": ["12", "6222"]} and incident.resolved_by == "manager"
        fact = next(e for e in store.read(session, case_id=number) if e.lifecycle == "resume")
        assert (fact.activity, fact.attributes["account"], fact.attributes["by"]) == ("pay", "6222", "manager")
    late = manager.post(address, data=changes)
    assert late.status_code == 409 and "nothing was changed" in late.text


def test_faults_are_for_managers_and_in_both_languages(ask: Ask, app: Flask, number: str, signed_in: SignIn) -> None:
    given_up(ask)
    app.config["WTF_CSRF_ENABLED"] = False
    assert signed_in("clerk").get("/incidents").status_code == 403
    assert "等待人工处理的自动环节" in signed_in("manager", "zh").get("/incidents").text
    assert "故障" in signed_in("admin", "zh").get(f"/cases/{number}", follow_redirects=True).text


def test_dead_letters_are_seen_and_sent_again_by_an_administrator(engine: sa.Engine, signed_in: SignIn) -> None:
    with transaction(engine) as session:
        message = notifications.enqueue(session, channel="sms", name="hint", payload={}, now=MONDAY, recipient="13")
        session.flush()
        notifications.mark_failed(session, message, "the line is dead", now=MONDAY, final=True)
        waits = notifications.enqueue(session, channel="letter", name="hint", payload={}, now=MONDAY)
        session.flush()
        notifications.mark_failed(session, waits, "the line is busy", now=MONDAY)
    admin = signed_in("admin")
    (row,) = admin.get("/outbox?format=json").json["waiting"]  # type: ignore[index]
    assert (row["channel"], row["many"], row["failing"], row["way"]) == ("letter", 1, 1, False)
    assert "No way out is set" in admin.get("/outbox").text
    assert signed_in("manager").get("/outbox").status_code == 403
    (told,) = admin.get("/outbox?format=json").json["dead"]  # type: ignore[index]
    assert told["error"] == "the line is dead" and "发送失败" in signed_in("admin", "zh").get("/outbox").text
    assert admin.post("/outbox/resend", data={"message": [told["id"]]}).status_code == 302
    assert admin.get("/outbox?format=json").json["dead"] == []  # type: ignore[index]


PAID = model(
    start(), catch("paid", Trigger.MESSAGE, message="paid", correlation="case_number"), end(), paths=["start > paid > end"],
    key="awaiting",
)  # fmt: skip


def test_a_message_reaches_its_case_once_and_may_come_early(app: Flask, engine: sa.Engine) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with transaction(engine) as session:
        deployment.activate(session, deployment.deploy(session, procedure(PAID), now=MONDAY), now=MONDAY)
        token = external.add_worker(session, "treasury", ["message:paid"], now=MONDAY)
        stranger = external.add_worker(session, "robot", ["pay"], now=MONDAY)

    def tell(body: object, token: str = token) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = app.test_client().post("/api/messages", data=typed_json.dumps(body), headers=headers)
        return answer.status_code, typed_json.loads(answer.text)

    early = {"name": "paid", "correlation": "A-1", "values": {"amount": Decimal("2.50")}, "id": "bank-1"}
    assert tell({**early, "keep_seconds": 86400}) == (200, {"taken": 0})
    with transaction(engine) as session:
        case = cases.start(session, "awaiting", {}, now=MONDAY, office="east", number="A-1")
        assert (case.state, case.data["amount"]) == ("completed", Decimal("2.50"))
        cases.start(session, "awaiting", {}, now=MONDAY, office="east", number="A-2")
    late = {**early, "correlation": "A-2", "id": "bank-2"}
    assert [tell(late) for _ in range(2)] == [(200, {"taken": 1}), (200, {"taken": 0})]
    assert tell(late, stranger)[0] == 403 and tell(late, "nobody")[0] == 401
    assert [tell(body)[0] for body in ({}, {"name": "paid", "values": 3}, {"name": "paid", "id": ""})] == [422] * 3


HEARING = model(
    start(), catch("law", Trigger.SIGNAL, signal="new_law"), end(), paths=["start > law > end"], key="hearing"
)


def test_a_signal_reaches_every_case_that_waits_for_it_once(app: Flask, engine: sa.Engine) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with transaction(engine) as session:
        deployment.activate(session, deployment.deploy(session, procedure(HEARING), now=MONDAY), now=MONDAY)
        token = external.add_worker(session, "gazette", ["signal:new_law"], now=MONDAY)
        numbers = [cases.start(session, "hearing", {}, now=MONDAY, office="east").number for _ in range(3)]

    def tell(body: object) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = app.test_client().post("/api/signals", data=typed_json.dumps(body), headers=headers)
        return answer.status_code, typed_json.loads(answer.text)

    told = {"name": "new_law", "values": {"from": "2026-07-01"}, "id": "notice-7"}
    assert [tell(told) for _ in range(2)] == [(200, {"taken": 3}), (200, {"taken": 0})]
    assert tell({"name": "other"})[0] == 403 and tell({"name": "new_law", "values": 3})[0] == 422
    with transaction(engine) as session:
        assert {session.get_one(Case, number).state for number in numbers} == {"completed"}


def test_a_message_that_nobody_took_may_come_again_with_its_id(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        deployment.activate(session, deployment.deploy(session, procedure(PAID), now=MONDAY), now=MONDAY)
        told = {"now": MONDAY, "message_id": "bank-3"}
        assert messages.deliver(session, "paid", "A-3", {}, **told) == 0
        cases.start(session, "awaiting", {}, now=MONDAY, office="east", number="A-3")
        assert [messages.deliver(session, "paid", "A-3", {}, **told) for _ in range(2)] == [1, 0]


def test_administrators_see_what_waits_for_programs_and_whether_one_may_come(
    ask: Ask, app: Flask, number: str, engine: sa.Engine, signed_in: SignIn
) -> None:
    ask("fetch", {"lock_seconds": 60})
    app.config["WTF_CSRF_ENABLED"] = False
    (topic,) = signed_in("admin").get("/incidents?format=json").json["outside"]  # type: ignore[index]
    assert (topic["name"], topic["open"], topic["free"]) == ("pay", 1, 0)
    assert dict(topic["workers"])["robot"] and dict(topic["workers"])["other"] is None
    assert "等待外部程序的工作" in signed_in("admin", "zh").get("/incidents").text
    with transaction(engine) as session:
        for name in ("robot", "other"):
            external.remove_worker(session, name)
    assert "No program may" in signed_in("admin").get("/incidents").text


def test_work_in_the_background_that_was_given_up_is_seen_and_tried_again(
    app: Flask, engine: sa.Engine, signed_in: SignIn
) -> None:
    with transaction(engine) as session:
        jobs.defer(session, "digest", {"day": 1}, now=MONDAY)
        values = {"failed_at": MONDAY, "attempts": 6, "error": "OSError: no room"}
        session.execute(sa.update(embedded.JOBS).values(values))
    manager, administrator = signed_in("manager"), signed_in("admin")
    assert "no room" not in manager.get("/incidents").text
    assert manager.post("/incidents/jobs/1/again").status_code == 403
    assert "no room" in administrator.get("/incidents").text
    assert "已放弃的后台工作" in signed_in("admin", "zh").get("/incidents").text
    assert administrator.post("/incidents/jobs/1/again").status_code == 302
    assert administrator.post("/incidents/jobs/1/again").status_code == 422, "it is on its way"
    with transaction(engine) as session:
        assert jobs.failed(session) == []


SPANS = st.timedeltas(timedelta(days=-(10**5)), timedelta(days=10**5))
SCALARS = st.none() | st.booleans() | st.decimals(-(10**9), 10**9, places=3) | st.text() | st.dates() | SPANS
VALUES = st.recursive(SCALARS, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x, max_size=3))


@given(VALUES)
def test_any_value_is_read_as_it_is_written(value: Any) -> None:
    assert correcting.changed({"x": correcting.literal(value)}, {}) == {"x": value}


def test_the_commands_do_the_same(
    ask: Ask, number: str, engine: sa.Engine, settings: Any, monkeypatch: Any, clock: Hands
) -> None:
    given_up(ask)
    clock.pass_by(timedelta(days=10_000))  # the commands ask the real clock
    monkeypatch.setenv("QIANGJI_HOME", str(settings.home))

    def run(*words: str) -> Any:
        result = CliRunner().invoke(qiangji, [*words, "--json"], catch_exceptions=False)
        return json.loads(result.output)

    (found,) = run("incident", "list")
    assert found["node"] == "pay"
    told = run("incident", "correct", str(found["id"]), "--set", 'account="9"', "--reason", "r", "--by", "manager")
    assert told["corrections"] == {"account": ["12", "9"]}
    assert run("incident", "retry", str(found["id"]), "--by", "manager")["resolved_by"] == "manager"
    token = run("worker", "add", "third", "--topic", "pay")["token"]
    assert ask("fetch", token=token)[1]["tasks"][0]["inputs"] == {"account": "9"}
    assert {row["name"] for row in run("worker", "list")} == {"robot", "other", "third"}
    assert run("outbox", "list") == []
    kept = ("message", "deliver", "paid", "--set", "amount=1", "--id", "x1", "--keep-days", "2")
    assert run(*kept) == {"name": "paid", "taken": 0}
    with transaction(engine) as session:
        (message,) = session.scalars(select(ReceivedMessage))
        assert (message.message_id, message.keep_until is None, message.payload) == ("x1", False, {"amount": "1"})
