"""Drawings are self-contained SVG that says what the model says, in both languages."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bpmn.comparison import differences, marks, overlay
from bpmn.drawing import MARKS, draw, shade
from bpmn.drawing.text import wrap
from bpmn.layout import lay_out
from bpmn.layout.sizes import text_width
from bpmn.model import ProcessModel
from bpmn.procedure import read_all_procedures
from bpmn.reading import read_bpmn
from tests.bpmn.corpora import needs_corpora, reference_models
from tests.bpmn.models import changed, process_models, refund, without


def elements(picture: str) -> set[str]:
    return {str(e.get("data-element")) for e in etree.fromstring(picture.encode()).iter() if e.get("data-element")}


def text(picture: str) -> str:
    return "".join(str(t) for t in etree.fromstring(picture.encode()).xpath("//*[local-name()='tspan']/text()"))


@pytest.mark.parametrize("procedure", read_all_procedures(), ids=lambda procedure: procedure.key)
def test_every_element_is_drawn_in_both_languages(procedure: object) -> None:
    model: ProcessModel = procedure.model  # type: ignore[attr-defined]
    drawn = draw(model)
    assert {n.id for n in model.nodes} | {f.id for f in model.flows} <= elements(drawn)
    for language in ("zh", "en"):
        shown = text(draw(model, language=language)).replace(" ", "")
        for lane in model.lanes:
            assert lane.label(language).replace(" ", "") in shown


def test_a_model_without_coordinates_is_laid_out() -> None:
    assert {"accept", "accept__risk"} <= elements(draw(refund()))


def test_nothing_is_loaded_from_elsewhere_and_no_script_runs() -> None:
    hostile = changed(refund(), "accept", name="<script>alert(1)</script>\" onload='x'")
    picture = draw(hostile)
    assert "<script" not in picture
    assert not re.search(r"(href|src)=|url\(http|@import", picture)
    assert not [e for e in etree.fromstring(picture.encode()).iter() if any(n.startswith("on") for n in e.attrib)]


def test_shades_and_badges() -> None:
    picture = draw(refund(), shades={"accept": 1.0, "pay": 0.0}, badges={"accept": "3.5 天", "risk__split": "12 %"})
    assert shade(1.0) in picture and "3.5 天" in text(picture) and "12 %" in text(picture)
    assert "12 %" not in text(draw(refund()))


def test_the_ramp_gets_darker_evenly_so_that_grey_eyes_can_read_it() -> None:
    light = [_lightness(shade(i / 20)) for i in range(21)]
    assert all(a > b for a, b in itertools.pairwise(light))
    assert shade(-1) == shade(0) and shade(2) == shade(1)


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_comparison_is_coloured() -> None:
    old = lay_out(refund())
    new = lay_out(
        changed(without(old, "arrears", "split__arrears", "arrears__join"), "accept", form="other"), keep=True
    )
    picture = draw(overlay(old, new), marks=marks(differences(old, new)))
    assert MARKS["removed"] in picture and MARKS["changed"] in picture
    assert {"arrears", "split__arrears"} <= elements(picture)


@given(st.text(max_size=60), st.integers(30, 120), st.integers(1, 4))
def test_text_stays_in_its_box(words: str, width: int, lines: int) -> None:
    wrapped = wrap(words, width, lines=lines)
    assert len(wrapped) <= lines
    assert all(text_width(line) <= width + 13 for line in wrapped)  # a closing mark may hang over


def test_chinese_breaks_between_characters_and_english_between_words() -> None:
    assert wrap("增值税专用发票最高开票限额审批", 86) == ["增值税专用发票", "最高开票限额审", "批"]
    assert wrap("Check arrears and returns", 86) == ["Check arrears", "and returns"]
    assert wrap("Rechnung klären", 86) == ["Rechnung", "klären"]


@given(process_models())
@settings(max_examples=30)
def test_whatever_can_be_said_can_be_drawn(model: ProcessModel) -> None:
    etree.fromstring(draw(model).encode())


@needs_corpora
@pytest.mark.slow
def test_reference_models_are_drawn() -> None:
    for path in reference_models():
        model = read_bpmn(path.read_bytes())
        assert draw(model) == draw(replace(model))
        etree.fromstring(draw(model, language="en").encode())
