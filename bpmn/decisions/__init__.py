"""Decisions: DMN tables and requirement graphs, decided exactly, with the rows that fired."""

from bpmn.decisions.deciding import Decided, decide
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
from bpmn.decisions.reading import read_dmn

__all__ = [
    "Aggregation",
    "Decided",
    "Decision",
    "DecisionModel",
    "DecisionTable",
    "HitPolicy",
    "Input",
    "InputData",
    "LiteralExpression",
    "Output",
    "Rule",
    "decide",
    "read_dmn",
]
