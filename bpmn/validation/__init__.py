"""What would go wrong if this model ran: named rules, checked before it is deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from bpmn.model import ProcessModel
from bpmn.procedure import Procedure
from bpmn.validation.behaviour import behaviour
from bpmn.validation.context import in_procedure
from bpmn.validation.events import event_subprocesses, events
from bpmn.validation.flows import ends_of_flows, gateways, ids, implicit_splits, reachable, scopes
from bpmn.validation.formulas import expressions, formulas
from bpmn.validation.problem import Problem, Severity
from bpmn.validation.work import activities, lanes

__all__ = ["RULES", "Problem", "Severity", "executable", "expressions", "problems"]

Rule: TypeAlias = Callable[[ProcessModel], Iterable[Problem]]

RULES: tuple[Rule, ...] = (
    ids,
    ends_of_flows,
    scopes,
    reachable,
    implicit_splits,
    gateways,
    events,
    event_subprocesses,
    activities,
    lanes,
    formulas,
)
_BREAK_THE_GAME = {"duplicate_id", "dangling_flow", "no_start", "boundary_on_nothing", "flow_across_subprocess"}


def problems(model: ProcessModel, procedure: Procedure | None = None) -> list[Problem]:
    """Every problem of the model, errors first; with its procedure also those of forms, posts and data.

    Soundness is decided last, and only where the drawing hangs together.
    """
    found = [problem for rule in RULES for problem in rule(model)]
    if procedure is not None:
        found += in_procedure(model, procedure)
    if not any(problem.rule in _BREAK_THE_GAME for problem in found) and model.nodes:
        found += behaviour(model)
    return sorted(found, key=lambda problem: problem.severity is Severity.WARNING)


def executable(model: ProcessModel, procedure: Procedure | None = None) -> bool:
    """Whether nothing speaks against running the model."""
    return all(problem.severity is Severity.WARNING for problem in problems(model, procedure))
