"""A reason why an element cannot run, and the check that every expression must pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bpmn.errors import BpmnError
from bpmn.kept import tag_of
from bpmn.model import Activity, EventNode
from workflows.engine.expressions import Expression


@dataclass(frozen=True, slots=True)
class Refusal:
    """An element that the engine does not run, and by what to replace it."""

    rule: str
    element: str
    message: str
    remedy: str = ""


def elements_called(node: Activity | EventNode, tags: Collection[str]) -> bool:
    """Whether the file has such an element in it, which the model keeps without a term of its own."""
    return any(tag_of(entry) in tags for entry in node.extensions)


def expression(element: str, text: str | None) -> Iterator[Refusal]:
    """Whether the text can be read as FEEL; None is no expression."""
    if text is None:
        return
    try:
        Expression(text)
    except BpmnError as error:
        yield Refusal("expression", element, f"The expression {text!r} cannot be read: {error}")
