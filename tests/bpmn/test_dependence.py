"""What elements read and write."""

from __future__ import annotations

import pytest

from bpmn.dependence import Materials, computes_with, independence, reads, writes
from bpmn.errors import UnknownData
from bpmn.model import Activity, ActivityKind, Assignment
from bpmn.procedure import PROCEDURES, read_procedure
from tests.contracts.drawings import drawing, user

CHECK = {
    "components": [
        {"type": "textfield", "key": "taxpayer_name", "disabled": True},
        {"type": "text", "text": "Balance of {{balance}}"},
        {"type": "group", "components": [{"type": "number", "key": "arrears"}]},
        {"type": "radio", "key": "check_outcome", "conditional": {"hide": '=risk = "low"'}},
    ]
}


def test_a_form_reads_what_it_shows_and_writes_what_can_be_filled_in() -> None:
    model = drawing("start > check > end", user("check", form="check"))
    materials = Materials(forms={"check": CHECK})
    assert writes(model, "check", materials) == {"arrears", "check_outcome"}
    assert reads(model, "check", materials) == {"taxpayer_name", "balance", "risk"}


def test_what_is_only_shown_does_not_decide_what_happens() -> None:
    model = drawing("start > check > end", user("check", form="check"))
    assert computes_with(model, "check", Materials(forms={"check": CHECK})) == frozenset()


def test_a_script_reads_its_expressions_but_not_its_own_results() -> None:
    script = (Assignment("interest", "amount * rate"), Assignment("payable", "amount + interest"))
    model = drawing("start > pay > end", Activity(id="pay", kind=ActivityKind.SCRIPT, script=script))
    assert reads(model, "pay") == {"amount", "rate"}
    assert writes(model, "pay") == {"interest", "payable"}


def test_a_gateway_reads_the_conditions_of_its_flows() -> None:
    model = drawing('start > a > xor1; xor1 > end1 ? a_outcome = "pass"; xor1 > end2')
    assert reads(model, "xor1") == {"a_outcome"}


def test_a_decision_reads_its_inputs_and_writes_its_outputs() -> None:
    procedure = read_procedure(PROCEDURES / "vat_credit_refund")
    materials = Materials(procedure.forms, procedure.decisions)
    assert "risk" in writes(procedure.model, "risk_scan", materials)
    assert "refund_amount" in reads(procedure.model, "risk_scan", materials)


def test_two_checks_of_the_refund_are_independent_and_its_review_is_not() -> None:
    procedure = read_procedure(PROCEDURES / "vat_credit_refund")
    materials = Materials(procedure.forms, procedure.decisions)
    assert independence(procedure.model, "invoice_check", "arrears_check", materials).independent
    tied = independence(procedure.model, "risk_scan", "risk_decision", materials)
    assert not tied.independent and "risk" in tied.shared


def test_without_the_form_nothing_is_guessed() -> None:
    model = drawing("start > check > end", user("check", form="check"))
    with pytest.raises(UnknownData, match="'check' was not given"):
        reads(model, "check")
