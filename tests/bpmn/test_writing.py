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
from tests.bpmn.corpora import PROCEDURES, needs_corpora, reference_models
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
