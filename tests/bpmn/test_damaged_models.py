"""Drawings that were damaged in any way are read or refused, and judged: no error but our own, none that hangs."""

from __future__ import annotations

import copy
import os
import random
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from bpmn.errors import BpmnError
from bpmn.model import ProcessModel
from bpmn.reading import read_bpmn
from bpmn.validation import problems
from tests.bpmn.corpora import corpus, needs_corpora
from tests.bpmn.models import process_models

HOW_MANY = int(os.environ.get("QIANGJI_DAMAGED", "1000"))
MOST_SECONDS = 2.0


@settings(max_examples=150, deadline=None)
@given(process_models())
def test_any_model_is_judged(model: ProcessModel) -> None:
    for problem in problems(model):
        assert problem.rule and problem.message and problem.remedy


def damage(root: Any, dice: random.Random) -> None:
    """One fault: an element gone, doubled, moved or renamed; an attribute gone, emptied, exchanged or made nonsense."""
    elements = [element for element in root.iter(etree.Element) if element is not root]
    if not elements:
        return
    one, other = dice.choice(elements), dice.choice(elements)
    kind = dice.choice(["gone", "doubled", "moved", "renamed", "attribute", "attribute", "reference", "reference"])
    if kind == "gone":
        one.getparent().remove(one)
    elif kind == "doubled":
        one.getparent().append(copy.deepcopy(one))
    elif kind == "moved" and one is not other and one not in other.iterancestors():
        other.append(one)
    elif kind == "renamed":
        one.tag = other.tag
    elif kind == "attribute" and one.attrib:
        name = dice.choice(list(one.attrib))
        one.attrib[name] = dice.choice(["", "0", "-1", "true", "none", "§", "x" * 300, *other.attrib.values()])
    elif kind == "reference":
        named = [e for e in elements if {"sourceRef", "targetRef", "attachedToRef", "default"} & set(e.attrib)]
        ids = [e.get("id") for e in elements if e.get("id")]
        if named and ids:
            flow = dice.choice(named)
            name = dice.choice([n for n in flow.attrib if n in ("sourceRef", "targetRef", "attachedToRef", "default")])
            flow.set(name, dice.choice(ids))


@needs_corpora
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_damaged_files_are_judged_in_time() -> None:
    dice = random.Random(20260302)
    whole = [(path.name, etree.fromstring(path.read_bytes())) for path in corpus() if path.stat().st_size < 200_000]
    said: Counter[str] = Counter()
    longest = (0.0, "")
    for _ in range(HOW_MANY):
        name, root = dice.choice(whole)
        root = copy.deepcopy(root)
        for _ in range(dice.randint(1, 4)):
            damage(root, dice)
        xml = etree.tostring(root)
        began = time.process_time()
        try:
            found = problems(read_bpmn(xml))
        except BpmnError as error:
            said[type(error).__name__] += 1
            continue
        longest = max(longest, (time.process_time() - began, name))
        said.update({problem.rule for problem in found})
    print(f"longest {longest[0]:.2f} s ({longest[1]}); {len(said)} rules broken: {said.most_common(400)}")
    assert longest[0] < MOST_SECONDS
