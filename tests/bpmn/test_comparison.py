"""The difference of two versions says what changed, element by element, and says nothing where nothing did."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from bpmn.comparison import DifferenceKind, differences, marks, overlay
from bpmn.layout import lay_out
from bpmn.model import Lane, ProcessModel
from tests.bpmn.models import changed, flow, process_models, refund, user, without


def kinds(old: ProcessModel, new: ProcessModel) -> dict[str, DifferenceKind]:
    return {difference.element: difference.kind for difference in differences(old, new)}


@given(process_models())
@settings(max_examples=40)
def test_a_model_does_not_differ_from_itself(model: ProcessModel) -> None:
    assert differences(model, model) == []


@given(process_models(), process_models())
@settings(max_examples=40)
def test_what_one_way_was_added_the_other_way_was_removed(one: ProcessModel, two: ProcessModel) -> None:
    there, back = differences(one, two), differences(two, one)
    added = sorted((d.what, d.element) for d in there if d.kind is DifferenceKind.ADDED)
    assert added == sorted((d.what, d.element) for d in back if d.kind is DifferenceKind.REMOVED)


def test_where_something_is_drawn_makes_no_difference() -> None:
    assert differences(refund(), replace(lay_out(refund()), raw=())) == []


def test_added_and_removed_elements() -> None:
    new = without(refund(), "arrears", "split__arrears", "arrears__join")
    new = replace(
        new, nodes=(*new.nodes, user("site")), flows=(*new.flows, flow("split", "site"), flow("site", "join"))
    )
    assert kinds(refund(), new) == {
        "site": DifferenceKind.ADDED,
        "split__site": DifferenceKind.ADDED,
        "site__join": DifferenceKind.ADDED,
        "arrears": DifferenceKind.REMOVED,
        "split__arrears": DifferenceKind.REMOVED,
        "arrears__join": DifferenceKind.REMOVED,
    }


def test_a_changed_field_is_said() -> None:
    (difference,) = differences(refund(), changed(refund(), "accept", four_eyes=("invoices",), form="short"))
    assert difference.kind is DifferenceKind.CHANGED and difference.what == "activity"
    assert set(difference.reasons) == {"form was accept, is short", "four eyes is now invoices"}


def test_work_that_moves_to_other_people_is_moved() -> None:
    (difference,) = differences(refund(), changed(refund(), "accept", lane="office"))
    assert difference.kind is DifferenceKind.MOVED
    assert "effective posts was reception, is tax_source" in difference.reasons


def test_another_post_of_a_lane_moves_all_work_in_it() -> None:
    lanes = (Lane(id="hall", name="办税服务厅", posts=("clerk",)), refund().lanes[1])
    found = kinds(refund(), replace(refund(), lanes=lanes))
    assert found["hall"] is DifferenceKind.CHANGED and found["accept"] is DifferenceKind.MOVED


def test_another_kind_of_element_under_the_same_id_is_removed_and_added() -> None:
    nodes = tuple(user("risk") if node.id == "risk" else node for node in refund().nodes)
    found = differences(refund(), replace(refund(), nodes=nodes))
    assert [(d.kind, d.what) for d in found if d.element == "risk"] == [
        (DifferenceKind.REMOVED, "gateway"),
        (DifferenceKind.ADDED, "activity"),
    ]


def test_both_versions_in_one_drawing() -> None:
    old = lay_out(refund())
    new = without(old, "arrears", "split__arrears", "arrears__join")
    both = overlay(old, new)
    assert both.has("arrears") and "arrears" in both.layout.shapes
    assert marks(differences(old, new))["arrears"] == "removed"
