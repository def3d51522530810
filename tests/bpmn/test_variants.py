"""However a drawing is written it loads, with what had to be mended named, and comes back whole."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bpmn.drawing import draw
from bpmn.errors import UnreadableModel
from bpmn.layout import lay_out
from bpmn.model import ProcessModel
from bpmn.reading import read_all, read_bpmn
from bpmn.repairing import repair
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import lost_facts
from tests.bpmn.variants import BASE, PREFIXES, SPELLINGS, VARIANTS, spelled


def base() -> Any:
    return etree.fromstring(BASE)


def check(xml: bytes | str) -> set[str]:
    """Everything that must hold of whatever loads; the rules of its repairs."""
    model = read_bpmn(xml)
    written = write_bpmn(model)
    assert read_bpmn(written) == model
    assert lost_facts(xml, written) == {}
    every = read_all(xml)
    assert read_all(write_bpmn(every)) == every
    return _repaired(model)


def _repaired(model: ProcessModel) -> set[str]:
    ready = repair(model)
    assert repair(ready.model).repairs == ()
    assert all(each.rule and each.element and each.message.endswith(".") for each in ready.repairs)
    placed = lay_out(ready.model, keep=True)
    assert read_bpmn(write_bpmn(placed)) == placed
    etree.fromstring(draw(placed).encode())
    return {each.rule for each in ready.repairs}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_loads_whole_and_its_repair_is_named(name: str) -> None:
    variant, root = VARIANTS[name], base()
    variant.change(root, random.Random(name))
    assert variant.rule is None or variant.rule in check(etree.tostring(root))
    check(etree.tostring(root))


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_loads_whole(name: str) -> None:
    content = SPELLINGS[name](BASE)
    model, plain = read_bpmn(content), read_bpmn(BASE)
    assert (model.nodes, model.flows, model.lanes, model.layout) == (
        plain.nodes,
        plain.flows,
        plain.lanes,
        plain.layout,
    )
    check(content)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_prefix_says_nothing(prefix: str | None) -> None:
    model, plain = read_bpmn(spelled(base(), prefix)), read_bpmn(BASE)
    assert (model.nodes, model.flows, model.lanes) == (plain.nodes, plain.flows, plain.lanes)


@pytest.mark.slow
@given(
    st.lists(st.sampled_from(sorted(VARIANTS)), min_size=2, max_size=4), st.sampled_from(PREFIXES), st.integers(0, 99)
)
@settings(max_examples=60)
def test_several_at_once_load_or_are_refused_with_a_reason(names: list[str], prefix: str | None, seed: int) -> None:
    root, chance = base(), random.Random(seed)
    for name in names:
        try:
            VARIANTS[name].change(root, chance)
        except (IndexError, StopIteration, KeyError):  # an earlier variant took away what this one changes
            continue
    try:
        check(spelled(root, prefix))
    except UnreadableModel as refused:
        assert str(refused).endswith(".")


def test_prefixes_that_everybody_knows_may_be_undeclared() -> None:
    xml = BASE.replace('camunda:priority="50"', 'flowable:assignee="kermit"')
    assert "undeclared_prefix" in [repair.rule for repair in read_bpmn(xml).repairs]
    with pytest.raises(UnreadableModel, match="nobody"):
        read_bpmn(xml.replace("flowable:", "nobody:"))
