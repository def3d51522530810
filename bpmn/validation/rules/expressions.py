"""Every expression of a model, by element, and whether it is FEEL."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.feel import FeelError, parse, unknown_functions
from bpmn.model import Activity, EventDefinition, EventNode, ProcessModel
from bpmn.validation.rule import Breach, Rule, at
from bpmn.validation.sheet import Sheet


def expressions(model: ProcessModel) -> Iterator[tuple[str, str, str]]:
    """(element, what it is, text) of every expression of the model."""
    for flow in model.flows:
        if flow.condition:
            yield flow.id, "condition", flow.condition
    for node in model.nodes:
        if isinstance(node, Activity):
            yield from _of_activity(node)
        elif isinstance(node, EventNode):
            yield from _of_event(node.id, node)
            for definition in node.definitions:
                yield from _of_event(node.id, definition)
        elif node.activation:
            yield node.id, "activation", node.activation


def _of_activity(node: Activity) -> Iterator[tuple[str, str, str]]:
    for throw in node.multi_instance.throws if node.multi_instance else ():
        if throw.condition:
            yield node.id, "condition of what is thrown", throw.condition
    for kind, lines in (("script", node.script), ("input", node.inputs), ("output", node.outputs)):
        for line in lines:
            yield node.id, f"{kind} {line.name}", line.expression
    many = node.multi_instance
    optional = {
        "correlation": node.correlation,
        "time limit": node.due.expression if node.due else None,
        "loop condition": node.loop_condition,
        "list": many.collection if many else None,
        "number of times": many.cardinality if many else None,
        "end of the repetition": many.complete_when if many else None,
        "end of the ad-hoc work": node.complete_when,
    }
    yield from ((node.id, what, text) for what, text in optional.items() if text)


def _of_event(id: str, node: EventNode | EventDefinition) -> Iterator[tuple[str, str, str]]:
    optional = {
        "correlation": node.correlation,
        "condition": node.condition,
        "time": node.timer.expression if node.timer else None,
    }
    yield from ((id, what, text) for what, text in optional.items() if text)


def _unreadable(sheet: Sheet) -> Iterator[Breach]:
    for element, what, text in expressions(sheet.model):
        try:
            parse(text)
        except FeelError as error:
            yield at(element, what=what, error=error)


def _calls_nobody(sheet: Sheet) -> Iterator[Breach]:
    for element, what, text in expressions(sheet.model):
        try:
            unknown = unknown_functions(text)
        except FeelError:
            continue
        if unknown:
            yield at(element, what=what, names=", ".join(sorted(unknown)))


EXPRESSIONS = (
    Rule(
        "expression",
        "The {what} of {element} is no FEEL: {error}",
        'Write it in FEEL, such as: amount > 100000 and risk = "low"',
        _unreadable,
    ),
    Rule(
        "unknown_function",
        "The {what} of {element} calls {names}, which FEEL does not have: its value would be null.",
        "Correct the name, or have a service task do it.",
        _calls_nobody,
    ),
)
