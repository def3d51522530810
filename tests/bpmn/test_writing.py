"""Writing gives back what was read: the law over generated models and over every model of the corpora."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from bpmn.errors import Unwritable
from bpmn.model import ProcessModel
from bpmn.reading import read_all, read_bpmn
from bpmn.vocabulary import BPMN
from bpmn.writing import write_bpmn
from tests.bpmn.corpora import PROCEDURES, corpus, needs_corpora, reference_models
from tests.bpmn.models import changed, process_models, refund


@given(process_models())
@settings(max_examples=120)
def test_whatever_can_be_said_is_written_and_read_back(model: ProcessModel) -> None:
    written = write_bpmn(model)
    assert read_bpmn(written) == model
    assert write_bpmn(read_bpmn(written)) == written


@needs_corpora
@pytest.mark.parametrize("path", reference_models(), ids=lambda path: path.name)
def test_the_reference_models_are_read_back(path: Path) -> None:
    one, several = read_bpmn(path.read_bytes()), read_all(path.read_bytes())
    assert read_bpmn(write_bpmn(one)) == one
    assert read_all(write_bpmn(several)) == several


@needs_corpora
@pytest.mark.slow
def test_every_model_of_the_corpora_is_read_back() -> None:
    paths = corpus()
    assert len(paths) > 250
    for path in paths:
        model = read_bpmn(path.read_bytes())
        written = write_bpmn(model)
        assert read_bpmn(written) == model, path
        assert write_bpmn(read_bpmn(written)) == written, path


@needs_corpora
@pytest.mark.slow
def test_no_element_of_a_reference_model_is_lost() -> None:
    """Every BPMN element with an id that a file has is in what is written, under the same id and name."""
    for path in reference_models():
        before, after = _named(path.read_bytes()), _named(write_bpmn(read_bpmn(path.read_bytes())))
        assert before.items() <= after.items(), path


def _named(xml: bytes) -> dict[str, str]:
    root = etree.fromstring(xml)
    elements = [e for e in root.iter(etree.Element) if etree.QName(e).namespace == BPMN and e.get("id")]
    loose = {"message", "signal", "error", "escalation", "definitions"}
    return {e.get("id"): e.tag for e in elements if etree.QName(e).localname not in loose}


@pytest.mark.parametrize("path", sorted(PROCEDURES.glob("*/*.bpmn")), ids=lambda path: path.stem)
def test_our_own_procedures_are_read_back(path: Path) -> None:
    model = read_bpmn(path.read_bytes())
    assert read_bpmn(write_bpmn(model)) == model


def test_children_stand_in_the_order_that_the_schema_wants() -> None:
    root = etree.fromstring(write_bpmn(changed(refund(), "accept", documentation="受理")))
    accept = next(element for element in root.iter() if element.get("id") == "accept")
    assert [etree.QName(child).localname for child in accept] == ["documentation", "incoming", "outgoing"]
    process = root.find(f"{{{BPMN}}}process")
    assert process is not None and etree.QName(process[0]).localname == "laneSet"


def test_a_control_character_cannot_be_written() -> None:
    with pytest.raises(Unwritable, match=r"U\+0007"):
        write_bpmn(replace(refund(), name="ring\a"))


def test_a_node_inside_of_nothing_cannot_be_written() -> None:
    with pytest.raises(Unwritable, match="no subprocess"):
        write_bpmn(changed(refund(), "pay", scope="nowhere"))


def test_emptying_a_vendors_form_is_kept() -> None:
    camunda = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    xml = f'<definitions xmlns="{BPMN}" {camunda}><process id="p"><userTask id="t" camunda:formKey="f"/></process></definitions>'
    model = read_bpmn(xml)
    assert model.activity("t").form == "f"
    emptied = changed(model, "t", form=None)
    assert read_bpmn(write_bpmn(emptied)).activity("t").form is None
    assert b'camunda:formKey="f"' in write_bpmn(emptied)
