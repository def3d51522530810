"""Running cases to another version, on the page and by the command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bpmn.procedure import Procedure, procedure_from_sources, read_all_procedures
from tests.webui.conftest import MONDAY, Hands, SignIn
from webui.cli import qiangji
from webui.database import transaction
from workflows import deployment
from workflows.tables import Case

KEY = "vat_credit_refund"


def renamed(old: str, new: str) -> Procedure:
    """The shipped procedure with another id for one element of its drawing."""
    shipped = next(found for found in read_all_procedures() if found.key == KEY)
    attributes = rf'((?:\bid|sourceRef|targetRef|bpmnElement|attachedToRef|fourEyes)="){old}"'
    sources = {
        path: re.sub(
            rf"(FlowNodeRef>|flowNodeRef>){old}<", rf"\1{new}<", re.sub(attributes, rf'\1{new}"', text.decode())
        ).encode()
        if path.endswith(".bpmn")
        else text
        for path, text in shipped.sources.items()
    }
    return procedure_from_sources(sources)


@pytest.fixture
def second(engine: sa.Engine, case: str) -> str:
    """A second version in which the step at which the case stands has another name; the number of the case."""
    shipped = next(found for found in read_all_procedures() if found.key == KEY)
    first = next(a.id for a in shipped.model.activities if a.kind == "user")
    with transaction(engine) as session:
        made = deployment.deploy(session, renamed(first, f"{first}_now"), by="owner", now=MONDAY)
        deployment.activate(session, made, by="owner", now=MONDAY)
    return case


def version(engine: sa.Engine, case: str) -> int:
    with transaction(engine) as session:
        return session.get_one(Case, case).version


def waited(client: object, look: Callable[[], bool]) -> None:
    for _ in range(200):
        if look():
            return
        client.get("/migrations/1/progress")  # type: ignore[attr-defined]
    raise AssertionError("the migration did not end")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_first_and_then_migrates_and_takes_back(
    signed_in: SignIn, engine: sa.Engine, second: str, clock: Hands, language: str
) -> None:
    client = signed_in("owner", language=language)
    address = f"/procedures/{KEY}/migrate"
    assert client.get(f"/procedures/{KEY}").text.count(address) == 1
    looked = client.get(f"{address}?from=1&to=2")
    assert looked.status_code == 200 and second in looked.text and version(engine, second) == 1
    told = client.get(f"{address}?from=1&to=2&format=json").json
    assert told["looked"]["moving"] == 1 and told["looked"]["rows"][0]["tasks"][0]["before"]
    assert client.post(address, data={"from": "1", "to": "2"}).status_code == 422, "without a reason"
    begun = client.post(address, data={"from": "1", "to": "2", "reason": "新表单"})
    assert begun.headers["Location"] == "/migrations/1"
    waited(client, lambda: version(engine, second) == 2)
    clock.pass_by(timedelta(minutes=1))
    assert second in client.get("/migrations/1").text
    assert "→ 2" in client.get(address).text
    assert client.get(f"/cases/{second}").status_code == 200
    client.post("/migrations/1/undo", data={"case": second, "reason": "zurück"})
    assert version(engine, second) == 1


def test_officers_may_not_migrate(signed_in: SignIn, second: str) -> None:
    assert signed_in("clerk").get(f"/procedures/{KEY}/migrate").status_code == 403


def test_the_command_looks_migrates_and_takes_back(
    engine: sa.Engine, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANGJI_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    run = CliRunner().invoke
    words = ["procedure", "migrate", KEY, "--from", "1", "--to", "2"]
    (row,) = json.loads(run(qiangji, [*words, "--json"]).output)
    assert row["case"] == second and row["migrates"] and version(engine, second) == 1
    assert "reason" in str(run(qiangji, [*words, "--by", "manager"]).exception)
    done = json.loads(run(qiangji, [*words, "--by", "manager", "--reason", "new law", "--json"]).output)
    assert done == {"id": 1, "moved": 1, "stayed": 0, "undone": 0, "left": 0}
    assert version(engine, second) == 2
    (listed,) = json.loads(run(qiangji, ["procedure", "migrations", "--json"]).output)
    assert (listed["from"], listed["to"], listed["reason"]) == (1, 2, "new law")
    back = ["procedure", "migrations", "--undo", "1", "--by", "manager", "--reason", "too early", "--json"]
    assert json.loads(run(qiangji, back).output) == {"id": 1, "undone": 1, "cases": [second]}
    assert version(engine, second) == 1


def test_a_step_that_is_gone_can_be_mapped_on_the_page(signed_in: SignIn, engine: sa.Engine, second: str) -> None:
    client = signed_in("owner")
    with transaction(engine) as session:
        place = deployment.load(session, deployment.find_version(session, KEY, 2)).model
    first = next(a.id for a in place.activities if a.kind == "user")
    old = first.removesuffix("_now")
    address = f"/procedures/{KEY}/migrate?from=1&to=2&format=json"
    assert client.get(f"{address}&place:{old}=-").json["looked"]["staying"] == 1
    assert client.get(f"{address}&place:{old}={first}").json["looked"]["moving"] == 1
    assert client.get(f"{address}&place:{old}=nowhere").status_code == 422
