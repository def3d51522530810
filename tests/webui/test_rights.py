"""Every address answers those whose posts carry its right, and nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.webui.conftest import SignIn
from webui.auth import PUBLIC, SIGNED_IN, Right

RIGHT_OF = {
    "clerk": Right.WORK,
    "manager": Right.MANAGE,
    "owner": Right.REDESIGN,
    "admin": Right.ADMINISTER,
    "idle": None,
}


def addresses(app: Flask) -> list[tuple[Rule, str, str]]:
    """Each rule with one of its methods and an address that names nothing that exists."""
    return [
        (rule, method, re.sub(r"<(?:(\w+):)?\w+>", lambda m: "999" if m[1] == "int" else "nothing", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]


def test_every_view_says_who_may_ask(app: Flask) -> None:
    unmarked = [
        rule.endpoint for rule, _, _ in addresses(app) if not getattr(app.view_functions[rule.endpoint], "rights", None)
    ]
    assert unmarked == []


def test_a_stranger_is_led_to_the_sign_in(app: Flask) -> None:
    client = app.test_client()
    for rule, method, address in addresses(app):
        if app.view_functions[rule.endpoint].rights == (PUBLIC,):  # type: ignore[attr-defined]
            continue
        answer = client.open(address, method=method)
        if method == "GET":
            assert answer.status_code == 302 and answer.location.startswith("/sign-in"), address
        else:
            assert answer.status_code == 401, address


@pytest.mark.parametrize("who", RIGHT_OF)
def test_rights_decide_on_every_address(app: Flask, signed_in: SignIn, who: str) -> None:
    client = signed_in(who)
    for rule, method, address in addresses(app):
        rights = app.view_functions[rule.endpoint].rights  # type: ignore[attr-defined]
        if rights == (PUBLIC,) or address == "/sign-out":
            continue
        allowed = rights == (SIGNED_IN,) or RIGHT_OF[who] in rights
        status = client.open(address, method=method).status_code
        assert status < 500, (method, address, status)
        assert (status == 403) != allowed, (method, address, status)


def test_a_case_of_another_office_is_not_there(signed_in: SignIn, case: str) -> None:
    assert signed_in("clerk").get(f"/cases/{case}").status_code == 200
    assert signed_in("other_clerk").get(f"/cases/{case}").status_code == 404
    assert case not in signed_in("other_clerk").get("/cases").text
    assert signed_in("manager").get(f"/cases/{case}").status_code == 200, "the city is above the east office"


def test_nobody_works_on_the_task_of_another(signed_in: SignIn, case: str) -> None:
    answer = signed_in("source").post("/tasks/1/complete", data={"accept_outcome": "pass"})
    assert answer.status_code == 403
    assert signed_in("other_clerk").post("/tasks/1/complete", data={"accept_outcome": "pass"}).status_code == 404
