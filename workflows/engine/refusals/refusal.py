"""A reason why an element cannot run, and the check that every expression must pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpmn.errors import BpmnError
from workflows.engine.expressions import Expression


@dataclass(frozen=True, slots=True)
class Refusal:
    """An element that the engine does not run, and by what to replace it."""

    rule: str
    element: str
    message: str
    remedy: str = ""


def expression(element: str, text: str | None) -> Iterator[Refusal]:
    """Whether the text can be read as FEEL; None is no expression."""
    if text is None:
        return
    try:
        Expression(text)
    except BpmnError as error:
        yield Refusal("expression", element, f"The expression {text!r} cannot be read: {error}")
