"""Attributes of Camunda 7 and 8, Flowable and Activiti that mean the same as a term of ours.

Only what is certain is translated; the vendor's own attribute is kept beside it either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bpmn import kept
from bpmn.expressions import feel
from bpmn.kept import Element, Entry
from bpmn.model import Assignment
from bpmn.vocabulary import ACTIVITI, CAMUNDA, FLOWABLE, ZEEBE

CLASSIC = (CAMUNDA, FLOWABLE, ACTIVITI)
_BEAN = re.compile(r"[$#]\{\s*(\w+)\s*\}")


@dataclass(frozen=True, slots=True)
class Terms:
    """Our terms for what a vendor's attributes say about an activity; empty where they say nothing."""

    form: str = ""
    decision: str = ""
    service: str = ""
    called: str = ""
    posts: tuple[str, ...] = ()
    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Loop:
    collection: str = ""
    element: str = ""


def terms(entries: Iterable[Entry]) -> Terms:
    """What the vendor's entries on an activity mean."""
    entries = tuple(entries)
    if not any("{" in entry or "<" in entry for entry in entries):
        return Terms()
    classic, zeebe = kept.attributes(entries), _by_tag(entries)
    return Terms(
        form=_constant(_classic(classic, "formKey", "formRef")) or _zeebe_form(zeebe),
        decision=_constant(_classic(classic, "decisionRef")) or zeebe.get(("calledDecision", "decisionId"), ""),
        service=_service(classic) or zeebe.get(("taskDefinition", "type"), ""),
        called=zeebe.get(("calledElement", "processId"), ""),
        posts=_posts(_classic(classic, "candidateGroups")) or _posts(_zeebe_groups(zeebe)),
        inputs=_mappings(entries, "input"),
        outputs=_mappings(entries, "output"),
    )


def loop(entries: Iterable[Entry]) -> Loop:
    """What a multi-instance marker says in a vendor's attributes."""
    entries = tuple(entries)
    classic, zeebe = kept.attributes(entries), _by_tag(entries)
    return Loop(
        collection=_bean(_classic(classic, "collection"))
        or feel(zeebe.get(("loopCharacteristics", "inputCollection"), "")),
        element=_classic(classic, "elementVariable") or zeebe.get(("loopCharacteristics", "inputElement"), ""),
    )


def correlation(message: Element) -> str | None:
    """The correlation expression that Camunda 8 keeps at the message."""
    found = message.find(f".//{{{ZEEBE}}}subscription")
    return None if found is None else feel(found.get("correlationKey", "")) or None


def _classic(attributes: Mapping[str, str], *names: str) -> str:
    for name in names:
        for namespace in CLASSIC:
            if attributes.get(f"{{{namespace}}}{name}"):
                return attributes[f"{{{namespace}}}{name}"]
    return ""


def _constant(value: str) -> str:
    return "" if "${" in value or "#{" in value or value.startswith("=") else value


def _bean(value: str) -> str:
    match = _BEAN.fullmatch(value.strip())
    return match[1] if match else _constant(value)


def _service(attributes: Mapping[str, str]) -> str:
    return _constant(_classic(attributes, "topic")) or _bean(_classic(attributes, "delegateExpression", "class"))


def _posts(groups: str) -> tuple[str, ...]:
    constant = _constant(groups)
    return tuple(part.strip().replace(" ", "_") for part in constant.split(",") if part.strip())


def _zeebe_form(zeebe: Mapping[tuple[str, str], str]) -> str:
    return zeebe.get(("formDefinition", "formId"), "") or zeebe.get(("formDefinition", "formKey"), "")


def _zeebe_groups(zeebe: Mapping[tuple[str, str], str]) -> str:
    return zeebe.get(("assignmentDefinition", "candidateGroups"), "")


def _by_tag(entries: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """(element, attribute) → value of the Camunda 8 elements that stand there once."""
    found = {}
    for element in _zeebe_elements(entries):
        for name, value in element.attrib.items():
            found[(kept.local(element), str(name))] = str(value)
    return found


def _zeebe_elements(entries: Iterable[Entry]) -> list[Element]:
    return [
        kept.parse(entry) for entry in entries if kept.is_element(entry) and ZEEBE in entry and "zeebe" in entry[:9]
    ]


def _mappings(entries: Iterable[Entry], kind: str) -> tuple[Assignment, ...]:
    found = []
    for box in _zeebe_elements(entries):
        for line in box.findall(f"{{{ZEEBE}}}{kind}"):
            if line.get("target") and feel(line.get("source", "")):
                found.append(Assignment(line.get("target"), feel(line.get("source"))))
    return tuple(found)
