"""Reads the text of expressions and unary tests."""

from bpmn.feel.parsing.expressions import read_expression, read_unary_tests

__all__ = ["read_expression", "read_unary_tests"]
