"""Redesigns of drawings: what they do, what they refuse, and that they keep a sound model sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.changes import (
    Automate,
    Change,
    ChangeRefused,
    Drop,
    HandOver,
    Materials,
    Merge,
    Move,
    Parallelise,
    Retime,
    Triage,
    apply,
    change_as_dict,
    change_from_dict,
)
from bpmn.model import Activity, ActivityKind, Assignment, Gateway, ProcessModel
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from bpmn.semantics import net, soundness
from bpmn.writing import write_bpmn
from tests.bpmn.test_semantics import blocks
from tests.contracts.drawings import boundary, drawing, user
from tests.contracts.traces import played

PROCEDURES = {procedure.key: procedure for procedure in read_all_procedures()}


def changed(key: str, *changes: Change) -> ProcessModel:
    procedure = PROCEDURES[key]
    return apply(procedure.model, *changes, materials=Materials(procedure.forms, procedure.decisions))


def traces(model: ProcessModel, longest: int = 8) -> set[str]:
    return {" ".join(trace) for trace in played(net(model), longest)}


def refusal(model: ProcessModel, change: Change) -> str:
    with pytest.raises(ChangeRefused) as refused:
        apply(model, change)
    return refused.value.reason


def test_independent_checks_run_side_by_side() -> None:
    model = apply(drawing("start > a > b > c > end"), Parallelise(("a", "b")))
    assert traces(model) == {"a b c", "b a c"}


def test_alternatives_that_lead_to_the_first_check_do_not_wait_for_each_other() -> None:
    model = drawing("start > xor1; xor1 > a; xor1 > x > a; a > b > end")
    assert traces(apply(model, Parallelise(("a", "b")))) == {"a b", "b a", "x a b", "x b a"}


def test_checks_that_need_each_others_data_stay_in_order() -> None:
    second = user("b", inputs=(Assignment("sum", "found * 2"),))
    model = drawing("start > a > b > end", user("a", outputs=(Assignment("found", "1"),)), second)
    assert "tied by the data found" in refusal(model, Parallelise(("a", "b")))


def test_a_second_pair_of_eyes_follows_what_it_controls() -> None:
    model = drawing("start > a > b > end", user("b", four_eyes=("a",)))
    assert "second pair of eyes" in refusal(model, Parallelise(("a", "b")))
    assert "two people" in refusal(model, Merge("a", "b"))


def test_dropping_a_step_leads_around_it_under_the_same_flows() -> None:
    before = drawing("start > a > b > end")
    model = apply(before, Drop("b"))
    assert traces(model) == {"a"}
    assert model.flow("a_b").target == "end"


def test_the_choice_that_only_a_dropped_step_decides_goes_with_it() -> None:
    model = drawing('start > a > b > xor1; xor1 > c; xor1 > a ? b_outcome = "return"; c > end')
    assert traces(apply(model, Drop("b", "pass"))) == {"a c"}
    assert "needs b_outcome" in refusal(
        drawing(
            'start > a > b > xor1; xor1 > end1 ? b_outcome = "return"; xor1 > c > end2',
            user("b", outputs=(Assignment("b_outcome", "1"),)),
        ),
        Drop("b"),
    )


def test_the_law_is_not_redesigned() -> None:
    model = drawing(
        "start > a > b > end", user("a", guards=frozenset({"statutory"})), user("b", guards=frozenset({"ordered"}))
    )
    assert "required by law" in refusal(model, Drop("a"))
    assert "required by law" in refusal(model, Automate("a", "x > 1", "pass"))
    assert "place by law" in refusal(model, Parallelise(("a", "b")))


def test_control_by_a_second_person_passes_to_who_remains_or_the_drop_is_refused() -> None:
    model = changed("overpaid_refund", Drop("review"))
    assert model.activity("approve").four_eyes == ("payment_check", "arrears_check")
    alone = drawing("start > a > b > end", user("b", four_eyes=("a",)))
    assert "nobody else is" in refusal(alone, Drop("b"))
    assert "no second pair of eyes" in refusal(alone, Drop("a"))


def test_a_rule_lets_sure_cases_pass_and_sets_their_outcome() -> None:
    model = apply(drawing("start > a > b > end"), Automate("b", "amount < 100", "pass"))
    automatic = model.activity("b_auto")
    assert traces(model) == {"a b", "a b_auto"}
    assert automatic.kind is ActivityKind.SCRIPT and automatic.script == (Assignment("b_outcome", '"pass"'),)
    assert "cannot be read" in refusal(drawing("start > b > end"), Automate("b", "amount <", "pass"))


def test_a_decision_table_can_come_first() -> None:
    model = apply(drawing("start > b > end"), Automate("b", 'risk = "low"', "pass", decision="risk"))
    assert traces(model) == {"b_rule b", "b_rule b_auto"}


def test_easy_cases_go_a_fast_lane_and_all_others_the_old_way() -> None:
    model = apply(
        drawing("start > a > b > c > end"), Triage(("a", "b", "c"), "amount < 100", fast=("b",), passing="pass")
    )
    assert traces(model) == {"a b c", "b_fast a_skip"}
    assert model.activity("a_skip").script == (Assignment("a_outcome", '"pass"'), Assignment("c_outcome", '"pass"'))
    split = next(node for node in model.nodes if node.id == "a_easy")
    assert isinstance(split, Gateway) and model.flow(split.default or "").target == "a"
    assert [f.condition for f in model.outgoing("a_easy") if f.id != split.default] == ["amount < 100"]


def test_whoever_may_not_do_a_step_may_not_do_its_copy() -> None:
    model = drawing("start > a > b > c > end", user("b", four_eyes=("a",)), user("c", four_eyes=("b",)))
    after = apply(model, Triage(("a", "b"), "amount < 100", fast=("b",)))
    assert after.activity("c").four_eyes == ("b", "b_fast")
    assert after.activity("b_fast").four_eyes == ()


def test_a_fast_lane_leaves_out_neither_law_nor_control_nor_what_is_needed() -> None:
    law = drawing("start > a > b > end", user("a", guards=frozenset({"statutory"})), user("b", four_eyes=("a",)))
    assert "required by law" in refusal(law, Triage(("a",), "x"))
    assert "second pair of eyes" in refusal(law, Triage(("b",), "x"))
    needed = drawing("start > a > b > end; b > a ? a_outcome = 1", user("a", outputs=(Assignment("a_outcome", "1"),)))
    assert "needs a_outcome" in refusal(needed, Triage(("a",), "x"))
    assert "only behind it" in refusal(drawing("start > a > b > end"), Triage(("a",), 'a_outcome = "low"'))
    assert "all that the row does" in refusal(drawing("start > a > end"), Triage(("a",), "x", fast=("a",)))
    assert "directly follow" in refusal(drawing("start > a > b > c > end"), Triage(("a", "c"), "x"))


def test_work_is_handed_over_to_more_posts() -> None:
    model = changed("vat_credit_refund", HandOver("second_review", ("second_review", "policy")))
    assert model.posts("second_review") == ("second_review", "policy")
    assert "already belongs" in refusal(model, HandOver("second_review", ("policy", "second_review")))
    assert "not done by people" in refusal(model, HandOver("risk_scan", ("policy",)))


def test_a_step_moves_over_others_but_not_past_a_choice() -> None:
    assert traces(apply(drawing("start > a > b > c > end"), Move("c", "a"))) == {"c a b"}
    assert traces(apply(drawing("start > a > b > c > end"), Move("a", "end"))) == {"b c a"}
    model = drawing("start > xor1; xor1 > a > xor2; xor1 > b > xor2; xor2 > c > end")
    assert "lie choices" in refusal(model, Move("c", "a"))


def test_two_pieces_of_work_of_one_post_become_one() -> None:
    model = drawing("start > a > b > end", user("a", posts=("p",), name="甲"), user("b", posts=("p",), name="乙"))
    merged = apply(model, Merge("a", "b"))
    assert traces(merged) == {"a"} and merged.activity("a").name == "甲、乙"
    assert "not work of the same posts" in refusal(
        drawing("start > a > b > end", user("a", posts=("p",))), Merge("a", "b")
    )


def test_a_timer_gets_another_time() -> None:
    model = changed("deferred_payment", Retime("papers_overdue", 'duration("P20D")'))
    timer = model.node("papers_overdue").timer  # type: ignore[union-attr]
    assert timer is not None and timer.expression == 'duration("P20D")'
    assert "no time to wait" in refusal(model, Retime("papers_overdue", 'duration("-P1D")'))
    assert "no duration" in refusal(model, Retime("papers_overdue", '"soon"'))


def test_leaving_a_parallel_block_by_a_timer_is_refused_as_unsound() -> None:
    model = drawing("start > a > b > end1; late > end2", boundary("late", "a", interrupting=True))
    assert "would not be sound" in refusal(model, Parallelise(("a", "b")))


def test_changed_procedures_are_drawn_and_read_back() -> None:
    changes: list[tuple[str, Change]] = [
        ("vat_credit_refund", Parallelise(("invoice_check", "arrears_check"))),
        ("vat_credit_refund", Drop("policy_review", "pass")),
        ("invoice_ceiling", Automate("site_check", "requested_ceiling < 100", "pass")),
        ("deferred_payment", Drop("city_review")),
    ]
    for key, change in changes:
        before, model = PROCEDURES[key].model, changed(key, change)
        again = read_bpmn(write_bpmn(model))
        assert (again.nodes, again.flows) == (model.nodes, model.flows)
        assert {node.id for node in model.nodes} <= set(model.layout.shapes)
        stayed = [id for id in before.layout.shapes if id in model.layout.shapes]
        assert len(stayed) >= len(before.layout.shapes) - 2
        assert changed(key, change) == model


def test_changes_are_kept_as_plain_data() -> None:
    for change in (
        Drop("a"),
        Parallelise(("a", "b")),
        HandOver("a", ("p",)),
        Automate("a", "x", "pass"),
        Merge("a", "b"),
        Triage(("a", "b"), "x", fast=("b",), passing="pass"),
    ):
        read = {name: list(v) if isinstance(v, tuple) else v for name, v in change_as_dict(change).items()}
        assert change_from_dict(read) == change


def every_change(model: ProcessModel) -> list[Change]:
    tasks = [a.id for a in model.activities if isinstance(a, Activity)]
    found: list[Change] = []
    for one in tasks:
        found += [Drop(one), Drop(one, "pass"), Automate(one, "x > 1", "pass"), HandOver(one, ("p",))]
        found += [Triage((one,), "x > 1"), Triage((one,), "x > 1", passing="pass")]
        for other in tasks:
            found += [Parallelise((one, other)), Move(one, other), Merge(one, other)]
            found += [Triage((one, other), "x > 1", fast=(other,))]
    return found


@given(blocks(), st.data())
def test_a_sound_model_stays_sound_or_the_change_is_refused(model: ProcessModel, data: st.DataObject) -> None:
    change = data.draw(st.sampled_from(every_change(model)))
    try:
        after = apply(model, change)
    except ChangeRefused as refused:
        assert refused.reason.endswith((".", "?"))
        return
    assert soundness(net(after, repeat=False)).sound is True


@pytest.mark.parametrize("key", sorted(PROCEDURES))
def test_no_change_breaks_a_procedure(key: str) -> None:
    procedure = PROCEDURES[key]
    people = [a.id for a in procedure.model.activities if a.kind is ActivityKind.USER]
    for one in people:
        for change in (Drop(one), Drop(one, "pass"), Automate(one, "true", "pass")):
            try:
                after = changed(key, change)
            except ChangeRefused:
                continue
            assert soundness(net(after, repeat=False)).sound
            assert "statutory" not in procedure.model.activity(one).guards
