"""Decisions: DMN tables and requirement graphs, decided exactly, with the rows that fired."""

from bpmn.decisions.deciding import Decided, decide
from bpmn.decisions.explaining import Explanation, describe, explain
from bpmn.decisions.model import (
    Aggregation,
    Decision,
    DecisionModel,
    DecisionTable,
    HitPolicy,
    Input,
    InputData,
    LiteralExpression,
    Output,
    Rule,
)
from bpmn.decisions.problems import Flaw, TableProblem, table_problems
from bpmn.decisions.reading import read_dmn
from bpmn.decisions.simplifying import Simplified, difference, simplify
from bpmn.decisions.writing import write_dmn

__all__ = [
    "Aggregation",
    "Decided",
    "Decision",
    "DecisionModel",
    "DecisionTable",
    "Explanation",
    "Flaw",
    "HitPolicy",
    "Input",
    "InputData",
    "LiteralExpression",
    "Output",
    "Rule",
    "Simplified",
    "TableProblem",
    "decide",
    "describe",
    "difference",
    "explain",
    "read_dmn",
    "simplify",
    "table_problems",
    "write_dmn",
]
