"""Closures of tests: the cells of decision tables, and what stands after `in`."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.feel import syntax as s
from bpmn.feel.compiling.closing import Closing, closes
from bpmn.feel.compiling.testing import input_of, matches, pass_any
from bpmn.feel.running import Closure, Scope
from bpmn.feel.values import Value


@closes(s.In)
def in_(closing: Closing, node: s.In) -> Closure:
    operand, tests = closing.close(node.operand), tuple(_test(closing, test) for test in node.tests)

    def is_in(scope: Scope) -> Value:
        return pass_any(tests, Scope({"?": operand(scope)}, scope, scope.run))

    return is_in


@closes(s.UnaryTests)
def unary_tests(closing: Closing, node: s.UnaryTests) -> Closure:
    """A closure over a scope in which `?` is the input."""
    tests, negated = tuple(_test(closing, test) for test in node.tests), node.negated
    if not tests:
        return lambda scope: True
    if len(tests) == 1 and not negated:
        return tests[0]

    def pass_tests(scope: Scope) -> Value:
        passed = pass_any(tests, scope)
        return not passed if negated and passed is not None else passed

    return pass_tests


def _test(closing: Closing, node: s.Node) -> Closure:
    if isinstance(node, s.UnaryComparison):
        return closing.close(s.Comparison(node.position, node.operator, s.Name(node.position, "?"), node.operand))
    expression = closing.close(node)
    about_input = any(isinstance(part, s.Name) and part.name == "?" for part in _walk(node))
    literal = isinstance(node, s.Literal)

    def passes(scope: Scope) -> Value:
        value = expression(scope)
        if about_input:
            return value if type(value) is bool or value is None else matches(input_of(scope), value, scope.run)
        given = input_of(scope)
        if value is True and not literal and type(given) is not bool:
            return True
        return matches(given, value, scope.run)

    return passes


def _walk(node: s.Node) -> Iterator[s.Node]:
    yield node
    for child in s.children(node):
        yield from _walk(child)
