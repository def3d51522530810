"""The procedures that come with the product: they can run, they are sound, and they look drawn by a careful person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

import pytest

from bpmn.decisions import decide, read_dmn
from bpmn.feel import names
from bpmn.forms import Form, read_form
from bpmn.model import Activity, ActivityKind, Bounds, EventNode, Gateway, GatewayKind, Position, Trigger
from bpmn.procedure import Procedure, read_all_procedures
from bpmn.semantics import net, soundness
from bpmn.validation import problems

PROCEDURES = read_all_procedures()
KEYS = ["deferred_payment", "filing_reminder", "invoice_ceiling", "overpaid_refund", "vat_credit_refund"]
each = pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.key)


def test_the_five_procedures_of_a_tax_office_are_there() -> None:
    assert [procedure.key for procedure in PROCEDURES] == KEYS


@each
def test_nothing_speaks_against_running_it(procedure: Procedure) -> None:
    assert problems(procedure.model, procedure) == []


@each
def test_every_case_can_end(procedure: Procedure) -> None:
    assert soundness(net(procedure.model, repeat=False)).sound is True


@each
def test_it_is_rich_enough_to_redesign(procedure: Procedure) -> None:
    nodes = procedure.model.nodes
    assert 12 <= len(nodes) <= 25
    assert any(isinstance(n, Activity) and n.kind is ActivityKind.RULE for n in nodes)
    assert any(isinstance(n, Activity) and n.four_eyes for n in nodes)
    overdue = [n for n in nodes if isinstance(n, EventNode) and n.position is Position.BOUNDARY and not n.interrupting]
    assert all(n.timer is not None and n.timer.working for n in overdue) and overdue


def test_each_form_of_redesign_finds_something() -> None:
    models = [procedure.model for procedure in PROCEDURES]
    assert any(isinstance(n, Gateway) and n.kind is GatewayKind.PARALLEL for m in models for n in m.nodes)
    refunds = [m for m in models if m.has("order_pay_out")]
    assert len(refunds) == 2
    for model in refunds:
        failed = model.node("pay_out_failed")
        assert isinstance(failed, EventNode) and failed.trigger is Trigger.MESSAGE
        assert model.outgoing("pay_out_failed")[0].target == "correct_account"
        assert model.outgoing("correct_account")[0].target == "order_pay_out"


@each
def test_everything_has_a_name_in_both_languages(procedure: Procedure) -> None:
    named = [node for node in procedure.model.nodes if node.name]
    silent = [n for n in procedure.model.nodes if not n.name]
    assert all(node.names.get("en") for node in named)
    assert all(isinstance(n, Gateway | EventNode) for n in silent)
    for flow in procedure.model.flows:
        assert bool(flow.name) == bool(flow.names.get("en"))
        if flow.condition:
            assert flow.name, f"{flow.id} has a condition and no name"
    assert {"zh", "en"} <= procedure.names.keys() and {"zh", "en"} <= procedure.descriptions.keys()


@each
def test_every_time_limit_says_its_basis_and_whether_it_was_verified(procedure: Procedure) -> None:
    assert procedure.legal_basis
    assert procedure.time_limits
    for limit in procedure.time_limits:
        assert limit.days > 0 and limit.basis
        assert limit.source.startswith("To be confirmed") != limit.confirmed


def forms(procedure: Procedure) -> dict[str, Form]:
    return {key: read_form(schema) for key, schema in procedure.forms.items()}


@each
def test_every_form_is_readable_and_bilingual(procedure: Procedure) -> None:
    for key, form in forms(procedure).items():
        for field in form.fields:
            assert field.text and field.names.get("en"), f"{key}: {field.key}"
            assert all(option.names.get("en") for option in field.options), f"{key}: {field.key}"


@each
def test_every_persons_work_has_a_form_with_its_outcome(procedure: Procedure) -> None:
    read = forms(procedure)
    for activity in procedure.model.activities:
        if activity.kind is ActivityKind.USER:
            assert activity.form == activity.id and activity.due is not None
            outcome = next(f for f in read[activity.id].fields if f.key == f"{activity.id}_outcome")
            assert outcome.required and outcome.options[0].value == "pass"


@each
def test_conditions_ask_only_for_what_was_filled_in_decided_or_calculated(procedure: Procedure) -> None:
    model = procedure.model
    known = {field.key for form in forms(procedure).values() for field in form.fields}
    known |= {"risk", "route", "channel"}
    known |= {line.name for task in model.activities for line in task.script}
    for flow in model.flows:
        if flow.condition:
            assert names(flow.condition) <= known, flow.id


@each
def test_four_eyes_name_activities_before(procedure: Procedure) -> None:
    for activity in procedure.model.activities:
        for other in activity.four_eyes:
            assert procedure.model.has(other) and other != activity.id


# decisions


def decided(key: str, decision: str, **context: Any) -> Any:
    procedure = next(procedure for procedure in PROCEDURES if procedure.key == key)
    return decide(read_dmn(procedure.sources[f"{decision}.dmn"]), context, decision).value


@pytest.mark.parametrize(
    ("rating", "amount", "doubtful", "risk"),
    [
        ("A", 100_000, 0, "low"),
        ("B", 100_001, 0, "medium"),
        ("A", 100_000, 1, "medium"),
        ("M", 50_000, 0, "medium"),
        ("A", 5_000_001, 0, "high"),
        ("A", 10, 6, "high"),
        ("D", 10, 0, "high"),
    ],
)
def test_only_small_refunds_of_good_taxpayers_pass_without_a_person(
    rating: str, amount: int, doubtful: int, risk: str
) -> None:
    context = {"credit_rating": rating, "refund_amount": Decimal(amount), "doubtful_invoices": Decimal(doubtful)}
    assert decided("vat_credit_refund", "refund_risk", **context) == risk


def test_an_overpayment_of_more_than_three_years_ago_is_for_a_person() -> None:
    context = {
        "refund_amount": Decimal(100),
        "original_account": True,
        "arrears": Decimal(0),
        "applied_on": date(2026, 6, 30),
    }
    recent = decided("overpaid_refund", "overpaid_triage", **context, paid_on=date(2024, 6, 30))
    old = decided("overpaid_refund", "overpaid_triage", **context, paid_on=date(2023, 6, 1))
    assert (recent, old) == ("automatic", "manual")


@each
def test_every_decision_table_has_an_answer_for_the_rest(procedure: Procedure) -> None:
    for activity in procedure.model.activities:
        if activity.decision:
            text = procedure.sources[f"{activity.decision}.dmn"].decode("utf-8")
            assert text.count("<text>-</text>") >= text.count("<input ")


# the drawing


def overlap(one: Bounds, other: Bounds, margin: float = 0) -> bool:
    return (
        one.x < other.x + other.width + margin
        and other.x < one.x + one.width + margin
        and one.y < other.y + other.height + margin
        and other.y < one.y + one.height + margin
    )


def holds(outer: Bounds, inner: Bounds) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def free_standing(procedure: Procedure) -> dict[str, Bounds]:
    """The shapes that nothing may cover: all but boundary events and subprocesses."""
    model = procedure.model
    skipped = {n.id for n in model.nodes if isinstance(n, EventNode) and n.position is Position.BOUNDARY}
    skipped |= {n.id for n in model.nodes if isinstance(n, Activity) and n.kind is ActivityKind.SUBPROCESS}
    return {n.id: model.layout.shapes[n.id] for n in model.nodes if n.id not in skipped}


@each
def test_no_shape_covers_another_and_each_lies_in_its_lane(procedure: Procedure) -> None:
    shapes = free_standing(procedure)
    for (one, a), (other, b) in combinations(shapes.items(), 2):
        assert not overlap(a, b, margin=15), f"{one} and {other}"
    for node in procedure.model.nodes:
        if node.lane and node.id in shapes:
            assert holds(procedure.model.layout.shapes[node.lane], shapes[node.id]), node.id


@each
def test_flows_touch_their_shapes_and_no_other(procedure: Procedure) -> None:
    model, shapes = procedure.model, free_standing(procedure)
    for flow in model.flows:
        points = model.layout.edges[flow.id]
        for end, point in ((flow.source, points[0]), (flow.target, points[-1])):
            shape = model.layout.shapes[end]
            assert overlap(shape, Bounds(point[0] - 1, point[1] - 1, 2, 2)), f"{flow.id} does not touch {end}"
        for (x, y), (u, v) in pairwise(points):
            assert x == u or y == v, f"{flow.id} is not drawn at right angles"
            line = Bounds(min(x, u), min(y, v), abs(x - u), abs(y - v))
            crossed = [id for id, s in shapes.items() if id not in (flow.source, flow.target) and overlap(s, line)]
            assert crossed == [], flow.id


@each
def test_words_beside_the_drawing_do_not_run_into_shapes(procedure: Procedure) -> None:
    shapes, labels = free_standing(procedure), procedure.model.layout.labels
    for element, label in labels.items():
        assert not [id for id, shape in shapes.items() if id != element and overlap(shape, label)], element
    for (one, a), (other, b) in combinations(labels.items(), 2):
        assert not overlap(a, b), f"{one} and {other}"
