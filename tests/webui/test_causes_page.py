"""What the page of causes says of findings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from flask import Flask

from bpmn.decisions import decide, read_dmn, write_dmn
from mining.choices import choices
from mining.diagnosis import diagnose
from tests.mining.test_choices import QUICK, REVIEW, ROUTED, routed
from webui.choices import decision_of, shown_choices
from webui.influences import asked


class Nobody:
    """Names of people that are their codes."""

    def office(self, key: str) -> str:
        return key

    officer = post = office


def plain(field: str, value: object) -> tuple[str, str]:
    return field, str(value)


def label(element: str) -> str:
    return element.upper() if element != "xor" else element


def test_a_gateway_is_told_in_sentences_and_its_table_is_a_file(app: Flask) -> None:
    findings = choices(routed(1), {None: ROUTED}).findings
    with app.test_request_context("/?language=en"):
        [shown] = shown_choices(findings, label, plain)
        dmn = decision_of(findings, "xor", label)
        assert decision_of(findings, "nowhere", label) is None
    assert "ACCEPT" in shown.name and {way.outcome for way in shown.ways} == {QUICK, REVIEW}
    assert any("QUICK" in sentence and "trader" in sentence for sentence in shown.sentences)
    assert dmn is not None
    again = read_dmn(write_dmn(dmn))
    assert decide(again, {"amount": Decimal(10), "kind": "trader"}).value == QUICK
    assert decide(again, {"amount": Decimal(9_000), "kind": "trader"}).value == REVIEW


def test_traits_are_drawn_as_marks_around_no_difference(app: Flask) -> None:
    found = diagnose(routed(1, noise=0), ROUTED, only=["influences"])
    with app.test_request_context("/?language=en"):
        questions = asked(found.analyses["influences"].findings, cast(Any, Nobody()), label, plain)
    assert "long" in [question.question for question in questions]
    rows = [row for question in questions for row in question.rows]
    for row in rows:
        assert 0 <= row.adjusted.low <= row.adjusted.at <= row.adjusted.high <= 100
        assert (row.adjusted.at > 50) == (row.adjusted.value > 0)
