"""Work that lies in a called procedure, on the pages: its own form, its own names, and the call coloured on the drawing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bpmn.model import ActivityKind, Assignment
from tests.builders import activity, choice, end, form, model, procedure, start, text, user
from tests.webui.conftest import MONDAY, SignIn
from webui.database import transaction
from workflows import cases, deployment
from workflows.tables import Case, Task

LOOKING = procedure(
    model(
        start(),
        user("look", form="seen", posts=("reception",), names={"zh": "看一看", "en": "Look closely"}),
        end(),
        paths=["start > look > end"],
        key="looking",
    ),
    seen=form("seen", choice("look_outcome", "pass", "return"), text("what") | {"disabled": True}),
)
ASKING = procedure(
    model(
        start(),
        activity(
            "ask",
            ActivityKind.CALL,
            called="looking",
            inputs=(Assignment("what", '"the " + subject'),),
            outputs=(Assignment("seen", "look_outcome"),),
        ),
        user("after", posts=("reception",)),
        end(),
        paths=["start > ask > after > end"],
        key="asking",
    )
)


@pytest.fixture
def asked(engine: sa.Engine) -> str:
    with transaction(engine) as session:
        for drawn in (LOOKING, ASKING):
            deployment.activate(session, deployment.deploy(session, drawn, now=MONDAY), now=MONDAY)
        return cases.start(session, "asking", {"subject": "cellar"}, now=MONDAY, office="east", by="clerk").number


def test_a_task_in_a_called_procedure_has_its_own_form_and_name(
    signed_in: SignIn, asked: str, engine: sa.Engine
) -> None:
    clerk = signed_in("clerk")
    assert "Look closely" in clerk.get("/inbox").text
    page = clerk.get("/tasks/1").text
    assert 'name="look_outcome"' in page and "Look closely" in page and "the cellar" in page
    shown = clerk.get(f"/cases/{asked}?format=json").json
    assert shown["colours"]["ask"] == "current"  # type: ignore[index]
    assert clerk.post("/tasks/1/complete", data={}).status_code == 422, "its form is asked for"
    assert clerk.post("/tasks/1/complete", data={"look_outcome": "pass"}).status_code == 302
    told = clerk.get(f"/cases/{asked}").text
    assert "Look closely" in told and "ask/look" not in told
    assert clerk.get(f"/cases/{asked}?format=json").json["colours"]["ask"] == "done"  # type: ignore[index]
    with transaction(engine) as session:
        assert session.get_one(Case, asked).data["seen"] == "pass"


def test_work_in_a_call_is_returned_as_its_own_form_offers(signed_in: SignIn, asked: str, engine: sa.Engine) -> None:
    clerk = signed_in("clerk")
    assert clerk.post("/tasks/1/return", data={"reason": "again"}).status_code == 302
    with transaction(engine) as session:
        assert session.get_one(Task, 1).answers == {"look_outcome": "return", "look_remark": "again"}
