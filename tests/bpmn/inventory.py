"""Everything that a BPMN file says, as facts that can be counted: what is read and written back says the same.

Only what says nothing, and what writing makes anew out of the rest, is no fact; the tables below name both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from bpmn.expressions import plain_time, time_expression
from bpmn.references import CODES, name_of
from bpmn.vocabulary import BPMN, BPMNDI, DC, DI, OURS, XSI

Fact: TypeAlias = tuple[str, ...]

MADE_ANEW = {"incoming", "outgoing"}  # out of the flows; a list that contradicts them is a repair
SAYS_NOTHING = {"documentation", "extensionElements", "BPMNLabel", "laneSet", "childLaneSet"}  # when empty
DEFAULTS = {
    "isForCompensation": "false",
    "triggeredByEvent": "false",
    "isInterrupting": "true",
    "cancelActivity": "true",
    "isSequential": "false",
    "isExecutable": "true",
    "instantiate": "false",
    "parallelMultiple": "false",
    "waitForCompletion": "true",
    "cancelRemainingInstances": "true",
    "startQuantity": "1",
    "completionQuantity": "1",
    "ordering": "parallel",
    "behavior": "all",
    "name": "",
}
CARRIERS = {f"{kind}Ref": kind for kind in CODES}
_DRAWING = (BPMNDI, DC, DI)
_QNAMES = (
    "bpmnElement",
    "sourceRef",
    "targetRef",
    "attachedToRef",
    "default",
    "processRef",
    "activityRef",
    "calledElement",
)
_POINTERS = ("sourceElement", "targetElement", "participantBandShape", "choreographyActivityShape")


def lost(before: etree._Element, after: etree._Element) -> dict[Fact, int]:
    """Facts of the one tree that the other does not have."""
    return dict(facts(before) - facts(after))


def facts(root: etree._Element) -> Counter[Fact]:
    named = {e.get("id"): name_of(e) for e in root.iter([f"{{{BPMN}}}{kind}" for kind in CODES])}
    pointed = {e.get(name) for e in root.iter(etree.Element) for name in _POINTERS if e.get(name)}
    found: Counter[Fact] = Counter()
    for element in root.iter():
        if not isinstance(element.tag, str):
            found["beside", " ".join((element.text or "").split())] += 1
        elif not _is_silent(element):
            found.update(_facts_of(element, named, pointed))
    return found


def _is_silent(element: Any) -> bool:
    name = etree.QName(element)
    if name.namespace == BPMN and name.localname in MADE_ANEW | {"eventDefinitionRef"}:
        return True
    empty = not len(element) and not (element.text or "").strip()
    free = {"id"} if name.localname == "BPMNLabel" else set()
    return name.localname in SAYS_NOTHING and empty and set(element.attrib) <= free


def _facts_of(element: Any, named: dict[str, str], pointed: set[Any]) -> Iterator[Fact]:
    name = etree.QName(element)
    if name.namespace == BPMN and name.localname == "flowNodeRef":
        return
    if name.localname in CODES and name.namespace == BPMN:
        yield (name.localname, name_of(element))  # its id may be another one
        return
    yield ("element", element.tag)
    for key, value in element.attrib.items():
        yield from _attribute(element, str(key), str(value), named, pointed)
    for text in [element.text, *(child.tail for child in element)]:
        if text and text.strip():
            yield ("text", element.tag, _text(element, " ".join(text.split())))


def _attribute(element: Any, key: str, value: str, named: dict[str, str], pointed: set[Any]) -> Iterator[Fact]:
    namespace = etree.QName(element).namespace
    local = etree.QName(element).localname
    if DEFAULTS.get(key) == value.strip().lower() and namespace == BPMN:
        return
    if key == f"{{{XSI}}}type" and (namespace in _DRAWING or value.endswith("FormalExpression")):
        return
    if (
        key == "id"
        and namespace in _DRAWING
        and (local == "BPMNLabel" or (local != "BPMNPlane" and value not in pointed))
    ):
        return
    if key.startswith(f"{{{OURS}}}"):
        return
    yield ("attribute", element.tag, key, _value(namespace, key, value, named))


def _value(namespace: str, key: str, value: str, named: dict[str, str]) -> str:
    if key in CARRIERS:
        return named.get(value.strip().rpartition(":")[2], value)
    if key in _QNAMES:
        return value.strip().rpartition(":")[2]
    if namespace in (DC, DI):
        try:
            return str(float(value))
        except ValueError:
            return value
    return value.strip().lower() if value.strip().lower() in ("true", "false") else " ".join(value.split())


def _text(element: Any, text: str) -> str:
    original = element.get(f"{{{OURS}}}original")
    return plain_time(time_expression(" ".join((original or text).split())))
