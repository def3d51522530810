"""Sign-in, forged requests, headers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.webui.conftest import PASSWORD, Hands, SignIn
from webui.headers import CONTENT_SECURITY_POLICY


def test_wrong_passwords_and_unknown_codes_look_the_same(app: Flask) -> None:
    client = app.test_client()
    wrong = client.post("/sign-in?language=en", data={"code": "clerk", "password": "wrong"})
    unknown = client.post("/sign-in?language=en", data={"code": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert "not right" in wrong.text and "not right" in unknown.text


def test_five_failures_close_the_door_for_a_while(app: Flask, clock: Hands) -> None:
    client = app.test_client()
    for _ in range(5):
        client.post("/sign-in", data={"code": "clerk", "password": "wrong"})
    assert client.post("/sign-in", data={"code": "clerk", "password": PASSWORD}).status_code == 429
    assert client.post("/sign-in", data={"code": "source", "password": PASSWORD}).status_code == 302, (
        "others still enter"
    )
    clock.pass_by(timedelta(minutes=16))
    assert client.post("/sign-in", data={"code": "clerk", "password": PASSWORD}).status_code == 302


def test_a_sign_in_ends_by_itself_and_by_signing_out(signed_in: SignIn, clock: Hands) -> None:
    client = signed_in("clerk")
    kept = client.get_cookie("qiangji")
    assert kept is not None and kept.http_only and kept.same_site == "Lax"
    client.post("/sign-out")
    client.set_cookie("qiangji", kept.value)
    assert client.get("/").status_code == 302, "a copied cookie is worth nothing after signing out"
    later = signed_in("clerk")
    clock.pass_by(timedelta(hours=13))
    assert later.get("/").status_code == 302


def test_a_new_password_ends_every_sign_in(signed_in: SignIn, app: Flask) -> None:
    here, elsewhere = signed_in("clerk"), signed_in("clerk")
    refused = here.post("/account/password", data={"old": "wrong", "new": "another-invented"})
    weak = here.post("/account/password", data={"old": PASSWORD, "new": "short"})
    assert refused.status_code == weak.status_code == 422
    assert here.post("/account/password", data={"old": PASSWORD, "new": "another-invented"}).status_code == 302
    assert elsewhere.get("/").status_code == 302
    entered = app.test_client().post("/sign-in", data={"code": "clerk", "password": "another-invented"})
    assert entered.status_code == 302


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(app: Flask, address: str) -> None:
    answer = app.test_client().post("/sign-in", data={"code": "clerk", "password": PASSWORD, "after": address})
    assert answer.location == "/"


def test_a_request_without_its_token_is_refused(app: Flask, signed_in: SignIn, case: str) -> None:
    client = signed_in("clerk")
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/tasks/1/begin").status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/tasks/1").text)
    assert token is not None
    assert client.post("/tasks/1/begin", data={"csrf_token": token[1]}).status_code == 302
    assert client.post("/tasks/1/release", headers={"X-CSRFToken": token[1]}).status_code == 302, "as htmx sends it"


def test_every_answer_carries_the_headers(signed_in: SignIn) -> None:
    client = signed_in("manager")
    for address in ("/", "/cases", "/nothing", "/static/app/app.js", "/health"):
        headers = client.get(address).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, address
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in CONTENT_SECURITY_POLICY.replace("style-src-attr 'unsafe-inline'", "")


def test_no_page_has_a_script_or_style_block_of_its_own(signed_in: SignIn, case: str) -> None:
    client = signed_in("clerk")
    for address in ("/", "/inbox", "/cases", f"/cases/{case}", "/tasks/1", "/new/vat_credit_refund", "/procedures"):
        page = client.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), address
        assert "<style" not in page and not re.search(r"\son\w+=\"", page), address


def test_what_is_typed_is_shown_as_text(signed_in: SignIn) -> None:
    page = signed_in("manager").get("/cases?q=<script>alert(1)</script>").text
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page
