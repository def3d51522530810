"""A rule is shown in words: on the page of its procedure, and on that of a case it decided."""

from __future__ import annotations

from tests.webui.conftest import SignIn


def test_the_procedure_shows_its_rule_in_words(signed_in: SignIn) -> None:
    english = signed_in("owner").get("/procedures/vat_credit_refund").text
    assert "The first row that applies decides." in english and "if Refund is above 5,000,000" in english
    assert "以第一个适用的行为准" in signed_in("owner", language="zh").get("/procedures/vat_credit_refund").text


def test_the_case_shows_why_the_rule_decided(signed_in: SignIn, case: str) -> None:
    clerk = signed_in("clerk")
    clerk.post("/tasks/1/complete", data={"accept_outcome": "pass", "accept_remark": ""})
    page = clerk.get(f"/cases/{case}").text
    assert "Row 4 applied, because Credit rating is" in page and "is at most 100,000" in page
    assert "适用第4行" in signed_in("clerk", language="zh").get(f"/cases/{case}").text
