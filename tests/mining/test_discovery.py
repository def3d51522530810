"""Discovery: a sound model with a layout, which every case fits where no noise is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.model import ProcessModel
from bpmn.semantics import net, soundness
from bpmn.writing import write_bpmn
from event_logs.log import EventLog
from mining.conformance import conformance
from mining.discovery import Miner, discover, discovered
from mining.discovery.mining_apart import MOST_STEPS, mined, scaled
from mining.discovery.steady import steady
from mining.errors import MinerFailed
from mining.reading import read
from mining.variants import Variant, variants
from tests.builders import end, model, start, user, xor


@pytest.mark.slow
def test_without_noise_every_case_of_receipt_fits_the_discovered_model(receipt: EventLog) -> None:
    model = discover(receipt, noise=0)
    assert {activity.name for activity in model.activities} >= {"Confirmation of receipt"}
    assert set(model.layout.shapes) >= {node.id for node in model.nodes}
    reading = read(receipt, {None: model})
    found = conformance(reading.cases, reading.models)
    assert (found.rate, found.fitness, found.unknown_activities) == (1, 1, ())


@pytest.mark.slow
def test_both_miners_and_what_their_drawings_are_worth(public_log: Callable[[str], EventLog]) -> None:
    paths = variants(public_log("running_example.xes.gz"))
    inductive, split = discovered(paths)
    assert (inductive.miner, inductive.fitness, inductive.fitting) == (Miner.INDUCTIVE, 1, 1)
    assert inductive.precision == pytest.approx(61 / 81)
    assert split.fitness is not None and split.precision is not None
    assert (round(split.fitness, 3), round(split.fitting or 0, 3), split.precision > 0.8) == (0.891, 0.333, True)
    for found in (inductive, split):
        assert found.model is not None and soundness(net(found.model, repeat=False)).sound
        assert set(found.model.layout.shapes) >= {node.id for node in found.model.nodes}


@pytest.mark.slow
def test_an_unsound_drawing_of_the_split_miner_is_not_handed_on(receipt: EventLog) -> None:
    inductive, split = discovered(variants(receipt))
    assert split.model is None and "not sound" in split.reason
    assert inductive.model is not None and inductive.fitness is not None and round(inductive.fitness, 4) == 0.8155
    assert inductive.precision is not None, "the drawing has more states than are written down for alignments"


@given(st.permutations(range(8)), st.permutations(range(8)))
def test_a_drawing_is_the_same_whatever_ids_and_order_it_comes_in(nodes: list[int], flows: list[int]) -> None:
    drawn = model(
        start(), user("a", name="a"), xor("x"), user("b", name="b"), user("c", name="c"), xor("y"), user("d", name="d"), end(),
        paths=["start > a > x > b > y > d > end", "x > c > y"],
    )  # fmt: skip
    known = steady(drawn)
    other = replace(
        drawn,
        nodes=tuple(replace(drawn.nodes[n], id=f"id{n}") for n in nodes),
        flows=tuple(
            replace(drawn.flows[n], id=f"way{n}", source=_id(drawn, drawn.flows[n].source), target=_id(drawn, drawn.flows[n].target))
            for n in flows
        ),
    )  # fmt: skip
    assert write_bpmn(steady(other)) == write_bpmn(known)
    assert {node.name for node in known.nodes} == {*"abcd", ""} and soundness(net(known, repeat=False)).sound


def _id(drawn: ProcessModel, id: str) -> str:
    return f"id{[node.id for node in drawn.nodes].index(id)}"


@pytest.mark.slow
def test_the_same_paths_give_the_same_drawing_to_the_byte(public_log: Callable[[str], EventLog]) -> None:
    log = public_log("running_example.xes.gz")
    assert write_bpmn(discover(log)) == write_bpmn(discover(log))


def path(length: int, cases: int) -> Variant:
    return Variant(tuple(f"a{n}" for n in range(length)), cases, 0, 0, 0, 0)


def test_a_miner_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(MinerFailed, match="inductive miner drew nothing"):
        mined([path(3, 2)], Miner.INDUCTIVE, noise=0.2, seconds=0.02)


def test_a_large_log_is_scaled_down_without_losing_a_path() -> None:
    few = [path(3, 7), path(2, 1)]
    assert scaled(few) == few
    many = scaled([path(10, MOST_STEPS), path(5, 1)])
    assert [v.cases for v in many] == [pytest.approx(MOST_STEPS / 10, rel=0.01), 1]
