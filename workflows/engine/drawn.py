"""Attributes of the drawing that change how an activity runs and have no field of their own in the model."""

from __future__ import annotations

from bpmn.model import Activity

LOOP = "standardLoopCharacteristics"
MANY = "multiInstanceLoopCharacteristics"
EXTERNAL = "external:"  # before the topic of work that an external worker fetches, where a service task is named


def attribute(node: Activity, name: str) -> str | None:
    """The value of an attribute that the model keeps as it was written, `loop/attribute` for one of an inner element."""
    return next((kept.partition("=")[2] for kept in node.extensions if kept.startswith(f"{name}=")), None)


def loop_maximum(node: Activity) -> str | None:
    """How often a loop runs at most, as it is written."""
    return attribute(node, f"{LOOP}/loopMaximum")


def tested_before(node: Activity) -> bool:
    """Whether a loop asks its condition before the first round too."""
    return attribute(node, f"{LOOP}/testBefore") == "true"


def topic(node: Activity) -> str | None:
    """The topic of a service task that an external worker does (`qj:service="external:archive"`); None for any other."""
    return (node.service or "").removeprefix(EXTERNAL) if (node.service or "").startswith(EXTERNAL) else None
