"""FEEL, the expression language of DMN 1.5: exact, safe by construction, with errors that point at the character."""

from bpmn.feel.errors import FeelError, ForeignValue, TooExpensive, Undecided, UnreadableExpression
from bpmn.feel.evaluating import (
    Compiled,
    Outcome,
    compile,
    evaluate,
    examine,
    names,
    null_tests,
    parse,
    truth,
    unary_test,
    unknown_functions,
)
from bpmn.feel.running import Warned
from bpmn.feel.values import Range, Value, YearsMonths

__all__ = [
    "Compiled",
    "FeelError",
    "ForeignValue",
    "Outcome",
    "Range",
    "TooExpensive",
    "Undecided",
    "UnreadableExpression",
    "Value",
    "Warned",
    "YearsMonths",
    "compile",
    "evaluate",
    "examine",
    "names",
    "null_tests",
    "parse",
    "truth",
    "unary_test",
    "unknown_functions",
]
