"""Asking a procedure's decision tables: their answer as variables of the case, and the rows that fired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bpmn.decisions import Decision, DecisionModel, DecisionTable, decide, read_dmn
from bpmn.errors import BpmnError
from bpmn.procedure import Procedure
from workflows.engine import Verdict
from workflows.errors import StepFailed


def read_decisions(procedure: Procedure) -> dict[str, DecisionModel]:
    """The decision models of a procedure, by the id of each decision in them."""
    return {
        key: found if isinstance(found, DecisionModel) else read_dmn(found)
        for key, found in procedure.decisions.items()
    }


def verdict(
    decisions: Mapping[str, DecisionModel], name: str, context: Mapping[str, Any], *, place: str, now: datetime
) -> Verdict:
    """What the decision says about these variables; raises StepFailed with the element that asked."""
    if name not in decisions:
        raise StepFailed(place, f"there is no decision {name!r}.")
    model = decisions[name]
    try:
        decided = decide(model, context, name, now=now)
    except BpmnError as error:
        raise StepFailed(place, f"the decision {name!r} has no answer: {error}") from error
    return Verdict(variables(model, name, decided.value), decided.rows)


def variables(model: DecisionModel, name: str, value: Any) -> Mapping[str, Any]:
    """A table with several outputs gives a context; one with a single output sets the variable of that name."""
    if isinstance(value, Mapping):
        return value
    element = model.find(name)
    if isinstance(element, Decision) and isinstance(element.expression, DecisionTable):
        outputs = element.expression.outputs
        if len(outputs) == 1 and outputs[0].name:
            return {outputs[0].name: value}
    return {element.variable if element is not None else name: value}
