"""What the instances of a multi-instance activity throw when they are done."""

from __future__ import annotations

import copy
from typing import Any

from bpmn import kept
from bpmn.model import Behavior, InstanceThrow
from bpmn.reading.events import read_definition
from bpmn.reading.formulas import formula
from bpmn.reading.part import Part, unprefixed
from bpmn.reading.source import Source
from bpmn.vocabulary import EVENT_DEFINITIONS, rank_in_node

_REFERENCES = {Behavior.NONE: "noneBehaviorEventRef", Behavior.ONE: "oneBehaviorEventRef"}


def read_throws(source: Source, part: Part, element: str) -> dict[str, Any]:
    """The fields `behavior` and `throws`; what is no known behaviour stays as it is written."""
    text = part.take("behavior")
    if text is None:
        return {}
    behavior = next((b for b in Behavior if b.value.lower() == text.strip().lower()), None)
    if behavior is None:
        part.put("behavior", text)
        return {}
    if behavior is Behavior.COMPLEX:
        return {"behavior": behavior, "throws": tuple(_conditional(source, part, element))}
    return {"behavior": behavior, "throws": tuple(_referred(source, part, element, behavior))}


def _referred(source: Source, part: Part, element: str, behavior: Behavior) -> list[InstanceThrow]:
    """The one event that the attribute refers to; the definition itself stays with the file."""
    attribute = _REFERENCES.get(behavior)
    reference = part.take(attribute) if attribute else None
    if attribute is None or reference is None:
        return []
    definition = source.event_definition(unprefixed(reference))
    if definition is None:
        part.put(attribute, reference)
        return []
    return [InstanceThrow((read_definition(source, Part(copy.deepcopy(definition)), element),))]


def _conditional(source: Source, part: Part, element: str) -> list[InstanceThrow]:
    return [_throw(source, each, element) for each in part.children(("complexBehaviorDefinition",))]


def _throw(source: Source, part: Part, element: str) -> InstanceThrow:
    condition = formula(source, part, "condition", element) or "true"
    event = part.open("event")
    definitions = event.children(EVENT_DEFINITIONS) if event else []
    events = tuple(read_definition(source, definition, element) for definition in definitions)
    return InstanceThrow(events, condition, kept.in_order(part.rest(), rank_in_node))
