"""What would go wrong if this model ran: named rules, checked before it is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bpmn.model import ProcessModel
from bpmn.procedure import Procedure
from bpmn.validation.behaviour import BEHAVIOUR, behaviour
from bpmn.validation.context import PROCEDURE, in_procedure
from bpmn.validation.problem import Problem, Severity
from bpmn.validation.rule import Rule
from bpmn.validation.rules import DRAWN
from bpmn.validation.rules.expressions import expressions
from bpmn.validation.sheet import Sheet

__all__ = ["SUBJECTS", "Problem", "Rule", "Severity", "executable", "expressions", "problems"]

SUBJECTS: Final[Mapping[str, tuple[Rule, ...]]] = {**DRAWN, "behaviour": BEHAVIOUR, "procedure": PROCEDURE}
# Without these the token game has no board to play on.
_BREAK_THE_GAME = {
    "boundary_on_nothing",
    "dangling_flow",
    "duplicate_id",
    "flow_across_pools",
    "flow_across_subprocess",
    "flow_at_no_node",
    "no_start",
}


def problems(model: ProcessModel, procedure: Procedure | None = None) -> list[Problem]:
    """Every problem of the model, errors first; with its procedure also those of forms, posts and data.

    Soundness is decided last, and only where the drawing hangs together.
    """
    sheet = Sheet(model)
    found = [problem for rules in DRAWN.values() for rule in rules for problem in rule.problems(sheet)]
    if procedure is not None:
        found += in_procedure(model, procedure)
    if not any(problem.rule in _BREAK_THE_GAME for problem in found) and model.nodes:
        found += behaviour(model)
    return sorted(found, key=lambda problem: problem.severity is Severity.WARNING)


def executable(model: ProcessModel, procedure: Procedure | None = None) -> bool:
    """Whether nothing speaks against running the model."""
    return all(problem.severity is Severity.WARNING for problem in problems(model, procedure))
