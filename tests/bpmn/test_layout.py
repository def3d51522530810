"""Layouts that a person would draw: nothing overlaps, lanes are bands, flows run at right angles and stay off shapes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from bpmn.layout import lay_out
from bpmn.model import (
    Bounds,
    EventNode,
    Gateway,
    GatewayKind,
    Layout,
    Position,
    ProcessModel,
    Timer,
    TimerKind,
    Trigger,
)
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from bpmn.repairing import repair
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import corpus, needs_corpora, reference_models
from tests.bpmn.models import flow, process_models, refund, user


def overlap(one: Bounds, two: Bounds) -> bool:
    return (
        one.x < two.x + two.width
        and two.x < one.x + one.width
        and one.y < two.y + two.height
        and two.y < one.y + one.height
    )


def inside(one: Bounds, two: Bounds) -> bool:
    return (
        two.x <= one.x
        and one.x + one.width <= two.x + two.width
        and two.y <= one.y
        and one.y + one.height <= two.y + two.height
    )


def check(model: ProcessModel) -> None:
    """What every layout keeps to."""
    shapes, free = model.layout.shapes, [n for n in model.nodes if not (isinstance(n, EventNode) and n.attached_to)]
    for one, two in combinations(free, 2):
        if one.scope == two.scope:
            assert not overlap(shapes[one.id], shapes[two.id]), (one.id, two.id)
    for node in free:
        if node.scope is not None:
            assert inside(shapes[node.id], shapes[node.scope]), node.id
        elif node.lane is not None:
            assert inside(shapes[node.id], shapes[node.lane]), node.id
    for way in model.layout.edges.values():
        assert len(way) >= 2


def crossings(model: ProcessModel) -> int:
    """Pieces of flows that run through a shape that is not theirs."""
    count = 0
    for each in model.flows:
        for node in model.nodes:
            if node.id not in (each.source, each.target) and node.scope == model.scope_of(each):
                count += sum(
                    _through(a, b, model.layout.shapes[node.id]) for a, b in pairwise(model.layout.edges[each.id])
                )
    return count


def _through(a: tuple[float, float], b: tuple[float, float], box: Bounds) -> bool:
    piece = Bounds(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
    return overlap(piece, Bounds(box.x + 1, box.y + 1, box.width - 2, box.height - 2))


def docked(model: ProcessModel) -> bool:
    """Whether every flow within a scope begins and ends at the border of its nodes."""
    shapes = model.layout.shapes
    ways = [(f, model.layout.edges[f.id]) for f in model.flows if f.id in model.layout.edges]
    return all(_at(shapes[f.source], way[0]) and _at(shapes[f.target], way[-1]) for f, way in ways)


def _at(box: Bounds, point: tuple[float, float]) -> bool:
    x, y = point
    inside_x, inside_y = box.x - 1 <= x <= box.x + box.width + 1, box.y - 1 <= y <= box.y + box.height + 1
    at_side = min(abs(x - box.x), abs(x - box.x - box.width)) <= 1
    return inside_x and inside_y and (at_side or min(abs(y - box.y), abs(y - box.y - box.height)) <= 1)


def covering(model: ProcessModel) -> int:
    """Labels that stand on a node or on another label."""
    named = [model.layout.labels[e.id] for e in (*model.nodes, *model.flows) if e.id in model.layout.labels]
    holders = {node.scope for node in model.nodes}
    boxes = [model.layout.shapes[node.id] for node in model.nodes if node.id not in holders]
    on_nodes = sum(overlap(label, box) for label in named for box in boxes)
    return on_nodes + sum(overlap(one, two) for one, two in combinations(named, 2))


def plain(model: ProcessModel) -> ProcessModel:
    return replace(model, layout=Layout())


def test_a_small_procedure_reads_from_left_to_right() -> None:
    model = lay_out(refund())
    check(model)
    x = {id: box.x for id, box in model.layout.shapes.items()}
    assert x["applied"] < x["accept"] < x["risk"] < x["split"] < x["invoices"] == x["arrears"] < x["join"] < x["pay"]
    assert model.layout.shapes["hall"].y < model.layout.shapes["office"].y
    assert model.layout.shapes["hall"].width == model.layout.shapes["office"].width
    assert crossings(model) == 0
    for way in model.layout.edges.values():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(way))


def test_lanes_get_a_pool_and_it_is_written() -> None:
    model = lay_out(refund())
    again = read_bpmn(write_bpmn(model))
    assert again == model
    assert inside(model.layout.shapes["office"], model.layout.shapes["Pool_refund"])


@pytest.mark.parametrize("procedure", read_all_procedures(), ids=lambda procedure: procedure.key)
def test_our_procedures_can_be_drawn_anew(procedure: object) -> None:
    model = lay_out(plain(procedure.model))  # type: ignore[attr-defined]
    check(model)
    assert crossings(model) == covering(model) == 0
    assert docked(model)


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("path", reference_models(), ids=lambda path: path.name)
def test_reference_models_can_be_drawn_anew(path: object) -> None:
    model = lay_out(plain(repair(read_bpmn(path.read_bytes())).model))  # type: ignore[attr-defined]
    check(model)
    assert read_bpmn(write_bpmn(model)) == model


@needs_corpora
@pytest.mark.slow
def test_no_flow_of_the_corpora_runs_through_a_step_and_few_names_cover_anything() -> None:
    labels = covered = 0
    for path in corpus():
        if "betsy" in path.parts:
            continue  # many small ones of one kind
        model = lay_out(plain(repair(read_bpmn(path.read_bytes())).model))
        check(model)
        assert docked(model), path
        assert crossings(model) == 0, path
        labels, covered = labels + len(model.layout.labels), covered + covering(model)
    assert covered <= labels * 0.05


@given(process_models())
@settings(max_examples=40)
def test_whatever_is_drawn_gets_coordinates(model: ProcessModel) -> None:
    placed = lay_out(model)
    assert {node.id for node in placed.nodes} <= placed.layout.shapes.keys()
    assert read_bpmn(write_bpmn(placed)) == placed
    assert lay_out(placed, keep=True).layout.shapes.keys() == placed.layout.shapes.keys()


# --- keeping what is drawn -------------------------------------------------------------------------------------------


def test_what_has_its_place_keeps_it() -> None:
    model = lay_out(refund())
    assert lay_out(model, keep=True) == model


def test_a_new_step_gets_room_and_only_what_is_right_of_it_moves() -> None:
    model = lay_out(refund())
    flows = (*tuple(f for f in model.flows if f.id != "accept__risk"), flow("accept", "triage"), flow("triage", "risk"))
    grown = lay_out(replace(model, nodes=(*model.nodes, user("triage")), flows=flows), keep=True)
    check(grown)
    assert crossings(grown) == 0
    before, after = model.layout.shapes, grown.layout.shapes
    assert after["applied"] == before["applied"] and after["accept"] == before["accept"]
    assert after["accept"].x < after["triage"].x < after["risk"].x
    assert after["risk"].x - before["risk"].x == after["pay"].x - before["pay"].x > 0


def test_steps_that_become_parallel_stand_below_each_other() -> None:
    steps = (user("a"), user("b"))
    start, end = (
        EventNode(id="s", position=Position.START, lane="hall"),
        EventNode(id="e", position=Position.END, lane="hall"),
    )
    flows = (flow("s", "a"), flow("a", "b"), flow("b", "e"))
    model = lay_out(replace(refund(), nodes=(start, *steps, end), flows=flows))
    gateways = (
        Gateway(id="sp", kind=GatewayKind.PARALLEL, lane="hall"),
        Gateway(id="jn", kind=GatewayKind.PARALLEL, lane="hall"),
    )
    new = (flow("s", "sp"), flow("sp", "a"), flow("sp", "b"), flow("a", "jn"), flow("b", "jn"), flow("jn", "e"))
    parallel = lay_out(replace(model, nodes=(*model.nodes, *gateways), flows=new), keep=True)
    check(parallel)
    assert crossings(parallel) == 0
    shapes = parallel.layout.shapes
    assert abs(shapes["a"].x - shapes["b"].x) < 60 and shapes["b"].y >= shapes["a"].y + 80
    assert "a__b" not in parallel.layout.edges


def test_what_is_gone_leaves_the_drawing() -> None:
    model = lay_out(refund())
    gone = replace(
        model,
        nodes=tuple(n for n in model.nodes if n.id != "arrears"),
        flows=tuple(f for f in model.flows if "arrears" not in f.id),
    )
    assert "arrears" not in lay_out(gone, keep=True).layout.shapes


def test_a_new_boundary_event_sits_on_its_activity() -> None:
    model = lay_out(refund())
    timer = Timer(TimerKind.DURATION, 'duration("P2D")')
    late = EventNode(
        id="late", position=Position.BOUNDARY, trigger=Trigger.TIMER, timer=timer, attached_to="accept", lane="hall"
    )
    told = EventNode(id="told", position=Position.END, lane="hall")
    grown = lay_out(
        replace(model, nodes=(*model.nodes, late, told), flows=(*model.flows, flow("late", "told"))), keep=True
    )
    check(grown)
    assert overlap(grown.layout.shapes["late"], grown.layout.shapes["accept"])
