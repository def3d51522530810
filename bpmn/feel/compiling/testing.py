"""Tests a value as the cells of decision tables and the operator `in` do."""

from __future__ import annotations

from bpmn.feel.comparing import contains, equal
from bpmn.feel.running import Closure, Run, Scope
from bpmn.feel.values import Range, Value


def input_of(scope: Scope) -> Value:
    at: Scope | None = scope
    while at is not None:
        if "?" in at.names:
            return at.names["?"]
        at = at.outer
    return None


def pass_any(tests: tuple[Closure, ...], scope: Scope) -> bool | None:
    result: bool | None = False
    for test in tests:
        answer = test(scope)
        if answer is True:
            return True
        if answer is not False:
            result = None
    return result


def matches(given: Value, wanted: Value, run: Run) -> bool | None:
    """Does the input pass a test that is a value, a range, or a list of such?"""
    if type(wanted) is Range and type(given) is not Range:
        return contains(wanted, given, run)
    if type(wanted) is list:
        run.charge(len(wanted))
        if type(given) is list and equal(given, wanted, run) is True:
            return True
        answers = [matches(given, item, run) for item in wanted]
        return True in answers if True in answers or None not in answers else False
    return equal(given, wanted, run)
